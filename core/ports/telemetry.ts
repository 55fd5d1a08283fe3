// Ports that observe systems and act on them. A source that cannot answer returns a gap; it throws only if a retry could help.
import type { ResourceRef, ResourceSet } from '../model/aws-resources.ts';
import type { EntityRef } from '../model/entity.ts';
import type { CdnTraffic, EdgeAnswer, WorkflowExecution } from '../model/managed.ts';
import type { Consultation, Gap } from '../model/report.ts';
import type { Scope } from '../model/scope.ts';
import type { SecurityFinding } from '../model/security.ts';
import type {
  Change,
  Dependency,
  FiringAlert,
  KnowledgeHit,
  KubernetesObject,
  KubernetesSnapshot,
  LogRecord,
  Series,
  TraceSet,
  VendorStatus,
} from '../model/telemetry.ts';

/** Data, or the reason why there is none. `query` and `link` become part of the evidence. */
export type Observed<T> =
  | {
      readonly kind: 'data';
      readonly data: T;
      readonly query: string;
      /** Requested parts that the data lacks, in words; each becomes a gap of the answer. */
      readonly missing?: readonly string[] | undefined;
      /** Under which names the source found what was asked, in words. */
      readonly found?: readonly string[] | undefined;
      /** Gaps of single sources if several were merged, by the source's name. */
      readonly gaps?: readonly Gap[] | undefined;
      readonly link?: string | undefined;
      readonly bytes: number;
      /** The named sources behind the answer. */
      readonly consulted?: Consultation | undefined;
    }
  | { readonly kind: 'gap'; readonly gap: Gap; readonly consulted?: Consultation | undefined };

/** The query of a signal that needs only the scope. */
export type NoQuery = Readonly<Record<string, never>>;

/** When the time before the incident ends: a source reads as much before it as after it. Absent, the window is one period. */
export interface TracesQuery {
  readonly baselineEnd?: string | undefined;
}

export const queryLanguages = ['promql', 'nrql', 'cloudwatch'] as const;
export type QueryLanguage = (typeof queryLanguages)[number];

/** `text` is a model's: treat it as hostile. */
export interface OwnQuery {
  readonly language: QueryLanguage;
  readonly text: string;
}

/** The query and the answer of each signal; every query also gets a scope. */
export interface SignalTypes {
  /** Every cluster in scope in its present state, including Events. */
  readonly kubernetes: { readonly query: NoQuery; readonly answer: readonly KubernetesSnapshot[] };
  /** All catalogued series in scope over the window. */
  readonly metrics: { readonly query: NoQuery; readonly answer: readonly Series[] };
  /** One query in a source's own language. The source refuses what it cannot keep within the scope; a gap's reason says how to ask better. */
  readonly queries: { readonly query: OwnQuery; readonly answer: readonly Series[] };
  /** Records in scope over the window, oldest first; streamed, because there may be millions. */
  readonly logs: { readonly query: NoQuery; readonly answer: AsyncIterable<LogRecord> };
  readonly changes: { readonly query: NoQuery; readonly answer: readonly Change[] };
  /** Calls between services, from the mesh, tracing or the catalogue. */
  readonly calls: { readonly query: NoQuery; readonly answer: readonly Dependency[] };
  /** Alerts that the monitoring system itself had firing in the window. */
  readonly alerts: { readonly query: NoQuery; readonly answer: readonly FiringAlert[] };
  readonly status: { readonly query: NoQuery; readonly answer: readonly VendorStatus[] };
  /**
   * Spans and metrics of calls over the window, and over a reference period that the source has apart from it. A trace is within the scope if something
   * in it is, and is whole: what a call waits for may run elsewhere.
   */
  readonly traces: { readonly query: TracesQuery; readonly answer: readonly TraceSet[] };
  /** Executions by ARN; for a state machine's ARN, its latest executions within a day that did not succeed. */
  readonly executions: {
    readonly query: { readonly arns: readonly string[] };
    readonly answer: readonly WorkflowExecution[];
  };
  /** The CDN's answer for an address. Only hosts named in the configuration are queried. */
  readonly edge: { readonly query: { readonly urls: readonly string[] }; readonly answer: readonly EdgeAnswer[] };
  /** Open findings of security services about the paged service, and about these instances of EC2. */
  readonly security: {
    readonly query: { readonly instances: readonly string[] };
    readonly answer: readonly SecurityFinding[];
  };
  /** The statistics of the CDN in front of the services in scope (by `match`), and in front of these hosts. */
  readonly cdn: { readonly query: { readonly hosts: readonly string[] }; readonly answer: readonly CdnTraffic[] };
  /** The named resources of AWS with their metrics over the window. Asked for none, a source answers at once with none: it is there. */
  readonly resources: {
    readonly query: { readonly resources: readonly ResourceRef[] };
    readonly answer: readonly ResourceSet[];
  };
}
export type Signal = keyof SignalTypes;
export type QueryOf<S extends Signal> = SignalTypes[S]['query'];
export type AnswerOf<S extends Signal> = SignalTypes[S]['answer'];

/** A source of one signal. It answers for everything within the scope (`isWithin`), and throws only if a retry could help. */
export interface Source<S extends Signal> {
  observe(scope: Scope, query: QueryOf<S>): Promise<Observed<AnswerOf<S>>>;
}
export type Sources = { readonly [S in Signal]: Source<S> };

export interface KnowledgeQuery {
  readonly scope: Pick<Scope, 'incidentId'>;
  readonly text: string;
  /** Documents for this service come first. */
  readonly service?: string | undefined;
  /** Restricts the search to one type; if absent, any type. */
  readonly type?: KnowledgeType | undefined;
  readonly limit: number;
}

/** The type of a document, from its tags. */
export type KnowledgeType = 'runbook' | 'postmortem';

export interface KnowledgeDocument {
  /** File name, unique in the knowledge base, `.md`. */
  readonly name: string;
  readonly title: string;
  readonly service?: string | undefined;
  readonly tags: readonly string[];
  /** The page where it was read, for people. */
  readonly link?: string | undefined;
  /** When it was last changed there, as ISO 8601. */
  readonly changedAt?: string | undefined;
  readonly markdown: string;
}

export interface KnowledgeBase {
  search(query: KnowledgeQuery): Promise<Observed<readonly KnowledgeHit[]>>;
  /** Adds a document, or replaces the one of the same name. */
  add(document: KnowledgeDocument): Promise<void>;
}

/** A tool of a third-party server. `input` is JSON Schema. */
export interface ForeignTool {
  readonly server: string;
  readonly tool: string;
  readonly description: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** Third-party servers whose read-only tools a specialist's model may use. */
export interface ToolServers {
  /** The tools that are allowed and available. Each unreachable server, and each tool that is not offered, becomes a gap. */
  offered(
    specialist: string,
    scope: Pick<Scope, 'incidentId'>,
  ): Promise<{ readonly tools: readonly ForeignTool[]; readonly gaps: readonly Gap[] }>;
  /** The tool's answer as text of at most 200,000 characters; treat it as hostile. Throws `Unavailable`. */
  call(tool: Pick<ForeignTool, 'server' | 'tool'>, input: unknown, scope: Pick<Scope, 'incidentId'>): Promise<string>;
}

/** Everything that can be read: a source for each signal, the knowledge base, and tools of third-party servers. */
export interface Telemetry extends Sources {
  readonly knowledge: KnowledgeBase;
  /** Present only if servers and a model are configured. */
  readonly servers?: ToolServers | undefined;
}

/** Reads the present state of the object that an action is about. */
export interface Targets {
  look(target: EntityRef, scope: Pick<Scope, 'incidentId'>): Promise<TargetLookup>;
  /** The objects that limit an action or show its impact: pods, autoscalers, quotas and limit ranges of the target's namespace, and all nodes. */
  around(target: EntityRef, scope: Pick<Scope, 'incidentId'>): Promise<Around>;
}

export interface Around {
  readonly objects: readonly KubernetesObject[];
  /** Kinds that could not be read. */
  readonly without: readonly string[];
}

export type TargetLookup =
  | { readonly kind: 'object'; readonly object: KubernetesObject }
  | { readonly kind: 'absent' }
  /** The target cannot be read: unsupported kind, no access, or no answer. */
  | { readonly kind: 'unseen'; readonly why: string };

/** Carries out catalogue actions. Reading and acting are separate ports, so that they can have separate roles. */
export interface Executor {
  /** Predicts the effect without acting: server-side dry run if the API has one. */
  dryRun(
    action: ExecutorAction,
  ): Promise<{ readonly kind: 'ok'; readonly detail: string } | { readonly kind: 'refused'; readonly why: string }>;
  /**
   * Acts at most once per key: a second call with the key changes nothing and answers `already-done`. `going`: the action needs several calls with the
   * same key, and is not through.
   */
  execute(
    action: ExecutorAction,
  ): Promise<
    | { readonly kind: 'done' | 'already-done' | 'going'; readonly detail: string }
    | { readonly kind: 'refused'; readonly why: string }
  >;
}

export interface ExecutorAction {
  readonly incidentId: string;
  readonly id: string;
  readonly target: EntityRef;
  readonly parameters: Readonly<Record<string, string | number | boolean>>;
  readonly idempotencyKey: string;
}

/** The kinds of objects that `Targets.around` reads. */
export const aroundKinds = ['Pod', 'HorizontalPodAutoscaler', 'ResourceQuota', 'LimitRange', 'Node'];
