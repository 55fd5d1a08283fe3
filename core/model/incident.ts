// What an incident is, from the page to the last word. Pure data: the rules of opening and joining are in core/intake/.
import * as z from 'zod';
import { CauseCode } from '../causes/causes.ts';
import { ActionId } from './action.ts';
import { EntityRef, Instant, TimeWindow } from './entity.ts';
import { ServiceFact } from './fact.ts';
import { Relation, SeparateReason } from './storm.ts';

/** Why a page is investigated on its own, though it was part of another incident. */
export const Apart = z.object({ from: z.string().max(64), why: SeparateReason, by: z.string().max(100).optional() });
export type Apart = z.infer<typeof Apart>;

/** Why work starts. One shape for PagerDuty, Slack and a known alert, so that everything behind the bus is the same. */
export const Trigger = z.object({
  kind: z.enum(['page', 'mention', 'alert-message']),
  /** Unique per event at its source; a second event with this id is the same event. */
  eventId: z.string().min(1).max(200),
  /** Identity of the alert at its source (PagerDuty incident id, Slack thread): two events with it belong to one incident. */
  sourceId: z.string().min(1).max(200),
  occurredAt: Instant,
  title: z.string().max(1000),
  severity: z.enum(['critical', 'high', 'low', 'unknown']),
  /** Name of the PagerDuty service or Slack channel that it came from. */
  sourceService: z.string().max(300).optional(),
  link: z.url().max(1000).optional(),
  /** Key-value details and labels as the alert gave them, flattened with dots, values as text. Hostile until proven otherwise. */
  details: z.record(z.string().max(200), z.string().max(4000)),
  slack: z.object({ channel: z.string(), threadTs: z.string().optional(), user: z.string().optional() }).optional(),
  /** It left the incident that it was part of: no other diagnosis answers it. */
  apart: Apart.optional(),
});
export type Trigger = z.infer<typeof Trigger>;

export const IncidentStatus = z.enum([
  /** In line for its investigation. */
  'waiting',
  'investigating',
  'awaiting-approval',
  'acting',
  'verifying',
  /** Its page is answered by another incident, which works on for both. */
  'grouped',
  'closed',
  'failed',
]);
export type IncidentStatus = z.infer<typeof IncidentStatus>;

/** The exact error of an incident, and what was suggested for it: what a preference can be taught for, and is compared with. */
export const IncidentError = z.object({
  fingerprint: z.string(),
  describes: z.object({
    cause: CauseCode,
    workload: z.string(),
    environment: z.string(),
    /** The error text as people read it, cut. */
    errorTemplate: z.string(),
    /** Stands for the whole of it; missing in what was stored under an older recipe. */
    errorDigest: z.string().optional(),
  }),
  actionId: ActionId.optional(),
  target: EntityRef.optional(),
});
export type IncidentError = z.infer<typeof IncidentError>;

const Place = z.object({
  service: z.string().optional(),
  cluster: z.string().optional(),
  environment: z.string().optional(),
  namespace: z.string().optional(),
  account: z.string().optional(),
});
export type Place = z.infer<typeof Place>;

export const Incident = z.object({
  id: z.string().min(1).max(64),
  sourceId: z.string(),
  title: z.string(),
  trigger: Trigger,
  openedAt: Instant,
  status: IncidentStatus,
  /** What PagerDuty says of it, apart from how far our own work is. */
  pageStatus: z.enum(['triggered', 'acknowledged', 'resolved']).default('triggered'),
  fingerprint: z.string().optional(),
  /** Known once it was decided what to do. */
  error: IncidentError.optional(),
  /** How it ended, once it did: whether what was done was seen to help, or nothing was done. */
  outcome: z.enum(['recovered', 'needs-person', 'nothing-done']).optional(),
  /** What verification said last; absent where nothing was done. */
  verified: z.enum(['recovered', 'not-recovered', 'made-worse', 'unknown']).optional(),
  /** Who has it, where it is not over: who took the page, or else who approved what was done. */
  heldBy: z.object({ by: z.string().max(200), as: z.enum(['approver', 'page']) }).optional(),
  /** Where it is, as far as that was worked out: names, without how sure of them we are (see Context). */
  place: Place.optional(),
  /** The workflow execution that works on it. */
  execution: z.string().optional(),
  /** The incident whose diagnosis answers it, too, and why; `grouped` as long as that one is open. */
  memberOf: z.object({ leader: z.string(), because: Relation, at: Instant }).optional(),
  apart: Apart.extend({ at: Instant }).optional(),
  /** The execution before it, which ended without closing the incident and left it in this status, and when this one took over. */
  takenOver: z.object({ from: z.string(), at: Instant, left: IncidentStatus }).optional(),
});
export type Incident = z.infer<typeof Incident>;

/** A value, where it was read, and how sure we are (0 to 1). Alternatives are kept, not guessed away. */
const Known = z.object({
  value: z.string(),
  source: z.string(),
  /** The entry of the catalogue that it was read from; absent where the alert says it. */
  catalogued: z.string().optional(),
  confidence: z.number().min(0).max(1),
  alternatives: z
    .array(
      z.object({ value: z.string(), source: z.string(), catalogued: z.string().optional(), confidence: z.number() }),
    )
    .default([]),
});
export type Known = z.infer<typeof Known>;

/** They travel with every brief. */
export const maxFacts = 8;

export const Context = z.object({
  service: Known.optional(),
  cluster: Known.optional(),
  environment: Known.optional(),
  namespace: Known.optional(),
  account: Known.optional(),
  region: Known.optional(),
  /** The workload named by the alert when it names one (a CronJob, a pod's owner). */
  workload: EntityRef.optional(),
  window: z.object({ baseline: TimeWindow, incident: TimeWindow }),
  /** Names of the sources that have the service's data, by the signal. */
  sources: z.record(z.string(), z.array(z.string())).default({}),
  callers: z.array(z.string()),
  callees: z.array(z.string()),
  /** What could not be worked out and whom we would ask, in words. */
  questions: z.array(z.string()),
  /** Short texts of similar incidents that memory or knowledge gave. */
  similar: z.array(z.string()).default([]),
  /** What people taught about the service and what it talks to. */
  facts: z.array(ServiceFact).max(maxFacts).default([]),
});
export type Context = z.infer<typeof Context>;
