// Where observations come from. A source that cannot answer says so with a gap; it throws only when trying again could help.
import type { EntityRef } from '../model/entity.ts';
import type { EdgeAnswer, WorkflowExecution } from '../model/managed.ts';
import type { Gap } from '../model/report.ts';
import type { Scope } from '../model/scope.ts';
import type {
  Change,
  Dependency,
  FiringAlert,
  KnowledgeHit,
  KubernetesObject,
  KubernetesSnapshot,
  LogRecord,
  Series,
  VendorStatus,
} from '../model/telemetry.ts';

/** Data, or why there is none. `query` and `link` become part of the evidence. */
export type Observed<T> =
  | {
      readonly kind: 'data';
      readonly data: T;
      readonly query: string;
      /** What was asked for and is not in the data, in words; each is a gap of the answer. */
      readonly missing?: readonly string[] | undefined;
      /** What one of several sources could not give, by the source's name. */
      readonly gaps?: readonly Gap[] | undefined;
      readonly link?: string | undefined;
      readonly bytes: number;
    }
  | { readonly kind: 'gap'; readonly gap: Gap };

/** A question that the scope says in full. */
export type NoQuery = Readonly<Record<string, never>>;

/** What can be observed: for each signal, what its sources are asked besides the scope, and what they answer. */
export interface SignalTypes {
  /** Every cluster in scope as it is now, Events included. */
  readonly kubernetes: { readonly query: NoQuery; readonly answer: readonly KubernetesSnapshot[] };
  /** All catalogued series in scope over the window. */
  readonly metrics: { readonly query: NoQuery; readonly answer: readonly Series[] };
  /** Records in scope over the window, oldest first; streamed, because there may be millions. */
  readonly logs: { readonly query: NoQuery; readonly answer: AsyncIterable<LogRecord> };
  readonly changes: { readonly query: NoQuery; readonly answer: readonly Change[] };
  /** Which service calls which, as the mesh, tracing or the catalogue know it. */
  readonly calls: { readonly query: NoQuery; readonly answer: readonly Dependency[] };
  /** What the monitoring system itself had firing in the window. */
  readonly alerts: { readonly query: NoQuery; readonly answer: readonly FiringAlert[] };
  readonly status: { readonly query: NoQuery; readonly answer: readonly VendorStatus[] };
  /** Executions by their ARN; of a state machine's ARN the latest that did not succeed within a day. */
  readonly executions: {
    readonly query: { readonly arns: readonly string[] };
    readonly answer: readonly WorkflowExecution[];
  };
  /** What the CDN answers for an address. Only hosts that the configuration names are asked. */
  readonly edge: { readonly query: { readonly urls: readonly string[] }; readonly answer: readonly EdgeAnswer[] };
}
export type Signal = keyof SignalTypes;
export type QueryOf<S extends Signal> = SignalTypes[S]['query'];
export type AnswerOf<S extends Signal> = SignalTypes[S]['answer'];

/** What one signal is read from. It answers for what is within the scope (`isWithin`), and throws only when trying again could help. */
export interface Source<S extends Signal> {
  observe(scope: Scope, query: QueryOf<S>): Promise<Observed<AnswerOf<S>>>;
}
export type Sources = { readonly [S in Signal]: Source<S> };

export interface KnowledgeQuery {
  readonly scope: Pick<Scope, 'incidentId'>;
  readonly text: string;
  /** Documents that were written for this service come first. */
  readonly service?: string | undefined;
  /** Nothing else; any where absent. */
  readonly type?: KnowledgeType | undefined;
  readonly limit: number;
}

/** What a document is, as its tags say. */
export type KnowledgeType = 'runbook' | 'postmortem';

export interface KnowledgeDocument {
  /** File name, unique in the knowledge base, `.md`. */
  readonly name: string;
  readonly title: string;
  readonly service?: string | undefined;
  readonly tags: readonly string[];
  readonly markdown: string;
}

export interface KnowledgeBase {
  search(query: KnowledgeQuery): Promise<Observed<readonly KnowledgeHit[]>>;
  /** Adds or replaces a document by name. */
  add(document: KnowledgeDocument): Promise<void>;
}

/** A tool of a server that is not ours. `input` is JSON Schema. */
export interface ForeignTool {
  readonly server: string;
  readonly tool: string;
  readonly description: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** Other servers whose reading tools a specialist's model may use. */
export interface ToolServers {
  /** What is allowed and there; each server that cannot be asked, and each tool that is not offered, is a gap. */
  offered(
    specialist: string,
    scope: Pick<Scope, 'incidentId'>,
  ): Promise<{ readonly tools: readonly ForeignTool[]; readonly gaps: readonly Gap[] }>;
  /** Its answer as text: hostile, and as long as it likes up to 200,000 characters. Throws `Unavailable`. */
  call(tool: Pick<ForeignTool, 'server' | 'tool'>, input: unknown, scope: Pick<Scope, 'incidentId'>): Promise<string>;
}

/** Everything that can be looked at: a source for each signal, the knowledge base, and other servers' tools. */
export interface Telemetry extends Sources {
  readonly knowledge: KnowledgeBase;
  /** Only where some are configured, beside a model. */
  readonly servers?: ToolServers | undefined;
}

/** The one object that an action is about, as it is now. */
export interface Targets {
  look(target: EntityRef, scope: Pick<Scope, 'incidentId'>): Promise<TargetLookup>;
  /** What bounds an action on it and whom it affects: pods, autoscalers, quotas and limit ranges of its namespace, and all nodes. */
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
  /** It cannot be looked at: another kind of thing, no access, no answer. */
  | { readonly kind: 'unseen'; readonly why: string };

/** Carries out catalogue actions. Reading and acting are different ports, so that they can have different roles. */
export interface Executor {
  /** What would happen, without doing it: server-side dry run where the API has one. */
  dryRun(
    action: ExecutorAction,
  ): Promise<{ readonly kind: 'ok'; readonly detail: string } | { readonly kind: 'refused'; readonly why: string }>;
  /** Acts at most once for a key: a second call with it changes nothing and answers `already-done`. */
  execute(
    action: ExecutorAction,
  ): Promise<
    | { readonly kind: 'done' | 'already-done'; readonly detail: string }
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
