// Drafts a status update about an incident from its record: for customers without internal names, for colleagues with them.
import { causeTitleOf } from '../../model/diagnosis.ts';
import { affectedBy } from '../../reporting/membership.ts';
import { statusViewOf } from '../../reporting/status-view.ts';
import { clockTime, confidenceWords, entityText, formatList } from '../../wording.ts';
import { type Asked, causeIn, type IncidentAnswer, latest, pendingIn, serviceOf } from './record.ts';

export function answerAnnounce(
  { audience = 'customers' }: { readonly audience?: 'customers' | 'inside' | undefined },
  asked: Asked,
): IncidentAnswer {
  return audience === 'customers' ? forCustomers(asked) : forColleagues(asked);
}

type Phase = 'investigating' | 'identified' | 'monitoring' | 'resolved';

/** The phases of a status page. Only a verified recovery or a resolved page is the end. */
function phaseOf(asked: Asked): Phase {
  const { incident } = asked;
  if (incident.verified === 'recovered' || incident.pageStatus === 'resolved') return 'resolved';
  if (latest(asked, 'ActionFinished')?.result.kind === 'done' && incident.verified !== 'made-worse')
    return 'monitoring';
  const cause = causeIn(asked);
  return cause !== undefined && cause.confidence >= 0.65 ? 'identified' : 'investigating';
}

const sentences: Readonly<Record<Phase, string>> = {
  investigating: 'We are investigating the cause.',
  identified: 'We have identified the likely cause and are working on it.',
  monitoring: 'A fix has been applied, and we are watching the result.',
  resolved: 'The problem is over. We are sorry for the trouble.',
};

function forCustomers(asked: Asked): IncidentAnswer {
  const phase = phaseOf(asked);
  const began = asked.diagnosis?.hypotheses[0]?.onset ?? asked.incident.trigger.occurredAt;
  const since = `${began.slice(0, 10)} ${clockTime(began)}`;
  const service = serviceOf(asked);
  const what =
    service === undefined
      ? 'Some requests may fail or be slow'
      : `Requests to [what customers call ${service}] may fail or be slow`;
  const past = phase === 'resolved' ? what.replace('may fail or be slow', 'may have failed or been slow') : what;
  return {
    text: 'A draft for customers. It names no internal detail; nobody has been sent anything.',
    lines: [
      `${phase[0]?.toUpperCase()}${phase.slice(1)}: ${past}${phase === 'resolved' ? '; it began' : ', since'} ${phase === 'resolved' ? `at ${since}` : since}. ${sentences[phase]}${phase === 'resolved' ? '' : ' We will write again within [30 minutes].'}`,
      'Check before you post: the words in brackets, and whether customers noticed it at all; no source here counts users.',
    ],
    choices: ['give me an update for management', 'what does it affect?'],
  };
}

function forColleagues(asked: Asked): IncidentAnswer {
  const { incident, diagnosis, members } = asked;
  const cause = causeIn(asked);
  const own = serviceOf(asked);
  const others = affectedBy(diagnosis, members, own).filter((name) => name !== own);
  const began = diagnosis?.hypotheses[0]?.onset ?? incident.trigger.occurredAt;
  const view = statusViewOf(incident);
  const done = asked.timeline.flatMap(({ event }) =>
    event.type === 'ActionFinished' ? [`${event.action.title}: ${event.result.kind}`] : [],
  );
  return {
    text: 'A draft for colleagues; nobody has been sent anything.',
    lines: [
      `${incident.title}. Status: ${view.text}. Since ${began.slice(0, 10)} ${clockTime(began)}.`,
      cause === undefined
        ? 'The cause is not known yet.'
        : `Cause (${confidenceWords(cause.confidence)}): ${causeTitleOf(cause)} at ${entityText(cause.entity)}.`,
      `Affected: ${formatList([...(own === undefined ? [] : [own]), ...others], 8) || 'not known'}.`,
      done.length > 0 ? `Done: ${formatList(done, 4)}.` : 'Nothing has been done by Watchkeeper.',
      ...pendingIn(asked).map(({ question }) => `Waits for an answer: ${question}`),
      ...(diagnosis?.next === undefined || incident.status === 'closed' ? [] : [diagnosis.next]),
      ...(view.has === undefined ? [] : [view.has]),
    ],
    choices: ['write the status update for customers', 'timeline'],
  };
}
