// Answers when an incident began and ended, and how long it lasts.
import { span } from '../../postmortem/times.ts';
import { type Asked, type IncidentAnswer, serviceOf } from './record.ts';

export function answerDuration({ about }: { readonly about?: 'end' | undefined }, asked: Asked): IncidentAnswer {
  const { incident, diagnosis, now } = asked;
  const page = incident.trigger.occurredAt;
  const onset = diagnosis?.hypotheses[0]?.onset;
  const began = onset ?? page;
  const end = endOf(asked);
  const since = `It began at ${moment(began)}, ${onset === undefined ? 'the time of the page; an earlier start is not known' : 'by the evidence'}`;
  const other = otherThan(asked);
  const lines = [
    ...(other === undefined || diagnosis === undefined
      ? []
      : [`That is the time of the incident. About ${other} the diagnosis says: ${diagnosis.text}`]),
    ...(onset === undefined ? [] : [`The page came at ${moment(page)}, ${apart(onset, page)}.`]),
    `Watchkeeper began at ${moment(incident.openedAt)}.`,
  ];
  if (end !== undefined) {
    const until = `It ended at ${moment(end.at)}: ${end.why}.`;
    const lasted = Date.parse(end.at) < Date.parse(began) ? 'not known' : span(Date.parse(end.at) - Date.parse(began));
    return {
      text: about === 'end' ? `${until} It lasted ${lasted}.` : `It lasted ${lasted}. ${since}.`,
      lines: about === 'end' ? [`${since}.`, ...lines] : [until, ...lines],
    };
  }
  const sofar = span(Math.max(0, Date.parse(now) - Date.parse(began)));
  return {
    text: about === 'end' ? `No end is on record; it has been ${sofar}.` : `${sofar} so far. ${since}.`,
    lines:
      about === 'end'
        ? [`${since}.`, ...lines]
        : [...lines, 'No recovery has been verified, and the page is not resolved.'],
  };
}

/** The thing of the diagnosis that the question names, if it is another one than the incident's service. */
function otherThan(asked: Asked): string | undefined {
  const words = asked.text.toLowerCase().split(/[^a-z0-9.-]+/);
  return asked.diagnosis?.hypotheses
    .map(({ entity }) => entity.name)
    .find((name) => words.includes(name.toLowerCase()) && name !== serviceOf(asked));
}

/** The last verified recovery, else the end of the page. */
function endOf({ timeline, incident }: Asked): { readonly at: string; readonly why: string } | undefined {
  const verified = timeline.findLast(({ event }) => event.type === 'VerificationFinished');
  if (
    verified?.event.type === 'VerificationFinished' &&
    verified.event.verdict === 'recovered' &&
    !verified.event.ofRollback
  )
    return { at: verified.at, why: 'the recovery was verified' };
  const resolved = timeline.findLast(({ event }) => event.type === 'PageChanged' && event.status === 'resolved')?.event;
  return resolved?.type === 'PageChanged' && incident.pageStatus === 'resolved'
    ? {
        at: resolved.at,
        why: `the page was resolved${resolved.by === undefined ? '' : ` by ${resolved.by}`}, and nobody measured the recovery`,
      }
    : undefined;
}

const moment = (at: string): string => `${at.slice(0, 16).replace('T', ' ')} UTC`;

function apart(onset: string, page: string): string {
  const ms = Date.parse(page) - Date.parse(onset);
  return ms >= 0 ? `${span(ms)} later` : `${span(ms)} earlier`;
}
