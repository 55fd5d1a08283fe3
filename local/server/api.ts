// The console's API: JSON in and out, one row per route. It reads the records and calls the same core functions as Slack's buttons. The actor is
// always the signed-in person, and never a field of the body.
import { TrieRouter } from 'hono/router/trie-router';
import * as z from 'zod';
import { chartOfRecord, type EvidenceChart } from '../../core/charts/evidence.ts';
import { type CallsView, callsView } from '../../core/console/calls-view.ts';
import {
  citedEvidence,
  type EvidenceIndex,
  type EvidenceView,
  evidenceIndex,
  evidenceView,
} from '../../core/console/evidence-view.ts';
import { exportIncident, type IncidentFormat, incidentFormats } from '../../core/console/export.ts';
import { type IncidentRow, incidentRow } from '../../core/console/incident-list.ts';
import { type IncidentView, incidentView, messageView } from '../../core/console/incident-view.ts';
import { type PreferenceView, preferenceView } from '../../core/console/preference-view.ts';
import { type ChangeView, changeView, type ServiceView, serviceView } from '../../core/console/service-view.ts';
import { type WeekView, weekStart, weekView } from '../../core/console/week-view.ts';
import { handleUtterance } from '../../core/conversation/handle-utterance.ts';
import { InvalidInput } from '../../core/errors.ts';
import { Request, requestInvestigation } from '../../core/intake/request-investigation.ts';
import { gatherFeedback } from '../../core/learning/feedback-report.ts';
import { dismissPrevention } from '../../core/learning/prevention.ts';
import { revokePreference } from '../../core/learning/teach.ts';
import { Level, Verdict } from '../../core/model/action.ts';
import { Instant } from '../../core/model/entity.ts';
import type { Incident } from '../../core/model/incident.ts';
import type { Message } from '../../core/model/message.ts';
import type { Evidence } from '../../core/model/report.ts';
import type { Ports } from '../../core/ports/index.ts';
import { currentDraft } from '../../core/postmortem/draft.ts';
import { verifyAudit } from '../../core/record/audit/verify.ts';
import { checkInWords } from '../../core/record/audit/words.ts';
import { answerApproval } from '../../core/remediation/answer.ts';
import { switches, throwKillSwitch } from '../../core/remediation/kill-switch.ts';
import { approvePromotion, levelReport, rowText } from '../../core/remediation/levels/earned.ts';
import { rowLines } from '../../core/remediation/levels/report.ts';
import { publishApprovalOutcome } from '../../core/remediation/publish-approval-outcome.ts';
import type { ConsoleChat } from '../console-chat.ts';
import type { People, Person } from '../people.ts';

export interface ApiParts {
  readonly ports: Ports;
  readonly chat: Pick<ConsoleChat, 'messages'>;
  readonly pages: Pages;
  readonly people: People;
  /** The address that signs a person in. */
  readonly linkOf: (token: string) => string;
}

/** Recorded pages that the console can send, for trials. */
export interface Pages {
  scenarios(): readonly { readonly id: string; readonly title: string }[];
  /** Signs the page and POSTs it to our own webhook. */
  send(scenario: string, options: { readonly vary: boolean }): Promise<{ readonly sourceId: string }>;
}

export class NotFound extends Error {}
/** An answer that the browser stores as a file. */
export class FileAnswer {
  readonly name: string;
  readonly type: string;
  readonly body: string;
  constructor(name: string, type: string, body: string) {
    this.name = name;
    this.type = type;
    this.body = body;
  }
}
/** This person may not do it, but another one may. */
export class Forbidden extends Error {}

type Parameters = Readonly<Record<string, string>>;
type Route = readonly [
  method: 'GET' | 'POST',
  /** With its parameters as `:name`. */
  path: string,
  answer: (
    parameters: Parameters,
    body: unknown,
    parts: ApiParts,
    person: Person,
    query: Parameters,
  ) => Promise<unknown>,
];

const Answer = z.object({ verdict: Verdict });
/** Without an incident, the message may be about anything. */
const PostedMessage = z.object({ text: z.string().trim().min(1).max(4000), incidentId: z.string().max(64).optional() });
const Switch = z.object({ on: z.boolean(), why: z.string().trim().min(1).max(300) });
const Invitation = z.strictObject({
  name: z.string().max(200),
  slack: z.string().max(50).optional(),
  approver: z.boolean().optional(),
});
/** Earlier clients sent their own name, which is ignored. */
const FeedbackRequest = z.preprocess(
  (body) => {
    if (typeof body !== 'object' || body === null) return body;
    const { by: _, ...rest } = body as Record<string, unknown>;
    return rest;
  },
  Request.omit({ by: true }),
);
const Page = z.object({ scenario: z.string(), vary: z.boolean().default(false) });
/** An incident of the recurrence; its diagnosis says which proposal is meant. */
const Dismissed = z.strictObject({ incidentId: z.string().min(1).max(64) });
const PromotionAnswer = z.object({ key: z.string().min(1).max(2000), epoch: z.number().int().min(0), to: Level });
const listed = 200;

const routes: readonly Route[] = [
  ['GET', '/api/incidents', async (_, __, { ports }) => ({ incidents: await incidents(ports) })],
  ['GET', '/api/incidents/:id', ({ id = '' }, _, parts) => incident(id, parts)],
  [
    'GET',
    '/api/incidents/:id/export/:format{md|json}',
    ({ id = '', format }, _, parts) => exportOf(id, format === 'json' ? 'json' : 'md', parts),
  ],
  ['GET', '/api/incidents/:id/postmortem', ({ id = '' }, _, { ports }) => draftOf(id, ports)],
  ['GET', '/api/incidents/:id/chart', ({ id = '' }, _, { ports }) => incidentChart(id, ports)],
  ['GET', '/api/incidents/:id/evidence', ({ id = '' }, _, { ports }) => evidenceOf(id, ports)],
  [
    'GET',
    '/api/incidents/:id/evidence/:evidenceId',
    ({ id = '', evidenceId = '' }, _, { ports }) => evidence(id, evidenceId, ports),
  ],
  [
    'POST',
    '/api/approvals/:approvalId',
    ({ approvalId = '' }, body, parts, person) => answer(approvalId, valid(Answer, body).verdict, person, parts),
  ],
  ['POST', '/api/said', (_, body, parts, person) => postMessage(valid(PostedMessage, body), person, parts)],
  ['GET', '/api/talk', async (_, __, { chat }) => ({ messages: (await chat.messages(noIncident)).map(messageView) })],
  ['GET', '/api/incidents/:id/messages/:key/chart', ({ id = '', key = '' }, _, parts) => chart(id, key, parts)],
  ['GET', '/api/talk/messages/:key/chart', ({ key = '' }, _, parts) => chart(noIncident, key, parts)],
  [
    'GET',
    '/api/incidents/:id/messages/:key/files/:place{[0-9]{1,2}}',
    ({ id = '', key = '', place }, _, parts) => file(id, key, Number(place), parts),
  ],
  ['GET', '/api/calls', (_, __, { ports }) => calls(ports)],
  ['GET', '/api/week', (_, __, { ports }) => week(ports)],
  [
    'POST',
    '/api/week/dismiss',
    (_, body, { ports }, { id: by }) => dismissPrevention({ ...valid(Dismissed, body), by }, ports),
  ],
  ['GET', '/api/services/:name', ({ name = '' }, _, { ports }) => service(name, ports)],
  ['GET', '/api/preferences', async (_, __, { ports }) => ({ preferences: await preferences(ports) })],
  [
    'GET',
    '/api/levels',
    async (_, __, { ports }) => ({
      rows: (await levelReport(ports)).map((view) => ({ ...view, title: rowText(view.row), lines: rowLines(view) })),
    }),
  ],
  [
    'POST',
    '/api/levels/approve',
    (_, body, { ports }, { id: by }) => approvePromotion({ ...valid(PromotionAnswer, body), by }, ports),
  ],
  ['GET', '/api/controls', (_, __, { ports }) => switches(ports)],
  [
    'POST',
    '/api/controls/kill-switch',
    (_, body, { ports }, { id: by }) => throwKillSwitch({ ...valid(Switch, body), by }, ports),
  ],
  ['GET', '/api/audit', async (_, __, { ports }, ___, query) => ({ entries: await auditOf(query, ports) })],
  ['GET', '/api/audit/verify', (_, __, { ports }, ___, query) => verify(valid(Since, query), ports)],
  ['GET', '/api/feedback', (_, __, { ports }, ___, query) => gatherFeedback(valid(Since, query), ports)],
  ['POST', '/api/preferences/:id/revoke', ({ id = '' }, _, { ports }, person) => revoke(id, person, ports)],
  [
    'POST',
    '/api/investigations',
    (_, body, { ports }, { id: by }) => requestInvestigation({ ...valid(FeedbackRequest, body), by }, ports),
  ],
  ['GET', '/api/me', async (_, __, ___, person) => person],
  ['GET', '/api/people', async (_, __, { people }, person) => ({ people: ownerOnly(person) && people.list() })],
  ['POST', '/api/people', (_, body, parts, person) => invite(body, person, parts)],
  ['POST', '/api/people/:name/revoke', ({ name = '' }, _, parts, person) => revokePerson(name, person, parts)],
  ['GET', '/api/scenarios', async (_, __, { pages }) => ({ scenarios: pages.scenarios() })],
  [
    'POST',
    '/api/pages',
    (_, body, { pages }) => {
      const { scenario, vary } = valid(Page, body);
      return pages.send(scenario, { vary });
    },
  ],
];

const router = new TrieRouter<Route>();
for (const route of routes) router.add(route[0], route[1], route);

/** Throws `NotFound`, `InvalidInput` or an error of a port. */
export async function answerApi(
  method: string,
  path: string,
  body: unknown,
  parts: ApiParts,
  person: Person,
  query: Parameters = {},
): Promise<unknown> {
  const [found] = router.match(method, path)[0];
  if (found === undefined) throw new NotFound(`There is no ${method} ${path} here.`);
  const [[, , answer], parameters] = found;
  const decoded = Object.entries(parameters).map(([name, value]) => [name, decode(String(value))] as const);
  return answer(Object.fromEntries(decoded), body, parts, person, query);
}

function ownerOnly({ isOwner }: Person): true {
  if (!isOwner) throw new Forbidden('Only whoever started this Watchkeeper invites, lists and revokes people.');
  return true;
}

async function invite(body: unknown, person: Person, { people, linkOf }: ApiParts) {
  ownerOnly(person);
  const { person: invited, linkToken } = await people.invite(valid(Invitation, body));
  return { person: invited, link: linkOf(linkToken) };
}

async function revokePerson(name: string, person: Person, { people }: ApiParts) {
  ownerOnly(person);
  if (!(await people.revoke(name))) throw new NotFound(`Nobody called ${name} was invited.`);
  return { kind: 'revoked' };
}

/** If the configuration names no approvers, the owner decides, which an invited person cannot know, so the answer says it. */
async function answer(approvalId: string, verdict: Verdict, { id: by, isApprover }: Person, { ports }: ApiParts) {
  const answered = await answerApproval({ approvalId, verdict, by }, ports);
  // If an approval needs two people, the conversation names the first one.
  if (answered.kind === 'counted') {
    const incident = await ports.incidents.get(answered.approval.incidentId);
    if (incident !== undefined) await publishApprovalOutcome(approvalId, incident, ports);
  }
  if (answered.kind !== 'not-allowed' || isApprover) return answered;
  return {
    ...answered,
    text: `${answered.text} Where the configuration names none, it is whoever started this Watchkeeper, and whom they invite with npm run invite -- NAME --approver.`,
  };
}

/** The key of messages about no incident. */
const noIncident = 'none';

/** The same conversation as in Slack, by the same function: the reply is published here and in every other place. */
async function postMessage(
  { incidentId, text }: z.infer<typeof PostedMessage>,
  { id: by }: Person,
  { ports }: ApiParts,
) {
  if (incidentId !== undefined && (await ports.incidents.get(incidentId)) === undefined)
    throw new NotFound(`There is no incident ${incidentId}.`);
  const at = ports.clock.now().toISOString();
  const result = await handleUtterance(
    { kind: 'words', how: 'console', eventId: `console-${ports.ids.next()}`, at, by, text, incidentId },
    ports,
  );
  if (result.kind !== 'answered') return result;
  await ports.chat.publish(result.message);
  return { kind: result.kind, message: messageView(result.message) };
}

async function messageOf(incidentId: string, key: string, { chat }: ApiParts): Promise<Message> {
  const found = (await chat.messages(incidentId)).find((one) => one.key === key);
  if (found === undefined) throw new NotFound(`There is no message ${key}.`);
  return found;
}

/** The same chart as in Slack, as SVG, so that the page can show it in its own colours. */
async function chart(incidentId: string, key: string, parts: ApiParts): Promise<{ svg: string }> {
  const { chart: svg } = await messageOf(incidentId, key, parts);
  if (svg === undefined) throw new NotFound(`The message ${key} has no chart.`);
  return { svg };
}

async function file(incidentId: string, key: string, place: number, parts: ApiParts) {
  const found = (await messageOf(incidentId, key, parts)).files?.[place];
  if (found === undefined) throw new NotFound(`The message ${key} has no such file.`);
  return found;
}

async function incidents(ports: Ports): Promise<IncidentRow[]> {
  return Promise.all((await ports.incidents.list(listed)).map((each) => rowOf(each, ports)));
}

/** Only an incident with a proposed action has approvals. */
async function rowOf(incident: Incident, { incidents, approvals }: Ports): Promise<IncidentRow> {
  const [diagnosis, requested] = await Promise.all([
    incidents.diagnosis(incident.id),
    incident.error?.actionId === undefined ? [] : approvals.ofIncident(incident.id),
  ]);
  return incidentRow(incident, diagnosis, requested);
}

async function incident(id: string, { ports, chat }: ApiParts): Promise<IncidentView> {
  const found = await ports.incidents.get(id);
  if (found === undefined) throw new NotFound(`There is no incident ${id}.`);
  const [timeline, diagnosis, approvals, messages, members] = await Promise.all([
    ports.incidents.timeline(id),
    ports.incidents.diagnosis(id),
    ports.approvals.ofIncident(id),
    chat.messages(id),
    ports.incidents.memberNames(id),
  ]);
  return incidentView({ incident: found, timeline, diagnosis, approvals, messages, members });
}

async function exportOf(id: string, format: IncidentFormat, parts: ApiParts): Promise<FileAnswer> {
  const view = await incident(id, parts);
  const evidence = await readAll(id, citedEvidence(view.diagnosis, view.timeline), parts.ports);
  return new FileAnswer(
    `${view.incident.id}.${format}`,
    incidentFormats[format],
    exportIncident(view, evidence, format),
  );
}

async function draftOf(id: string, ports: Ports): Promise<{ markdown: string }> {
  const markdown = await currentDraft(id, ports);
  if (markdown === undefined)
    throw new NotFound('A postmortem draft is written when the incident ends; there is none yet.');
  return { markdown };
}

/** Evidence that cannot be read is left out. */
async function readAll(id: string, evidenceIds: readonly string[], { evidence }: Ports): Promise<Evidence[]> {
  const all = await Promise.all(evidenceIds.map((each) => evidence.get(id, each).catch(() => undefined)));
  return all.filter((one) => one !== undefined);
}

/** The evidence that the incident's page cites, with the runbook sections and the links among it. */
async function evidenceOf(id: string, ports: Ports): Promise<EvidenceIndex> {
  const { incidents } = ports;
  const [found, diagnosis, timeline] = await Promise.all([
    incidents.get(id),
    incidents.diagnosis(id),
    incidents.timeline(id),
  ]);
  if (found === undefined) throw new NotFound(`There is no incident ${id}.`);
  return evidenceIndex(found, await readAll(id, citedEvidence(diagnosis, timeline), ports));
}

/** The metric that moved: the first chart among the evidence of the first hypothesis. */
async function incidentChart(
  id: string,
  { evidence, incidents }: Ports,
): Promise<{ chart?: EvidenceChart; evidenceId?: string }> {
  for (const evidenceId of (await incidents.diagnosis(id))?.hypotheses[0]?.evidenceIds ?? []) {
    const chart = chartOfRecord(await evidence.full(id, evidenceId).catch(() => undefined));
    if (chart !== undefined) return { chart, evidenceId };
  }
  return {};
}

async function evidence(incidentId: string, id: string, ports: Ports): Promise<EvidenceView> {
  const found = await ports.evidence.get(incidentId, id);
  if (found === undefined) throw new NotFound(`There is no evidence ${id} of incident ${incidentId}.`);
  return evidenceView(found, await ports.evidence.full(incidentId, id));
}

async function calls(ports: Ports): Promise<CallsView> {
  const [kept, rows] = await Promise.all([ports.callGraph.all(), incidents(ports)]);
  return callsView(kept, rows, ports.clock.now());
}

async function week({ incidents, clock }: Ports): Promise<WeekView> {
  const now = clock.now();
  const since = weekStart(now);
  const recent = (await incidents.list(listed)).filter(({ openedAt }) => openedAt >= since);
  const past = recent.map(async (incident) => {
    const [diagnosis, timeline] = await Promise.all([
      incidents.diagnosis(incident.id),
      incidents.timeline(incident.id),
    ]);
    return { incident, diagnosis, timeline };
  });
  return weekView(await Promise.all(past), now);
}

/** Reads only the diagnoses of the service's own incidents. Facts that cannot be read are left out. */
async function service(name: string, ports: Ports): Promise<ServiceView> {
  const [catalog, rows, facts, preferences, kept] = await Promise.all([
    ports.catalog.load(),
    incidents(ports),
    ports.memory.facts(name).catch(() => []),
    ports.preferences.list(),
    ports.callGraph.all(),
  ]);
  const changes = await Promise.all(
    rows.filter(({ place }) => place?.service === name).map((row) => changeBehind(row, ports)),
  );
  return serviceView({
    name,
    catalog,
    incidents: rows,
    changes: changes.filter((change) => change !== undefined),
    calls: callsView(
      kept.filter(({ from, to }) => from === name || to === name),
      rows,
      ports.clock.now(),
    ).calls,
    facts,
    preferences,
  });
}

async function changeBehind(row: IncidentRow, ports: Ports): Promise<ChangeView | undefined> {
  const diagnosis = await ports.incidents.diagnosis(row.id);
  const first = diagnosis?.hypotheses[0];
  if (diagnosis === undefined || first?.changeId === undefined) return undefined;
  return changeView(row, diagnosis, await readAll(row.id, first.evidenceIds, ports));
}

async function revoke(id: string, { id: by }: Person, ports: Ports) {
  const preference = await revokePreference({ id, by }, ports);
  if (preference === undefined) throw new NotFound(`There is no preference ${id}.`);
  return { preference };
}

/** The preferences, each with the past incidents that match it, or nearly do. */
async function preferences(ports: Ports): Promise<PreferenceView[]> {
  const [all, past] = await Promise.all([ports.preferences.list(), ports.incidents.list(listed)]);
  return all.map((preference) => preferenceView(preference, past));
}

const weekMs = 7 * 24 * 3_600_000;
const verifiedMs = 730 * 24 * 3_600_000;
const Span = z.object({ since: Instant.optional(), until: Instant.optional(), incident: z.string().optional() });

const Since = Span.omit({ until: true });

/** Verifies that the audit is unchanged, and returns lines for people. */
async function verify({ since }: z.infer<typeof Since>, ports: Ports) {
  const now = ports.clock.now().getTime();
  const span = {
    since: since ?? new Date(now - verifiedMs).toISOString(),
    until: new Date(now + 60_000).toISOString(),
  };
  const check = await verifyAudit(span, ports);
  return { holds: check.breaks.length === 0, lines: checkInWords(check) };
}

/** Covers the last week by default. */
export async function auditOf(query: Readonly<Record<string, string>>, { audit, clock }: Ports) {
  const { since, until, incident } = valid(Span, query);
  const now = clock.now().getTime();
  const entries = await audit.list({
    since: since ?? new Date(now - weekMs).toISOString(),
    until: until ?? new Date(now + 60_000).toISOString(),
  });
  return incident === undefined ? entries : entries.filter(({ incidentId }) => incidentId === incident);
}

function valid<Schema extends z.ZodType>(schema: Schema, body: unknown): z.infer<Schema> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new InvalidInput(`The request does not fit: ${z.prettifyError(parsed.error)}`);
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new InvalidInput('The address is not a valid one.');
  }
}
