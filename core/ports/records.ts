// What is remembered. Every write that decides something is conditional, so that a retry, a double click or a redelivery changes nothing.
import type { Action, Approval, Preference, RemediationResult, Verdict } from '../model/action.ts';
import type { Diagnosis } from '../model/diagnosis.ts';
import type { Incident, TimelineEntry } from '../model/incident.ts';
import type { Evidence } from '../model/report.ts';

export interface IncidentStore {
  /**
   * Records the incident unless an unfinished one has its `sourceId`. The same `execution` opening again gets `opened` with
   * what was recorded then (a retry), another execution gets `joined`.
   */
  open(incident: Incident): Promise<{ readonly kind: 'opened' | 'joined'; readonly incident: Incident }>;
  get(id: string): Promise<Incident | undefined>;
  findBySource(sourceId: string): Promise<Incident | undefined>;
  update(id: string, patch: Partial<Pick<Incident, 'status' | 'pageStatus' | 'fingerprint'>>): Promise<void>;
  /** Newest first. */
  list(limit: number): Promise<readonly Incident[]>;
  /** Adds an entry; an entry with the same id is the same entry and is added once. */
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
    /** `taskToken` is given as long as the workflow has not got the answer (see `delivered`). */
    | { readonly kind: 'already'; readonly approval: Approval; readonly taskToken?: string | undefined }
    | { readonly kind: 'expired'; readonly approval: Approval }
    | { readonly kind: 'not-found' }
  >;
  /** The workflow has the answer: the task token is forgotten. */
  delivered(id: string): Promise<void>;
  /** Only a pending one expires; a decided one stays decided. */
  expire(id: string): Promise<void>;
}

/** Which actions were begun and finished, by idempotency key. */
export interface ActionLedger {
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
