// Carries out what a person requests with the page itself (acknowledge, snooze, reassign, add a responder, start an Incident Workflow, silence in
// Alertmanager), where the catalogue allows it for the environment. It asks once more with all details, an approver confirms, it is done once, and the
// audit and the timeline hold it. Everything else is answered by incident/cannot.ts.
import { sha256 } from '../hash.ts';
import { personIn, secondsIn, workflowIn } from '../language/page-request.ts';
import type { ParsedUtterance } from '../language/parse-utterance.ts';
import { type IncidentQuestion, readIntent } from '../language/read-intent.ts';
import type { Incident } from '../model/incident.ts';
import { longestSeconds, type Matcher, type PageRequest, type PageRequestKind } from '../model/page-request.ts';
import { idsOf } from '../ports/catalog.ts';
import type { PageRequests } from '../ports/channels.ts';
import type { Ports } from '../ports/index.ts';
import { recordAudit } from '../record/audit/record.ts';
import { record } from '../record/timeline.ts';
import { switches } from '../remediation/kill-switch.ts';
import { clean, shorten } from '../text.ts';
import { formatList } from '../wording.ts';

export type PageRequestPorts = Pick<
  Ports,
  'catalog' | 'controls' | 'clock' | 'ids' | 'memory' | 'approvals' | 'audit' | 'incidents'
> & {
  readonly seen?: Ports['seen'] | undefined;
  readonly pageRequests?: PageRequests | undefined;
};

interface Said {
  readonly incident: Incident;
  readonly by: string;
  readonly text: string;
}

export interface PageReply {
  readonly text: string;
  readonly lines: readonly string[];
  readonly choices: readonly (string | { readonly label: string; readonly says: string })[];
  /** What a plain yes of the same person, as the next message, confirms. */
  readonly about?: string;
}

const kinds: Readonly<Record<string, PageRequestKind>> = {
  silence: 'silence',
  snooze: 'snooze',
  reassign: 'reassign',
  page: 'responder',
  acknowledge: 'acknowledge',
  workflow: 'workflow',
};
const marker = 'page-request:';
const confirming = /^confirm (?<code>[0-9a-f]{8}): (?<request>.{2,300})$/i;
/** How long a confirmed request is remembered, so that it is done once. */
const rememberSeconds = 8 * 24 * 3600;

/** Undefined if the message is no such request, or none that the catalogue and the configuration allow here. */
export async function handlePageRequest(
  said: Said,
  parsed: ParsedUtterance,
  ports: PageRequestPorts,
): Promise<PageReply | undefined> {
  const { pageRequests, seen } = ports;
  if (pageRequests === undefined || seen === undefined || pageRequests.can.size === 0) return undefined;
  const confirmed = confirming.exec(said.text.trim())?.groups;
  if (confirmed !== undefined)
    return confirm(confirmed.code ?? '', { ...said, text: confirmed.request ?? '' }, { ...ports, pageRequests, seen });
  const waiting = await waitingOf(said, parsed, ports);
  if (waiting !== undefined) return answerWaiting(waiting, said, parsed, { ...ports, pageRequests, seen });
  return parsed.intent.kind === 'incident' ? ask(said, parsed.intent.question, { ...ports, pageRequests }) : undefined;
}

type Able = PageRequestPorts & { readonly pageRequests: PageRequests };
type Doing = Able & { readonly seen: Ports['seen'] };

/** The request that this person's last message made, if this message answers it with a yes or no. */
async function waitingOf(
  { incident, by }: Said,
  { answer }: ParsedUtterance,
  { memory }: PageRequestPorts,
): Promise<{ readonly code: string; readonly request: string } | undefined> {
  if (answer.kind !== 'yes' && answer.kind !== 'no') return undefined;
  const last = (await memory.utterances({ incidentId: incident.id, actor: by }).catch(() => [])).at(-1);
  return last?.about?.startsWith(marker) === true
    ? { code: last.about.slice(marker.length), request: last.text }
    : undefined;
}

/** A yes counts for the page if nothing else waits. A no drops the request; "stop" goes on to the open questions. */
async function answerWaiting(
  { code, request }: { readonly code: string; readonly request: string },
  said: Said,
  { answer }: ParsedUtterance,
  ports: Doing,
): Promise<PageReply | undefined> {
  if (answer.kind === 'no' && answer.halts) return undefined;
  const open = (await ports.approvals.ofIncident(said.incident.id)).filter(({ state }) => state === 'pending');
  const still = open.map(({ question }) => `This still waits: ${question}`);
  if (answer.kind === 'no')
    return { text: 'Then I leave the page as it is. Nothing was done.', lines: still, choices: [] };
  if (open.length === 0) return confirm(code, { ...said, text: request }, ports);
  return {
    text: 'Two things wait, and I do not guess which one you mean. Nothing was done.',
    lines: still,
    choices: [
      { label: shorten(`Do it: ${request}`, 75), says: `confirm ${code}: ${request}` },
      ...open
        .slice(0, 3)
        .map(({ id, question }) => ({ label: shorten(`Approve: ${question}`, 75), says: `approve ${id}` })),
    ],
  };
}

async function ask(said: Said, question: IncidentQuestion, ports: Able): Promise<PageReply | undefined> {
  const found = await readRequest(said, question, ports);
  if (found === undefined || 'reply' in found) return found?.reply;
  const text = shorten(clean(said.text).replace(/\s+/g, ' ').trim(), 200);
  const code = sha256(`${said.incident.id} ${said.by} ${ports.ids.next()}`).slice(0, 8);
  const fire = found.request.kind === 'silence' ? await coverWords(found.request.matchers, ports) : [];
  if (fire === undefined)
    return {
      text: 'No firing alert in Alertmanager has the labels of this page, so there is nothing to silence.',
      lines: [],
      choices: [],
    };
  return {
    text: `${wordsOf(found.request, ports.clock.now())}? Nothing is done until you confirm.`,
    lines: [...fire, 'Say yes, or press the button. It is done once and audited; it approves no other question.'],
    choices: [{ label: shorten(`Yes: ${text}`, 75), says: `confirm ${code}: ${text}` }],
    about: `${marker}${code}`,
  };
}

type Read = { readonly request: PageRequest } | { readonly reply: PageReply };

/** Undefined if the question is no request that is possible and allowed here. */
async function readRequest(
  { incident, text }: Said,
  question: IncidentQuestion,
  ports: Able,
): Promise<Read | undefined> {
  if (question.id !== 'cannot') return undefined;
  const kind = kinds[question.slots.request ?? ''];
  if (kind === undefined || !ports.pageRequests.can.has(kind)) return undefined;
  if (kind !== 'silence' && incident.trigger.kind !== 'page') return undefined;
  const catalog = await ports.catalog.load();
  const environment = incident.place?.environment;
  const allowed = environment === undefined ? [] : (catalog.environments[environment]?.page.requests ?? []);
  if (!allowed.includes(kind)) return undefined;
  switch (kind) {
    case 'acknowledge':
      return { request: { kind } };
    case 'snooze': {
      const seconds = secondsIn(text, ports.clock.now());
      return seconds === undefined ? { reply: howLong('snooze it', 'Snooze the page') } : bounded({ kind, seconds });
    }
    case 'silence': {
      const seconds = secondsIn(text, ports.clock.now());
      const matchers = matchersOf(incident);
      if (matchers.length === 0)
        return {
          reply: plain(
            'The page names no alert by its label alertname, so I cannot say which alerts to silence. Silence them in Alertmanager.',
          ),
        };
      return seconds === undefined
        ? { reply: howLong('silence it', 'Silence the alerts') }
        : bounded({ kind, seconds, matchers });
    }
    case 'reassign':
    case 'responder':
    case 'workflow':
      return named(kind, text, ports);
  }
}

const plain = (text: string): PageReply => ({ text, lines: [], choices: [] });
const howLong = (order: string, what: string): PageReply => ({
  text: `${what} for how long?`,
  lines: [],
  choices: [`${order} for 30 minutes`, `${order} for 2 hours`, `${order} until morning`],
});
const bounded = (request: Extract<PageRequest, { seconds: number }>): Read =>
  request.seconds < 60 || request.seconds > longestSeconds
    ? { reply: plain('Between a minute and seven days is possible.') }
    : { request };

async function named(kind: 'reassign' | 'responder' | 'workflow', text: string, { pageRequests }: Able): Promise<Read> {
  const words = kind === 'workflow' ? workflowIn(text) : personIn(text, kind);
  if (words === undefined)
    return {
      reply: plain(
        kind === 'reassign'
          ? 'To whom? Name a user of PagerDuty: "reassign it to ana".'
          : 'Whom? Name a user of PagerDuty: "add ana as a responder".',
      ),
    };
  const what = kind === 'workflow' ? 'workflow' : 'person';
  const answer = await pageRequests.find(what, words);
  if (answer.kind === 'gap') return { reply: plain(`Not known: ${answer.gap.reason} Nothing was done.`) };
  const [first, ...others] = answer.found;
  const noun = kind === 'workflow' ? 'workflow' : 'user';
  if (first === undefined)
    return { reply: plain(`PagerDuty has no ${noun} called "${shorten(words, 60)}". Nothing was done.`) };
  const exact = answer.found.filter(({ name }) => name.toLowerCase() === words.toLowerCase());
  const one = others.length === 0 ? first : exact.length === 1 ? exact[0] : undefined;
  if (one !== undefined) return { request: { kind, to: one } };
  const order = { reassign: 'reassign it to', responder: 'add', workflow: 'start the workflow' }[kind];
  return {
    reply: {
      text: `PagerDuty has several: ${formatList(
        answer.found.map(({ name }) => name),
        10,
      )}. Which one?`,
      lines: [],
      choices: answer.found.slice(0, 5).map(({ id, name }) => ({
        label: shorten(name, 75),
        says: `${order} ${id}${kind === 'responder' ? ' as responder' : ''}`,
      })),
    },
  };
}

/** Labels that say what an alert is about; never those of one instance. */
const labelNames = ['alertname', 'cluster', 'namespace', 'service', 'job', 'deployment'] as const;

/** The labels of the page's alert as matchers; empty without `alertname`. */
function matchersOf({ trigger: { details } }: Incident): Matcher[] {
  const labelOf = (name: string) =>
    Object.entries(details).find(
      ([key]) => key.toLowerCase() === name || key.toLowerCase().endsWith(`labels.${name}`),
    )?.[1];
  const found = labelNames.flatMap((name) => {
    const value = labelOf(name)?.trim();
    return value ? [{ name, value: shorten(clean(value), 200) }] : [];
  });
  return found.some(({ name }) => name === 'alertname') ? found : [];
}

async function coverWords(matchers: readonly Matcher[], { pageRequests }: Able): Promise<string[] | undefined> {
  const covered = await pageRequests.covered(matchers);
  if (covered.kind === 'gap') return [`How many alerts that covers is not known: ${covered.gap.reason}`];
  return covered.alerts === 0
    ? undefined
    : [
        `It covers ${covered.alerts} firing ${covered.alerts === 1 ? 'alert' : 'alerts'} now, and new ones with the same labels.`,
      ];
}

function wordsOf(request: PageRequest, now: Date): string {
  switch (request.kind) {
    case 'acknowledge':
      return 'Acknowledge the page in PagerDuty';
    case 'snooze':
      return `Snooze the page in PagerDuty ${untilWords(request.seconds, now)}`;
    case 'reassign':
      return `Reassign the page in PagerDuty to ${request.to.name}`;
    case 'responder':
      return `Request ${request.to.name} as a responder in PagerDuty, who gets notified`;
    case 'workflow':
      return `Start the Incident Workflow "${request.to.name}" in PagerDuty`;
    case 'silence':
      return `Silence ${request.matchers.map(({ name, value }) => `${name}="${value}"`).join(', ')} in Alertmanager ${untilWords(request.seconds, now)}`;
  }
}

function untilWords(seconds: number, now: Date): string {
  const minutes = Math.round(seconds / 60);
  const long =
    minutes % 60 === 0
      ? `${minutes / 60} h`
      : minutes < 120
        ? `${minutes} min`
        : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  return `for ${long}, until ${new Date(now.getTime() + seconds * 1000).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

async function confirm(code: string, said: Said, ports: Doing): Promise<PageReply> {
  const { incident, by } = said;
  const intent = readIntent(said.text);
  const found = intent.kind === 'incident' ? await readRequest(said, intent.question, ports) : undefined;
  if (found === undefined)
    return plain('I do not do that here: the catalogue or the configuration does not allow it. Nothing was done.');
  if ('reply' in found) return found.reply;
  const refused = await refusalOf(incident, by, ports);
  const what = wordsOf(found.request, ports.clock.now());
  if (refused !== undefined) {
    await audit(said, code, 'answer-refused', `${what}. ${refused}`, ports);
    return plain(`Nothing was done: ${refused}`);
  }
  if (!(await ports.seen.claim(`${marker}${incident.id}:${code}`, rememberSeconds)))
    return plain('That was confirmed before and is done once. The timeline says what came of it.');
  await audit(said, code, 'answer', what, ports);
  const result = await ports.pageRequests.carryOut(found.request, {
    sourceId: incident.trigger.sourceId,
    by,
    comment: `${shorten(incident.title, 150)} (Watchkeeper ${incident.id}, confirmed by ${by})`,
  });
  const text =
    result.kind === 'done'
      ? `Done: ${what}. ${result.detail}`
      : result.kind === 'failed'
        ? `Failed: ${what}. ${result.why}`
        : `Not known whether it was done: ${what}. ${result.why} Look in the tool before you repeat it.`;
  await audit(said, code, 'action', text, ports, result.kind);
  await record(
    incident.id,
    { type: 'PageRequestDone', request: found.request.kind, by, outcome: result.kind, text: shorten(text, 1000) },
    { step: 'Conversation', key: `page-request:${code}` },
    ports,
  );
  return plain(text);
}

/** Why this person may not have it done; undefined if they may. */
async function refusalOf(incident: Incident, by: string, ports: Doing): Promise<string | undefined> {
  const catalog = await ports.catalog.load();
  if ((await switches(ports)).on) return 'the kill switch is on.';
  const environment = incident.place?.environment;
  const own = environment === undefined ? undefined : catalog.environments[environment]?.approvers;
  const named = own ?? catalog.approvers;
  return named.length > 0 && !idsOf(named, catalog).includes(by) ? `${by} is not among the approvers.` : undefined;
}

const audit = (
  { incident, by }: Said,
  code: string,
  kind: 'answer' | 'answer-refused' | 'action',
  text: string,
  ports: Doing,
  outcome = 'approve',
): Promise<void> =>
  recordAudit(
    {
      incidentId: incident.id,
      about: `${marker}${code}`,
      key: by,
      actor: { kind: 'person', id: by },
      kind,
      outcome,
      text,
    },
    ports,
  );
