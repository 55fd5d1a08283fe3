// Answers whether this happened before and what helped then, from the records of earlier incidents.
import { causes } from '../../causes/causes.ts';
import type { Incident } from '../../model/incident.ts';
import { statusViewOf } from '../../reporting/status-view.ts';
import { shorten } from '../../text.ts';
import { formatList } from '../../wording.ts';
import { type Asked, causeIn, type IncidentAnswer, type IncidentPorts, serviceOf } from './record.ts';

/** How many incidents are compared, newest first. */
const maxCompared = 300;
const maxListed = 5;

export async function answerHistory(
  { about }: { readonly about?: 'fix' | undefined },
  asked: Asked,
  ports: IncidentPorts,
): Promise<IncidentAnswer> {
  const { incident } = asked;
  const earlier = (await ports.incidents.list(maxCompared)).filter(
    (one) => one.id !== incident.id && one.openedAt < incident.openedAt && one.status !== 'grouped',
  );
  const same = earlier.filter((one) => isSameError(one, incident));
  const alike = earlier.filter((one) => !same.includes(one) && isAlike(one, asked));
  const found = [...same, ...alike].slice(0, maxListed);
  const known = await knowledgeLines(asked, ports);
  if (found.length === 0)
    return {
      text:
        earlier.length === 0
          ? 'Not known: no earlier incident is on record here.'
          : `Not on record: none of the ${earlier.length} earlier ${earlier.length === 1 ? 'incident' : 'incidents'} had this error or this cause here, so it is not known to have happened before.`,
      lines: [...(about === 'fix' ? ['So no earlier fix is known either.'] : []), ...known],
      choices: ['show me the runbook', 'what do you recommend?'],
    };
  const deeds = await Promise.all(found.map((one) => deedsOf(one, ports)));
  const helped = deeds.flatMap(({ helped: action }) => action ?? []);
  const count =
    same.length > 0
      ? `Yes: the same error ${times(same.length)} before, last on ${day(same[0])}.`
      : `Not this exact error, but the same kind of problem ${times(alike.length)} before, last on ${day(alike[0])}.`;
  const fixed =
    helped.length > 0
      ? `What helped: ${formatList([...new Set(helped)], 3)}.`
      : 'No action is on record that was seen to help.';
  return {
    text: about === 'fix' ? fixed : `${count} ${fixed}`,
    lines: [...(about === 'fix' ? [count] : []), ...deeds.map(({ line }) => line), ...known],
    choices: ['why?', 'show me the runbook'],
  };
}

const times = (count: number): string => (count === 1 ? 'once' : `${count} times`);
const day = (incident: Incident | undefined): string => incident?.openedAt.slice(0, 10) ?? '';

const isSameError = (one: Incident, { fingerprint, error }: Incident): boolean =>
  [fingerprint, error?.fingerprint].some(
    (mine) => mine !== undefined && (one.fingerprint === mine || one.error?.fingerprint === mine),
  );

/** The same cause at the same workload, or the same alert of the same service. */
function isAlike(one: Incident, asked: Asked): boolean {
  const mine = asked.incident.error?.describes;
  const theirs = one.error?.describes;
  const cause = mine?.cause ?? causeIn(asked)?.cause;
  if (theirs !== undefined && cause !== undefined && theirs.cause === cause && theirs.workload === mine?.workload)
    return true;
  const service = serviceOf(asked);
  return service !== undefined && one.place?.service === service && one.title === asked.incident.title;
}

async function deedsOf(
  one: Incident,
  ports: IncidentPorts,
): Promise<{ readonly line: string; readonly helped: string | undefined }> {
  const timeline = await ports.incidents.timeline(one.id).catch(() => []);
  const done = timeline.flatMap(({ event }) =>
    event.type === 'ActionFinished' && event.result.kind !== 'failed' ? [event.action.title] : [],
  );
  const corrected = timeline.flatMap(({ event }) =>
    event.type === 'DiagnosisCorrected' ? [`people said: ${shorten(event.words, 120)}`] : [],
  );
  const cause = one.error?.describes.cause;
  const parts = [
    ...(cause === undefined ? [] : [causes[cause].title.toLowerCase()]),
    ...(done.length > 0 ? done : ['nothing was done']),
    statusViewOf(one).text.toLowerCase(),
    ...corrected,
  ];
  return {
    line: `${one.openedAt.slice(0, 16).replace('T', ' ')} UTC, ${shorten(one.title, 120)}: ${parts.join('; ')} (${one.id}).`,
    helped: one.verified === 'recovered' ? done.at(-1) : undefined,
  };
}

/** Runbooks and past incidents that the investigation found, and lessons from memory. */
async function knowledgeLines({ incident, timeline }: Asked, ports: IncidentPorts): Promise<string[]> {
  const runbook = timeline.flatMap(({ event }) =>
    event.type === 'SpecialistReported' && event.specialist === 'knowledge' && event.findings > 0
      ? [`Knowledge: ${shorten(event.summary, 300)}`]
      : [],
  );
  const lessons = await ports.memory.recall({ text: incident.title, limit: 3 }).catch(() => []);
  return [...runbook.slice(0, 1), ...lessons.map((text) => `Remembered: ${shorten(text, 250)}`)];
}
