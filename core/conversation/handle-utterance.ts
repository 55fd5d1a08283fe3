// Handles everything that people and apps say in a chat or at the console: it finds the incident, starts an investigation if needed, and builds the
// reply. The thread, its parent message and the channel supply the context; reply.ts answers the words themselves. Handling an event twice is
// harmless, because the event's id is the answer's key.

import { sha256 } from '../hash.ts';
import { type Alert, readAlert, ruleFor } from '../intake/channel-alert.ts';
import { isForUs } from '../language/for-us.ts';
import { otherLanguage } from '../language/other-languages.ts';
import { parseUtterance } from '../language/parse-utterance.ts';
import type { Intent } from '../language/read-intent.ts';
import { handleFact } from '../learning/facts.ts';
import type { Incident, Trigger } from '../model/incident.ts';
import type { Message } from '../model/message.ts';
import type { ChatMessage, Utterance, Words } from '../model/utterance.ts';
import type { Ports } from '../ports/index.ts';
import { preferenceScope } from '../record/preference-scope.ts';
import { record } from '../record/timeline.ts';
import { redact } from '../redaction/redact.ts';
import { answerApproval } from '../remediation/answer.ts';
import { answerSwitch } from '../remediation/kill-switch.ts';
import { publishApprovalOutcome } from '../remediation/publish-approval-outcome.ts';
import { isUnsettled, statusViewOf } from '../reporting/status-view.ts';
import { clean, shorten } from '../text.ts';
import { capitalize } from '../wording.ts';
import { nothingToStop } from './answer-question.ts';
import { handleCostQuestion } from './costs.ts';
import { handleButton } from './handle-button.ts';
import { answerWithoutIncident } from './incident/without.ts';
import { type Choice, mayAskSystem, replyTo } from './reply.ts';
import { isLooking } from './stop-looking.ts';
import { askSystem } from './system/ask.ts';
import { unknownService } from './unknown-service.ts';
import { helpWords } from './words.ts';

export type HandleUtterancePorts = Parameters<typeof replyTo>[1] & Pick<Ports, 'bus' | 'chat' | 'threads' | 'replies'>;

export type UtteranceResult =
  | { readonly kind: 'nothing' }
  /** An investigation starts and posts to the thread itself. `sourceId`: the source id that its incident will have. */
  | { readonly kind: 'started'; readonly sourceId: string }
  | { readonly kind: 'answered'; readonly message: Message };

interface ReplyContent {
  readonly text: string;
  readonly lines?: readonly string[];
  readonly choices?: readonly Choice[] | undefined;
  readonly excerpts?: Message['excerpts'];
  /** The chart as SVG. */
  readonly chart?: string | undefined;
}

/** The context of a message: the incident that the thread is about, the alert above it, the channel's name. */
interface Setting {
  readonly incident?: Incident | undefined;
  readonly alert?: Alert | undefined;
  readonly channelName?: string | undefined;
  /** Earlier messages of this person in the thread. */
  readonly earlier?: readonly string[];
  /** The reason why the thread could not be read. */
  readonly gap?: string | undefined;
}

const nothing: UtteranceResult = { kind: 'nothing' };
/** The message keys of approval requests. A reminder repeats the same request. */
const questionKeys = ['question-', 'reminder-'];

export async function handleUtterance(utterance: Utterance, ports: HandleUtterancePorts): Promise<UtteranceResult> {
  switch (utterance.kind) {
    case 'reaction':
      return byReaction(utterance, ports);
    case 'alert':
      return byAlert(utterance, ports);
    case 'press':
    case 'refused-press': {
      const message = await handleButton(utterance, ports);
      return message === undefined ? nothing : { kind: 'answered', message };
    }
    case 'words': {
      const setting = await settingOf(utterance, ports);
      return setting.incident
        ? aboutIncident(utterance, setting.incident, setting, ports)
        : remembered(utterance, ports, withoutIncident(utterance, setting, ports));
    }
  }
}

async function aboutIncident(
  utterance: Words,
  incident: Incident,
  setting: Setting,
  ports: HandleUtterancePorts,
): Promise<UtteranceResult> {
  const { text, by } = utterance;
  const question = text.trim() === '' ? "what's the issue?" : text;
  const parsed = parseUtterance(question);
  if (utterance.how === 'thread') {
    // People say "yes" in threads all the time. It counts for us only if we have just asked this person.
    const bare = ['yes', 'no'].includes(parsed.teaching.kind);
    const open =
      bare && (await ports.preferences.proposals(incident.id)).some((one) => one.state === 'open' && one.by === by);
    const stops = parsed.stop !== undefined && (await isLooking(incident.id, ports));
    if (!stops && (!isForUs(parsed) || (bare && !open))) return nothing;
  }
  if (incident.status === 'failed' && parsed.intent.kind === 'investigate') return begin(utterance, setting, ports);
  const reply = await replyTo({ incidentId: incident.id, text: question, by }, ports, parsed);
  if (!reply) return nothing;
  if (reply.intent === 'approve' || reply.intent === 'reject') await showSettled(incident, ports);
  return answer(utterance, incident, reply);
}

/** Updates the approval request in the thread: it shows who decided and loses its buttons. */
async function showSettled(incident: Incident, ports: HandleUtterancePorts): Promise<void> {
  const latest = (await ports.approvals.ofIncident(incident.id)).at(-1);
  if (latest) await publishApprovalOutcome(latest.id, incident, ports);
}

async function withoutIncident(
  utterance: Words,
  setting: Setting,
  ports: HandleUtterancePorts,
): Promise<UtteranceResult> {
  if (utterance.how === 'thread') return nothing;
  const { text } = utterance;
  const { alert, gap } = setting;
  const parsed = parseUtterance(text);
  const { answer: answered, intent: read } = parsed;
  if (answered.kind === 'switch')
    return answer(utterance, undefined, await answerSwitch({ ...answered, by: utterance.by }, ports));
  const fact = await handleFact(parsed.fact, { by: utterance.by }, ports);
  if (fact) return answer(utterance, undefined, fact);
  const earlier = earlierOf(utterance, setting, ports);
  const costs = await handleCostQuestion(
    parsed,
    {
      earlier,
      trigger: alert === undefined ? undefined : mentionOf(utterance, setting),
    },
    ports,
  );
  if (costs) return answer(utterance, undefined, costs);
  const asked = { parsed, by: utterance.by, earlier };
  const own = alert || !isForRecord(read) ? undefined : await answerWithoutIncident(asked, ports);
  if (own) return answer(utterance, undefined, own);
  const system = mayAskSystem(parsed) ? await askSystem(text, undefined, ports, earlier) : undefined;
  if (system) return answer(utterance, undefined, system);
  const aboutIncident = alert ? undefined : await answerWithoutIncident(asked, ports);
  if (aboutIncident) return answer(utterance, undefined, aboutIncident);
  const intent = text.trim() === '' ? 'investigate' : read.kind;
  if (read.kind === 'answer' && read.answer.kind === 'no') return answer(utterance, undefined, nothingToStop);
  switch (intent) {
    case 'help':
      return answer(utterance, undefined, helpWords);
    case 'preferences':
      return answer(utterance, undefined, await taughtOf(ports));
    case 'investigate':
      return beginKnown(utterance, setting, ports);
    case 'status':
      return alert ? begin(utterance, setting, ports) : answer(utterance, undefined, await openOf(ports));
    default:
      if (alert && intent !== 'answer') return begin(utterance, setting, ports);
      if (/\b(?:issue|problem|wrong|broken|fail\w*|down|slow|errors?|crash\w*|unhealthy|degraded|stuck)\b/i.test(text))
        return beginKnown(utterance, setting, ports);
      return answer(utterance, undefined, {
        text: otherLanguage(text) ?? 'I am not sure what you want. Is it one of these?',
        lines: gap === undefined ? [] : [gap],
        choices: ["what's the issue with this service?", 'status of open incidents', 'help'],
      });
  }
}

/** Questions that no source of the system answers. */
const isForRecord = (intent: Intent): boolean =>
  intent.kind === 'incident' && ['cannot', 'people', 'advice', 'announce'].includes(intent.question.id);

async function taughtOf({ preferences }: HandleUtterancePorts): Promise<ReplyContent> {
  const active = (await preferences.list()).filter(({ state }) => state === 'active');
  return {
    text: active.length === 0 ? 'No permission is stored: Watchkeeper asks a person each time.' : 'This was taught:',
    lines: active.slice(0, 10).map((one) => `${preferenceScope(one)} Taught by ${one.taughtBy}.`),
  };
}

async function openOf({ incidents }: HandleUtterancePorts): Promise<ReplyContent> {
  const open = (await incidents.list(100)).filter(
    (one) => (one.status !== 'closed' && one.status !== 'failed') || isUnsettled(one),
  );
  return {
    text: open.length === 0 ? 'No incident is open.' : `Open incidents: ${open.length}.`,
    lines: open
      .slice(0, 15)
      .map(
        (one) =>
          `${shorten(one.title, 200)}: ${statusTextOf(one)}, since ${one.openedAt.slice(0, 16).replace('T', ' ')} UTC (${one.id}).`,
      ),
  };
}

function statusTextOf(incident: Incident): string {
  const { text: status, has } = statusViewOf(incident);
  return has === undefined ? status : `${status} (${has.replace(/\.$/, '')})`;
}

/**
 * Finds the context of a message in its thread. Our own message names its incident, and an alert names its page; otherwise the thread itself
 * identifies the alert.
 */
async function settingOf(utterance: Words, ports: HandleUtterancePorts): Promise<Setting> {
  const { place } = utterance;
  if (utterance.incidentId !== undefined) return { incident: await ports.incidents.get(utterance.incidentId) };
  if (place?.threadTs === undefined) return {};
  const { channel, threadTs } = place;
  const known = await ports.incidents.findBySource(sourceOfThread(channel, threadTs));
  const read = await ports.threads.read({ channel, threadTs });
  if (read.kind === 'gap') return { incident: known, gap: `The thread could not be read: ${read.gap.reason}.` };
  const { messages, channelName } = read;
  const parent = messages.find(({ ts }) => ts === threadTs);
  const own = messages.find(
    ({ from, incidentId }) => from === 'us' && incidentId !== undefined && incidentId !== 'none',
  );
  const above = parent && parent.from !== 'us' && parent.ts !== utterance.ts ? parent : undefined;
  const alert = above && readAlert(above, true);
  const incident =
    known ??
    (own?.incidentId === undefined ? undefined : await ports.incidents.get(own.incidentId)) ??
    (alert?.pageId === undefined ? undefined : await ports.incidents.findBySource(alert.pageId));
  const earlier = messages.filter(
    ({ from, by, ts }) => from === 'person' && by === utterance.by && ts !== utterance.ts,
  );
  return { incident, alert, channelName, earlier: earlier.map(({ text }) => text) };
}

const sourceOfThread = (channel: string, threadTs: string): string => `slack-${channel}-${threadTs}`;

/** Begins unless the question names a service that nobody knows: then it asks back. */
async function beginKnown(utterance: Words, setting: Setting, ports: HandleUtterancePorts): Promise<UtteranceResult> {
  const unknown = setting.alert ? undefined : await unknownService(mentionOf(utterance, setting), ports);
  return unknown ? answer(utterance, undefined, unknown) : begin(utterance, setting, ports);
}

/** The key under which the conversation memory keeps what people say in a place that is about no incident. */
const talkOf = ({ place }: Words): string =>
  place === undefined ? 'none' : `talk-${sha256(`${place.channel} ${place.threadTs ?? ''}`).slice(0, 24)}`;

const earlierOf =
  (utterance: Words, setting: Setting, { memory }: HandleUtterancePorts) =>
  async (): Promise<readonly string[]> =>
    setting.earlier ??
    (await memory.utterances({ incidentId: talkOf(utterance), actor: utterance.by })).map(({ text }) => text);

/** Keeps the message for follow-ups; if that fails, the answer is unaffected. */
async function remembered(
  utterance: Words,
  { memory }: HandleUtterancePorts,
  result: Promise<UtteranceResult>,
): Promise<UtteranceResult> {
  const done = await result;
  const text = shorten(clean(redact(utterance.text)).trim(), 1000);
  if (done.kind === 'answered' && text !== '' && utterance.how !== 'thread')
    await memory
      .remember({ incidentId: talkOf(utterance), actor: utterance.by, at: utterance.at, text }, 'conversation')
      .catch(() => undefined);
  return done;
}

async function begin(utterance: Words, setting: Setting, ports: HandleUtterancePorts): Promise<UtteranceResult> {
  const trigger = mentionOf(utterance, setting);
  await ports.bus.publish({ detailType: 'incident.mentioned', detail: { trigger } });
  return { kind: 'started', sourceId: trigger.sourceId };
}

function mentionOf({ place, by, eventId, at, text }: Words, { incident, alert, channelName }: Setting): Trigger {
  const threadTs = place?.threadTs;
  const question = shorten(clean(redact(text)), 1000);
  // A failed investigation restarts with its original trigger, and not with the title that a person gives it now.
  if (incident) {
    const { trigger } = incident;
    return { ...trigger, eventId, occurredAt: at, details: { ...trigger.details, question } };
  }
  const own = place && threadTs !== undefined ? sourceOfThread(place.channel, threadTs) : `asked-${eventId}`;
  return {
    kind: 'mention',
    eventId,
    sourceId: alert?.pageId ?? own,
    occurredAt: at,
    title: alert?.title ?? (question || 'A mention without words'),
    severity: 'unknown',
    ...(channelName === undefined ? {} : { sourceService: channelName }),
    ...(alert?.link === undefined ? {} : { link: alert.link }),
    details: alert ? { ...alert.details, question } : {},
    ...(place === undefined ? {} : { slack: { channel: place.channel, threadTs, user: by } }),
  };
}

/** Handles another app's message: it starts an investigation if a rule says so, and never for a resolved alert. */
async function byAlert(
  { eventId, at, place, message }: Extract<Utterance, { kind: 'alert' }>,
  ports: HandleUtterancePorts,
): Promise<UtteranceResult> {
  const alert = readAlert(message);
  if (!alert || alert.state === 'resolved') return nothing;
  const rule = ruleFor(alert, message, place.channel, await ports.catalog.load());
  if (!rule?.automatic) return nothing;
  const trigger: Trigger = {
    kind: 'alert-message',
    eventId,
    sourceId: alert.pageId ?? sourceOfThread(place.channel, message.ts),
    occurredAt: at,
    title: alert.title,
    severity: 'unknown',
    details: alert.details,
    ...(alert.link === undefined ? {} : { link: alert.link }),
    slack: { channel: place.channel, threadTs: message.ts },
  };
  await ports.bus.publish({ detailType: 'incident.mentioned', detail: { trigger } });
  return { kind: 'started', sourceId: trigger.sourceId };
}

/** Handles a 👍 or 👎 reaction. It counts only on our own message that is an open approval request. */
async function byReaction(
  reaction: Extract<Utterance, { kind: 'reaction' }>,
  ports: HandleUtterancePorts,
): Promise<UtteranceResult> {
  const found = await ports.threads.message({ channel: reaction.place.channel, ts: reaction.ts });
  if (found.kind === 'gap' || found.message?.from !== 'us') return nothing;
  const question = await questionOf(found.message, ports);
  if (!question) return nothing;
  const { incident, approvalId } = question;
  const result = await answerApproval({ approvalId, verdict: reaction.verdict, by: reaction.by }, ports);
  if (result.kind === 'decided' || result.kind === 'counted') {
    await publishApprovalOutcome(approvalId, incident, ports);
    return nothing;
  }
  await record(
    incident.id,
    { type: 'AnswerNotCounted', approvalId, by: reaction.by, result: result.kind, explanation: result.text },
    { step: 'AwaitApproval', key: reaction.eventId },
    ports,
  );
  return answer({ eventId: reaction.eventId, place: { ...reaction.place, threadTs: reaction.ts } }, incident, {
    text: result.text,
  });
}

async function questionOf({ key = '', incidentId }: ChatMessage, ports: HandleUtterancePorts) {
  const incident = incidentId === undefined ? undefined : await ports.incidents.get(incidentId);
  const prefix = questionKeys.find((one) => key.startsWith(one));
  if (!incident || prefix === undefined) return undefined;
  const approvalId = key.slice(prefix.length);
  const approval = (await ports.approvals.ofIncident(incident.id)).find(({ id }) => id === approvalId);
  return approval?.state === 'pending' ? { incident, approvalId } : undefined;
}

/** The question that an answer repeats, with its author. Other people cannot see a press, a command or the console, so `unseen` marks those. */
function requestOf({ by, text = '', how }: Partial<Pick<Words, 'by' | 'text' | 'how'>>): Pick<Message, 'asked'> {
  const words = shorten(clean(redact(text)), 1000);
  if (by === undefined || words === '') return {};
  const unseen = how === 'button' || how === 'command' || how === 'console';
  return { asked: { by, text: words, ...(unseen ? { unseen: true } : {}) } };
}

/** Splits the lines into a headline and the rest. If the first line is too long for a headline, its first sentence becomes the headline. */
function headed([first = '', ...rest]: readonly string[]): [string, ...string[]] {
  if (first.length <= maxHeadline) return [first, ...rest];
  const end = /^.{1,298}?[.!?](?= )/s.exec(first)?.[0];
  return end === undefined ? [shorten(first, 150), first, ...rest] : [end, first.slice(end.length).trim(), ...rest];
}
const maxHeadline = 300;

/** The longest line shown in full, in characters. The complete text of a longer line is attached as a file. */
const longest = 1500;
const buttonOf = (choice: Choice): { label: string; says: string } =>
  typeof choice === 'string'
    ? { label: shorten(capitalize(choice), 75), says: shorten(choice, 300) }
    : { label: shorten(choice.label, 75), says: shorten(choice.says, 300) };

function answer(
  { eventId, place, ...request }: Pick<Words, 'eventId' | 'place'> & Partial<Pick<Words, 'by' | 'text' | 'how'>>,
  incident: Incident | undefined,
  { text, lines = [], choices = [], excerpts, chart }: ReplyContent,
): UtteranceResult {
  const all = [text, ...lines].map((line) => clean(redact(line)));
  const long = all.length > 30 || all.some((line) => line.length > longest);
  const [headline, ...rest] = headed(all);
  return {
    kind: 'answered',
    message: {
      key: `answer-${eventId}`,
      incidentId: incident?.id ?? 'none',
      kind: 'answer',
      ...requestOf(request),
      headline,
      lines: rest.slice(0, 30).map((line) => shorten(line, longest)),
      ...(choices.length === 0 ? {} : { choices: choices.slice(0, 5).map(buttonOf) }),
      ...(long
        ? {
            files: [{ name: `answer-${eventId}.txt`, title: shorten(all[0] ?? 'Answer', 200), text: all.join('\n\n') }],
          }
        : {}),
      ...(excerpts === undefined || excerpts.length === 0
        ? {}
        : {
            excerpts: excerpts
              .slice(0, 5)
              .map((one) => ({ title: shorten(clean(one.title), 300), text: redact(one.text).slice(0, 2048) })),
          }),
      ...(chart === undefined ? {} : { chart }),
      ...(place === undefined ? {} : { slack: { channel: place.channel, threadTs: place.threadTs } }),
    },
  };
}
