// Answers comparisons: of two services, clusters or regions with each other, and of a service with itself at an earlier time.
import { barChart } from '../../charts/bars.ts';
import { amount } from '../../charts/units.ts';
import type { Measure } from '../../language/parse-system.ts';
import type { Series } from '../../model/telemetry.ts';
import { capitalize, formatList } from '../../wording.ts';
import { type Asking, askSource, bounded } from './ask-sources.ts';
import { changeWords, chosenOf, figuresOf, isSame, linksOf, movedBack, nounOf, seriesOf, unitOf } from './metrics.ts';
import { clustersLike } from './names.ts';
import { type Asked, distinct, notRead, periodOr, type SystemAnswer, scopeAround } from './question.ts';

const hourMs = 3_600_000;
const weekMs = 7 * 24 * hourMs;
const usual: readonly Measure[] = ['errors', 'p95', 'traffic'];
const maxServices = 12;

/** Two or more sides, each a group of clusters or one service. */
interface Side {
  readonly name: string;
  readonly clusters: readonly string[];
  readonly service?: string | undefined;
  /** Neither the catalogue nor an incident knows the cluster. */
  readonly guessed?: boolean;
}

export async function answerCompare(asked: Asked, telemetry: Asking): Promise<SystemAnswer> {
  const places = placeSides(asked);
  const sides: readonly Side[] =
    places.length >= 2
      ? places
      : asked.named.services.map((service) => ({ name: service, service, clusters: asked.named.clusters }));
  if (sides.length < 2)
    return {
      text: 'What should I compare? Name two services, clusters or regions, or a measure and a time.',
      lines: [clustersSentence(asked)],
      choices: ['which incidents are open', 'what is deployed where'],
    };
  return compareSides(sides.slice(0, 4), asked, telemetry);
}

const clustersSentence = ({ directory: { clusters } }: Asked): string =>
  clusters.length === 0
    ? 'The catalogue names no cluster.'
    : `Clusters: ${clusters
        .slice(0, 12)
        .map(({ name, region }) => (region === undefined ? name : `${name} (${region})`))
        .join(', ')}.`;

const pair =
  /\b(?:compare|between|in|of|from)? ?([\w.-]+) (?:and|with|to|vs\.?|versus|against) ([\w.-]+)(?: and ([\w.-]+))?\W*$/i;

function placeSides(asked: Asked): readonly Side[] {
  const { named, directory } = asked;
  if (named.clusters.length >= 2) return named.clusters.map((name) => ({ name, clusters: [name] }));
  const words = (pair.exec(asked.stated.rest) ?? []).slice(1, 4).filter((word) => word !== undefined);
  const isService = (word: string) => directory.services.has(word.toLowerCase());
  if (words.length < 2 || words.every(isService)) return [];
  const sides = words.map((word) => ({ name: word, clusters: clustersLike(word, directory) }));
  // A cluster that the catalogue lacks may still be one that the sources know.
  return sides.map((side) => (side.clusters.length > 0 ? side : { ...side, clusters: [side.name], guessed: true }));
}

async function compareSides(sides: readonly Side[], asked: Asked, telemetry: Asking): Promise<SystemAnswer> {
  const { period, note } = bounded(periodOr(asked, hourMs, 'over the last hour'), weekMs, 'metrics');
  const read = await Promise.all(sides.map((side) => readSide(side, asked, period, telemetry)));
  const strange = sides.filter(({ guessed }, place) => guessed === true && read[place]?.series.length === 0);
  if (strange.length > 0)
    return {
      text: `I know no cluster or region called ${formatList(strange.map(({ name }) => name))}.`,
      lines: [clustersSentence(asked), ...notRead(read.flatMap(({ gaps }) => gaps))],
    };
  const measures = asked.question.measure === undefined ? usual : [asked.question.measure];
  const services = servicesIn(read, asked);
  const rows = measures.flatMap((measure) =>
    services.flatMap((service) => {
      const values = read.map((one) => meanOf(measure, one, service));
      const [unit] = values.flatMap((value) => (value === undefined ? [] : [value.unit]));
      return unit === undefined ? [] : [{ measure, service, unit, values }];
    }),
  );
  const sentences = rows.map(
    ({ measure, service, unit, values }) =>
      `${capitalize(nounOf(measure))}${service === undefined ? '' : ` of ${service}`}: ${values
        .map((value, place) => `${sides[place]?.name} ${value === undefined ? 'not known' : amount(value.mean, unit)}`)
        .join(', ')}`,
  );
  const [first] = rows;
  const names = formatList(sides.map(({ name }) => name));
  return {
    text:
      first === undefined
        ? `Not known: the sources have nothing to compare of ${names} ${period.words}.`
        : rows.length === 1
          ? `${sentences[0]} on average ${period.words}.`
          : `${names} compared, on average ${period.words}.`,
    lines: distinct([
      ...note,
      ...sides.flatMap(({ name, clusters, service }) =>
        service === undefined && !clusters.includes(name) ? [`${name}: ${formatList(clusters)}.`] : [],
      ),
      ...(rows.length > 1 ? sentences.slice(0, 24) : []),
      ...read.flatMap(({ lines }) => lines),
      ...linksOf(read.flatMap(({ series }) => series)),
      ...notRead(read.flatMap(({ gaps }) => gaps)),
    ]),
    chart:
      first &&
      barChart({
        title: `${capitalize(nounOf(first.measure))}, average ${period.words}`,
        unit: first.unit,
        bars: rows
          .filter(({ measure }) => measure === first.measure)
          .flatMap(({ service, values }) =>
            values.map((value, place) => ({
              name: service === undefined ? (sides[place]?.name ?? '') : `${service}, ${sides[place]?.name}`,
              value: value?.mean ?? Number.NaN,
            })),
          ),
      }),
  };
}

async function readSide(side: Side, asked: Asked, period: Parameters<typeof seriesOf>[2], telemetry: Asking) {
  if (side.service !== undefined) {
    const { series, lines, gaps } = await seriesOf(side.service, asked, period, telemetry);
    return { series, lines, gaps };
  }
  const reads = await Promise.all(
    side.clusters
      .slice(0, 4)
      .map((cluster) => askSource('metrics', scopeAround({ cluster }, asked, period), {}, telemetry)),
  );
  return {
    series: reads
      .flatMap(({ data = [] }) => data)
      .filter(({ entity }) => entity.cluster !== undefined && side.clusters.includes(entity.cluster)),
    lines: reads.flatMap(({ lines }) => lines),
    gaps: reads.flatMap(({ gaps }) => gaps),
  };
}

/** The services to compare in each place: the named ones, or those that run in more than one of them. One row without a name for services as sides. */
function servicesIn(read: readonly { readonly series: readonly Series[] }[], asked: Asked): (string | undefined)[] {
  const [first, ...others] = read.map(({ series }) => new Set(series.map(({ entity }) => entity.name)));
  if (first === undefined) return [];
  const clusters = read.map(({ series }) => new Set(series.map(({ entity }) => entity.cluster)));
  const sameNames = asked.named.services.filter((name) =>
    read.some(({ series }) => series.some(({ entity }) => entity.name === name)),
  );
  const areServices =
    asked.named.services.length >= 2 &&
    read.every(({ series }, place) =>
      series.every(({ entity }) => entity.name === asked.named.services[place] || entity.kind === 'Pod'),
    );
  if (areServices && clusters.length > 1) return [undefined];
  if (sameNames.length > 0) return sameNames;
  return [...first].filter((name) => others.some((set) => set.has(name))).slice(0, maxServices);
}

function meanOf(measure: Measure, { series }: { readonly series: readonly Series[] }, service: string | undefined) {
  const own = series.filter(({ entity }) => service === undefined || entity.name === service);
  const chosen = chosenOf(measure, own).series;
  const means = chosen.flatMap((one) => figuresOf(one.points)?.mean ?? []);
  const [first] = chosen;
  return first === undefined || means.length === 0
    ? undefined
    : { mean: means.reduce((sum, one) => sum + one, 0) / means.length, unit: unitOf(first) };
}

/** "Is this the same as last week": each usual measure of the service, now and then. */
export async function answerSame(asked: Asked, service: string, telemetry: Asking): Promise<SystemAnswer> {
  const { period } = bounded(periodOr(asked, hourMs, 'over the last hour'), weekMs, 'metrics');
  const against = asked.stated.against ?? { backMs: weekMs, words: 'a week before' };
  const [now, then] = await Promise.all([
    seriesOf(service, asked, period, telemetry),
    seriesOf(service, asked, movedBack(period, against.backMs), telemetry),
  ]);
  const rows = [...usual, 'memory', 'cpu'].flatMap((measure) => {
    const series = chosenOf(measure as Measure, now.series).series;
    return series.flatMap((one) => {
      const [is, was] = [
        figuresOf(one.points),
        figuresOf(then.series.find((other) => isSame(one, other))?.points ?? []),
      ];
      return is === undefined ? [] : [{ measure: measure as Measure, one, is, was }];
    });
  });
  const known = rows.filter(({ was }) => was !== undefined);
  const differs = known.filter(({ is, was }) => was !== undefined && isDifferent(was.mean, is.mean));
  const lines = rows.map(
    ({ measure, one, is, was }) =>
      `${capitalize(nounOf(measure))}${one.entity.cluster === undefined ? '' : ` in ${one.entity.cluster}`}: ${amount(is.mean, unitOf(one))} now, ${was === undefined ? 'not known then' : `${amount(was.mean, unitOf(one))} then: ${changeWords(was.mean, is.mean)}`}`,
  );
  return {
    text: sameText(service, against.words, rows.length, known.length, differs.length),
    lines: distinct([...lines, ...now.lines, ...notRead([...now.gaps, ...then.gaps])]),
  };
}

function sameText(service: string, words: string, all: number, known: number, differing: number): string {
  if (all === 0) return `Not known: the sources have no metric of ${service} for the last hour.`;
  if (known === 0) return `Not known: the sources have no value of ${service} from ${words}, so I cannot compare.`;
  if (differing === 0)
    return `Yes: the ${known} measures of ${service} that I can compare are within a quarter of those ${words}.`;
  return `No: ${differing} of ${known} measures of ${service} differ by more than a quarter from those ${words}.`;
}

const isDifferent = (before: number, now: number): boolean =>
  before === 0 ? now !== 0 : Math.abs(now / before - 1) > 0.25;
