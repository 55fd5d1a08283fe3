// Stores for incidents, approvals, actions, preferences and the audit log. Every write that makes a decision is conditional, so a retry, a double
// click or a redelivery changes nothing.
import type { Action, Approval, Preference, RemediationResult, Verdict } from '../model/action.ts';
import type { AuditEntry } from '../model/audit.ts';
import type { AuditAnchor, ChainHead, StoredLink } from '../model/audit-chain.ts';
import type { Diagnosis } from '../model/diagnosis.ts';
import type { Incident } from '../model/incident.ts';
import type { Proposal } from '../model/proposal.ts';
import type { Evidence } from '../model/report.ts';
import type { PageFacts, Relation } from '../model/storm.ts';
import type { Dependency } from '../model/telemetry.ts';
import type { TimelineEntry } from '../model/timeline.ts';

/** A member incident as lists show it. */
export interface MemberName {
  readonly id: string;
  readonly title: string;
  readonly service?: string | undefined;
  readonly because: Relation;
  readonly at: string;
}

/** A member incident with the facts that the grouping decision used. */
export interface Member {
  readonly incident: Incident;
  readonly facts?: { readonly member: PageFacts; readonly leader: PageFacts } | undefined;
}

export interface IncidentStore {
  /**
   * Records the incident unless an unfinished one has its `sourceId`. If the same `execution` opens it again (a retry), the result is `opened` with
   * the recorded incident; another execution gets `joined`.
   */
  open(incident: Incident): Promise<{ readonly kind: 'opened' | 'joined'; readonly incident: Incident }>;
  get(id: string): Promise<Incident | undefined>;
  findBySource(sourceId: string): Promise<Incident | undefined>;
  /** Returns the updated incident; undefined if there is none, or nothing needed a change. */
  update(
    id: string,
    patch: Partial<
      Pick<Incident, 'status' | 'pageStatus' | 'fingerprint' | 'error' | 'place' | 'outcome' | 'verified' | 'heldBy'>
    >,
  ): Promise<Incident | undefined>;
  /**
   * Makes an unfinished incident a member of another. `joined` also if it is already a member of that one; `refused` if it is finished, acted on, or
   * a member of a third one.
   */
  join(
    id: string,
    membership: NonNullable<Incident['memberOf']>,
    facts?: { readonly member: PageFacts; readonly leader: PageFacts },
  ): Promise<'joined' | 'refused'>;
  /** Ends the membership in `apart.from`: from now on `execution` investigates the incident. Undefined if it is not a member. */
  leave(id: string, apart: NonNullable<Incident['apart']>, execution: string): Promise<Incident | undefined>;
  /** Members of an incident, oldest first: present members, and those that ended as members. It costs one read per member. */
  members(id: string): Promise<readonly Member[]>;
  /** The same list for display, in one query. A member that just joined or left may be wrong for a moment. */
  memberNames(id: string): Promise<readonly MemberName[]>;
  /** Changes the status if it is `from`, and returns the updated incident. Undefined if the status differs. */
  turn(
    id: string,
    status: { readonly from: Incident['status']; readonly to: Incident['status'] },
  ): Promise<Incident | undefined>;
  /** Newest first. */
  list(limit: number): Promise<readonly Incident[]>;
  /**
   * Incidents that are not over, oldest first, with a short delay. The call also repairs records: it completes an opening that broke off half-way,
   * and frees a source that a finished incident still holds.
   */
  listOpen(limit: number): Promise<readonly Incident[]>;
  /**
   * Moves an unfinished incident from the execution that left it to another execution, as if it had just begun. Only one caller gets it; the others
   * get undefined.
   */
  takeOver(
    incident: Pick<Incident, 'id' | 'status'>,
    by: { readonly from: string; readonly to: string; readonly at: string },
  ): Promise<Incident | undefined>;
  /** Ends the incident as failed, if it is not over and still belongs to this execution. */
  abandon(id: string, execution: string): Promise<boolean>;
  /** Adds an entry; entries with the same id are added once. If an execution took the incident over, its repetition of an entry is a new entry. */
  append(entry: TimelineEntry): Promise<void>;
  timeline(incidentId: string): Promise<readonly TimelineEntry[]>;
  saveDiagnosis(incidentId: string, diagnosis: Diagnosis): Promise<void>;
  diagnosis(incidentId: string): Promise<Diagnosis | undefined>;
}

/** Detects repeated events by id, for senders that deliver at least once. */
export interface SeenEvents {
  /** True for the first caller with this id within `ttlSeconds`. */
  claim(eventId: string, ttlSeconds: number): Promise<boolean>;
  /** Whether the id was claimed and the claim has not expired. */
  has(eventId: string): Promise<boolean>;
}

/** The place of a message in a chat. */
export interface Post {
  readonly channel: string;
  readonly ts: string;
}

/** The places of published messages by key, so that any process can find them again. */
export interface PostHistory {
  find(key: string): Promise<Post | undefined>;
  /**
   * Call this before posting. `fresh`: this is the first caller. `begun`: another caller is about to post, or began and failed. `posted`: the message
   * exists.
   */
  begin(
    key: string,
  ): Promise<
    { readonly kind: 'fresh' } | { readonly kind: 'begun' } | { readonly kind: 'posted'; readonly post: Post }
  >;
  /** Stores the place of the message and replaces an earlier one. */
  posted(key: string, post: Post): Promise<void>;
}

export interface ApprovalStore {
  /** Creates a pending approval. If it exists and is still pending, only its task token is replaced. Returns the stored approval. */
  request(approval: Extract<Approval, { state: 'pending' }>, taskToken: string): Promise<Approval>;
  get(id: string): Promise<Approval | undefined>;
  /** All approvals of an incident, in any state, oldest first. */
  ofIncident(incidentId: string): Promise<readonly Approval[]>;
  /** Decides exactly once: the first caller before expiry decides, every later caller gets `already` with that decision. */
  decide(
    id: string,
    decision: { readonly verdict: Verdict; readonly by: string; readonly at: string },
  ): Promise<
    | { readonly kind: 'decided'; readonly approval: Approval; readonly taskToken: string }
    /** One of several required approvals; the request stays open. `again`: this person had already approved. */
    | { readonly kind: 'counted'; readonly approval: Approval; readonly again: boolean }
    /** `taskToken` is present until the workflow has the answer (see `delivered`). */
    | { readonly kind: 'already'; readonly approval: Approval; readonly taskToken?: string | undefined }
    | { readonly kind: 'expired'; readonly approval: Approval }
    | { readonly kind: 'not-found' }
  >;
  /** Records that the workflow has the answer, and deletes the task token. */
  delivered(id: string): Promise<void>;
  /** Withdraws a pending approval with a reason, and returns its task token so that the caller can inform the workflow. */
  withdraw(
    id: string,
    withdrawal: { readonly why: string; readonly at: string },
  ): Promise<
    | {
        readonly kind: 'withdrawn';
        readonly approval: Extract<Approval, { state: 'withdrawn' }>;
        readonly taskToken: string;
      }
    | { readonly kind: 'not-pending' }
  >;
  /** Records who withdrew a decided approval; the first one counts. `first`: this call did it. */
  stop(
    id: string,
    stopped: { readonly by: string; readonly at: string },
  ): Promise<{ readonly approval: Approval | undefined; readonly first: boolean }>;
  /** Expires a pending approval; a decided one is not changed. */
  expire(id: string): Promise<void>;
}

/** The begun and finished actions, by idempotency key. */
export interface ActionLedger {
  /** Whether the action was begun. */
  isBegun(key: string): Promise<boolean>;
  /** The recorded state of the action. */
  look(
    key: string,
  ): Promise<{ readonly kind: 'none' | 'begun' } | { readonly kind: 'finished'; readonly result: RemediationResult }>;
  /** `fresh` for the first caller; later callers get the recorded state. */
  begin(entry: {
    readonly key: string;
    readonly incidentId: string;
    readonly action: Action;
    readonly at: string;
  }): Promise<
    | { readonly kind: 'fresh' }
    | { readonly kind: 'begun'; readonly at: string }
    | { readonly kind: 'finished'; readonly result: RemediationResult }
  >;
  finish(key: string, result: RemediationResult): Promise<void>;
}

export interface PreferenceStore {
  /** Adds the preference and replaces an active one with the same fingerprint and action. */
  teach(preference: Preference): Promise<void>;
  get(id: string): Promise<Preference | undefined>;
  find(fingerprint: string): Promise<readonly Preference[]>;
  list(): Promise<readonly Preference[]>;
  /** Counts one use by `incidentId`, unless the daily limit is reached or the preference is not active. A second use by one incident counts once. */
  use(
    id: string,
    incidentId: string,
    at: string,
  ): Promise<{ readonly kind: 'used' } | { readonly kind: 'refused'; readonly why: string }>;
  setState(id: string, state: Preference['state'], reason: string): Promise<void>;
  /** Stores a proposed preference until a person confirms it. */
  propose(proposal: Proposal): Promise<void>;
  /** The proposals of an incident, oldest first. */
  proposals(incidentId: string): Promise<readonly Proposal[]>;
  /** Settles an open proposal; a settled one is not changed. */
  settle(proposal: Pick<Proposal, 'id' | 'incidentId'>, state: 'confirmed' | 'dropped'): Promise<void>;
}

/** One action as the budgets count it. */
export interface Act {
  /** The action's idempotency key: the same key counts once. */
  readonly key: string;
  readonly at: string;
  readonly incidentId: string;
  readonly actionId: string;
  readonly targetKey: string;
  /** Number of pods that the action affects. */
  readonly pods: number;
}

/** The recent actions in each environment. */
export interface ActionHistory {
  /** Actions of the last day, oldest first. */
  recent(environment: string, now: Date): Promise<readonly Act[]>;
  /**
   * Adds the act if `judge` allows it for exactly the list that it is added to. So a budget also holds for simultaneous callers. The list never
   * contains the act itself; the same key is added once. Returns the last judgement.
   */
  enter<T extends { readonly allowed: boolean }>(
    environment: string,
    act: Act,
    judge: (recent: readonly Act[]) => Promise<T>,
  ): Promise<T>;
}

/** While the kill switch is on, no action runs anywhere, whatever was approved or taught. */
export interface KillSwitch {
  readonly on: boolean;
  readonly by: string;
  readonly at: string;
  readonly why: string;
}

export interface Controls {
  /** Undefined if nobody ever set it. */
  killSwitch(): Promise<KillSwitch | undefined>;
  setKillSwitch(killSwitch: KillSwitch): Promise<void>;
}

/** The append-only, chained audit log. */
export interface AuditLog {
  /** Appends the entry as the next link of its chain, unless the chain has an entry with its id; nothing is ever changed. */
  append(entry: AuditEntry): Promise<void>;
  /** Entries of a span, oldest first; both ends are instants, `until` is exclusive. @throws InvalidInput for more than two years at once. */
  list(span: Span): Promise<readonly AuditEntry[]>;
  /** Names of the chains that have entries on the span's days, and the span's entries without a chain, which were written before chains existed. */
  contents(span: Span): Promise<{
    readonly chains: readonly string[];
    readonly unchained: readonly Pick<AuditEntry, 'id' | 'at'>[];
  }>;
  /** The last link of a chain; undefined if the chain does not exist, or the stored item is not a link. */
  head(chain: string): Promise<ChainHead | undefined>;
  /** Every stored place of a chain in order, whatever it holds; an item without a place has place 0. */
  links(chain: string): Promise<readonly StoredLink[]>;
}

interface Span {
  readonly since: string;
  readonly until: string;
}

/** The daily anchors of the audit log, stored apart from the log. */
export interface AuditAnchors {
  /** Adds the anchor of a day; an existing anchor is never replaced. */
  add(anchor: AuditAnchor): Promise<void>;
  last(): Promise<AuditAnchor | undefined>;
  /** The first stored anchor of each day, unchecked, oldest first. */
  all(): Promise<readonly { readonly day: string; readonly anchor: unknown }[]>;
}

/** Model usage. `usd` counts millionths of a dollar. */
export interface Spend {
  readonly usd: number;
  readonly tokens: number;
}

/** Model usage of an incident, across all functions and processes that work on it. */
export interface Spending {
  /**
   * Reserves an amount before a call. Returns false, and reserves nothing, if used and reserved amounts together would exceed a limit. `incidentId`
   * may also name a sum of the stage, such as `month:2026-11`. After `keepSeconds` the sum may be deleted; absent, it is kept.
   */
  reserve(incidentId: string, amount: Spend, limits: Spend, keepSeconds?: number): Promise<boolean>;
  /** Replaces the reserved amount with the actual amount of the call. */
  settle(incidentId: string, reserved: Spend, actual: Spend): Promise<void>;
  of(incidentId: string): Promise<Spend>;
}

/** A call between services, and when a source last saw it. */
export interface SeenCall extends Dependency {
  readonly seenAt: string;
}

/** The calls that sources of any incident saw in the last 30 days (core/topology/kept-calls.ts). */
export interface CallGraphStore {
  all(): Promise<readonly SeenCall[]>;
  /** Merges what was seen now. */
  keep(calls: readonly SeenCall[]): Promise<void>;
}

export interface EvidenceStore {
  /** Stores the full record and returns its evidence; the excerpt is cut to 2 KB. The same content has the same id. */
  put(record: {
    readonly incidentId: string;
    readonly source: string;
    readonly query: string;
    readonly window?: { readonly start: string; readonly end: string } | undefined;
    readonly excerpt: string;
    readonly link?: string | undefined;
    /** The full record, JSON-serialisable. */
    readonly full: unknown;
  }): Promise<Evidence>;
  get(incidentId: string, id: string): Promise<Evidence | undefined>;
  /** The full record of one piece of evidence. */
  full(incidentId: string, id: string): Promise<unknown>;
}

/**
 * The actions applied to a recorded world, so that later questions get different answers. Only the recorded connector needs this memory; real
 * clusters keep their own state.
 */
export interface AppliedActions {
  /** `already` if this key was applied before; no key is applied twice. */
  add(incidentId: string, key: string, actionId: string, targetKey: string): Promise<'added' | 'already'>;
  /** Action ids in the order they were applied to this incident's world. */
  of(
    incidentId: string,
  ): Promise<readonly { readonly actionId: string; readonly targetKey: string; readonly key: string }[]>;
}
