// Incidents of services that run on managed resources of AWS, in pairs that look alike to whoever is paged. Told as what differs from a quiet day.
import { page } from './objects.mjs';

const now = '2026-11-23T09:40:00Z';
const epoch = Date.parse(now) / 1000;
const t = (minutes) => new Date((epoch + minutes * 60) * 1000).toISOString().replace('.000Z', 'Z');
const account = '222233334444';
const region = 'eu-west-1';
const place = { account, region };
const noise = (n) => (Math.abs(Math.sin(n * 12.9898) * 43758.5453) % 1) - 0.5;
/** A value that is another one from a minute on. */
const from = (minute, before, after) => (m) => {
  const value = m < minute ? before : after;
  return typeof value === 'function' ? value(m) : value;
};

/** A point a minute for two and a half hours; `value` is a number or a function of the minute. */
const series = (value, salt = 0) =>
  Array.from({ length: 150 }, (_, n) => {
    const minute = n - 149;
    const exact = typeof value === 'function' ? value(minute) : value;
    const noisy = exact * (1 + 0.08 * noise(n + salt));
    return [epoch + minute * 60, exact < 1 ? Math.round(noisy * 1000) / 1000 : Math.round(noisy)];
  });
const metrics = (values) =>
  Object.fromEntries(Object.entries(values).map(([name, value], n) => [name, series(value, 17 * n)]));

const fn = (name, { metrics: moved = {}, ...over } = {}) => ({
  type: 'lambda',
  name,
  ...place,
  state: 'Active',
  lastUpdateStatus: 'Successful',
  lastModified: t(-60 * 24 * 12),
  runtime: 'nodejs24.x',
  memoryMb: 512,
  timeoutSeconds: 30,
  accountConcurrency: { limit: 1000, unreserved: 1000 },
  ...over,
  metrics: metrics({
    Invocations: 240,
    Errors: 0,
    Throttles: 0,
    Duration: 900,
    'Duration.max': 2100,
    ConcurrentExecutions: 5,
    'ConcurrentExecutions.account': 44,
    ...moved,
  }),
});
const queue = (name, { metrics: moved = {}, ...over } = {}) => ({
  type: 'sqs',
  name,
  ...place,
  visible: 3,
  inFlight: 5,
  delayed: 0,
  visibilityTimeoutSeconds: 180,
  retentionSeconds: 345600,
  ...over,
  metrics: metrics({
    ApproximateAgeOfOldestMessage: 2,
    ApproximateNumberOfMessagesVisible: 3,
    ApproximateNumberOfMessagesNotVisible: 5,
    NumberOfMessagesSent: 240,
    NumberOfMessagesReceived: 240,
    NumberOfMessagesDeleted: 240,
    ...moved,
  }),
});

const table = (name, { metrics: moved = {}, ...over } = {}) => ({
  type: 'dynamodb',
  name,
  ...place,
  status: 'ACTIVE',
  mode: 'provisioned',
  readCapacity: 100,
  writeCapacity: 12,
  ...over,
  metrics: metrics({
    ReadThrottleEvents: 0,
    WriteThrottleEvents: 0,
    ConsumedReadCapacityUnits: 900,
    ConsumedWriteCapacityUnits: 260,
    ProvisionedReadCapacityUnits: 100,
    ProvisionedWriteCapacityUnits: 12,
    ...moved,
  }),
});
const gigabytes = 1024 ** 3;
const database = (name, { metrics: moved = {}, ...over } = {}) => ({
  type: 'rds',
  name,
  ...place,
  form: 'instance',
  engine: 'postgres',
  engineVersion: '17.4',
  status: 'available',
  instanceClass: 'db.m7g.large',
  multiAz: true,
  storageGb: 100,
  ...over,
  events: [{ at: t(-60 * 24 * 6), message: 'Finished DB Instance backup' }, ...(over.events ?? [])],
  metrics: metrics({
    CPUUtilization: 22,
    DatabaseConnections: 34,
    FreeStorageSpace: 31 * gigabytes,
    ReadLatency: 0.002,
    WriteLatency: 0.004,
    ...moved,
  }),
});

/** An alarm of CloudWatch as its notification writes it. */
const alarm = ({ id, title, metric, namespace, dimensions, threshold, statistic = 'Maximum' }) =>
  page({
    id,
    at: now,
    title: `ALARM: "${title}" in EU (Ireland)`,
    service: 'Parcels',
    details: {
      AlarmName: title,
      NewStateValue: 'ALARM',
      AWSAccountId: account,
      Region: 'EU (Ireland)',
      NewStateReason: `Threshold Crossed: 3 datapoints were greater than the threshold (${threshold}).`,
      Trigger: {
        MetricName: metric,
        Namespace: namespace,
        Statistic: statistic.toUpperCase(),
        Period: 60,
        Threshold: threshold,
        Dimensions: Object.entries(dimensions).map(([name, value]) => ({ name, value })),
      },
    },
  });

/** A line of a function's or a container's log, again and again. */
const linesOf = ([service, start, every, level, message]) =>
  Array.from({ length: Math.floor((0 - start) / every) + 1 }, (_, n) => ({
    timestamp: t(start + n * every),
    source: 'cloudwatch',
    labels: { service, level },
    message: typeof message === 'function' ? message(n) : message,
  }));

function story(write, id, told) {
  const { title, alert, resources, quotas = [], changes = [], logs = [], truth, tags = [], actions } = told;
  write(id, {
    'scenario.json': {
      id,
      title,
      source: 'watchkeeper',
      now,
      environment: 'production',
      tags: ['pairs', 'aws', ...tags],
    },
    'alert.json': alarm({ id: id.toUpperCase().replaceAll('-', '').slice(-14), ...alert }),
    // A resource on a line: readable in a diff.
    'resources.json': `{"resources":[\n${resources.map((one) => JSON.stringify(one)).join(',\n')}\n],"quotas":${JSON.stringify(quotas)}}\n`,
    'changes.json': changes,
    ...(logs.length === 0
      ? {}
      : { 'logs.ndjson': logs.flatMap(linesOf).sort((a, b) => a.timestamp.localeCompare(b.timestamp)) }),
    'expected.json': {
      vocabulary: 'watchkeeper',
      rootCause: truth,
      actions: { right: [], harmful: [], ...actions },
    },
  });
}

const oldMessages = {
  title: 'label-requests oldest message',
  metric: 'ApproximateAgeOfOldestMessage',
  namespace: 'AWS/SQS',
  dimensions: { QueueName: 'label-requests' },
  threshold: 300,
};
const readsRequests = [{ type: 'sqs', name: 'label-requests', state: 'Enabled', lastResult: 'OK', batchSize: 1 }];
const older = (minute) => from(minute, 2, (m) => 60 * (m - minute) + 2);

export function writeManaged(write) {
  const tell = (id, told) => story(write, id, told);

  tell('function-concurrency', {
    title: 'Labels wait: two executions of the label printer are reserved where it needs five',
    alert: oldMessages,
    tags: ['serverless'],
    resources: [
      fn('label-printer', {
        reservedConcurrency: 2,
        eventSources: readsRequests,
        metrics: {
          Invocations: from(-21, 240, 118),
          Throttles: from(-21, 0, 190),
          ConcurrentExecutions: from(-21, 5, 2),
        },
      }),
      queue('label-requests', {
        visible: 2470,
        metrics: {
          ApproximateAgeOfOldestMessage: older(-21),
          ApproximateNumberOfMessagesVisible: from(-21, 3, (m) => 118 * (m + 21)),
          NumberOfMessagesReceived: from(-21, 240, 118),
          NumberOfMessagesDeleted: from(-21, 240, 118),
        },
      }),
    ],
    truth: { entity: { kind: 'Function', name: 'label-printer' }, cause: 'concurrency-exhausted' },
  });
  tell('function-concurrency-twin', {
    title: 'Labels wait: four times as many are ordered as the label printer may print at a time',
    alert: oldMessages,
    tags: ['serverless', 'capacity'],
    resources: [
      fn('label-printer', {
        reservedConcurrency: 10,
        eventSources: readsRequests,
        metrics: {
          Invocations: from(-21, 240, 610),
          Throttles: from(-21, 0, 230),
          ConcurrentExecutions: from(-21, 5, 10),
        },
      }),
      queue('label-requests', {
        visible: 7700,
        metrics: {
          ApproximateAgeOfOldestMessage: older(-21),
          ApproximateNumberOfMessagesVisible: from(-21, 3, (m) => 370 * (m + 21)),
          NumberOfMessagesSent: from(-21, 240, 980),
          NumberOfMessagesReceived: from(-21, 240, 610),
          NumberOfMessagesDeleted: from(-21, 240, 610),
        },
      }),
    ],
    truth: { entity: { kind: 'Queue', name: 'label-requests' }, cause: 'traffic-surge' },
  });

  const deadLetters = {
    title: 'label-requests dead letters',
    metric: 'ApproximateNumberOfMessagesVisible',
    namespace: 'AWS/SQS',
    dimensions: { QueueName: 'label-requests-dlq' },
    threshold: 0,
  };
  const redrive = { deadLetterQueue: 'label-requests-dlq', maxReceives: 3 };
  const dead = (perMinute) =>
    queue('label-requests-dlq', {
      deadLettersOf: ['label-requests'],
      visible: 17 * perMinute,
      inFlight: 0,
      metrics: {
        ApproximateAgeOfOldestMessage: from(-17, 0, (m) => 60 * (m + 17)),
        ApproximateNumberOfMessagesVisible: from(-17, 0, (m) => perMinute * (m + 18)),
        ApproximateNumberOfMessagesNotVisible: 0,
        NumberOfMessagesSent: 0,
        NumberOfMessagesReceived: 0,
        NumberOfMessagesDeleted: 0,
      },
    });
  const quiet = ['parcel-labels', -149, 3, 'info', (n) => `printed ${700 + ((n * 37) % 60)} labels in 3 m`];
  tell('dead-letters-release', {
    title: 'A release of the label printer cannot read parcels without a postcode',
    alert: deadLetters,
    tags: ['serverless'],
    resources: [
      fn('label-printer', {
        lastModified: t(-19),
        eventSources: readsRequests,
        metrics: { Errors: from(-18, 0, 82), Invocations: from(-18, 240, 402) },
      }),
      queue('label-requests', {
        redrive,
        metrics: { NumberOfMessagesReceived: from(-18, 240, 402), NumberOfMessagesDeleted: from(-18, 240, 213) },
      }),
      dead(27),
      table('labels'),
    ],
    logs: [
      quiet,
      [
        'parcel-labels',
        -18,
        0.5,
        'error',
        "TypeError: Cannot read properties of undefined (reading 'toUpperCase') at postcodeOf (address.js:41)",
      ],
    ],
    changes: [
      {
        id: 'label-printer-281',
        kind: 'deploy',
        at: t(-19),
        service: 'parcel-labels',
        author: 'noor',
        title: 'label-printer 2.8.1: print the postcode in capitals',
        version: '2.8.1',
        diff: '--- a/src/address.js\n+++ b/src/address.js\n@@ -38,5 +38,5 @@\n export function postcodeOf(parcel) {\n-  return parcel.postcode ?? "";\n+  return parcel.postcode.toUpperCase();\n }\n',
        files: ['src/address.js'],
        entity: { kind: 'Function', name: 'label-printer' },
      },
    ],
    truth: { entity: { kind: 'Function', name: 'label-printer' }, cause: 'code-change', change: 'label-printer-281' },
  });
  tell('dead-letters-release-twin', {
    title: 'The table of labels throttles writes, and its function was released two hours before',
    alert: deadLetters,
    tags: ['serverless', 'capacity'],
    resources: [
      fn('label-printer', {
        lastModified: t(-128),
        eventSources: readsRequests,
        uses: ['dynamodb:labels'],
        metrics: { Errors: from(-18, 0, 82), Invocations: from(-18, 240, 402), Duration: from(-19, 900, 1700) },
        failures: Array.from({ length: 8 }, (_, n) => ({
          at: t(-18 + n),
          message:
            'ERROR ProvisionedThroughputExceededException: The level of configured provisioned throughput for the table was exceeded. Consider increasing your provisioning level with the UpdateTable API.',
        })),
      }),
      queue('label-requests', {
        redrive,
        metrics: { NumberOfMessagesReceived: from(-18, 240, 402), NumberOfMessagesDeleted: from(-18, 240, 213) },
      }),
      dead(27),
      table('labels', {
        metrics: { WriteThrottleEvents: from(-20, 0, 310), ConsumedWriteCapacityUnits: from(-20, 260, 715) },
      }),
    ],
    logs: [quiet],
    changes: [
      {
        id: 'label-printer-280',
        kind: 'deploy',
        at: t(-128),
        service: 'parcel-labels',
        author: 'noor',
        title: 'label-printer 2.8.0: log the name of the printer',
        version: '2.8.0',
        diff: '--- a/src/log.js\n+++ b/src/log.js\n@@ -1,2 +1,2 @@\n-log.info("printed", { id });\n+log.info("printed", { id, printer });\n',
        files: ['src/log.js'],
        entity: { kind: 'Function', name: 'label-printer' },
      },
    ],
    truth: { entity: { kind: 'Table', name: 'labels' }, cause: 'throughput-exceeded' },
  });

  const rateErrors = {
    title: 'rate-api errors',
    metric: 'Errors',
    namespace: 'AWS/Lambda',
    dimensions: { FunctionName: 'rate-api' },
    threshold: 10,
    statistic: 'Sum',
  };
  const quotes = ['parcel-rates', -149, 3, 'info', (n) => `quoted ${900 + ((n * 37) % 60)} rates in 3 m`];
  tell('database-storage', {
    title: 'The database of rates has no storage left',
    alert: rateErrors,
    tags: ['serverless', 'database'],
    resources: [
      fn('rate-api', { uses: ['rds:rates-db'], metrics: { Errors: from(-12, 0, 130) } }),
      database('rates-db', {
        status: 'storage-full',
        events: [
          {
            at: t(-40),
            message:
              'The free storage capacity for DB Instance: rates-db is low at 4% of the provisioned storage [Provisioned Storage: 99.4 GB, Free Storage: 4.1 GB]. You may want to increase the provisioned storage to address this issue.',
          },
          { at: t(-13), message: 'The allocated storage for DB instance rates-db has been exhausted.' },
        ],
        metrics: {
          FreeStorageSpace: (m) => Math.max(0, (-13 - m) / 136) * 9 * gigabytes,
          WriteLatency: from(-13, 0.004, 0.4),
        },
      }),
    ],
    logs: [
      quotes,
      [
        'parcel-rates',
        -12,
        0.5,
        'error',
        'error: could not connect to server: Connection refused (rates-db.c1a2b3c4d5e6.eu-west-1.rds.amazonaws.com:5432)',
      ],
    ],
    truth: { entity: { kind: 'Database', name: 'rates-db' }, cause: 'disk-full' },
  });
  tell('database-storage-twin', {
    title: 'The database of rates failed over to its standby',
    alert: rateErrors,
    tags: ['serverless', 'database'],
    resources: [
      fn('rate-api', { uses: ['rds:rates-db'], metrics: { Errors: from(-12, 0, 130) } }),
      database('rates-db', {
        events: [
          { at: t(-13), message: 'Multi-AZ instance failover started.' },
          { at: t(-12), message: 'DB instance restarted' },
          { at: t(-11), message: 'Multi-AZ instance failover completed' },
        ],
        metrics: { DatabaseConnections: from(-13, 34, 3), FreeStorageSpace: (m) => (11 - m / 60) * gigabytes },
      }),
    ],
    logs: [
      quotes,
      [
        'parcel-rates',
        -12,
        0.5,
        'error',
        'error: could not connect to server: Connection refused (rates-db.c1a2b3c4d5e6.eu-west-1.rds.amazonaws.com:5432)',
      ],
    ],
    truth: { entity: { kind: 'Database', name: 'rates-db' }, cause: 'database-failover' },
  });

  /** A gateway gives up at its limit, to the millisecond. */
  const gateway = ({ metrics: moved = {}, stage = {}, givesUp = 1 } = {}) => ({
    type: 'apigateway',
    name: 'quotes-api',
    ...place,
    id: 'q1w2e3r4t5',
    form: 'rest',
    uses: ['lambda:quote-fn'],
    stages: [{ name: 'live', deployedAt: t(-60 * 24 * 30), rateLimit: 20, burstLimit: 40, ...stage }],
    integrations: [{ target: 'lambda:quote-fn', timeoutSeconds: 29, route: 'GET /quotes' }],
    metrics: {
      ...metrics({ Count: 600, '4XXError': 2, '5XXError': 0, Latency: 940, IntegrationLatency: 910, ...moved }),
      'IntegrationLatency.max': series(2300, 3).map(([at, usual], n) => [at, n - 149 < givesUp ? usual : 29_000]),
    },
  });
  const failedQuotes = (metric) => ({
    title: 'quotes-api failed requests',
    metric,
    namespace: 'AWS/ApiGateway',
    dimensions: { ApiName: 'quotes-api' },
    threshold: 20,
    statistic: 'Sum',
  });
  tell('gateway-time-limit', {
    title: 'The function behind an API became slower than the API waits',
    alert: failedQuotes('5XXError'),
    tags: ['serverless', 'api'],
    resources: [
      gateway({
        givesUp: -18,
        metrics: {
          '5XXError': from(-18, 0, 260),
          Latency: from(-18, 940, 17_000),
          IntegrationLatency: from(-18, 910, 16_900),
        },
      }),
      fn('quote-fn', {
        timeoutSeconds: 60,
        metrics: {
          Duration: from(-18, 900, 24_000),
          'Duration.max': from(-18, 2100, 44_000),
          ConcurrentExecutions: from(-18, 9, 90),
        },
      }),
    ],
    truth: { entity: { kind: 'Function', name: 'quote-fn' }, cause: 'slow-itself' },
  });
  tell('gateway-time-limit-twin', {
    title: 'A lowered limit of an API stage refuses its requests',
    alert: failedQuotes('4XXError'),
    tags: ['serverless', 'api'],
    resources: [
      gateway({
        stage: { deployedAt: t(-18), rateLimit: 4, burstLimit: 4 },
        metrics: { '4XXError': from(-18, 2, 360) },
      }),
      fn('quote-fn', { metrics: { Invocations: from(-18, 600, 240) } }),
    ],
    truth: { entity: { kind: 'Gateway', name: 'quotes-api' }, cause: 'api-rate-limit' },
  });
  const wait = (event, value) => {
    const points = series(value, 5);
    return { event, sessions: points.at(-1)[1], before: points[0][1], points };
  };
  tell('database-waits', {
    title: 'Sessions of the database of rates wait for locks',
    alert: rateErrors,
    tags: ['serverless', 'database'],
    resources: [
      fn('rate-api', {
        uses: ['rds:rates-db'],
        metrics: {
          Errors: from(-12, 0, 130),
          Duration: from(-14, 900, 19_000),
          'Duration.max': from(-14, 2100, 29_000),
        },
      }),
      database('rates-db', {
        waits: [wait('Lock:transactionid', from(-14, 0.02, 22)), wait('CPU', 0.9), wait('IO:DataFileRead', 0.3)],
        metrics: { DatabaseConnections: from(-14, 34, 58) },
      }),
    ],
    logs: [quotes, ['parcel-rates', -12, 0.5, 'error', 'error: canceling statement due to statement timeout']],
    truth: { entity: { kind: 'Database', name: 'rates-db' }, cause: 'database-lock' },
  });
  tell('database-waits-twin', {
    title: 'The database of rates has no processor left',
    alert: rateErrors,
    tags: ['serverless', 'database'],
    resources: [
      fn('rate-api', {
        uses: ['rds:rates-db'],
        metrics: {
          Errors: from(-12, 0, 130),
          Duration: from(-14, 900, 19_000),
          'Duration.max': from(-14, 2100, 29_000),
        },
      }),
      database('rates-db', {
        waits: [wait('CPU', from(-14, 0.9, 21)), wait('Lock:transactionid', 0.02), wait('IO:DataFileRead', 0.3)],
        metrics: { DatabaseConnections: from(-14, 34, 58), CPUUtilization: (m) => (m < -14 ? 22 : 98) },
      }),
    ],
    logs: [quotes, ['parcel-rates', -12, 0.5, 'error', 'error: canceling statement due to statement timeout']],
    truth: { entity: { kind: 'Database', name: 'rates-db' }, cause: 'cpu-overload' },
  });

  const unhealthyHosts = {
    title: 'parcel-web healthy hosts',
    metric: 'HealthyHostCount',
    namespace: 'AWS/ApplicationELB',
    dimensions: {
      TargetGroup: 'targetgroup/parcel-web/0f1e2d3c4b5a6978',
      LoadBalancer: 'app/parcel-front/a1b2c3d4e5f60718',
    },
    threshold: 3,
    statistic: 'Minimum',
  };
  const images = (version) => [`222233334444.dkr.ecr.eu-west-1.amazonaws.com/parcel-web:${version}`];
  const web = (over) => ({
    type: 'ecs',
    name: 'parcels/parcel-web',
    cluster: 'parcels',
    ...place,
    status: 'ACTIVE',
    desired: 4,
    running: 2,
    pending: 1,
    targetGroups: ['parcel-web'],
    ...over,
    deployments: [
      {
        id: 'ecs-svc/8001',
        status: 'PRIMARY',
        rollout: 'IN_PROGRESS',
        desired: 4,
        running: 0,
        failedTasks: 9,
        createdAt: t(-22),
        taskDefinition: 'parcel-web:57',
        images: images('5.7.0'),
      },
      {
        id: 'ecs-svc/8000',
        status: 'ACTIVE',
        rollout: 'COMPLETED',
        desired: 2,
        running: 2,
        failedTasks: 0,
        createdAt: t(-60 * 24 * 4),
        taskDefinition: 'parcel-web:56',
        images: images('5.6.2'),
      },
    ],
    metrics: metrics({ CPUUtilization: 31, MemoryUtilization: 44 }),
  });
  const front = {
    type: 'alb',
    name: 'parcel-front',
    ...place,
    state: 'active',
    targetGroups: ['parcel-web'],
    metrics: metrics({
      RequestCount: 2400,
      HTTPCode_ELB_5XX_Count: 0,
      HTTPCode_Target_5XX_Count: 0,
      TargetResponseTime: 0.08,
    }),
  };
  const group = (targets, unhealthy) => ({
    type: 'targetGroup',
    name: 'parcel-web',
    ...place,
    loadBalancers: ['parcel-front'],
    healthCheck: { path: '/healthz', port: 'traffic-port', codes: '200', timeoutSeconds: 5 },
    targets,
    metrics: metrics({
      HealthyHostCount: from(-20, 4, 2),
      UnHealthyHostCount: from(-20, 0, unhealthy),
      RequestCount: 2400,
      HTTPCode_Target_5XX_Count: 0,
      TargetResponseTime: 0.08,
    }),
  });
  const healthy = ['10.30.1.11', '10.30.2.12'].map((id) => ({ id, port: 8080, state: 'healthy' }));
  const release = {
    id: 'parcel-web-570',
    kind: 'deploy',
    at: t(-22),
    service: 'parcel-web',
    author: 'kim',
    title: 'parcel-web 5.7.0',
    version: '5.7.0',
  };
  tell('container-image', {
    title: 'The image of parcel-web 5.7.0 was never pushed',
    alert: unhealthyHosts,
    tags: ['containers'],
    resources: [
      web({
        events: [
          { at: t(-21), message: '(service parcel-web) was unable to place a task. Reason: CannotPullContainerError.' },
        ],
        stoppedTasks: Array.from({ length: 9 }, (_, n) => ({
          at: t(-20 + 2 * n),
          code: 'TaskFailedToStart',
          reason:
            'CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref 222233334444.dkr.ecr.eu-west-1.amazonaws.com/parcel-web:5.7.0: not found',
          taskDefinition: 'parcel-web:57',
        })),
      }),
      front,
      group(healthy, 0),
    ],
    changes: [release],
    truth: { entity: { kind: 'Service', name: 'parcel-web' }, cause: 'image-not-found' },
  });
  tell('container-image-twin', {
    title: 'parcel-web 5.7.0 answers the health check with 404',
    alert: unhealthyHosts,
    tags: ['containers'],
    resources: [
      web({
        pending: 0,
        events: Array.from({ length: 5 }, (_, n) => ({
          at: t(-18 + 3 * n),
          message:
            '(service parcel-web) (task 3f0c) (port 8080) is unhealthy in (target-group parcel-web) due to (reason Health checks failed with these codes: [404])',
        })),
        stoppedTasks: Array.from({ length: 9 }, (_, n) => ({
          at: t(-17 + 1.5 * n),
          code: 'ServiceSchedulerInitiated',
          reason:
            'Task failed ELB health checks in (target-group arn:aws:elasticloadbalancing:eu-west-1:222233334444:targetgroup/parcel-web/0f1e2d3c4b5a6978)',
          taskDefinition: 'parcel-web:57',
          containers: [{ name: 'web', exitCode: 143 }],
        })),
      }),
      front,
      group(
        [
          ...healthy,
          ...['10.30.1.31', '10.30.2.32'].map((id) => ({
            id,
            port: 8080,
            state: 'unhealthy',
            reason: 'Target.ResponseCodeMismatch',
            description: 'Health checks failed with these codes: [404]',
          })),
        ],
        2,
      ),
    ],
    changes: [release],
    truth: { entity: { kind: 'Service', name: 'parcel-web' }, cause: 'targets-unhealthy' },
  });
}
