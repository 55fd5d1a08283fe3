// Sources over the APIs of AWS: their doubles, questions and cases. The account is another one, so that the reader's role signs.
import { applicationSignalsDouble, service } from '../../connectors/application-signals/double.ts';
import { cloudTrailDouble } from '../../connectors/cloudtrail/double.ts';
import { cloudWatchDouble, operationOf } from '../../connectors/cloudwatch/double.ts';
import { xRayDouble } from '../../connectors/xray/double.ts';
import type { Answer, Asked } from '../../server.ts';
import { aSpan } from '../../traces.ts';
import { aws } from './faults.ts';
import { alone, behind } from './http-world.ts';
import { left, type Pages, type Row } from './row.ts';
import { ago, isoAgo } from './window.ts';

const account = '111122223333';
const region = 'us-east-1';
const seconds = (minutes: number) => ago(minutes) / 1000;
const namesRight = /the right to (?:[a-z0-9-]+:)?[A-Z]\w+ is missing/;
const noSize = left(
  'The SDK reads a page whole; AWS limits a page to some hundred entries, and the pages are limited.',
);
const noPlace = left('It is of an account and a region, and of no cluster.');
const noNamespace = left('It is of an account and a region, and has no namespace.');

/** An API of the JSON protocol of AWS, by operation. */
const operations =
  (answers: Readonly<Record<string, (input: Record<string, unknown>) => object>>) =>
  (asked: Asked): Answer => {
    const answer = answers[operationOf(asked)]?.(JSON.parse(asked.body === '' ? '{}' : asked.body));
    return answer === undefined
      ? aws.denied
      : { headers: { 'content-type': 'application/x-amz-json-1.1' }, body: JSON.stringify(answer) };
  };
const pagesOf = (operation: string, list: string, token: string): Pages => ({
  when: (asked) => operationOf(asked) === operation,
  in: 'body',
  token,
  list: [list],
  next: [token],
});
/** Of an API of REST and JSON. */
const restPages = (path: RegExp, list: string, place: 'body' | 'query' = 'body'): Pages => ({
  when: (asked) => path.test(asked.path),
  in: place,
  token: 'NextToken',
  list: [list],
  next: ['NextToken'],
});

const metric = (name: string) => ({ namespace: 'App', name, dimensions: { Service: name }, stat: 'Sum' });
const awsCases = { throttling: true, late: 18_000, rights: namesRight, form: true, size: noSize } as const;
const cloudwatch: Row = {
  follows:
    'https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/ and https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/',
  tried: [{ part: 'ministack', test: 'test/deploy/cloudwatch.test.ts', real: false }],
  dialect: aws,
  settings: () => ({
    region,
    account,
    groups: { web: ['/web', '/web-2'], ledger: ['/ledger'], 'web-far': ['/web-far'] },
    metrics: { web: [metric('web'), metric('web-2')], ledger: [metric('ledger')], 'web-far': [metric('web-far')] },
    places: {
      web: { cluster: 'near', namespace: 'shop' },
      ledger: { cluster: 'near', namespace: 'bank' },
      'web-far': { cluster: 'far', namespace: 'shop' },
    },
  }),
  without: {
    queries:
      'An agent writes them within the scope: test/connectors/cloudwatch/own-query.test.ts tries what they may ask.',
  },
  world: () =>
    behind(
      cloudWatchDouble({
        groups: Object.fromEntries(
          ['/web', '/web-2', '/ledger', '/web-far'].map((group) => [
            group,
            [90, 20, 10].map((minutes) => [ago(minutes), `line of ${group} ${minutes} ago %TEXT%`] as const),
          ]),
        ),
        metrics: { 'App web': [5], 'App web-2': [7], 'App ledger': [8], 'App web-far': [9] },
        alarms: ['web', 'ledger', 'web-far'].map((name) => ({
          AlarmName: `${name}-5xx`,
          StateValue: 'ALARM',
          StateReason: '%TEXT%',
          AlarmDescription: '%TEXT%',
          StateTransitionedTimestamp: seconds(10),
          Namespace: 'App',
          MetricName: name,
          Dimensions: [{ Name: 'Service', Value: name }],
        })),
        running: 0,
      }),
    ),
  questions: [
    {
      signal: 'logs',
      query: {},
      scope: { service: 'web', cluster: 'near', namespace: 'shop', reach: 'neighbourhood' },
      inside: ['line of /web 10 ago', 'line of /web-2 20 ago'],
      cases: {
        ...awsCases,
        service: '/ledger',
        namespace: '"bank"',
        cluster: '"far"',
        window: '90 ago',
        place: true,
        paging: pagesOf('GetQueryResults', 'results', 'nextToken'),
        partial: left('test/connectors/cloudwatch/cloudwatch.test.ts: Insights fails and FilterLogEvents answers.'),
        text: true,
      },
    },
    {
      signal: 'metrics',
      query: {},
      scope: { service: 'web', cluster: 'near', namespace: 'shop', reach: 'neighbourhood' },
      inside: ['"web"'],
      cases: {
        ...awsCases,
        service: '"ledger"',
        namespace: '"bank"',
        cluster: '"far"',
        window: left('GetMetricData selects; test/connectors/cloudwatch/cloudwatch.test.ts tries the bounds.'),
        place: true,
        paging: pagesOf('GetMetricData', 'MetricDataResults', 'NextToken'),
        partial: left(
          'One request gives all; a later page that fails is tried in test/connectors/cloudwatch/cloudwatch.test.ts.',
        ),
        text: left('Numbers alone are in the answer.'),
      },
    },
    {
      signal: 'alerts',
      query: {},
      scope: { service: 'web', cluster: 'near', namespace: 'shop', reach: 'neighbourhood' },
      inside: ['web-5xx'],
      cases: {
        ...awsCases,
        service: 'ledger-5xx',
        namespace: '"bank"',
        cluster: '"far"',
        window: left('An alarm that is in ALARM is one of now.'),
        place: true,
        paging: left('The double of this kind pages by one alarm; test/connectors/cloudwatch/cloudwatch.test.ts.'),
        partial: { fails: (asked) => operationOf(asked) === 'DescribeAlarmHistory', says: /before, beyond 0/ },
        text: true,
      },
    },
  ],
};

const cloudtrail: Row = {
  follows: 'https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html',
  tried: [],
  dialect: aws,
  settings: () => ({
    account,
    regions: [region],
    eventSources: ['ec2'],
    resources: { web: ['sg-web'], ledger: ['sg-ledger'] },
  }),
  world: () =>
    behind(
      cloudTrailDouble(
        [
          [10, 'sg-web'],
          [12, 'sg-web'],
          [14, 'sg-web'],
          [90, 'sg-web'],
          [10, 'sg-ledger'],
        ].map(([minutes, resource]) => ({
          id: `${resource} ${minutes}`,
          name: 'AuthorizeSecurityGroupIngress',
          at: isoAgo(Number(minutes)),
          resources: [String(resource)],
          whole: { requestParameters: { note: '%TEXT%' }, userAgent: '%TEXT%' },
        })),
      ),
    ),
  questions: [
    {
      signal: 'changes',
      query: {},
      scope: { service: 'web', reach: 'neighbours', neighbours: ['web'] },
      inside: ['sg-web 10'],
      cases: {
        ...awsCases,
        service: 'sg-ledger 10',
        namespace: noNamespace,
        cluster: noPlace,
        window: 'sg-web 90',
        place: noPlace,
        paging: pagesOf('LookupEvents', 'Events', 'NextToken'),
        partial: { fails: (asked) => asked.body.includes('EventSource'), says: /ec2\.amazonaws\.com in us-east-1/ },
        text: true,
      },
    },
  ],
};

const pipeline = (id: string, minutes: number) => ({
  pipelineExecutionId: id,
  status: 'Succeeded',
  startTime: seconds(minutes),
  lastUpdateTime: seconds(minutes - 1),
  sourceRevisions: [{ actionName: 'Source', revisionId: 'a'.repeat(40), revisionSummary: '%TEXT%' }],
  trigger: { triggerType: 'StartPipelineExecution', triggerDetail: 'arn:aws:sts::1:assumed-role/Admin/%TEXT%' },
});
const changeCases = {
  ...awsCases,
  namespace: noNamespace,
  cluster: noPlace,
  place: noPlace,
  text: true,
} as const;
const codepipeline: Row = {
  follows: 'https://docs.aws.amazon.com/codepipeline/latest/APIReference/',
  tried: [],
  dialect: aws,
  settings: () => ({ account, region, pipelines: { orders: ['orders-eu', 'orders-us'], ledger: ['ledger'] } }),
  world: async () =>
    alone(
      operations({
        ListPipelineExecutions: ({ pipelineName }) => ({
          pipelineExecutionSummaries: [10, 20, 90].map((minutes) =>
            pipeline(`${pipelineName}-${minutes}-ago`, minutes),
          ),
        }),
        ListActionExecutions: () => ({
          actionExecutionDetails: [
            { stageName: 'Prod %TEXT%', status: 'Succeeded', input: { actionTypeId: { category: 'Deploy' } } },
          ],
        }),
      }),
    ),
  questions: [
    {
      signal: 'changes',
      query: {},
      scope: { service: 'orders', reach: 'neighbourhood' },
      inside: ['orders-eu-10-ago', 'orders-eu-20-ago'],
      cases: {
        ...changeCases,
        service: 'ledger-10',
        window: '90-ago',
        paging: pagesOf('ListPipelineExecutions', 'pipelineExecutionSummaries', 'nextToken'),
        partial: { fails: (asked) => asked.body.includes('orders-us'), says: /orders-us/ },
      },
    },
  ],
};

const codedeploy: Row = {
  follows: 'https://docs.aws.amazon.com/codedeploy/latest/APIReference/',
  tried: [{ part: 'moto', test: 'test/real/aws-changes.test.ts', real: false }],
  dialect: aws,
  settings: () => ({ account, region, applications: { orders: ['orders-eu', 'orders-us'], ledger: ['ledger'] } }),
  world: async () =>
    alone(
      operations({
        ListDeploymentGroups: () => ({ deploymentGroups: ['prod'] }),
        ListDeployments: ({ applicationName }) => ({
          deployments: [10, 20].map((minutes) => `${applicationName}-${minutes}`),
        }),
        BatchGetDeployments: ({ deploymentIds }) => ({
          deploymentsInfo: (deploymentIds as string[]).map((deploymentId) => ({
            deploymentId,
            applicationName: deploymentId.replace(/-\d+$/, ''),
            deploymentGroupName: 'prod',
            status: 'Succeeded',
            createTime: seconds(Number(/\d+$/.exec(deploymentId)?.[0])),
            startTime: seconds(Number(/\d+$/.exec(deploymentId)?.[0])),
            description: '%TEXT%',
            creator: 'user',
            revision: { revisionType: 'S3', s3Location: { bucket: 'builds', key: '%TEXT%' } },
          })),
        }),
        ListDeploymentTargets: () => ({ targetIds: [] }),
        BatchGetDeploymentTargets: () => ({ deploymentTargets: [] }),
      }),
    ),
  questions: [
    {
      signal: 'changes',
      query: {},
      scope: { service: 'orders', reach: 'neighbourhood' },
      inside: ['orders-eu-10', 'orders-eu-20'],
      cases: {
        ...changeCases,
        service: 'ledger-10',
        window: left('ListDeployments selects by createTimeRange; test/connectors/aws-changes/codedeploy.test.ts.'),
        paging: pagesOf('ListDeployments', 'deployments', 'nextToken'),
        partial: { fails: (asked) => asked.body.includes('orders-us'), says: /orders-us/ },
      },
    },
  ],
};

const ecr: Row = {
  follows: 'https://docs.aws.amazon.com/AmazonECR/latest/APIReference/',
  tried: [{ part: 'moto', test: 'test/real/aws-changes.test.ts', real: false }],
  dialect: aws,
  settings: () => ({
    account,
    region,
    repositories: { orders: ['shop/orders', 'shop/orders-2'], ledger: ['bank/ledger'] },
  }),
  world: async () =>
    alone(
      operations({
        DescribeRepositories: () => ({ repositories: [] }),
        DescribeImages: ({ repositoryName }) => ({
          imageDetails: [10, 20, 90].map((minutes) => ({
            repositoryName,
            imageDigest: `sha256:${String(minutes).repeat(32)}`,
            imageTags: [`v-${minutes}-ago`, '%TEXT%'],
            imagePushedAt: seconds(minutes),
            imageManifestMediaType: 'application/vnd.oci.image.manifest.v1+json',
          })),
        }),
      }),
    ),
  questions: [
    {
      signal: 'changes',
      query: {},
      scope: { service: 'orders', reach: 'neighbourhood' },
      inside: ['v-10-ago', 'v-20-ago'],
      cases: {
        ...changeCases,
        service: 'ledger',
        window: 'v-90-ago',
        paging: pagesOf('DescribeImages', 'imageDetails', 'nextToken'),
        partial: { fails: (asked) => asked.body.includes('orders-2'), says: /shop\/orders-2/ },
      },
    },
  ],
};

const health = (minutes: number, n = minutes) => ({
  arn: `arn:aws:health:eu-west-1::event/RDS/AWS_RDS_OPERATIONAL_ISSUE/${n}`,
  service: 'RDS',
  eventTypeCode: `AWS_RDS_ISSUE_${n}_AGO`,
  eventTypeCategory: 'issue',
  eventScopeCode: 'PUBLIC',
  region: 'eu-west-1',
  startTime: seconds(minutes),
  ...(minutes === 90 ? { endTime: seconds(80), statusCode: 'closed' } : { statusCode: 'open' }),
  lastUpdatedTime: seconds(5),
});
const awsHealth: Row = {
  follows:
    'https://docs.aws.amazon.com/health/latest/APIReference/API_DescribeEvents.html and API_DescribeEventDetails.html',
  tried: [],
  dialect: aws,
  settings: () => ({ account, regions: ['eu-west-1'] }),
  world: async () =>
    alone(
      operations({
        DescribeEvents: () => ({ events: [health(10), health(20), health(90)] }),
        DescribeEventDetails: () => ({
          successfulSet: [{ event: { arn: health(10).arn }, eventDescription: { latestDescription: '%TEXT%' } }],
        }),
      }),
    ),
  questions: [
    {
      signal: 'status',
      query: {},
      scope: {
        service: 'orders',
        vendors: [{ name: 'aws-rds', components: ['rds'], regions: ['eu-west-1'], hosts: [], usedBy: ['orders'] }],
      },
      inside: ['ISSUE_10_AGO', 'ISSUE_20_AGO'],
      cases: {
        ...awsCases,
        service: left('DescribeEvents selects services and regions; test/connectors/aws-health.test.ts.'),
        namespace: noNamespace,
        cluster: noPlace,
        window: 'ISSUE_90_AGO',
        place: noPlace,
        paging: pagesOf('DescribeEvents', 'events', 'nextToken'),
        partial: { fails: (asked) => operationOf(asked) === 'DescribeEventDetails', says: /descriptions of 2 events/ },
        text: true,
      },
    },
  ],
};

const threat = (id: string, workload: string) => ({
  id,
  arn: `arn:aws:guardduty:eu-west-1:111122223333:detector/d1/finding/${id}`,
  accountId: account,
  region,
  schemaVersion: '2.0',
  type: 'CryptoCurrency:Runtime/BitcoinTool.B',
  title: `${id} %TEXT%`,
  severity: 8,
  createdAt: isoAgo(10),
  updatedAt: isoAgo(5),
  service: { eventFirstSeen: isoAgo(10), eventLastSeen: isoAgo(5), archived: false },
  resource: { kubernetesDetails: { kubernetesWorkloadDetails: { name: workload, namespace: 'shop' } } },
});
const rest = (value: unknown): Answer => ({
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(value),
});
const awsSecurity: Row = {
  follows:
    'https://docs.aws.amazon.com/guardduty/latest/APIReference/ and https://docs.aws.amazon.com/securityhub/1.0/APIReference/',
  tried: [],
  dialect: aws,
  settings: () => ({
    account,
    region,
    read: ['guardduty', 'ecr'],
    services: { web: { workloads: ['web'], repositories: ['shop/web'] } },
  }),
  world: async () =>
    alone((asked) => {
      if (operationOf(asked) !== '') return operations({ DescribeImages: () => ({ imageDetails: [] }) })(asked);
      if (asked.path.endsWith('/findings/get'))
        return rest({ findings: [threat('threat-1', 'web'), threat('threat-2', 'web'), threat('threat-3', 'ledger')] });
      if (asked.path.endsWith('/findings')) return rest({ findingIds: ['threat-1', 'threat-2', 'threat-3'] });
      return rest({ detectorIds: ['d1'] });
    }),
  questions: [
    {
      signal: 'security',
      query: { instances: [] },
      scope: { service: 'web' },
      inside: ['threat-1', 'threat-2'],
      cases: {
        ...awsCases,
        service: 'threat-3',
        namespace: noNamespace,
        cluster: noPlace,
        window: left('Findings of 30 days are of use; AWS selects by updatedAt.'),
        place: noPlace,
        paging: left('The gravest 50 are read, and more are said; test/connectors/aws-security.test.ts.'),
        partial: { fails: (asked) => operationOf(asked) === 'DescribeImages', says: /ECR \(shop\/web\)/ },
        text: true,
      },
    },
  ],
};

const spans = ['web', 'ledger'].flatMap((name, n) =>
  [90, 10].map((minutes, m) =>
    aSpan({
      trace: `1-${n}${m}`,
      span: `${n}${m}`.padStart(16, '0'),
      service: name,
      operation: `GET ${minutes} ago`,
      kind: 'server',
      start: ago(minutes),
      durationMs: 20,
      attributes: { note: '%TEXT%' },
    }),
  ),
);
/** Traces are read by five. */
const more = [11, 12, 13, 14, 15, 16].map((minutes) =>
  aSpan({
    trace: `1-5${minutes}`,
    span: `e${minutes}`.padStart(16, '0'),
    service: 'web',
    operation: `GET ${minutes} ago`,
    kind: 'server',
    start: ago(minutes),
    durationMs: 20,
  }),
);
const called = ['cart', 'stock', 'price'].map((peer, n) =>
  aSpan({
    trace: '1-00',
    span: `c${n}`.padStart(16, '0'),
    parent: '00'.padStart(16, '0'),
    service: 'web',
    operation: peer,
    peer,
    kind: 'client',
    start: ago(10),
    durationMs: 5,
  }),
);
const callees = ['cart', 'stock', 'price'].map((name, n) =>
  aSpan({
    trace: `1-9${n}`,
    span: `d${n}`.padStart(16, '0'),
    service: name,
    operation: 'GET 10 ago',
    kind: 'server',
    start: ago(10),
    durationMs: 5,
  }),
);
const xray: Row = {
  follows: 'https://docs.aws.amazon.com/xray/latest/api/',
  tried: [],
  dialect: aws,
  settings: () => ({ account, region, cluster: 'near' }),
  world: () => behind(xRayDouble({ spans: [...spans, ...more, ...called, ...callees] })),
  questions: [
    {
      signal: 'traces',
      query: {},
      scope: { service: 'web', reach: 'neighbourhood' },
      inside: ['GET 10 ago'],
      cases: {
        ...awsCases,
        service: 'ledger',
        namespace: noNamespace,
        cluster: left('The settings say of which cluster all segments are.'),
        window: 'GET 90 ago',
        place: true,
        paging: restPages(/^\/TraceSummaries/, 'TraceSummaries'),
        partial: {
          fails: (asked) => asked.path.startsWith('/Traces') && asked.body.includes('1-516'),
          says: /\d+ of \d+ traces/,
        },
        text: true,
      },
    },
    {
      signal: 'calls',
      query: {},
      scope: { service: 'web', reach: 'neighbourhood' },
      inside: ['"cart"', '"stock"'],
      cases: {
        ...awsCases,
        service: left('The call graph is of everything.'),
        namespace: left('The call graph is of everything.'),
        cluster: left('The call graph is of everything.'),
        window: left('A call has only the time at which it was last seen.'),
        place: true,
        paging: left('The edges of a page name services by numbers of the page; test/connectors/xray/xray.test.ts.'),
        partial: left('One list gives all.'),
        text: left('Names alone are in the answer.'),
      },
    },
  ],
};

const eks = (name: string) => service(name, 'eks:near/shop');
const applicationSignals: Row = {
  follows: 'https://docs.aws.amazon.com/applicationsignals/latest/APIReference/',
  tried: [],
  dialect: aws,
  settings: () => ({ account, region }),
  world: () =>
    behind(
      applicationSignalsDouble({
        services: ['web', 'cart', 'stock'].map(eks),
        edges: ['cart', 'stock'].map((to) => ({ operation: 'GET', from: eks('web'), to: eks(to) })),
      }),
    ),
  questions: [
    {
      signal: 'calls',
      query: {},
      scope: { service: 'web', reach: 'neighbourhood' },
      inside: ['"cart"', '"stock"'],
      cases: {
        ...awsCases,
        service: left('The call graph is of everything.'),
        namespace: left('The call graph is of everything.'),
        cluster: left('The call graph is of everything.'),
        window: left('A call has only the time at which it was last seen.'),
        place: true,
        paging: restPages(/^\/services/, 'ServiceSummaries', 'query'),
        partial: { fails: (asked) => asked.body.includes('"cart"'), says: /calls of 1 of 3 services/ },
        text: left('Names alone are in the answer.'),
      },
    },
  ],
};

const awsResources: Row = {
  follows:
    'https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeTable.html and GetMetricData of CloudWatch',
  tried: [{ part: 'ministack', test: 'test/deploy/aws-resources.test.ts', real: false }],
  dialect: aws,
  settings: () => ({ accounts: [account], region }),
  world: async () =>
    alone(
      operations({
        DescribeTable: ({ TableName }) => ({
          Table: {
            TableArn: `arn:aws:dynamodb:${region}:${account}:table/${TableName}`,
            TableStatus: 'ACTIVE',
            BillingModeSummary: { BillingMode: 'PROVISIONED' },
            ProvisionedThroughput: { ReadCapacityUnits: 5, WriteCapacityUnits: 5 },
            GlobalSecondaryIndexes: [{ IndexName: '%TEXT%'.slice(0, 6), IndexStatus: 'ACTIVE' }],
          },
        }),
        GetMetricData: ({ MetricDataQueries }) => ({
          MetricDataResults: (MetricDataQueries as { Id: string }[]).map(({ Id }) => ({
            Id,
            StatusCode: 'Complete',
            Timestamps: [seconds(10)],
            Values: [5],
          })),
        }),
      }),
    ),
  questions: [
    {
      signal: 'resources',
      query: { resources: ['labels', 'orders'].map((name) => ({ type: 'dynamodb', name, account })) },
      scope: { service: 'web' },
      inside: ['"labels"'],
      cases: {
        ...awsCases,
        service: left('A question names the resources.'),
        namespace: noNamespace,
        cluster: noPlace,
        window: left('GetMetricData selects.'),
        place: noPlace,
        paging: pagesOf('GetMetricData', 'MetricDataResults', 'NextToken'),
        partial: { fails: (asked) => asked.body.includes('"TableName":"orders"'), says: /dynamodb orders/ },
        text: left('test/connectors/aws-resources/aws-resources.test.ts: names and lines of logs.'),
      },
    },
  ],
};

const machine = `arn:aws:states:${region}:${account}:stateMachine:export`;
const execution = (name: string) => `arn:aws:states:${region}:${account}:execution:export:${name}`;
const stepFunctions: Row = {
  follows: 'https://docs.aws.amazon.com/step-functions/latest/apireference/ (ListExecutions, DescribeExecution)',
  tried: [{ part: 'ministack', test: 'test/deploy/executions.test.ts', real: false }],
  dialect: aws,
  settings: () => ({ stateMachines: [machine] }),
  world: async () =>
    alone(
      operations({
        ListExecutions: ({ statusFilter }) => ({
          executions:
            statusFilter === 'FAILED'
              ? [
                  { executionArn: execution('new'), stopDate: seconds(10) },
                  { executionArn: execution('old'), stopDate: seconds(60 * 30) },
                ]
              : [],
        }),
        DescribeExecution: ({ executionArn }) => ({
          executionArn,
          stateMachineArn: machine,
          name: 'new',
          status: 'FAILED',
          startDate: seconds(20),
          stopDate: seconds(10),
          error: '%TEXT%',
          cause: '%TEXT%',
          redriveCount: 0,
          redriveStatus: 'REDRIVABLE',
        }),
      }),
    ),
  questions: [
    {
      signal: 'executions',
      query: { arns: [execution('named'), machine] },
      scope: { service: 'export' },
      inside: [execution('named'), execution('new')],
      cases: {
        ...awsCases,
        service: left('A question names the executions.'),
        namespace: noNamespace,
        cluster: noPlace,
        window: execution('old'),
        place: noPlace,
        paging: left('The latest two of each kind of failure are read, in one page.'),
        partial: { fails: (asked) => operationOf(asked) === 'ListExecutions', says: /3 of 3 lists/ },
        text: true,
      },
    },
  ],
};

export const awsRows = {
  cloudwatch,
  'step-functions': stepFunctions,
  'aws-resources': awsResources,
  cloudtrail,
  codepipeline,
  codedeploy,
  ecr,
  xray,
  'application-signals': applicationSignals,
  'aws-health': awsHealth,
  'aws-security': awsSecurity,
};
