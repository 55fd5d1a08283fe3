// Schemas of the data that sources return, in the terms of the scenario format (docs/scenario-format.md). Readers validate with them; analysis reads
// the result.
import * as z from 'zod';
import { EntityRef, Instant, type TimeWindow } from './entity.ts';

export const MetricSource = z.enum(['prometheus', 'cloudwatch', 'newrelic', 'fastly']);
export type MetricSource = z.infer<typeof MetricSource>;

/** One metric series. `points` are `[epochSeconds, value]` in time order; gaps are allowed, and a missing value is left out. */
export const Series = z.strictObject({
  source: MetricSource,
  entity: z.strictObject({
    kind: z.string().min(1),
    name: z.string().min(1),
    namespace: z.string().optional(),
    cluster: z.string().optional(),
    fromNode: z.string().optional(),
  }),
  signal: z.string().min(1),
  unit: z.string(),
  points: z.array(z.tuple([z.number(), z.number()])),
  /** The web page that shows it. */
  link: z.string().max(2000).optional(),
});
export type Series = z.infer<typeof Series>;

export const LogRecord = z.strictObject({
  timestamp: Instant,
  source: z.enum(['cloudwatch', 'newrelic', 'kubernetes', 'journald', 'loki', 'victorialogs']),
  /** Sources may add labels of their own (a trace id, a version). */
  labels: z.looseObject({
    cluster: z.string().optional(),
    namespace: z.string().optional(),
    service: z.string().optional(),
    pod: z.string().optional(),
    container: z.string().optional(),
    node: z.string().optional(),
    unit: z.string().optional(),
    level: z.string().optional(),
  }),
  message: z.string(),
  /** The source did not read this log's lines before this one. */
  cut: z.boolean().optional(),
});
export type LogRecord = z.infer<typeof LogRecord>;

/** Which statistic of a distribution a metric is: `tail` is a high percentile or a maximum. */
export const Statistic = z.enum(['mean', 'median', 'tail']);
export type Statistic = z.infer<typeof Statistic>;

export const FiringAlert = z.strictObject({
  name: z.string().min(1),
  at: Instant,
  severity: z.string().optional(),
  entity: z
    .strictObject({
      kind: z.string(),
      name: z.string(),
      namespace: z.string().optional(),
      cluster: z.string().optional(),
    })
    .optional(),
  summary: z.string(),
  status: z.enum(['firing', 'resolved']),
  /** The alert's own metric, as its source names it; its statistic (`Average`, `p99`); its threshold in the metric's unit. */
  metric: z.string().max(200).optional(),
  statistic: z.string().max(50).optional(),
  threshold: z.number().optional(),
});
export type FiringAlert = z.infer<typeof FiringAlert>;

export const Change = z.strictObject({
  id: z.string().min(1),
  kind: z.enum(['deploy', 'commit', 'flag', 'config', 'infrastructure']),
  at: Instant,
  service: z.string().optional(),
  author: z.string().optional(),
  title: z.string(),
  diff: z.string().optional(),
  files: z.array(z.string()).optional(),
  commit: z.string().optional(),
  version: z.string().optional(),
  from: z.unknown().optional(),
  to: z.unknown().optional(),
  /** What it went live on, if the source knows it. */
  entity: EntityRef.optional(),
  /** The web page of the change: a commit, a comparison, a flag. */
  link: z.string().max(600).optional(),
});
export type Change = z.infer<typeof Change>;

/** One span of a trace. A call has two: the caller's (`client`) and, as its child, the callee's (`server`). */
export const Span = z.strictObject({
  trace: z.string().min(1),
  span: z.string().min(1),
  parent: z.string().optional(),
  service: z.string().min(1),
  operation: z.string().min(1),
  kind: z.enum(['server', 'client', 'producer', 'consumer', 'internal']).default('internal'),
  /** Epoch milliseconds. */
  start: z.number(),
  durationMs: z.number().min(0),
  error: z.boolean().default(false),
  /** What the error or the protocol says: a message, a status. */
  status: z.string().optional(),
  /** The service that a client span calls, if the tracer knows it. */
  peer: z.string().optional(),
  cluster: z.string().optional(),
  namespace: z.string().optional(),
  attributes: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
});
export type Span = z.infer<typeof Span>;

/** A metric of the calls from one service to another, as the caller or the callee measures it. Points as in `Series`. */
export const EdgeSeries = z.strictObject({
  from: z.string().min(1),
  to: z.string().min(1),
  reporter: z.enum(['caller', 'callee']).default('caller'),
  operation: z.string().optional(),
  signal: z.string().min(1),
  /** `p95`, `mean`, `sum` */
  statistic: z.string().optional(),
  unit: z.string(),
  points: z.array(z.tuple([z.number(), z.number()])),
});
export type EdgeSeries = z.infer<typeof EdgeSeries>;

/** Traces that were asked for because they are slow, or because they failed. */
export interface Chosen {
  /** Ids of those of the incident. */
  readonly traces: readonly string[];
  /** Traces an hour of the time before the incident and of the incident; `before` is absent if there were more than were counted. */
  readonly perHour: { readonly before?: number; readonly during: number };
}

/** Spans and metrics of calls. `reference` is a period that shows the normal state, if it is not the time before the incident. */
export interface TraceSet {
  readonly spans: readonly Span[];
  readonly edges: readonly EdgeSeries[];
  readonly reference?: TimeWindow | undefined;
  /** `only`: ids of all traces that are there for no other reason; the rest was taken by chance. Absent: everything was. */
  readonly chosen?: { readonly slow?: Chosen; readonly failed?: Chosen; readonly only: readonly string[] } | undefined;
}

/** `from` calls `to`. */
export const Dependency = z.strictObject({
  from: z.string().min(1),
  to: z.string().min(1),
  fromCluster: z.string().optional(),
  toCluster: z.string().optional(),
  requestsPerSecond: z.number().min(0).optional(),
  /** Share of the calls that fail, 0 to 1. */
  errorRatio: z.number().min(0).max(1).optional(),
  /** The latest moment at which a source saw the call. */
  seenAt: Instant.optional(),
});
export type Dependency = z.infer<typeof Dependency>;

/** A workload that is a database, cache or queue server, recognised by its image. */
export const DatabaseServer = z.strictObject({
  product: z.enum([
    'mysql',
    'postgresql',
    'sqlserver',
    'oracle',
    'mongodb',
    'redis',
    'memcached',
    'elasticsearch',
    'cassandra',
    'kafka',
    'rabbitmq',
    'etcd',
  ]),
  entity: EntityRef,
  /** Whether a pod of it is available, as the cluster says; absent if it does not. */
  isAvailable: z.boolean().optional(),
  /** The ports on which its Services and containers answer, as far as they are declared. */
  ports: z.array(z.number().int()).max(10).optional(),
});
export type DatabaseServer = z.infer<typeof DatabaseServer>;

const statusWords: Readonly<Record<string, 'operational' | 'degraded' | 'outage'>> = {
  operational: 'operational',
  resolved: 'operational',
  completed: 'operational',
  degraded: 'degraded',
  degraded_performance: 'degraded',
  investigating: 'degraded',
  identified: 'degraded',
  monitoring: 'degraded',
  under_maintenance: 'degraded',
  partial_outage: 'outage',
  major_outage: 'outage',
  outage: 'outage',
};

/** `state` also accepts the words of public status pages (Atlassian Statuspage); any other word becomes `unknown`. */
export const VendorStatus = z.strictObject({
  provider: z.string().min(1),
  at: Instant,
  state: z
    .string()
    .max(50)
    .transform((word) => statusWords[word.toLowerCase()] ?? ('unknown' as const)),
  text: z.string(),
  /** The form of the statement; absent in recordings of plain feeds. `component`: a component's present state, without an incident. */
  kind: z.enum(['incident', 'maintenance', 'component']).optional(),
  /** When it ended, or when planned work is to end. */
  until: Instant.optional(),
  components: z.array(z.string().min(1).max(200)).max(50).optional(),
  /** The vendor's name in the catalogue, the services that depend on it, and its hosts. */
  vendor: z.string().min(1).max(200).optional(),
  usedBy: z.array(z.string().min(1).max(200)).max(50).optional(),
  hosts: z.array(z.string().min(1).max(253)).max(20).optional(),
  /** Whether it is about the components and regions that the catalogue names; absent if the catalogue says nothing about the vendor. */
  relevant: z.boolean().optional(),
  link: z.string().max(600).optional(),
});
export type VendorStatus = z.infer<typeof VendorStatus>;

/** An object as `kubectl get … -o json` returns it. Only the common fields are checked; each reader checks the rest. */
export const KubernetesObject = z.looseObject({
  kind: z.string().min(1),
  apiVersion: z.string().optional(),
  metadata: z.looseObject({
    name: z.string(),
    namespace: z.string().optional(),
    labels: z.record(z.string(), z.string()).nullish(),
    annotations: z.record(z.string(), z.string()).nullish(),
    creationTimestamp: z.string().nullish(),
  }),
});
export type KubernetesObject = z.infer<typeof KubernetesObject>;

/** The state of one cluster at one moment, including core/v1 Events. */
export interface KubernetesSnapshot {
  readonly cluster: string;
  readonly takenAt: Instant;
  readonly items: readonly KubernetesObject[];
}

/** A section of a knowledge document that matched a search. Hits are ordered best first. */
export interface KnowledgeHit {
  readonly document: string;
  readonly title: string;
  readonly heading: string;
  readonly excerpt: string;
  readonly score: number;
  /** Why it matched, in words: the matching terms or fields. */
  readonly why: string;
  /** Of a document that is read elsewhere: its page, its last change there, and when it was last compared with it. */
  readonly link?: string | undefined;
  readonly changedAt?: string | undefined;
  readonly readAt?: string | undefined;
}
