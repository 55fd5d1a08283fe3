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

function story(write, id, told) {
  const { title, alert, resources, quotas = [], changes = [], truth, tags = [], actions } = told;
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
}
