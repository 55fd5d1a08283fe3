// What is remembered. Every write that decides something is conditional, so that a retry, a double click or a redelivery changes nothing.
import type { Action, Approval, Preference, RemediationResult, Verdict } from '../model/action.ts';
import type { AuditEntry } from '../model/audit.ts';
import type { AuditAnchor, ChainHead, StoredLink } from '../model/audit-chain.ts';
import type { Diagnosis } from '../model/diagnosis.ts';
import type { Incident } from '../model/incident.ts';
import type { Proposal } from '../model/proposal.ts';
import type { Evidence } from '../model/report.ts';
import type { PageFacts, Relation } from '../model/storm.ts';
import type { TimelineEntry } from '../model/timeline.ts';

/** A member as it is shown in a list. */
export interface MemberName {
  readonly id: string;
  readonly title: string;
  readonly service?: string | undefined;
  readonly because: Relation;
  readonly at: string;
}

/** A member with the facts that it was judged by. */
export interface Member {
  readonly incident: Incident;
  readonly facts?: { readonly member: PageFacts; readonly leader: PageFacts } | undefined;
}

export interface IncidentStore {
  /**
   * Records the incident unless an unfinished one has its `sourceId`. The same `execution` opening again gets `opened` with
   * what was recorded then (a retry), another execution gets `joined`.
   */
  open(incident: Incident): Promise<{ readonly kind: 'opened' | 'joined'; readonly incident: Incident }>;
  get(id: string): Promise<Incident | undefined>;
  findBySource(sourceId: string): Promise<Incident | undefined>;
  /** Gives the incident as it is then; undefined where there is none, or nothing was to be changed. */
  update(
    id: string,
    patch: Partial<
      Pick<Incident, 'status' | 'pageStatus' | 'fingerprint' | 'error' | 'place' | 'outcome' | 'verified' | 'heldBy'>
    >,
  ): Promise<Incident | undefined>;
  /**
   * Makes an unfinished incident a member of another. `joined` again where it is a member of that one already; `refused` where it is finished,
   * acted on, or a member of yet another.
   */
  join(
    id: string,
    membership: NonNullable<Incident['memberOf']>,
    facts?: { readonly member: PageFacts; readonly leader: PageFacts },
  ): Promise<'joined' | 'refused'>;
  /** A member of `apart.from` is one no more: from now on `execution` investigates it. Undefined where it is none (any more). */
  leave(id: string, apart: NonNullable<Incident['apart']>, execution: string): Promise<Incident | undefined>;
  /** Members of an incident, oldest first: those that are, and those that ended as such. One read for each of them. */
  members(id: string): Promise<readonly Member[]>;
  /** The same as it is shown, by one query: one that just joined or left may be shown wrongly for a moment. */
  memberNames(id: string): Promise<readonly MemberName[]>;
  /** Changes the status where it is `from`, and gives the incident as it is then. Undefined where the status is another. */
  turn(
    id: string,
    status: { readonly from: Incident['status']; readonly to: Incident['status'] },
  ): Promise<Incident | undefined>;
  /** Newest first. */
  list(limit: number): Promise<readonly Incident[]>;
  /**
   * Those that are not over, oldest first, seen a moment late. One whose opening broke off half-way is finished on the way, and a source that
   * was left taken by one that is over is freed.
   */
  listOpen(limit: number): Promise<readonly Incident[]>;
  /**
   * Gives an incident that is not over from the execution that left it to another, as if it had just begun. Only one caller gets it; the
   * others get undefined.
   */
  takeOver(
    incident: Pick<Incident, 'id' | 'status'>,
    by: { readonly from: string; readonly to: string; readonly at: string },
  ): Promise<Incident | undefined>;
  /** Ends it as failed, if it is not over and this is still its execution. */
  abandon(id: string, execution: string): Promise<boolean>;
  /**
   * Adds an entry; an entry with the same id is the same entry and is added once. What an execution says again that took an incident over is
   * another entry.
   */
  append(entry: TimelineEntry): Promise<void>;
  timeline(incidentId: string): Promise<readonly TimelineEntry[]>;
  saveDiagnosis(incidentId: string, diagnosis: Diagnosis): Promise<void>;
  diagnosis(incidentId: string): Promise<Diagnosis | undefined>;
}

/** Same event, told by its id: for at-least-once senders. */
export interface SeenEvents {
  /** True for the first caller with this id in `ttlSeconds`. */
  claim(eventId: string, ttlSeconds: number): Promise<boolean>;
  /** Whether it was claimed and its time is not over. */
  has(eventId: string): Promise<boolean>;
}

/** Where a message stands in a chat. */
export interface Post {
  readonly channel: string;
  readonly ts: string;
}

/** Where messages went, by the keys that they were published under, so that any process can find them again. */
export interface PostHistory {
  find(key: string): Promise<Post | undefined>;
  /**
   * Called before it is posted. `fresh` for the first caller; `begun`: somebody else is about to post it, or did and got no further;
   * `posted`: it is there.
   */
  begin(
    key: string,
  ): Promise<
    { readonly kind: 'fresh' } | { readonly kind: 'begun' } | { readonly kind: 'posted'; readonly post: Post }
  >;
  /** In the place of what was known. */
  posted(key: string, post: Post): Promise<void>;
}

export interface ApprovalStore {
  /** Creates it pending, or, where it exists, only replaces the task token of one that is still pending. Returns what is stored. */
  request(approval: Extract<Approval, { state: 'pending' }>, taskToken: string): Promise<Approval>;
  get(id: string): Promise<Approval | undefined>;
  /** All of an incident, whatever their state, oldest first. */
  ofIncident(incidentId: string): Promise<readonly Approval[]>;
  /** Exactly once, by whoever is first and before expiry; everybody after gets `already` with what was decided. */
  decide(
    id: string,
    decision: { readonly verdict: Verdict; readonly by: string; readonly at: string },
  ): Promise<
    | { readonly kind: 'decided'; readonly approval: Approval; readonly taskToken: string }
    /** One more approval of several that it takes; it stays open. `again`: this person had said so before. */
    | { readonly kind: 'counted'; readonly approval: Approval; readonly again: boolean }
    /** `taskToken` is given as long as the workflow has not got the answer (see `delivered`). */
    | { readonly kind: 'already'; readonly approval: Approval; readonly taskToken?: string | undefined }
    | { readonly kind: 'expired'; readonly approval: Approval }
    | { readonly kind: 'not-found' }
  >;
  /** The workflow has the answer: the task token is forgotten. */
  delivered(id: string): Promise<void>;
  /** Takes a pending one back, with a word of why, and gives its task token to whoever has to say so to the workflow. */
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
  /** Only a pending one expires; a decided one stays decided. */
  expire(id: string): Promise<void>;
}

/** Which actions were begun and finished, by idempotency key. */
export interface ActionLedger {
  /** Whether it was begun at all. */
  isBegun(key: string): Promise<boolean>;
  /** What is known of it. */
  look(
    key: string,
  ): Promise<{ readonly kind: 'none' | 'begun' } | { readonly kind: 'finished'; readonly result: RemediationResult }>;
  /** `fresh` for the first caller; later ones get what is known. */
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
  /** Adds it; an active one with the same fingerprint and action is replaced. */
  teach(preference: Preference): Promise<void>;
  get(id: string): Promise<Preference | undefined>;
  find(fingerprint: string): Promise<readonly Preference[]>;
  list(): Promise<readonly Preference[]>;
  /** Counts one use by `incidentId`, unless the limit of the day is reached or it is not active. A second use by one incident counts once. */
  use(
    id: string,
    incidentId: string,
    at: string,
  ): Promise<{ readonly kind: 'used' } | { readonly kind: 'refused'; readonly why: string }>;
  setState(id: string, state: Preference['state'], reason: string): Promise<void>;
  /** Keeps what somebody asked to be remembered, to be confirmed. */
  propose(proposal: Proposal): Promise<void>;
  /** Of an incident, oldest first. */
  proposals(incidentId: string): Promise<readonly Proposal[]>;
  /** Only an open one is settled; a settled one stays as it is. */
  settle(proposal: Pick<Proposal, 'id' | 'incidentId'>, state: 'confirmed' | 'dropped'): Promise<void>;
}

/** One thing that was done, as the budgets count it. */
export interface Act {
  /** The action's idempotency key: one key is one act. */
  readonly key: string;
  readonly at: string;
  readonly incidentId: string;
  readonly actionId: string;
  readonly targetKey: string;
  /** Pods that it affects. */
  readonly pods: number;
}

/** What was done lately in each environment. */
export interface ActionHistory {
  /** Of the last day, oldest first. */
  recent(environment: string, now: Date): Promise<readonly Act[]>;
  /**
   * Adds the act when `judge` allows it on the very list that it is added to, so that a budget holds however many ask at once. The list
   * never has the act itself; the same key is added once. Returns the last judgement.
   */
  enter<T extends { readonly allowed: boolean }>(
    environment: string,
    act: Act,
    judge: (recent: readonly Act[]) => Promise<T>,
  ): Promise<T>;
}

/** On: nothing is done anywhere, whatever was approved or taught. */
export interface KillSwitch {
  readonly on: boolean;
  readonly by: string;
  readonly at: string;
  readonly why: string;
}

export interface Controls {
  /** Undefined where nobody ever touched it. */
  killSwitch(): Promise<KillSwitch | undefined>;
  setKillSwitch(killSwitch: KillSwitch): Promise<void>;
}

/** The append-only record of decisions, chained. */
export interface AuditLog {
  /** Adds the entry as the next link of its chain, unless the chain has one with its id; nothing is ever changed. */
  append(entry: AuditEntry): Promise<void>;
  /** Those of a span, oldest first; both ends are instants, `until` is not in it. @throws InvalidInput for more than two years at once. */
  list(span: Span): Promise<readonly AuditEntry[]>;
  /**
   * Names of the chains that entries of the span's days are in, and the entries of the span that stand in none: written before there were
   * chains.
   */
  contents(span: Span): Promise<{
    readonly chains: readonly string[];
    readonly unchained: readonly Pick<AuditEntry, 'id' | 'at'>[];
  }>;
  /** How far a chain has come; undefined where there is none, or what is there is no link. */
  head(chain: string): Promise<ChainHead | undefined>;
  /** Every place of a chain as it is stored, in the order of places, whatever is in it; what is in no place has 0. */
  links(chain: string): Promise<readonly StoredLink[]>;
}

interface Span {
  readonly since: string;
  readonly until: string;
}

/** Anchors of the audit, one a day, kept apart from what they hold. */
export interface AuditAnchors {
  /** Never in the place of one that is there: the first of a day stays. */
  add(anchor: AuditAnchor): Promise<void>;
  last(): Promise<AuditAnchor | undefined>;
  /** What was first written for each day, unchecked, oldest first. */
  all(): Promise<readonly { readonly day: string; readonly anchor: unknown }[]>;
}

/** What models use. `usd` counts in millionths of a dollar. */
export interface Spend {
  readonly usd: number;
  readonly tokens: number;
}

/** What models have used for an incident, over all functions and processes that work on it. */
export interface Spending {
  /** Sets it aside before a call. False, and nothing is set aside, where what was used and set aside would pass a limit. */
  reserve(incidentId: string, amount: Spend, limits: Spend): Promise<boolean>;
  /** Puts what a call came to in the place of what was set aside for it. */
  settle(incidentId: string, reserved: Spend, actual: Spend): Promise<void>;
  of(incidentId: string): Promise<Spend>;
}

export interface EvidenceStore {
  /** Stores the full record and returns its evidence; the excerpt is cut to 2 KB. Same content, same id. */
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
  /** The full record. */
  full(incidentId: string, id: string): Promise<unknown>;
}

/**
 * What was done to a recorded world, so that it answers differently afterwards. The recorded connector's own memory; real clusters
 * remember for themselves.
 */
export interface AppliedActions {
  /** `already` when this key was applied before: nothing is applied twice. */
  add(incidentId: string, key: string, actionId: string, targetKey: string): Promise<'added' | 'already'>;
  /** Action ids in the order they were applied to this incident's world. */
  of(
    incidentId: string,
  ): Promise<readonly { readonly actionId: string; readonly targetKey: string; readonly key: string }[]>;
}
