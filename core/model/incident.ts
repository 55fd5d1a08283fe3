// The incident record, from the trigger to the outcome. Pure data: core/intake/ has the rules for opening and joining an incident.
import * as z from 'zod';
import { CauseCode } from '../causes/causes.ts';
import { ActionId } from './action.ts';
import { maxResources, ResourceRef } from './aws-resources.ts';
import { EntityRef, Instant, TimeWindow } from './entity.ts';
import { ServiceFact } from './fact.ts';
import { Relation, SeparateReason } from './storm.ts';

/** Why a page that was part of another incident is investigated on its own. */
export const Apart = z.object({ from: z.string().max(64), why: SeparateReason, by: z.string().max(100).optional() });
export type Apart = z.infer<typeof Apart>;

/** The event that starts an investigation. PagerDuty, Slack and known alerts share this shape, so everything behind the bus handles them alike. */
export const Trigger = z.object({
  kind: z.enum(['page', 'mention', 'alert-message']),
  /** Unique per event at its source; a second event with this id is the same event. */
  eventId: z.string().min(1).max(200),
  /** Identity of the alert at its source (PagerDuty incident id, Slack thread). Two events with the same value belong to one incident. */
  sourceId: z.string().min(1).max(200),
  occurredAt: Instant,
  title: z.string().max(1000),
  severity: z.enum(['critical', 'high', 'low', 'unknown']),
  /** Name of the PagerDuty service or Slack channel that the trigger came from. */
  sourceService: z.string().max(300).optional(),
  /** Id of the PagerDuty service that the page came from. */
  sourceServiceId: z.string().max(40).optional(),
  link: z.url().max(1000).optional(),
  /** Key-value details and labels of the alert, flattened with dots, values as text. Treat them as hostile input. */
  details: z.record(z.string().max(200), z.string().max(4000)),
  slack: z.object({ channel: z.string(), threadTs: z.string().optional(), user: z.string().optional() }).optional(),
  /** The page left the incident that it was part of: no other incident's diagnosis can cover it. */
  apart: Apart.optional(),
});
export type Trigger = z.infer<typeof Trigger>;

export const IncidentStatus = z.enum([
  /** In the queue for its investigation. */
  'waiting',
  'investigating',
  'awaiting-approval',
  'acting',
  'verifying',
  /** Another incident answers this page and continues for both. */
  'grouped',
  'closed',
  'failed',
]);
export type IncidentStatus = z.infer<typeof IncidentStatus>;

/** The exact error of an incident and the action proposed for it. A preference is taught for this pair, and compared with it. */
export const IncidentError = z.object({
  fingerprint: z.string(),
  describes: z.object({
    cause: CauseCode,
    workload: z.string(),
    environment: z.string(),
    /** The error text as people read it, shortened. */
    errorTemplate: z.string(),
    /** Digest of the whole error text; missing in records stored under an older fingerprint recipe. */
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
  region: z.string().optional(),
  /** The service runs in no cluster, as the catalogue says. */
  serverless: z.literal(true).optional(),
  /** The owners of the service, as the catalogue has them. */
  owners: z.array(z.string().max(200)).max(5).optional(),
});
export type Place = z.infer<typeof Place>;

export const Incident = z.object({
  id: z.string().min(1).max(64),
  sourceId: z.string(),
  title: z.string(),
  trigger: Trigger,
  openedAt: Instant,
  status: IncidentStatus,
  /** The status of the PagerDuty incident; our own progress is in `status`. */
  pageStatus: z.enum(['triggered', 'acknowledged', 'resolved']).default('triggered'),
  fingerprint: z.string().optional(),
  /** Known once the decision is made. */
  error: IncidentError.optional(),
  /** The outcome, once the incident ended: the action was verified to help, a person is needed, or nothing was done. */
  outcome: z.enum(['recovered', 'needs-person', 'nothing-done']).optional(),
  /** The latest verification result; absent if nothing was done. */
  verified: z.enum(['recovered', 'not-recovered', 'made-worse', 'unknown']).optional(),
  /** The person responsible for an open problem: whoever took the page, or else whoever approved the action. */
  heldBy: z.object({ by: z.string().max(200), as: z.enum(['approver', 'page']) }).optional(),
  /** The place of the incident, as far as it is known: names without confidence (see Context). */
  place: Place.optional(),
  /** The workflow execution that works on the incident. */
  execution: z.string().optional(),
  /** The incident whose diagnosis also covers this one, and why. The status is `grouped` as long as that incident is open. */
  memberOf: z.object({ leader: z.string(), because: Relation, at: Instant }).optional(),
  apart: Apart.extend({ at: Instant }).optional(),
  /** The previous execution, which ended without closing the incident; the status it left; and when the present execution took over. */
  takenOver: z.object({ from: z.string(), at: Instant, left: IncidentStatus }).optional(),
});
export type Incident = z.infer<typeof Incident>;

/** A value, where it was read, and our confidence in it (0 to 1). Alternatives are kept. */
const Known = z.object({
  value: z.string(),
  source: z.string(),
  /** The catalogue entry that the value was read from; absent if the alert gave it. */
  catalogued: z.string().optional(),
  confidence: z.number().min(0).max(1),
  alternatives: z
    .array(
      z.object({ value: z.string(), source: z.string(), catalogued: z.string().optional(), confidence: z.number() }),
    )
    .default([]),
});
export type Known = z.infer<typeof Known>;

/** Limit on the taught facts of one context, because they travel with every brief. */
export const maxFacts = 8;

export const Context = z.object({
  service: Known.optional(),
  cluster: Known.optional(),
  environment: Known.optional(),
  namespace: Known.optional(),
  account: Known.optional(),
  region: Known.optional(),
  /** The service runs in no cluster, as the catalogue says: its cluster and namespace are no open questions. */
  serverless: z.literal(true).optional(),
  /** The workload that the alert names, if it names one (a CronJob, a pod's owner). */
  workload: EntityRef.optional(),
  window: z.object({ baseline: TimeWindow, incident: TimeWindow }),
  /** Names of the sources that have the service's data, by signal. */
  sources: z.record(z.string(), z.array(z.string())).default({}),
  callers: z.array(z.string()),
  callees: z.array(z.string()),
  /** Resources of AWS that the page names, or that the catalogue gives to the service and its neighbours, if a source can read them. */
  resources: z.array(ResourceRef).max(maxResources).default([]),
  /** What remains unknown and whom we would ask, in words. */
  questions: z.array(z.string()),
  /** Short texts about similar incidents, from memory or the knowledge base. */
  similar: z.array(z.string()).default([]),
  /** What the catalogue tells agents about the service. */
  instructions: z.string().max(1500).optional(),
  /** What people taught about the service and its neighbours. */
  facts: z.array(ServiceFact).max(maxFacts).default([]),
});
export type Context = z.infer<typeof Context>;
