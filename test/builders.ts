// Small builders: a valid value with what a test cares about put over it.

import { identityOf } from '../core/fingerprint/identity.ts';
import type { Action, Approval, Decision, Preference } from '../core/model/action.ts';
import type { Diagnosis, Hypothesis } from '../core/model/diagnosis.ts';
import type { Context, Incident, Trigger } from '../core/model/incident.ts';
import type { Brief, Finding, Report } from '../core/model/report.ts';
import { everywhere, type Scope } from '../core/model/scope.ts';
import { TimelineEntry, type TimelineEvent } from '../core/model/timeline.ts';
import { entryOf, type Occasion } from '../core/record/timeline.ts';

export const at = (time: string): string => `2026-11-20T${time}.000Z`;

export const aTrigger = (over: Partial<Trigger> = {}): Trigger => ({
  kind: 'page',
  eventId: 'event-1',
  sourceId: 'PD-1',
  occurredAt: at('02:47:00'),
  title: 'CronJob nightly-invoices failed',
  severity: 'high',
  details: {},
  ...over,
});

export const anIncident = (over: Partial<Incident> = {}): Incident => ({
  id: 'inc-1',
  sourceId: 'PD-1',
  title: 'CronJob nightly-invoices failed',
  trigger: aTrigger(),
  openedAt: at('02:47:10'),
  status: 'investigating',
  pageStatus: 'triggered',
  execution: 'execution-1',
  ...over,
});

/** An event as it stands on the timeline of `inc-1`. */
export const anEvent = (
  event: TimelineEvent,
  { at: time = '02:47:10', ...occasion }: Partial<Occasion> & { readonly at?: string } = {},
): TimelineEntry => entryOf('inc-1', event, { step: 'OpenIncident', ...occasion, at: at(time) });

/** What says no event is decoded as an entry of version 1. */
export function anEntry(over: Partial<TimelineEntry> = {}): TimelineEntry {
  const entry = {
    id: 'inc-1:OpenIncident:opened',
    incidentId: 'inc-1',
    at: at('02:47:10'),
    step: 'OpenIncident',
    actor: 'watchkeeper',
    kind: 'opened',
    text: 'Looking into it.',
    evidenceIds: [],
    ...over,
  };
  return { ...TimelineEntry.parse({ ...entry, text: entry.text.slice(0, 4000) }), text: entry.text };
}

const known = (value: string) => ({ value, source: 'catalogue', confidence: 0.9, alternatives: [] });

export const aContext = (over: Partial<Context> = {}): Context => ({
  service: known('billing'),
  cluster: known('backend-1'),
  environment: known('production'),
  namespace: known('billing'),
  window: {
    baseline: { start: at('01:30:00'), end: at('02:30:00') },
    incident: { start: at('02:30:00'), end: at('02:47:00') },
  },
  sources: {},
  callers: [],
  callees: [],
  resources: [],
  questions: [],
  similar: [],
  facts: [],
  ...over,
});

export const cronJob = { kind: 'CronJob', name: 'nightly-invoices', namespace: 'billing', cluster: 'backend-1' };

export const aFinding = (over: Partial<Finding> = {}): Finding => ({
  id: 'kubernetes-1-1',
  specialist: 'kubernetes',
  claim: 'The latest Job of CronJob nightly-invoices failed: ledger-api:8443 connection reset.',
  entity: cronJob,
  cause: 'job-failed',
  role: 'cause',
  severity: 'major',
  confidence: 0.9,
  evidenceIds: ['ev-1'],
  ...over,
});

export const aReport = (over: Partial<Report> = {}): Report => ({
  specialist: 'kubernetes',
  round: 1,
  summary: 'One Job failed.',
  findings: [aFinding()],
  gaps: [],
  usage: { wallMs: 12, bytesRead: 1000, inputTokens: 0, outputTokens: 0, costUsd: 0, modelCalls: 0, toolCalls: 0 },
  by: 'analysis',
  droppedClaims: 0,
  ...over,
});

/** Its error text is exact, unless a test says otherwise. */
export const aHypothesis = (over: Partial<Hypothesis> = {}): Hypothesis => {
  const errorTemplate = 'errorTemplate' in over ? over.errorTemplate : plainHypothesis.errorTemplate;
  return {
    ...plainHypothesis,
    ...(errorTemplate === undefined ? {} : { errorIdentity: identityOf(errorTemplate, { workloads: [cronJob.name] }) }),
    ...over,
  };
};

const plainHypothesis: Hypothesis = {
  rank: 1,
  entity: cronJob,
  cause: 'job-failed',
  confidence: 0.8,
  summary: 'The Job failed because ledger-api reset the connection.',
  why: ['Its last three pods ended with the same error.'],
  against: [],
  evidenceIds: ['ev-1'],
  findingIds: ['kubernetes-1-1'],
  errorTemplate: 'ledger-api:8443 connection reset',
};

export const aDiagnosis = (over: Partial<Diagnosis> = {}): Diagnosis => ({
  text: 'CronJob nightly-invoices failed. ledger-api reset the connection. Rerun it.',
  hypotheses: [aHypothesis()],
  symptoms: [],
  blastRadius: ['billing'],
  gaps: [],
  droppedClaims: 0,
  model: 'none',
  participants: [],
  usage: { wallMs: 12, bytesRead: 1000, inputTokens: 0, outputTokens: 0, costUsd: 0, modelCalls: 0, toolCalls: 0 },
  specialists: ['kubernetes'],
  ...over,
});

export const anAction = (over: Partial<Action> = {}): Action => ({
  id: 'rerun-cronjob',
  target: cronJob,
  parameters: {},
  title: 'Rerun CronJob billing/nightly-invoices in backend-1',
  blastRadius: 'Starts one more Job.',
  reversible: true,
  settleSeconds: 60,
  verify: 'Did the new Job succeed?',
  evidenceIds: ['ev-1'],
  idempotencyKey: 'inc-1:rerun-cronjob:backend-1/billing/CronJob/nightly-invoices',
  ...over,
});

type Pending = Extract<Approval, { state: 'pending' }>;
export const anApproval = (over: Partial<Pending> = {}): Pending => ({
  id: 'inc-1-rerun-cronjob',
  incidentId: 'inc-1',
  action: anAction(),
  requestedAt: at('02:48:00'),
  expiresAt: at('03:18:00'),
  question: 'Rerun CronJob billing/nightly-invoices in backend-1?',
  why: 'Allowed by policy walk-safe-actions.',
  approvers: 1,
  mayAnswer: [],
  approvedBy: [],
  state: 'pending',
  ...over,
});

type Asking = Extract<Decision, { kind: 'ask' }>;
export const anAsk = (over: Partial<Asking> = {}): Asking => ({
  kind: 'ask',
  why: '',
  policies: [],
  action: anAction(),
  approvalId: 'inc-1-rerun-cronjob',
  expiresInSeconds: 1800,
  remindInSeconds: 600,
  lastSeconds: 1200,
  approvers: 1,
  mayAnswer: [],
  escalateTo: [],
  ...over,
});

export const aPreference = (over: Partial<Preference> = {}): Preference => ({
  id: 'pref-1',
  fingerprint: 'wk3-0123',
  describes: {
    cause: 'job-failed',
    workload: 'CronJob/billing/nightly-invoices',
    environment: 'production',
    errorTemplate: 'ledger-api:8443 connection reset',
  },
  actionId: 'rerun-cronjob',
  taughtBy: 'ana',
  taughtAt: at('02:50:00'),
  incidentId: 'inc-1',
  expiresAt: '2026-12-20T02:50:00.000Z',
  uses: 0,
  maxUsesPerDay: 3,
  usedToday: { day: '2026-11-20', count: 0 },
  state: 'active',
  ...over,
});

export const aBrief = (over: Partial<Brief> = {}): Brief => ({
  incidentId: 'inc-1',
  specialist: 'kubernetes',
  round: 1,
  phase: 'investigate',
  question: 'What is wrong?',
  focus: [],
  trigger: aTrigger(),
  context: aContext(),
  budget: { seconds: 20, tokens: 1000, bytes: 1_000_000 },
  ...over,
});

/** Everything, unless the test narrows it. */
export const aScope = (change: Partial<Scope> = {}): Scope => ({
  ...everywhere('inc-1', { start: '2000-01-01T00:00:00Z', end: '2100-01-01T00:00:00Z' }),
  ...change,
});
