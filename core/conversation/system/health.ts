// Answers "is everything healthy": what was read, and what is not well by these rules: pods that are not ready, an error ratio of 1 % or more, alerts
// that fire, open incidents. Well is said only of what was read.
import { amount } from '../../charts/units.ts';
import { formatList } from '../../wording.ts';
import { askSource } from './ask-sources.ts';
import { isOpen } from './history.ts';
import { chosenOf, figuresOf } from './metrics.ts';
import { clustersOf, isDone, isReady, placeWords, podsIn, reasonOf } from './pods.ts';
import {
  type Asked,
  distinct,
  notRead,
  periodOr,
  placesOf,
  type SystemAnswer,
  type SystemPorts,
  scopeAround,
  scopeOfService,
} from './question.ts';

const recentMs = 15 * 60_000;
const badRatio = 0.01;

export async function answerHealth(asked: Asked, ports: SystemPorts): Promise<SystemAnswer> {
  const { telemetry, incidents } = ports;
  const period = periodOr(asked, recentMs, 'over the last 15 minutes');
  const services = asked.named.services;
  const scopes =
    services.length > 0
      ? services.slice(0, 3).map((one) => scopeOfService(one, asked, period))
      : placesOf({ ...asked, incident: undefined })
          .slice(0, 4)
          .map((place) => scopeAround(place, asked, period));
  const [view, metrics, alerts, all] = await Promise.all([
    clustersOf(
      services.length > 0 || asked.named.namespaces.length > 0 ? asked : { ...asked, incident: undefined },
      period,
      telemetry,
    ),
    Promise.all(scopes.map((scope) => askSource('metrics', scope, {}, telemetry))),
    Promise.all(scopes.map((scope) => askSource('alerts', scope, {}, telemetry))),
    incidents.list(100),
  ]);
  const own = (name: string | undefined) =>
    services.length === 0 || services.some((one) => one.toLowerCase() === name?.toLowerCase());
  const pods = podsIn(view, services, asked).filter(({ pod }) => !isDone(pod));
  const unready = pods.filter(({ pod }) => !isReady(pod));
  const series = metrics.flatMap(({ data = [] }) => data).filter(({ entity }) => own(entity.name));
  const ratios = [...new Set(series.map(({ entity }) => entity.name))].flatMap((name) => {
    const chosen = chosenOf(
      'errors',
      series.filter(({ entity }) => entity.name === name),
    );
    if (chosen.instead !== undefined) return [];
    return chosen.series.flatMap((one) => {
      const figures = figuresOf(one.points.slice(-5));
      return figures === undefined ? [] : [{ name, cluster: one.entity.cluster, ratio: figures.mean }];
    });
  });
  const failing = ratios.filter(({ ratio }) => ratio >= badRatio);
  const firing = alerts
    .flatMap(({ data = [] }) => data)
    .filter(({ status, entity }) => status === 'firing' && (services.length === 0 || own(entity?.name)));
  const open = all.filter((one) => isOpen(one) && (services.length === 0 || own(one.place?.service)));
  const problems = [
    ...failing.map(
      ({ name, cluster, ratio }) =>
        `${name}${cluster === undefined ? '' : ` in ${cluster}`}: ${amount(ratio, 'ratio')} of the requests fail`,
    ),
    ...unready
      .slice(0, 10)
      .map(({ pod, cluster }) => `Pod ${pod.metadata.name} in ${cluster.name} is not ready: ${reasonOf(pod)}`),
    ...firing.slice(0, 10).map(({ name, summary }) => `Alert ${name} fires: ${summary}`),
    ...open.slice(0, 10).map(({ title, id }) => `Open incident: ${title} (${id})`),
  ];
  const read = [
    ...(pods.length > 0 ? [`${pods.length} pods`] : []),
    ...(ratios.length > 0
      ? [`the error ratio of ${ratios.length} ${ratios.length === 1 ? 'service' : 'services'}`]
      : []),
    ...(alerts.some(({ data }) => data !== undefined) ? ['alerts'] : []),
    'open incidents',
  ];
  const gaps = distinct([...view.gaps, ...metrics.flatMap((one) => one.gaps), ...alerts.flatMap((one) => one.gaps)]);
  const where = placeWords(services, asked);
  return {
    text: healthText({
      problems: failing.length + unready.length + firing.length + open.length,
      isSeen: pods.length + ratios.length > 0,
      gaps: gaps.length,
      where,
    }),
    lines: distinct([
      ...problems,
      `Read ${period.words}: ${formatList(read)}.`,
      ...view.lines,
      ...metrics.flatMap(({ lines }) => lines),
      ...notRead(gaps),
    ]),
  };
}

function healthText(found: {
  readonly problems: number;
  readonly isSeen: boolean;
  readonly gaps: number;
  readonly where: string;
}): string {
  const { problems, isSeen, gaps, where } = found;
  if (problems > 0) return `Not everything is well ${where}: ${problems} ${problems === 1 ? 'thing' : 'things'}.`;
  if (!isSeen) return `Not known: I see no pod and no error ratio ${where}.`;
  return gaps === 0
    ? `Everything looks healthy ${where}.`
    : `I see no problem ${where}, but I could not read everything.`;
}
