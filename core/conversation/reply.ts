// Replies to one message of a person about an incident, for Slack and for the console alike. It reads the record, calls the same functions that
// buttons call, and never does more than those. If it does not understand a message, it asks back.

import { chartOf } from '../charts/evidence.ts';
import { otherLanguage } from '../language/other-languages.ts';
import { parseSystem } from '../language/parse-system.ts';
import { type ParsedUtterance, parseUtterance } from '../language/parse-utterance.ts';
import type { IncidentQuestion, Intent, Source } from '../language/read-intent.ts';
import { type FactReply, handleFact } from '../learning/facts.ts';
import { recordAgreement, recordCorrection } from '../learning/record-feedback.ts';
import { handleTeaching } from '../learning/teach.ts';
import { type Diagnosis, wholeText } from '../model/diagnosis.ts';
import type { Incident } from '../model/incident.ts';
import type { Message as Spoken } from '../model/message.ts';
import type { Proposal } from '../model/proposal.ts';
import type { Evidence } from '../model/report.ts';
import type { PageRequests, SystemQuestions } from '../ports/channels.ts';
import type { Ports } from '../ports/index.ts';
import type { DraftPorts } from '../postmortem/draft.ts';
import { evidenceName, numbered } from '../record/evidence/name.ts';
import { preferenceScope } from '../record/preference-scope.ts';
import { redact } from '../redaction/redact.ts';
import { answerSwitch } from '../remediation/kill-switch.ts';
import { reevaluateMembers } from '../storms/ending.ts';
import { shorten } from '../text.ts';
import { answerPlan } from './answer-plan.ts';
import { type ApprovalReply, answerQuestion, openIn, repeatBackFor, stillOpen } from './answer-question.ts';
import { handleCostQuestion } from './costs.ts';
import { answerFromRecord } from './incident/converse.ts';
import { answerAboutIncident } from './incident/index.ts';
import { handlePageRequest } from './page-requests.ts';
import { handleSeparation } from './separate.ts';
import { stopLooking } from './stop-looking.ts';
import { askSystem } from './system/ask.ts';
import type { Asking } from './system/ask-sources.ts';
import { understand } from './understand.ts';
import { checkedWords, helpWords, statusWords, type Words, whyWords } from './words.ts';

type ConversationPorts = Pick<
  Ports,
  | 'incidents'
  | 'approvals'
  | 'preferences'
  | 'levels'
  | 'evidence'
  | 'workflow'
  | 'catalog'
  | 'policies'
  | 'controls'
  | 'clock'
  | 'ids'
  | 'audit'
  | 'costs'
  | 'memory'
> &
  Partial<Pick<Ports, 'reasoner' | 'bus' | 'callGraph' | 'onCall' | 'long' | 'longRunner'>> & {
    /** The sources answer questions about the system; without them such a question gets a gap. */
    readonly telemetry: DraftPorts['telemetry'] & Asking;
    /** For requests with a page; without both, they are answered with what to do instead. */
    readonly pageRequests?: PageRequests | undefined;
    readonly seen?: Ports['seen'] | undefined;
    /** Asks another function that may read the sources; without it, `telemetry` is read here. */
    readonly systemQuestions?: SystemQuestions | undefined;
  };

export interface Message {
  readonly incidentId: string;
  readonly text: string;
  /** Slack user id, or the name at the console. Never a bot. */
  readonly by: string;
}

/** A button that sends its own label, or other words than its label. */
export type Choice = string | { readonly label: string; readonly says: string };

export interface Reply extends Words {
  /** Excerpts of the evidence, verbatim. */
  readonly excerpts?: NonNullable<Spoken['excerpts']> | undefined;
  /** `approve` and `reject`: the person decided, or tried to decide. */
  readonly intent:
    | Exclude<Intent['kind'], 'answer' | 'incident'>
    | IncidentQuestion['id']
    | 'approve'
    | 'reject'
    | 'teach'
    | 'fact'
    | 'separate'
    | 'stop-looking'
    | 'system';
  /** SVG of a chart, for an answer that is clearer as a picture. */
  readonly chart?: string | undefined;
  /** Possible next messages, as buttons that send them. */
  readonly choices: readonly Choice[];
  /** Id of the approval whose question this reply repeats because the person said only "yes". */
  readonly repeatedApprovalId?: string;
  /** What the person's next yes or no is about. */
  readonly about?: string;
  /** A preference or fact that the person can confirm with a button or in words. */
  readonly proposal?: Proposal | undefined;
}

const reply = (intent: Reply['intent'], words: Words, more: Partial<Reply> = {}): Reply => ({
  intent,
  choices: [],
  ...words,
  ...more,
});
const only = (text: string): Words => ({ text, lines: [] });

/**
 * Throws what a port throws; returns undefined if there is no such incident. The message is also stored in the conversation memory; if that fails,
 * the reply is unaffected.
 */
export async function replyTo(
  message: Message,
  ports: ConversationPorts,
  parsed = parseUtterance(message.text),
): Promise<Reply | undefined> {
  const { incidentId, by, text } = message;
  const incident = await ports.incidents.get(incidentId);
  if (!incident) return undefined;
  const at = ports.clock.now().toISOString();
  // The kill switch takes precedence over every other meaning of the words.
  const fact = parsed.answer.kind === 'switch' ? undefined : await handleFact(parsed.fact, { by, incidentId }, ports);
  const answered = fact ? factReply(fact) : await answerTo(message, parsed, incident, ports);
  const about =
    fact?.taught ??
    answered.about ??
    (answered.repeatedApprovalId === undefined ? undefined : repeatBackFor(answered.repeatedApprovalId));
  const words = shorten(redact(text).replace(/\s+/g, ' ').trim(), 1000);
  if (words !== '')
    await ports.memory
      .remember({ incidentId, actor: by, at, text: words, ...(about === undefined ? {} : { about }) }, 'conversation')
      .catch(() => undefined);
  return answered;
}

const factReply = ({ text, lines, choices }: FactReply): Reply => reply('fact', { text, lines }, { choices });

async function answerTo(
  message: Message,
  parsed: ParsedUtterance,
  incident: Incident,
  ports: ConversationPorts,
): Promise<Reply> {
  const { incidentId, text } = message;
  const { answer, separation } = parsed;
  if (answer.kind === 'switch') return reply('switch', await answerSwitch({ ...answer, by: message.by }, ports));
  const steered = await answerPlan(message.text, { incident, by: message.by }, ports);
  if (steered) return answered(steered);
  // "Stop" answers an open question first; only if there is none, it means the agent that looks further.
  if (parsed.stop === 'said' || (parsed.stop === 'bare' && (await openIn(incidentId, ports)).length === 0)) {
    const stopped = await stopLooking(message, ports);
    if (stopped) return reply('stop-looking', stopped);
    if (parsed.stop === 'said') return reply('stop-looking', only('No further investigation is going on here.'));
  }
  const page = await handlePageRequest({ incident, by: message.by, text }, parsed, ports);
  if (page)
    return reply('cannot', page, { choices: page.choices, ...(page.about === undefined ? {} : { about: page.about }) });
  const teaching = await handleTeaching({ ...message, utterance: parsed.teaching }, ports);
  if (teaching.kind !== 'nothing') {
    // "Stop" answers every open question: the proposal to remember and the open approvals.
    const also =
      teaching.kind === 'dropped' &&
      answer.kind === 'no' &&
      answer.halts &&
      (await openIn(incidentId, ports)).length > 0
        ? answered(await answerQuestion(answer, { ...message, incident }, ports))
        : undefined;
    return reply(
      also?.intent ?? 'teach',
      { text: teaching.text, lines: also ? [also.text, ...also.lines] : await stillOpen(incidentId, ports) },
      teaching.kind === 'proposed' ? { proposal: teaching.proposal, choices: ['yes', 'no'] } : {},
    );
  }
  const separated = separation && (await handleSeparation(separation, { incident, by: message.by }, ports));
  if (separated) return reply('separate', separated, { choices: separated.choices });
  const earlier = async () =>
    (await ports.memory.utterances({ incidentId, actor: message.by })).map((event) => event.text);
  const fromRecord = comparesTimes(text) ? undefined : await answerFromRecord(parsed, { incident, earlier }, ports);
  if (fromRecord) return reply(fromRecord.id, fromRecord, { choices: fromRecord.choices ?? [] });
  const costs = await cost(message, parsed, incident, ports);
  if (costs) return costs;
  const system = mayAskSystem(parsed) ? await askSystem(text, incident, ports, earlier) : undefined;
  if (system)
    return reply('system', system, { chart: system.chart, excerpts: system.excerpts, choices: system.choices ?? [] });
  const intent = await understand({ ...parsed, incidentId }, ports);
  const diagnosis = await ports.incidents.diagnosis(incidentId);
  switch (intent.kind) {
    case 'answer':
      return answered(await answerQuestion(intent.answer, { ...message, incident }, ports));
    case 'correct':
      return { intent: 'correct', ...(await corrected(message, incident, intent.correction, ports)) };
    case 'agree':
      return intent.sure
        ? { intent: 'agree', ...(await recordAgreement({ ...message, incident }, ports)) }
        : reply('unclear', only('Do you mean that the diagnosis is right?'), {
            choices: ['the diagnosis is right', 'why?'],
          });
    case 'cost':
      return (await cost(message, parsed, incident, ports, true)) ?? unsure;
    case 'switch':
      return reply('switch', await answerSwitch({ ...intent, by: message.by }, ports));
    case 'help':
      return reply('help', helpWords);
    case 'preferences':
      return reply('preferences', await preferencesWords(ports));
    case 'checked':
      return reply('checked', checkedWords(await ports.incidents.timeline(incidentId), diagnosis));
    case 'evidence':
      return evidence(message, intent.source, ports);
    case 'status': {
      const [timeline, approvals] = await Promise.all([
        ports.incidents.timeline(incidentId),
        ports.approvals.ofIncident(incidentId),
      ]);
      const pending = approvals.filter(({ state }) => state === 'pending');
      return reply('status', statusWords(incident, diagnosis, timeline, pending));
    }
    case 'why':
    case 'investigate':
      if (!diagnosis) return reply(intent.kind, only('There is no diagnosis yet; the specialists are still at work.'));
      return intent.kind === 'why'
        ? reply('why', whyWords(text, diagnosis, await namesOf(incidentId, diagnosis, ports)), {
            choices: ['show me the evidence', 'what did you check?'],
          })
        : reply('investigate', only(wholeText(diagnosis)), { choices: ['why?', 'show me the logs'] });
    case 'incident':
      return reply(intent.question.id, await answerAboutIncident(intent.question, { incident, text }, ports));
    case 'unclear': {
      const other = otherLanguage(text);
      return other === undefined ? unsure : { ...unsure, text: other };
    }
  }
}

/** A message that answers, corrects, agrees or asks for money or reasons is no question about the system. */
export const mayAskSystem = ({ answer, intent }: ParsedUtterance): boolean =>
  answer.kind !== 'yes' &&
  answer.kind !== 'no' &&
  ['unclear', 'evidence', 'status', 'investigate', 'incident'].includes(intent.kind);

/** "Is this the same as last week" asks for measures, and not for earlier incidents. */
const comparesTimes = (text: string): boolean => parseSystem(text)?.topic === 'same';

/** Records a correction. If other pages had joined by the diagnosis that the person rejects, they are now investigated on their own. */
async function corrected(message: Message, incident: Incident, correction: string, ports: ConversationPorts) {
  const recorded = await recordCorrection({ ...message, incident }, correction, ports);
  if (ports.bus === undefined) return recorded;
  const left = await reevaluateMembers(incident.id, undefined, { ...ports, bus: ports.bus });
  if (left.length === 0) return recorded;
  const pages = left.length === 1 ? 'One page that had joined is' : `${left.length} pages that had joined are`;
  return {
    ...recorded,
    lines: [...recorded.lines, `${pages} investigated on ${left.length === 1 ? 'its' : 'their'} own now.`],
  };
}

/** Names of the pieces of evidence under each hypothesis, with the numbers that people see. */
const namesOf = (
  incidentId: string,
  { hypotheses }: Diagnosis,
  ports: ConversationPorts,
): Promise<ReadonlyMap<string, string>> =>
  numbered(
    incidentId,
    [
      ...new Set([
        ...hypotheses.flatMap(({ evidenceIds }) => evidenceIds),
        ...hypotheses.flatMap(({ chain = [] }) => chain.flatMap(({ evidenceIds }) => evidenceIds)),
      ]),
    ],
    ports,
  );

const unsure = reply('unclear', only('I am not sure what you want to know. One of these?'), {
  choices: ['why?', 'show me the logs', 'what did you check?', 'status', 'help'],
});

const answered = ({ did, text, lines, choices, repeatedApprovalId }: ApprovalReply): Reply =>
  reply(did, { text, lines }, { choices, ...(repeatedApprovalId === undefined ? {} : { repeatedApprovalId }) });

async function cost(
  { by, incidentId }: Message,
  parsed: ParsedUtterance,
  { trigger, place }: Incident,
  ports: ConversationPorts,
  isCostQuestion = false,
): Promise<Reply | undefined> {
  const costs = await handleCostQuestion(
    parsed,
    {
      isCostQuestion,
      trigger,
      earlier: async () => (await ports.memory.utterances({ incidentId, actor: by })).map((event) => event.text),
      cluster: async () =>
        place?.cluster ?? (await ports.incidents.diagnosis(incidentId))?.hypotheses[0]?.entity.cluster,
    },
    ports,
  );
  return costs && reply(costs.kind, costs, { choices: costs.choices, chart: costs.chart });
}

async function preferencesWords({ preferences }: ConversationPorts): Promise<Words> {
  const active = (await preferences.list()).filter(({ state }) => state !== 'revoked');
  if (active.length === 0) return only('No permission is stored: I ask a person before every action.');
  return {
    text: `${active.length === 1 ? 'One thing is' : `${active.length} things are`} remembered.`,
    lines: active.map(
      (one) => `${one.state === 'suspended' ? 'Suspended: ' : ''}${preferenceScope(one)} Taught by ${one.taughtBy}.`,
    ),
  };
}

/** Matches the source names that evidence carries, by specialist. */
const sourcesOf: Readonly<Record<Source, RegExp>> = {
  logs: /^(?:logs|journal)$/,
  metrics: /^(?:prometheus|cloudwatch|newrelic|fastly|metrics|alerts?)/,
  kubernetes: /^kubernetes$/,
  changes: /^(?:changes?|status)/,
  knowledge: /^(?:knowledge|runbook|memory)/,
};
const shown = 3;
const excerptLength = 900;

/** The most important evidence first: that of the first hypothesis, then that of the specialists' reports. */
async function evidence({ incidentId }: Message, source: Source | undefined, ports: ConversationPorts): Promise<Reply> {
  const [diagnosis, timeline] = await Promise.all([
    ports.incidents.diagnosis(incidentId),
    ports.incidents.timeline(incidentId),
  ]);
  const numbers = [
    ...new Set([
      ...(diagnosis?.hypotheses.flatMap(({ evidenceIds }) => evidenceIds) ?? []),
      ...timeline.flatMap(({ evidenceIds }) => evidenceIds),
    ]),
  ];
  const found = (await Promise.all(numbers.map((id) => ports.evidence.get(incidentId, id)))).filter(
    (one): one is Evidence => one !== undefined && (source === undefined || sourcesOf[source].test(one.source)),
  );
  const what = source ?? 'evidence';
  if (found.length === 0)
    return reply(
      'evidence',
      only(`There is nothing from ${what} on record. "What did you check?" tells what could not be read.`),
    );
  const few = found.slice(0, shown);
  return reply(
    'evidence',
    {
      text: `${few.length} of ${found.length} pieces ${source ? `from ${source}` : 'of evidence'}, the most telling first.`,
      lines: [],
    },
    {
      excerpts: few.map((one) => ({
        title: `[${numbers.indexOf(one.id) + 1}] ${evidenceName(one)}`,
        text: shorten(one.excerpt, excerptLength),
      })),
      chart: await chartOf(
        incidentId,
        few.map(({ id }) => id),
        ports,
      ),
    },
  );
}
