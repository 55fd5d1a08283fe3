// The console's API: JSON in, JSON out, one row a route. It reads the records and calls the same core functions that Slack's buttons do.
import * as z from 'zod';
import { verifyAudit } from '../../core/audit/verify.ts';
import { checkInWords } from '../../core/audit/words.ts';
import { switches, throwKillSwitch } from '../../core/controls.ts';
import { listen } from '../../core/conversation/listen.ts';
import { InvalidInput } from '../../core/errors.ts';
import { Request, requestInvestigation } from '../../core/incidents/asked.ts';
import { isOfThisRecipe } from '../../core/learning/fingerprint.ts';
import { gatherFeedback } from '../../core/learning/judged.ts';
import { historyOf } from '../../core/learning/matching.ts';
import { revokePreference, scopeOf } from '../../core/learning/teach.ts';
import { Verdict } from '../../core/model/action.ts';
import { Instant } from '../../core/model/entity.ts';
import type { Message } from '../../core/model/message.ts';
import type { Ports } from '../../core/ports/index.ts';
import { answerApproval } from '../../core/remediation/answer.ts';
import { isRememberable } from '../../core/remediation/question.ts';
import type { ConsoleChat } from '../console-chat.ts';

export interface ApiParts {
  readonly ports: Ports;
  readonly chat: Pick<ConsoleChat, 'messages'>;
  readonly pages: Pages;
}

/** Incidents that can be paged from here, to try things out. */
export interface Pages {
  scenarios(): readonly { readonly id: string; readonly title: string }[];
  /** Signs the page and POSTs it to our own webhook. */
  send(scenario: string, options: { readonly vary: boolean }): Promise<{ readonly sourceId: string }>;
}

export class NotFound extends Error {}

type Route = readonly [
  method: 'GET' | 'POST',
  path: RegExp,
  answer: (
    parameters: readonly string[],
    body: unknown,
    parts: ApiParts,
    query: Readonly<Record<string, string>>,
  ) => Promise<unknown>,
];

const By = z.object({ by: z.string().trim().min(1).max(100) });
const Answer = By.extend({ verdict: Verdict });
/** Without an incident it is about anything. */
const Said = By.extend({ text: z.string().trim().min(1).max(4000), incidentId: z.string().max(64).optional() });
const Switch = By.extend({ on: z.boolean(), why: z.string().trim().min(1).max(300) });
const Page = z.object({ scenario: z.string(), vary: z.boolean().default(false) });
const listed = 200;

const routes: readonly Route[] = [
  ['GET', /^\/api\/incidents$/, async (_, __, { ports }) => ({ incidents: await incidents(ports) })],
  ['GET', /^\/api\/incidents\/([^/]+)$/, ([id], _, parts) => incident(id ?? '', parts)],
  [
    'GET',
    /^\/api\/incidents\/([^/]+)\/evidence\/([^/]+)$/,
    ([id, evidenceId], _, { ports }) => evidence(id ?? '', evidenceId ?? '', ports),
  ],
  [
    'POST',
    /^\/api\/approvals\/([^/]+)$/,
    ([approvalId], body, { ports }) => answerApproval({ approvalId: approvalId ?? '', ...valid(Answer, body) }, ports),
  ],
  ['POST', /^\/api\/said$/, (_, body, parts) => said(valid(Said, body), parts)],
  ['GET', /^\/api\/talk$/, async (_, __, { chat }) => ({ messages: (await chat.messages(noIncident)).map(shown) })],
  [
    'GET',
    /^\/api\/incidents\/([^/]+)\/messages\/([^/]+)\/chart$/,
    ([id, key], _, parts) => chart(id ?? '', key ?? '', parts),
  ],
  ['GET', /^\/api\/talk\/messages\/([^/]+)\/chart$/, ([key], _, parts) => chart(noIncident, key ?? '', parts)],
  [
    'GET',
    /^\/api\/incidents\/([^/]+)\/messages\/([^/]+)\/files\/(\d{1,2})$/,
    ([id, key, place], _, parts) => file(id ?? '', key ?? '', Number(place), parts),
  ],
  ['GET', /^\/api\/preferences$/, async (_, __, { ports }) => ({ preferences: await preferences(ports) })],
  ['GET', /^\/api\/controls$/, (_, __, { ports }) => switches(ports)],
  ['POST', /^\/api\/controls\/kill-switch$/, (_, body, { ports }) => throwKillSwitch(valid(Switch, body), ports)],
  ['GET', /^\/api\/audit$/, async (_, __, { ports }, query) => ({ entries: await auditOf(query, ports) })],
  ['GET', /^\/api\/audit\/verify$/, (_, __, { ports }, query) => verify(valid(Since, query), ports)],
  ['GET', /^\/api\/feedback$/, (_, __, { ports }, query) => gatherFeedback(valid(Since, query), ports)],
  ['POST', /^\/api\/preferences\/([^/]+)\/revoke$/, ([id], body, { ports }) => revoke(id ?? '', body, ports)],
  ['POST', /^\/api\/investigations$/, (_, body, { ports }) => requestInvestigation(valid(Request, body), ports)],
  ['GET', /^\/api\/scenarios$/, async (_, __, { pages }) => ({ scenarios: pages.scenarios() })],
  [
    'POST',
    /^\/api\/pages$/,
    (_, body, { pages }) => {
      const { scenario, vary } = valid(Page, body);
      return pages.send(scenario, { vary });
    },
  ],
];

/** Throws `NotFound`, `InvalidInput` or whatever a port throws. */
export async function answerApi(
  method: string,
  path: string,
  body: unknown,
  parts: ApiParts,
  query: Readonly<Record<string, string>> = {},
): Promise<unknown> {
  for (const [routeMethod, pattern, answer] of routes) {
    const match = routeMethod === method ? pattern.exec(path) : null;
    if (match) return answer(match.slice(1).map(decode), body, parts, query);
  }
  throw new NotFound(`There is no ${method} ${path} here.`);
}

/** What is said about no incident is kept under this. */
const noIncident = 'none';

/** The same conversation as in Slack, by the same function: what is answered is published, here and wherever else people read. */
async function said({ incidentId, by, text }: z.infer<typeof Said>, { ports }: ApiParts) {
  if (incidentId !== undefined && (await ports.incidents.get(incidentId)) === undefined)
    throw new NotFound(`There is no incident ${incidentId}.`);
  const at = ports.clock.now().toISOString();
  const heard = await listen(
    { kind: 'words', how: 'console', eventId: `console-${ports.ids.next()}`, at, by, text, incidentId },
    ports,
  );
  if (heard.kind !== 'answered') return heard;
  await ports.chat.publish(heard.message);
  return { kind: heard.kind, message: shown(heard.message) };
}

/** A message as the page gets it: pictures and files are fetched when they are looked at. */
function shown({ chart, files = [], ...message }: Message) {
  return { ...message, hasChart: chart !== undefined, files: files.map(({ name, title }) => ({ name, title })) };
}

async function messageOf(incidentId: string, key: string, { chat }: ApiParts): Promise<Message> {
  const found = (await chat.messages(incidentId)).find((one) => one.key === key);
  if (found === undefined) throw new NotFound(`There is no message ${key}.`);
  return found;
}

/** A PNG, as the same text that Slack gets. */
async function chart(incidentId: string, key: string, parts: ApiParts) {
  const { chart: svg } = await messageOf(incidentId, key, parts);
  if (svg === undefined) throw new NotFound(`The message ${key} has no chart.`);
  return { image: `data:image/png;base64,${Buffer.from(await parts.ports.charts.png(svg)).toString('base64')}` };
}

async function file(incidentId: string, key: string, place: number, parts: ApiParts) {
  const found = (await messageOf(incidentId, key, parts)).files?.[place];
  if (found === undefined) throw new NotFound(`The message ${key} has no such file.`);
  return found;
}

async function incidents(ports: Ports) {
  return Promise.all(
    (await ports.incidents.list(listed)).map(async (each) => {
      const headline = (await ports.incidents.diagnosis(each.id))?.hypotheses[0]?.summary;
      return { ...each, ...(headline === undefined ? {} : { headline }) };
    }),
  );
}

async function incident(id: string, { ports, chat }: ApiParts) {
  const found = await ports.incidents.get(id);
  if (found === undefined) throw new NotFound(`There is no incident ${id}.`);
  const [timeline, diagnosis, approvals, messages] = await Promise.all([
    ports.incidents.timeline(id),
    ports.incidents.diagnosis(id),
    ports.approvals.ofIncident(id),
    chat.messages(id),
  ]);
  return {
    incident: found,
    timeline,
    ...(diagnosis === undefined ? {} : { diagnosis }),
    approvals: approvals.map((approval) => ({ ...approval, rememberable: isRememberable(approval) })),
    messages: messages.map(shown),
  };
}

async function evidence(incidentId: string, id: string, ports: Ports) {
  const found = await ports.evidence.get(incidentId, id);
  if (found === undefined) throw new NotFound(`There is no evidence ${id} of incident ${incidentId}.`);
  return { evidence: found, full: await ports.evidence.full(incidentId, id) };
}

async function revoke(id: string, body: unknown, ports: Ports) {
  const preference = await revokePreference({ id, ...valid(By, body) }, ports);
  if (preference === undefined) throw new NotFound(`There is no preference ${id}.`);
  return { preference };
}

/** Each with the past incidents that it matches, or nearly does. */
async function preferences(ports: Ports) {
  const [all, past] = await Promise.all([ports.preferences.list(), ports.incidents.list(listed)]);
  return all.map((preference) => ({
    ...preference,
    says: scopeOf(preference),
    teachAgain: !isOfThisRecipe(preference),
    history: historyOf(preference, past),
  }));
}

const weekMs = 7 * 24 * 3_600_000;
const verifiedMs = 730 * 24 * 3_600_000;
const Span = z.object({ since: Instant.optional(), until: Instant.optional(), incident: z.string().optional() });

const Since = Span.omit({ until: true });

/** Whether the audit is what was written, in lines for people. */
async function verify({ since }: z.infer<typeof Since>, ports: Ports) {
  const now = ports.clock.now().getTime();
  const span = {
    since: since ?? new Date(now - verifiedMs).toISOString(),
    until: new Date(now + 60_000).toISOString(),
  };
  const check = await verifyAudit(span, ports);
  return { holds: check.breaks.length === 0, lines: checkInWords(check) };
}

/** Of the last week, where nothing else is said. */
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
