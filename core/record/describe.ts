// Renders each timeline event as a sentence or a few, for people. The text is for display only: a change of wording changes no fact.
import { causes } from '../causes/causes.ts';
import type { Approval, Level, Verdict } from '../model/action.ts';
import { checklistCount } from '../model/checklist-text.ts';
import { factOrigin, factSentence } from '../model/fact.ts';
import type { Fix, KnownFix, LevelRow } from '../model/levels.ts';
import type { Consultation } from '../model/report.ts';
import type { EventOf, EventType, LeftBehind, MessageFailed, TimelineEvent } from '../model/timeline.ts';
import { shorten } from '../text.ts';
import { clockTime, formatList, formatPercent } from '../wording.ts';
import { relationText, separationText } from './membership-words.ts';
import { placeFields } from './place-fields.ts';
import { preferenceScope } from './preference-scope.ts';

type Describers = { readonly [Type in EventType]: (event: EventOf<Type>) => string };

export function describe(event: TimelineEvent): string {
  const describer: (event: never) => string = describers[event.type];
  return describer(event as never);
}

const fixWords: Readonly<Record<Fix['kind'], string>> = {
  'rollout-undone': 'undoing the rollout',
  'flag-turned-off': 'turning the flag back',
  'config-reverted': 'reverting the configuration',
  'node-replaced': 'replacing the node',
  'job-rerun': 'running the job again',
  restarted: 'restarting',
  scaled: 'scaling',
};

/** "undoing the rollout (Deployment shop/checkout) by ana". */
export const fixText = ({ kind, what, by }: Fix): string =>
  `${fixWords[kind]} (${what})${by === undefined ? '' : ` by ${by}`}`;

/** What mended exactly this error before; `fixes` is not empty, oldest first. */
export function fixesText(fixes: readonly KnownFix[]): string {
  const parts = fixes.map(({ fix, incidentId }) => `${fixText(fix)} on ${fix.at.slice(0, 10)} (${incidentId})`);
  return `${fixes.length === 1 ? 'The last time' : `The last ${fixes.length} times`} exactly this error was fixed by ${formatList(parts)}.`;
}

export const levelLoweredText = (
  { action, service, environment, cause }: LevelRow,
  from: Level,
  to: Level,
  why: string,
): string =>
  `From now on the level of ${action} for ${service} in ${environment} (cause ${cause}) is ${to}, no longer ${from}. ${why}`;

const sentences = (...parts: readonly (string | undefined)[]): string =>
  parts.filter((part) => part !== undefined && part !== '').join(' ');
const byActor = (by: string | undefined): string => (by === undefined ? '' : ` (${by})`);

const describers: Describers = {
  IncidentOpened: ({ title, apart }) => `${title}. The investigation begins${apart ? ' on its own' : ''}.`,
  EventJoined: (event) => joinedReasons[event.reason](event),
  IncidentTakenOver: ({ leftBehind }) => sentences(takenOverText, ...leftBehind.map(leftBehindText)),
  ContextAssembled: contextText,
  SpecialistReported: ({ question, summary, consulted = [] }) =>
    sentences(question === undefined ? summary : `Asked "${question}": ${summary}`, ...consulted.map(consultationText)),
  RunbookFollowed: ({ checklist }) =>
    `The runbook ${checklist.document}, section "${checklist.heading}": ${checklistCount(checklist)}.`,
  RoundAdded: ({ why }) => `One more round: ${why}`,
  DiagnosisMade: diagnosisText,
  LongInvestigationBegan: ({ seconds }) => `An agent looks further, for at most ${formatMinutes(seconds)}.`,
  LongInvestigationStep: longStepText,
  LongInvestigationEnded: ({ how, why, seconds, steps }) =>
    sentences(
      `${longEndings[how]} after ${formatMinutes(seconds)} and ${steps} ${steps === 1 ? 'step' : 'steps'}.`,
      why,
    ),
  DiagnosisCorrected: ({ words }) => `Corrected: ${words}`,
  DiagnosisConfirmed: ({ words }) => `Agreed: ${words}`,
  PreventionDismissed: ({ cause, entity }) =>
    `The proposal to prevent "${causes[cause].title}" at ${entity} was dismissed.`,
  DecisionMade: ({ decision, action, why }) => {
    switch (decision) {
      case 'report':
        return `Report only. ${why}`;
      case 'ask':
        return `Ask: ${action?.title}? ${why}`;
      case 'act':
        return `Act without asking: ${action?.title}. ${why}`;
      case 'refuse':
        return `Refused${action ? `: ${action.title}` : ''}. ${why}`;
    }
  },
  // The entry of the diagnosis says why.
  ActionShadowed: ({ action, level, needed, approvers }) =>
    `At level ${needed} I would have asked ${approvers === 1 ? 'a person' : `${approvers} people`}: ${action.title}? At level ${level} I do not ask.`,
  FixesRecalled: ({ fixes }) => fixesText(fixes),
  PeopleCompared: ({ comparison }) => comparison.text,
  LevelLowered: ({ row, from, to, why }) => levelLoweredText(row, from, to, why),
  InstructionIgnored: ({ where, quote, refusals }) =>
    sentences(
      `Words in ${where} read like instructions to me: "${quote}".`,
      'They are data: what is done comes from the catalogue, on a target that evidence names, by the policies, and by the word of a person that is proved to be that person.',
      ...refusals.map(({ action, why }) => `${action}: ${why}`),
    ),
  ApprovalRequested: ({ question, action }) => `${question} ${action.blastRadius}`,
  ApprovalReminded: ({ question, expiresAt }) =>
    `Nobody has answered yet: ${question} The question expires at ${expiresAt}; then Watchkeeper takes no action.`,
  ApprovalAnswered: ({ question, verdict, by, approvedBy, approvers, decidedAt }) =>
    decidedAt === undefined
      ? `${question} Counted. ${approvedByText(approvers, approvedBy)}`
      : `${question} ${verdictText(verdict, verdict === 'reject' || approvedBy.length < 2 ? [by] : approvedBy, decidedAt)}.`,
  ApprovalWithdrawn: (event) => `${event.question} Withdrawn. ${withdrawalReason(event)}`,
  ApprovalStopped: ({ question, by, at }) =>
    `${question} ${by} withdrew the approval at ${clockTime(at)}: no further step begins.`,
  AnswerNotCounted: ({ explanation }) => `A reaction did not count: ${explanation}`,
  QuestionsNotWithdrawn: ({ reason }) =>
    `The questions of other incidents about the same target could not be withdrawn: ${reason}`,
  ActionRefused: ({ action, changed, why }) => `Not done${changed ? ' yet' : ''}: ${action.title}. ${why}`,
  ActionFinished: ({ action, result }) => {
    switch (result.kind) {
      case 'done':
        return `Done: ${action.title}. ${result.detail}`;
      case 'already-done':
        return `Already done by an earlier try, not done again: ${action.title}. ${result.detail}`;
      case 'failed':
        return `Failed: ${action.title}. ${result.why}`;
    }
  },
  PlanMoved: ({ text }) => text,
  VerificationFinished: ({ text }) => text,
  PageChanged: ({ status, at, by }) =>
    `The page was ${pageStatusWords[status]}${by === undefined ? '' : ` by ${by}`} at ${at}.`,
  PageMarked: ({ status, environment }) => `The page is ${status}, as the catalogue allows in ${environment}.`,
  PageRequestDone: ({ text }) => text,
  FollowersInformed: ({ text }) => `The subscribers of the page received: ${text}`,
  MessageFailed: messageFailedText,
  MemberJoined: ({ member, because }) => joinText(member.title, because),
  MemberLeft: ({ member, why, by }) => `${member.title} left. ${separatedText(why, by)}`,
  JoinedGroup: ({ leader, because }) =>
    shorten(
      `It is part of ${leader.id} (${leader.title}) and not investigated on its own: joined because ${relationText(because)}.`,
      1000,
    ),
  LeftGroup: ({ why, by }) => separatedText(why, by),
  WaitingForSlot: ({ ahead, maxCounted }) => {
    if (ahead === 0) return 'It waits for a free slot, and is the next in line.';
    const others = ahead >= maxCounted ? `${maxCounted} or more` : String(ahead);
    return `It waits for a free slot; ${others} more urgent or older ${ahead === 1 ? 'page is' : 'pages are'} before it.`;
  },
  WaitingForDiagnosis: ({ behind, because }) =>
    `It waits for the diagnosis of ${behind}, which may answer it, too: ${relationText(because)}.`,
  WaitEnded: () => 'It has waited long enough: it is investigated now, beside the others.',
  SlotFreed: () => 'Its execution ended without giving its slot back; the slot is free again.',
  PreferenceProposed: ({ preference }) => `Proposed: ${proposalText(preference)}`,
  PreferenceTaught: ({ by, how, preference }) =>
    `Remembered${how === 'with-approval' ? `, as ${by} said` : ''}. ${preferenceScope(preference)}`,
  PreferenceNotTaught: ({ reason, missing }) => {
    switch (reason) {
      case 'not-on-record':
        return 'Not remembered: the record of the answer does not say that it should be.';
      case 'error-unknown':
        return `Not remembered: ${missing ?? 'there is no hypothesis'}.`;
      case 'too-little-evidence':
        return `Not remembered. ${missing ?? ''}`.trim();
      case 'did-not-help':
        return 'Not remembered: no recovery was observed after the action, so next time Watchkeeper asks a person again.';
    }
  },
  FactTaught: ({ statement }) => `Taught: ${factSentence(statement)}`,
  FactForgotten: ({ statement }) => `Forgotten: ${factSentence(statement)}`,
  QuestionUnanswered: ({ how, by, why, ofRollback }) => {
    const nothing = ofRollback ? 'Watchkeeper rolled nothing back' : 'Watchkeeper took no action';
    switch (how) {
      case 'withdrawn':
        return `The question was withdrawn, and Watchkeeper took no action. ${why}`;
      case 'rejected':
        return `${by} rejected the action; ${nothing}.`;
      case 'too-late':
        return `${by} answered too late; the workflow had stopped waiting, and ${nothing}.`;
      case 'nobody':
        return `Nobody answered in time; ${nothing}.`;
    }
  },
  IncidentConcluded: ({ basis }) => {
    switch (basis.kind) {
      case 'verification':
        return basis.text;
      case 'action':
        return basis.done ? basis.text : `Watchkeeper took no action: ${basis.text}`;
      case 'plan':
        return basis.text;
      case 'decision':
        return basis.decision === 'refuse' ? `Refused: ${basis.why}` : `Reported; nothing was to be done. ${basis.why}`;
      case 'nothing':
        return 'Nothing was done.';
    }
  },
  PostmortemDrafted: ({ name }) => `A postmortem draft is in the knowledge base: ${name}`,
  RecordFailed: ({ what }) => recordFailures[what],
  StepFailed: ({ code, leftBehind, undelivered }) =>
    sentences(failureText(code), ...leftBehind.map(leftBehindText), ...undelivered.map(messageFailedText)),
  InvestigationAbandoned: ({ leftBehind }) => sentences(abandonedText, ...leftBehind.map(leftBehindText)),
  FileSetAside: ({ name, as, why }) =>
    as === undefined
      ? `${name} in the data folder ${why}, and could not be set aside; the rest goes on without it.`
      : `${name} in the data folder ${why}: it was set aside as ${as}, and the rest goes on without it.`,
  Note: ({ text }) => text,
  LegacyNote: ({ text }) => text,
};

const joinedReasons: Readonly<Record<EventOf<'EventJoined'>['reason'], (event: EventOf<'EventJoined'>) => string>> = {
  redelivered: () => 'The same event was delivered again; it is one investigation.',
  'same-alert-elsewhere': ({ triggerKind }) =>
    `The same alert arrived through another channel (${triggerKind}); the current investigation continues.`,
  'paged-again': ({ eventId }) => `Another event for the same alert (${eventId}); the current investigation continues.`,
};

export const takenOverText =
  'The previous investigation ended without a result; the new page starts the investigation again.';

const notKnown = 'It is unknown whether that took effect: check the target before anyone repeats it.';

export function leftBehindText(left: LeftBehind): string {
  switch (left.state) {
    case 'unknown':
      return `It broke off while it acted. ${notKnown}`;
    case 'question-withdrawn':
      return `The question "${left.question}" is withdrawn: no investigation waits for the answer.`;
    case 'not-begun':
      return `${left.approvedBy} had approved "${left.question}"; it had not been begun.`;
    case 'begun':
      return `${left.approvedBy} had approved "${left.question}"; it was begun. ${notKnown}`;
    case 'done':
      return `${left.approvedBy} had approved "${left.question}"; it was done.`;
    case 'not-done':
      return `${left.approvedBy} had approved "${left.question}"; it was not done.`;
    case 'plan':
      return sentences(
        `${left.approvedBy} had approved "${left.question}".`,
        namesText(left.left.length + left.uncertain.length === 0 ? 'All of it was done:' : 'Done:', left.done),
        namesText('Begun:', left.uncertain),
        left.uncertain.length === 0 ? undefined : notKnown,
        namesText('Not done:', left.left),
      );
  }
}

const maxNamed = 5;

/** "Asked for metrics: prom-be1 (12). Not asked: amp, cw." */
export function consultationText({ signal, asked, notAsked, earlier }: Consultation): string {
  const answers = asked.map(({ source, answer, count, reason, neighboursOnly }) => {
    const got = answer === 'none' ? `no answer: ${(reason ?? '').replace(/\.$/, '')}` : answerWords(answer, count);
    return `${source} (${neighboursOnly ? 'neighbours only, ' : ''}${got})`;
  });
  if (earlier) return answers.length === 0 ? '' : `Asked for ${signal} of earlier times: ${formatList(answers, 10)}.`;
  return sentences(
    answers.length === 0 ? `No source was asked for ${signal}.` : `Asked for ${signal}: ${formatList(answers, 10)}.`,
    ...asked
      .slice(0, maxNamed)
      .map(({ source, found }) => (found === undefined ? undefined : `${source} found ${found.replace(/\.$/, '')}.`)),
    notAsked.length === 0 ? undefined : `Not asked: ${formatList(notAsked, 10)}.`,
  );
}

const answerWords = (answer: 'data' | 'part', count: number | undefined): string =>
  [count === undefined ? 'answered' : `${count}`, ...(answer === 'part' ? ['not complete'] : [])].join(', ');
const namesText = (lead: string, names: readonly string[]): string | undefined =>
  names.length === 0 ? undefined : `${lead} ${formatList(names, maxNamed)}.`;

function contextText(event: EventOf<'ContextAssembled'>): string {
  const { workload, callees, callers, facts, questions, missing, serverless } = event;
  const parts = placeFields(serverless).map((field) => {
    const known = event[field];
    return known ? `${field} ${known.value} (from ${known.source})` : `${field} not known`;
  });
  const taught = facts.slice(0, 3).map((fact) => `${factSentence(fact.statement)} (${factOrigin(fact)})`);
  return sentences(
    `This is about ${parts.join(', ')}.`,
    serverless && 'It runs in no cluster.',
    workload && `It is about ${workload.kind} ${workload.name}.`,
    namesText('It calls', callees),
    namesText('It is called by', callers),
    taught.length === 0
      ? undefined
      : `People taught me: ${taught.join('; ')}${facts.length > 3 ? ` and ${facts.length - 3} more` : ''}.`,
    questions.length === 0 ? undefined : `Open: ${questions.join(' ')}`,
    missing.length === 0 ? undefined : `Not asked: ${missing.join(' ')}`,
    ...(event.consulted ?? []).map(consultationText),
  );
}

function diagnosisText({ text, hypotheses, droppedClaims }: EventOf<'DiagnosisMade'>): string {
  const [first, ...rivals] = hypotheses;
  const rivalNames = rivals
    .slice(0, 2)
    .map(({ entity, cause, confidence }) => `${entity.name} ${cause} (${formatPercent(confidence)})`);
  return sentences(
    text,
    first && `Confidence ${formatPercent(first.confidence)}.`,
    rivalNames.length === 0 ? undefined : `Also possible: ${rivalNames.join(', ')}.`,
    droppedClaims === 0 ? undefined : `${droppedClaims} claims without evidence were dropped.`,
  );
}

export const verdictWords: Readonly<Record<Verdict, string>> = {
  approve: 'approved',
  reject: 'rejected',
  'approve-and-remember': 'approved, not to be asked again for this exact error',
  'take-back': 'to be taken back, decided',
  stop: 'stopped',
};

/** "approved by ana and ben at 02:52 UTC". */
export const verdictText = (verdict: Verdict, by: readonly string[], at: string): string =>
  `${verdictWords[verdict]} by ${formatList(by)} at ${clockTime(at)}`;

/** The number of approvals so far, if several are required; otherwise empty. */
export function approvedByText(approvers: Approval['approvers'], approvedBy: readonly string[]): string {
  if (approvers < 2) return '';
  const who = approvedBy.length === 0 ? '' : ` (${approvedBy.join(', ')})`;
  return `${approvedBy.length} of ${approvers} people approved it${who}.`;
}

export const withdrawalReason = ({
  becauseOf,
  action,
  at,
}: Pick<EventOf<'ApprovalWithdrawn'>, 'becauseOf' | 'action' | 'at'>): string =>
  `Incident ${becauseOf} did this to the same target: ${action.title}. It ended at ${clockTime(at)}; that incident shows the result.`;

const pageStatusWords: Readonly<Record<EventOf<'PageChanged'>['status'], string>> = {
  acknowledged: 'acknowledged',
  triggered: 'let go of again',
  resolved: 'resolved',
};

export function messageFailedText({ place, about, reason }: MessageFailed): string {
  const sentence = (place === 'thread' ? threadFailures : pageFailures)[about];
  return reason === undefined ? `${sentence}.` : `${sentence}: ${reason}`;
}

const threadFailures: Readonly<Record<MessageFailed['about'], string>> = {
  'work-begun': 'The thread did not receive the notice that work has begun',
  diagnosis: 'The thread did not receive the message',
  failure: 'The thread did not receive the message',
  reminder: 'The thread could not be reminded',
  answer: 'The thread could not be shown that the question was answered',
  ending: 'The thread did not receive the result',
  joined: 'The thread did not receive the list of joined incidents',
  worse: 'The thread did not receive the notice that the problem got worse',
  acknowledged: 'The thread did not receive the notice that the page is acknowledged',
  resolved: 'The thread did not receive the notice that the page is resolved',
  status: 'The thread did not receive the message',
};

const pageFailures: Readonly<Record<MessageFailed['about'], string>> = {
  'work-begun': 'The page got no note',
  diagnosis: 'The page got no note',
  failure: 'The page got no note',
  reminder: 'The page got no reminder',
  answer: 'The page did not receive the answer to the question',
  ending: 'The page did not receive the result',
  joined: 'The page got no note',
  worse: 'The page did not receive the notice that the problem got worse',
  acknowledged: 'The page could not be acknowledged',
  resolved: 'The page could not be resolved',
  status: 'The subscribers of the page did not receive the update',
};

/** A page that joined, with the reason. */
export const joinText = (title: string, because: EventOf<'MemberJoined'>['because']): string =>
  shorten(`+1: ${title} joined because ${relationText(because)}.`, 600);

const separatedText = (why: EventOf<'LeftGroup'>['why'], by: string | undefined): string =>
  `It is investigated on its own: ${separationText(why)}${byActor(by)}.`;

export const proposalText = (preference: EventOf<'PreferenceProposed'>['preference']): string =>
  `${preferenceScope(preference)} Is that what you mean? Answer yes or no; until you do, it does not count.`;

const recordFailures: Readonly<Record<EventOf<'RecordFailed'>['what'], string>> = {
  memory: 'The memory could not be written.',
  postmortem: 'The postmortem draft could not be stored.',
  'postmortem-update': 'The postmortem draft could not be written again and does not say yet what became of the page.',
};

export const abandonedText = 'The investigation ended without a result, and nobody works on the incident.';

/** Explains an error code of ours, or of Step Functions, to the reader. */
const failureSentences: ReadonlyMap<string, string> = new Map([
  ['States.Timeout', 'A step did not answer in time.'],
  ['StepTimeout', 'A step did not answer in time.'],
  ['Sandbox.Timedout', 'A step did not answer in time.'],
  ['Lambda.Unknown', 'A step ended without an answer: it took too long, or too much memory.'],
  ['Runtime.ExitError', 'A step ended without an answer: it took too much memory, or broke down.'],
  ['States.TaskFailed', 'A step failed.'],
  ['States.DataLimitExceeded', 'The incident grew too large to be passed on.'],
  ['States.Runtime', 'The workflow met data that it could not handle.'],
  ['Lambda.TooManyRequestsException', 'The functions are at their limit of concurrency.'],
  ['Unavailable', 'Something that is needed could not be reached, also after trying again.'],
  ['Misconfigured', 'The configuration is wrong; the operator of Watchkeeper has to correct it.'],
  ['InvalidInput', 'A step got data that does not fit its schema.'],
  ['Impossible', 'Watchkeeper reached a state that should not exist; this is a defect of ours.'],
]);

export const failureText = (code: string): string =>
  failureSentences.get(code) ?? 'A step failed with an unexpected error.';

const longEndings: Readonly<Record<EventOf<'LongInvestigationEnded'>['how'], string>> = {
  finished: 'The further investigation ended',
  stopped: 'The further investigation was stopped',
  failed: 'The further investigation failed',
  lost: 'Nothing more was heard of the further investigation',
};

/** What the agent looks at, in words. */
export function longStepText({ tool, specialist, question }: EventOf<'LongInvestigationStep'>): string {
  const asked = specialist === undefined ? `Looks with ${tool.replaceAll('_', ' ')}` : `Asks ${specialist}`;
  return question === undefined ? `${asked}.` : `${asked}: ${question}`;
}

/** A duration of an investigation, in seconds up to two minutes. */
const formatMinutes = (seconds: number): string =>
  seconds < 120 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} minutes`;
