// Answers what changed before an incident and who changed it, from the changes that the investigation stored as evidence.
import * as z from 'zod';
import { statedTime } from '../../context/stated-time.ts';
import { statedPeriod } from '../../language/stated-period.ts';
import { Change } from '../../model/telemetry.ts';
import { span } from '../../postmortem/times.ts';
import { shorten } from '../../text.ts';
import { capitalize, clockTime, confidenceWords, formatList } from '../../wording.ts';
import { type Asked, evidenceOf, type IncidentAnswer, type IncidentPorts } from './record.ts';

/** What the changes specialist stores. */
const Stored = z.looseObject({ kind: z.literal('change'), change: Change, deploy: Change.optional() });
type Found = Pick<z.infer<typeof Stored>, 'change' | 'deploy'>;

const maxListed = 8;
/** A moment ("at 14:30") means this many milliseconds before and after it. */
const aroundMs = 30 * 60_000;

export async function answerChanges(
  {
    about,
    service,
    by: author,
  }: {
    readonly about?: 'author' | undefined;
    readonly service?: string | undefined;
    readonly by?: string | undefined;
  },
  asked: Asked,
  ports: IncidentPorts,
): Promise<IncidentAnswer> {
  const all = await changesOf(asked, ports);
  const { within, words: when } = windowOf(asked, all);
  const inTime = all.filter(({ change }) => within(Date.parse(change.at)));
  const found = inTime
    .filter((one) => service === undefined || isOn(service, one))
    .filter((one) => author === undefined || isBy(author, one));
  const where = `${service === undefined ? '' : ` on ${service}`}${author === undefined ? '' : ` by ${author}`}`;
  if (found.length === 0) return { ...noneFound(asked, all, `${where}${when}`), choices: ['what did you check?'] };
  const named = found.filter(({ change }) => hypothesisOf(change, asked) !== undefined);
  const [first] = named.length > 0 ? named : found;
  const lines = found.slice(0, maxListed).map((one) => lineOf(one, asked));
  const more = found.length > maxListed ? [`${found.length - maxListed} more are in the evidence.`] : [];
  if (about === 'author' && first !== undefined)
    return {
      text: `${authorText(first)}${named.length > 0 ? '' : ' The diagnosis does not name a change as the cause.'}`,
      lines: [...lines, ...more],
      choices: ['why do you think it is the change?', 'show me the diff'],
    };
  const count = `${found.length} ${found.length === 1 ? 'change' : 'changes'}${where}${when} ${found.length === 1 ? 'is' : 'are'} on record`;
  const what = named.map(({ change }) => `"${shorten(change.title, 120)}"`);
  return {
    text: `${count}. ${named.length > 0 ? `The diagnosis names ${formatList(what, 3)}.` : 'The diagnosis names none of them as the cause.'}`,
    lines: [...lines, ...more],
    choices: ['who deployed it?', 'show me the diff'],
  };
}

export async function changesOf(asked: Asked, ports: IncidentPorts): Promise<Found[]> {
  const pieces = (await evidenceOf(asked, ports)).filter(({ source }) => source === 'changes');
  const stored = await Promise.all(
    pieces.map(({ id }) => ports.evidence.full(asked.incident.id, id).catch(() => undefined)),
  );
  const found = stored.flatMap((one) => Stored.safeParse(one).data ?? []);
  const byId = new Map(found.map((one) => [one.change.id, one]));
  const rank = ({ change }: Found) => hypothesisOf(change, asked)?.rank ?? Number.POSITIVE_INFINITY;
  return [...byId.values()].sort(
    (a, b) => (rank(a) === rank(b) ? 0 : rank(a) - rank(b)) || b.change.at.localeCompare(a.change.at),
  );
}

const hypothesisOf = ({ id, commit }: Change, { diagnosis }: Asked) =>
  diagnosis?.hypotheses.find(
    ({ changeId, ruledOut }) =>
      ruledOut === undefined && changeId !== undefined && (changeId === id || changeId === commit),
  );

const isOn = (service: string, { change, deploy }: Found): boolean =>
  [change.service, change.entity?.name, deploy?.service].some((name) => name?.toLowerCase() === service.toLowerCase());

const isBy = (author: string, { change, deploy }: Found): boolean =>
  [change.author, deploy?.author].some((name) =>
    name
      ?.toLowerCase()
      .split(/[^a-z0-9]+/)
      .includes(author.toLowerCase()),
  );

/** The time that the question states; the deploy of the diagnosis for "since the deploy". */
function windowOf(
  asked: Asked,
  all: readonly Found[],
): { readonly within: (ms: number) => boolean; readonly words: string } {
  const { period } = statedPeriod(asked.text, new Date(asked.now));
  if (period !== undefined && /^(?:over|between|yesterday|today|last|this)/.test(period.words))
    return { within: (ms) => ms >= period.startMs && ms <= period.endMs, words: ` ${period.words}` };
  const stated = statedTime(asked.text, asked.now);
  const deploy = all.find(({ change }) => change.kind === 'deploy')?.change.at;
  const since = /\bsince (?:the|that|this|our)(?: last)? (?:deploy(?:ment)?|release|rollout)\b/i.test(asked.text);
  if (stated === undefined && !(since && deploy)) return { within: () => true, words: '' };
  const atMs = stated?.atMs ?? Date.parse(deploy ?? asked.now);
  const at = `${new Date(atMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  if (stated?.kind === 'at' && !/\bago\b/i.test(asked.text))
    return { within: (ms) => Math.abs(ms - atMs) <= aroundMs, words: ` within half an hour of ${at}` };
  return { within: (ms) => ms >= atMs, words: ` since ${at}` };
}

function lineOf(found: Found, asked: Asked): string {
  const { change, deploy } = found;
  const before = Date.parse(asked.incident.trigger.occurredAt) - Date.parse(change.at);
  const distance = before >= 0 ? `${span(before)} before the page` : `${span(before)} after the page`;
  const cause = hypothesisOf(change, asked);
  return [
    `${clockTime(change.at)} (${distance}): ${change.kind} "${shorten(change.title, 200)}"${change.service === undefined ? '' : ` on ${change.service}`}, by ${change.author ?? 'nobody that the source names'}.`,
    ...(deploy !== undefined && deploy.id !== change.id
      ? [`It went live with ${deploy.version ?? deploy.id} at ${clockTime(deploy.at)}${by(deploy.author)}.`]
      : []),
    ...(cause === undefined
      ? []
      : [`Hypothesis ${cause.rank}: ${confidenceWords(cause.confidence)} to be the reason.`]),
    ...(change.link === undefined ? [] : [change.link]),
  ].join(' ');
}

const by = (author: string | undefined): string => (author === undefined ? '' : ` by ${author}`);

function authorText({ change, deploy }: Found): string {
  const live = deploy ?? change;
  const what = `the ${change.kind} "${shorten(change.title, 160)}" at ${clockTime(change.at)}`;
  const author = change.author ?? live.author;
  if (author === undefined) return `The source does not name who made ${what}.`;
  const deployer =
    live.id !== change.id && live.author !== undefined && live.author !== change.author
      ? ` ${live.author} put it live at ${clockTime(live.at)}.`
      : '';
  return `${capitalize(author)} made ${what}.${deployer}`;
}

function noneFound(asked: Asked, all: readonly Found[], where: string): IncidentAnswer {
  const reported = asked.timeline.find(
    ({ event }) => event.type === 'SpecialistReported' && event.specialist === 'changes',
  )?.event;
  if (reported?.type !== 'SpecialistReported')
    return { text: 'The changes have not been read yet; ask again in a few seconds.', lines: [] };
  const gaps = reported.gaps.map(({ source, reason }) => `Not known: ${source}: ${reason}`);
  if (gaps.length > 0 && all.length === 0)
    return { text: `It is not known what changed${where}: the changes could not be read.`, lines: gaps };
  return {
    text: `No change${where} is on record.`,
    lines: [...(all.length === 0 ? [reported.summary] : [`Without that limit there are ${all.length}.`]), ...gaps],
  };
}
