// Answers questions about incidents of all services and about changes: which are open, what happened in a period, what was deployed.
import { moment, type Period } from '../../language/stated-period.ts';
import type { Incident } from '../../model/incident.ts';
import { isUnsettled, statusViewOf } from '../../reporting/status-view.ts';
import { shorten } from '../../text.ts';
import { askSource, bounded } from './ask-sources.ts';
import { placeWords } from './pods.ts';
import {
  type Asked,
  notRead,
  periodOr,
  placesOf,
  type SystemAnswer,
  type SystemPorts,
  scopeAround,
  scopeOfService,
  servicesOf,
} from './question.ts';

const dayMs = 24 * 3_600_000;
const listed = 200;
const maxRows = 15;

export const isOpen = (one: Incident): boolean =>
  (one.status !== 'closed' && one.status !== 'failed') || isUnsettled(one);

const isAbout = ({ place }: Incident, { named }: Asked): boolean => {
  if (named.services.length > 0 && !named.services.includes(place?.service ?? '')) return false;
  if (named.clusters.length > 0 && !named.clusters.includes(place?.cluster ?? '')) return false;
  return named.namespaces.length === 0 || named.namespaces.includes(place?.namespace ?? '');
};

/** Whether the question names a place or a service that limits the list. */
const isNamed = ({ named }: Asked): boolean =>
  named.services.length + named.clusters.length + named.namespaces.length > 0;

const rowOf = (incident: Incident): string => {
  const { text, has } = statusViewOf(incident);
  const state = has === undefined ? text : `${text} (${has.replace(/\.$/, '')})`;
  return `${shorten(incident.title, 200)}: ${state}, since ${moment(Date.parse(incident.openedAt))} (${incident.id}).`;
};

export async function answerOpen(asked: Asked, { incidents }: SystemPorts): Promise<SystemAnswer> {
  const others = /\bother\b/i.test(asked.question.text) ? asked.incident?.id : undefined;
  const all = (await incidents.list(listed)).filter((one) => isOpen(one) && one.id !== others);
  const open = isNamed(asked) ? all.filter((one) => isAbout(one, asked)) : all;
  const where = isNamed(asked) ? ` ${placeWords(asked.named.services, asked)}` : '';
  const text =
    open.length === 0
      ? `No ${others === undefined ? '' : 'other '}incident${where} is open.`
      : `${open.length === 1 ? '1 incident' : `${open.length} incidents`}${where} ${open.length === 1 ? 'is' : 'are'} open.`;
  return { text, lines: open.slice(0, maxRows).map(rowOf) };
}

export async function answerPast(asked: Asked, ports: SystemPorts): Promise<SystemAnswer> {
  const fallback = /night|handover|hand over|miss/i.test(asked.question.text)
    ? { ms: dayMs / 2, words: 'over the last 12 hours' }
    : { ms: dayMs, words: 'over the last day' };
  const { period, note } = bounded(periodOr(asked, fallback.ms, fallback.words), 31 * dayMs, 'incidents');
  const recent = await ports.incidents.list(listed);
  const inside = recent.filter(({ openedAt }) => isIn(openedAt, period));
  const shown = (isNamed(asked) ? inside.filter((one) => isAbout(one, asked)) : inside).toReversed();
  const where = isNamed(asked) ? ` ${placeWords(asked.named.services, asked)}` : '';
  const open = shown.filter(isOpen).length;
  const rows = await Promise.all(
    shown.slice(0, maxRows).map(async (incident) => {
      const diagnosis = await ports.incidents.diagnosis(incident.id).catch(() => undefined);
      const cause = diagnosis?.hypotheses[0];
      return `${incident.openedAt.slice(11, 16)} ${shorten(incident.title, 160)}: ${statusViewOf(incident).text}${cause === undefined ? '' : `; ${shorten(cause.summary, 220)}`} (${incident.id})`;
    }),
  );
  return {
    text:
      shown.length === 0
        ? `No incident${where} was opened ${period.words}.`
        : `${shown.length === 1 ? '1 incident was' : `${shown.length} incidents were`} opened${where} ${period.words}; ${open} ${open === 1 ? 'is' : 'are'} still open.`,
    lines: [
      ...note,
      ...rows,
      ...(shown.length > maxRows ? [`${shown.length - maxRows} more incidents; the console lists them all.`] : []),
      ...(recent.length === listed ? [`I read the latest ${listed} incidents only.`] : []),
      `Period: ${moment(period.startMs)} to ${moment(period.endMs)}; by the incidents on record.`,
    ],
  };
}

const isIn = (instant: string, { startMs, endMs }: Period): boolean => {
  const ms = Date.parse(instant);
  return ms >= startMs && ms <= endMs;
};

/** Deploys, commits, flags and the like of the named services and namespaces. */
export async function answerChanges(asked: Asked, { telemetry }: SystemPorts): Promise<SystemAnswer> {
  const { period, note } = bounded(periodOr(asked, dayMs, 'over the last day'), 14 * dayMs, 'changes');
  const services = asked.named.namespaces.length > 0 ? asked.named.services : servicesOf(asked);
  const scopes =
    services.length > 0
      ? services.slice(0, 3).map((one) => scopeOfService(one, asked, period))
      : placesOf(asked)
          .slice(0, 4)
          .map((place) => scopeAround(place, asked, period));
  const reads = await Promise.all(scopes.map((scope) => askSource('changes', scope, {}, telemetry)));
  const inNamespace = new Set(
    (asked.directory.catalog?.services ?? [])
      .filter(({ placements }) => placements.some(({ namespace }) => asked.named.namespaces.includes(namespace)))
      .map(({ name }) => name),
  );
  const onlyDeploys = /\bdeploy|release|rollout|version/i.test(asked.question.text);
  const all = new Map(reads.flatMap(({ data = [] }) => data.map((one) => [one.id, one] as const)));
  const found = [...all.values()]
    .filter(({ at }) => isIn(at, period))
    .filter(({ service, entity }) => {
      const about = [service, entity?.name].flatMap((one) => one?.toLowerCase() ?? []);
      if (services.length > 0) return services.some((one) => about.includes(one.toLowerCase()));
      if (asked.named.namespaces.length === 0) return true;
      return asked.named.namespaces.includes(entity?.namespace ?? '') || about.some((one) => inNamespace.has(one));
    })
    .filter(({ kind }) => !onlyDeploys || kind === 'deploy')
    .sort((a, b) => b.at.localeCompare(a.at));
  const gaps = reads.flatMap((one) => one.gaps);
  const where = placeWords(services, asked);
  const what = onlyDeploys ? 'deploy' : 'change';
  const unread = reads.every(({ data }) => data === undefined);
  return {
    text: unread
      ? `Not known: the changes ${where} could not be read.`
      : found.length === 0
        ? `No ${what} ${where} ${period.words}.`
        : `${found.length} ${what}${found.length === 1 ? '' : 's'} ${where} ${period.words}, the latest first.`,
    lines: [
      ...note,
      ...found
        .slice(0, 20)
        .map(
          ({ at, kind, service, title, author, version, link }) =>
            `${moment(Date.parse(at))} ${kind}${service === undefined ? '' : ` of ${service}`}: ${shorten(title, 200)}${version === undefined || title.includes(version) ? '' : ` (${version})`}${author === undefined ? '' : `, by ${author}`}${link === undefined ? '' : ` ${link}`}`,
        ),
      ...(found.length > 20 ? [`${found.length - 20} more.`] : []),
      ...new Set(reads.flatMap((one) => one.lines)),
      ...notRead(gaps),
    ],
  };
}
