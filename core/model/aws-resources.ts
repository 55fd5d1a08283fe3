// Resources of AWS: how the catalogue and pages name them, and the state in which a source found them. Names and numbers are as the APIs give them; texts are
// bounded, and hostile.
import * as z from 'zod';
import { Instant } from './entity.ts';

export const ResourceType = z.enum([
  'lambda',
  'sqs',
  'dynamodb',
  'rds',
  'ecs',
  'alb',
  'targetGroup',
  'apigateway',
  'kinesis',
  'stateMachine',
  's3',
  'cloudfront',
]);
export type ResourceType = z.infer<typeof ResourceType>;

const accountId = z.string().regex(/^\d{12}$/);
const regionId = z.string().regex(/^[a-z]{2}(?:-[a-z]+){1,3}-\d$/);

/** A resource to read: its name in its own service (`cluster/service` for ECS), and its place as far as it is known. */
export const ResourceRef = z.object({
  type: ResourceType,
  name: z.string().min(1).max(300),
  account: accountId.optional(),
  region: regionId.optional(),
  /** The catalogue's service that it belongs to. */
  service: z.string().max(253).optional(),
});
export type ResourceRef = z.infer<typeof ResourceRef>;

/** Limit on the resources of one incident. */
export const maxResources = 24;

const text = (most: number) => z.string().transform((given) => given.slice(0, most));
const count = z.number().int().min(0);

/** `[epochSeconds, value]` in time order, of one minute or more each. A minute without a value is left out. */
export const Points = z.array(z.tuple([z.number(), z.number()])).max(2000);
export type Points = z.infer<typeof Points>;

export const ResourceEvent = z.object({ at: Instant, message: text(500) });
export type ResourceEvent = z.infer<typeof ResourceEvent>;

const common = {
  name: z.string().min(1).max(300),
  account: accountId.optional(),
  region: regionId.optional(),
  service: z.string().max(253).optional(),
  /** By the keys of `resourceMetrics`. */
  metrics: z.record(z.string().max(100), Points).default({}),
  /** Other resources that it reads or writes, as `type:name`, as far as its own configuration says so. */
  uses: z.array(z.string().max(350)).max(50).default([]),
};

/** A source of events that invokes a function: https://docs.aws.amazon.com/lambda/latest/api/API_EventSourceMappingConfiguration.html */
const EventSource = z.strictObject({
  type: ResourceType.optional(),
  name: z.string().max(300),
  state: z.string().max(60),
  /** What the last processing gave: `OK`, `No records processed`, `PROBLEM: …`. */
  lastResult: text(300).optional(),
  /** Why it has its state. */
  reason: text(300).optional(),
  batchSize: count.optional(),
  maximumConcurrency: count.optional(),
  changedAt: Instant.optional(),
});

const Lambda = z.strictObject({
  type: z.literal('lambda'),
  ...common,
  state: z.string().max(40).optional(),
  stateReason: text(300).optional(),
  stateReasonCode: z.string().max(60).optional(),
  lastUpdateStatus: z.string().max(40).optional(),
  lastUpdateReason: text(300).optional(),
  lastUpdateReasonCode: z.string().max(60).optional(),
  /** When code or configuration were changed last. */
  lastModified: Instant.optional(),
  runtime: z.string().max(60).optional(),
  memoryMb: z.number().positive().optional(),
  timeoutSeconds: z.number().positive().optional(),
  /** Absent: it takes what the account has left. */
  reservedConcurrency: count.optional(),
  /** Of its account and region. */
  accountConcurrency: z.strictObject({ limit: count, unreserved: count }).optional(),
  eventSources: z.array(EventSource).max(50).default([]),
  /** Lines of its log that tell how invocations failed, oldest first. */
  failures: z.array(ResourceEvent).max(60).default([]),
});

const Queue = z.strictObject({
  type: z.literal('sqs'),
  ...common,
  visible: count.optional(),
  inFlight: count.optional(),
  delayed: count.optional(),
  visibilityTimeoutSeconds: count.optional(),
  retentionSeconds: count.optional(),
  /** Where a message goes after so many receives. */
  redrive: z.strictObject({ deadLetterQueue: z.string().max(100), maxReceives: count }).optional(),
  /** The queues whose dead letters it holds. */
  deadLettersOf: z.array(z.string().max(100)).max(20).default([]),
  lastModified: Instant.optional(),
});

const Table = z.strictObject({
  type: z.literal('dynamodb'),
  ...common,
  status: z.string().max(60).optional(),
  mode: z.enum(['provisioned', 'on-demand']).optional(),
  /** Units a second, of a provisioned table; of an on-demand table, its own maximum. */
  readCapacity: z.number().min(0).optional(),
  writeCapacity: z.number().min(0).optional(),
  indexes: z
    .array(z.strictObject({ name: z.string().max(255), status: z.string().max(60).optional() }))
    .max(30)
    .default([]),
  /** The last change of its capacity. */
  capacityChangedAt: Instant.optional(),
});

const DatabaseResource = z.strictObject({
  type: z.literal('rds'),
  ...common,
  /** `instance` or `cluster` (Aurora and Multi-AZ clusters). */
  form: z.enum(['instance', 'cluster']).default('instance'),
  engine: z.string().max(60).optional(),
  engineVersion: z.string().max(60).optional(),
  status: z.string().max(60).optional(),
  instanceClass: z.string().max(60).optional(),
  multiAz: z.boolean().optional(),
  storageGb: z.number().min(0).optional(),
  /** To which its storage may grow by itself; absent: it does not grow. */
  maxStorageGb: z.number().min(0).optional(),
  /** Of the parameter group, if somebody set it to a number. */
  maxConnections: count.optional(),
  members: z
    .array(z.strictObject({ name: z.string().max(100), writer: z.boolean() }))
    .max(20)
    .default([]),
  /** Of the last 14 days, oldest first. */
  events: z.array(ResourceEvent).max(100).default([]),
  /** What sessions wait for, by average active sessions, most first. Absent: Performance Insights is off or was not read. */
  waits: z
    .array(
      z.strictObject({
        event: z.string().max(200),
        sessions: z.number().min(0),
        before: z.number().min(0),
        /** By time; then `sessions` and `before` follow from it. */
        points: Points.optional(),
      }),
    )
    .max(20)
    .optional(),
});

const EcsService = z.strictObject({
  type: z.literal('ecs'),
  ...common,
  cluster: z.string().max(255),
  status: z.string().max(60).optional(),
  desired: count.optional(),
  running: count.optional(),
  pending: count.optional(),
  deployments: z
    .array(
      z.strictObject({
        id: z.string().max(100),
        status: z.string().max(40),
        rollout: z.string().max(40).optional(),
        reason: text(300).optional(),
        desired: count.optional(),
        running: count.optional(),
        failedTasks: count.optional(),
        createdAt: Instant.optional(),
        /** `family:revision`. */
        taskDefinition: z.string().max(300).optional(),
        images: z.array(z.string().max(500)).max(10).default([]),
      }),
    )
    .max(10)
    .default([]),
  /** The service's own events, oldest first. */
  events: z.array(ResourceEvent).max(100).default([]),
  stoppedTasks: z
    .array(
      z.strictObject({
        at: Instant.optional(),
        code: z.string().max(60).optional(),
        reason: text(500).optional(),
        taskDefinition: z.string().max(300).optional(),
        containers: z
          .array(
            z.strictObject({
              name: z.string().max(255),
              exitCode: z.number().int().optional(),
              reason: text(500).optional(),
            }),
          )
          .max(10)
          .default([]),
      }),
    )
    .max(50)
    .default([]),
  targetGroups: z.array(z.string().max(100)).max(20).default([]),
});

const LoadBalancer = z.strictObject({
  type: z.literal('alb'),
  ...common,
  state: z.string().max(60).optional(),
  stateReason: text(300).optional(),
  targetGroups: z.array(z.string().max(100)).max(50).default([]),
});

const TargetGroup = z.strictObject({
  type: z.literal('targetGroup'),
  ...common,
  loadBalancers: z.array(z.string().max(100)).max(20).default([]),
  healthCheck: z
    .strictObject({
      path: z.string().max(1024).optional(),
      port: z.string().max(40).optional(),
      codes: z.string().max(200).optional(),
      timeoutSeconds: count.optional(),
    })
    .optional(),
  /** States and reasons of DescribeTargetHealth. */
  targets: z
    .array(
      z.strictObject({
        id: z.string().max(300),
        port: count.optional(),
        state: z.string().max(60),
        reason: z.string().max(100).optional(),
        description: text(300).optional(),
      }),
    )
    .max(200)
    .default([]),
});

const Gateway = z.strictObject({
  type: z.literal('apigateway'),
  ...common,
  id: z.string().max(60).optional(),
  form: z.enum(['rest', 'http', 'websocket']).optional(),
  stages: z
    .array(
      z.strictObject({
        name: z.string().max(128),
        /** When the stage was changed last. */
        deployedAt: Instant.optional(),
        /** Requests a second that all of its methods or routes take; absent: only the account limits them. */
        rateLimit: z.number().min(0).optional(),
        burstLimit: count.optional(),
      }),
    )
    .max(20)
    .default([]),
  /** What its methods or routes call. */
  integrations: z
    .array(
      z.strictObject({
        /** `type:name`, if it is a resource of AWS that the address names. */
        target: z.string().max(350).optional(),
        timeoutSeconds: z.number().positive().optional(),
        /** `GET /rates`. */
        route: text(300).optional(),
      }),
    )
    .max(50)
    .default([]),
});

const Stream = z.strictObject({
  type: z.literal('kinesis'),
  ...common,
  status: z.string().max(60).optional(),
  mode: z.enum(['provisioned', 'on-demand']).optional(),
  shards: count.optional(),
});

const StateMachine = z.strictObject({
  type: z.literal('stateMachine'),
  ...common,
  status: z.string().max(60).optional(),
});

const Bucket = z.strictObject({
  type: z.literal('s3'),
  ...common,
  /** Whether its requests are measured at all; that has to be switched on. */
  measured: z.boolean().optional(),
});

const Distribution = z.strictObject({
  type: z.literal('cloudfront'),
  ...common,
  status: z.string().max(60).optional(),
  enabled: z.boolean().optional(),
  lastModified: Instant.optional(),
  origins: z.array(z.string().max(300)).max(50).default([]),
});

export const AwsResource = z.discriminatedUnion('type', [
  Lambda,
  Queue,
  Table,
  DatabaseResource,
  EcsService,
  LoadBalancer,
  TargetGroup,
  Gateway,
  Stream,
  StateMachine,
  Bucket,
  Distribution,
]);
export type AwsResource = z.infer<typeof AwsResource>;
export type ResourceOf<T extends ResourceType> = Extract<AwsResource, { readonly type: T }>;

/** A quota of an account that a resource uses, with its use: https://docs.aws.amazon.com/servicequotas/2019-06-24/apireference/API_ServiceQuota.html */
export const ResourceQuota = z.strictObject({
  account: accountId.optional(),
  region: regionId.optional(),
  /** Of AWS, as `lambda`. */
  service: z.string().max(60),
  /** As `L-B99A9384`. */
  code: z.string().max(128).optional(),
  name: z.string().max(200),
  value: z.number().min(0),
  adjustable: z.boolean().optional(),
  /** What is limited: calls in a time, what runs at the same time, or how many there are. */
  measures: z.enum(['rate', 'concurrency', 'count']).default('count'),
  /** In the unit of the value. */
  used: Points,
});
export type ResourceQuota = z.infer<typeof ResourceQuota>;

/** What a source found. A resource that could not be read at all is missing from it, and named in the answer's `missing`. */
export const ResourceSet = z.strictObject({
  resources: z.array(AwsResource).max(200),
  quotas: z.array(ResourceQuota).max(100).default([]),
});
export type ResourceSet = z.infer<typeof ResourceSet>;

type Statistic = 'Sum' | 'Average' | 'Maximum' | 'Minimum';

/** The metrics of each type: the metric's name in CloudWatch, with another ending where there are two of one name, and the statistic of a minute or more. */
export const resourceMetrics: Readonly<Record<ResourceType, Readonly<Record<string, Statistic>>>> = {
  lambda: {
    Invocations: 'Sum',
    Errors: 'Sum',
    Throttles: 'Sum',
    Duration: 'Average',
    'Duration.max': 'Maximum',
    ConcurrentExecutions: 'Maximum',
    /** Of all functions of the account in the region. */
    'ConcurrentExecutions.account': 'Maximum',
    IteratorAge: 'Maximum',
  },
  sqs: {
    ApproximateAgeOfOldestMessage: 'Maximum',
    ApproximateNumberOfMessagesVisible: 'Maximum',
    ApproximateNumberOfMessagesNotVisible: 'Maximum',
    NumberOfMessagesSent: 'Sum',
    NumberOfMessagesReceived: 'Sum',
    NumberOfMessagesDeleted: 'Sum',
  },
  dynamodb: {
    ReadThrottleEvents: 'Sum',
    WriteThrottleEvents: 'Sum',
    ConsumedReadCapacityUnits: 'Sum',
    ConsumedWriteCapacityUnits: 'Sum',
    ProvisionedReadCapacityUnits: 'Average',
    ProvisionedWriteCapacityUnits: 'Average',
  },
  rds: {
    CPUUtilization: 'Average',
    DatabaseConnections: 'Maximum',
    FreeStorageSpace: 'Minimum',
    FreeLocalStorage: 'Minimum',
    FreeableMemory: 'Minimum',
    ReadLatency: 'Average',
    WriteLatency: 'Average',
    DiskQueueDepth: 'Average',
  },
  ecs: { CPUUtilization: 'Average', MemoryUtilization: 'Maximum' },
  alb: {
    RequestCount: 'Sum',
    HTTPCode_ELB_5XX_Count: 'Sum',
    HTTPCode_Target_5XX_Count: 'Sum',
    RejectedConnectionCount: 'Sum',
    TargetResponseTime: 'Average',
  },
  targetGroup: {
    RequestCount: 'Sum',
    HTTPCode_Target_5XX_Count: 'Sum',
    TargetConnectionErrorCount: 'Sum',
    HealthyHostCount: 'Minimum',
    UnHealthyHostCount: 'Maximum',
    TargetResponseTime: 'Average',
  },
  apigateway: {
    Count: 'Sum',
    '4XXError': 'Sum',
    '5XXError': 'Sum',
    Latency: 'Average',
    IntegrationLatency: 'Average',
    'IntegrationLatency.max': 'Maximum',
  },
  kinesis: {
    IncomingRecords: 'Sum',
    'GetRecords.IteratorAgeMilliseconds': 'Maximum',
    WriteProvisionedThroughputExceeded: 'Sum',
    ReadProvisionedThroughputExceeded: 'Sum',
  },
  stateMachine: {
    ExecutionsStarted: 'Sum',
    ExecutionsFailed: 'Sum',
    ExecutionsTimedOut: 'Sum',
    ExecutionThrottled: 'Sum',
  },
  s3: { AllRequests: 'Sum', '4xxErrors': 'Sum', '5xxErrors': 'Sum' },
  /** `OriginLatency` exists only where the distribution's additional metrics are switched on. */
  cloudfront: { Requests: 'Sum', '4xxErrorRate': 'Average', '5xxErrorRate': 'Average', OriginLatency: 'Average' },
};
