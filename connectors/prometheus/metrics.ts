// Series of a Prometheus: of the fixed catalogue, of the signals that are discovered, and of the user's own queries. The server selects what is in scope.
// A signal that is not found is said, with the reason; an unreachable server is a gap, never an error.
import type * as z from 'zod';
import { limitConcurrency } from '../../core/limit-concurrency.ts';
import type { TimeWindow } from '../../core/model/entity.ts';
import { amongClusters, isWithin, type Located, type Scope } from '../../core/model/scope.ts';
import type { Series } from '../../core/model/telemetry.ts';
import type { Source } from '../../core/ports/telemetry.ts';
import { formatList } from '../../core/wording.ts';
import { templatesOf } from '../own-queries.ts';
import { type CatalogueEntry, catalogue } from './catalogue.ts';
import { fetchJson, forQuestion, Matrix, type PrometheusConfig } from './client.ts';
import { type Chosen, type Discovery, discover } from './discovery.ts';
import { linkTo } from './link.ts';
import { matchedIn } from './match.ts';
import { aroundNamed, placesOf } from './places.ts';
import { answerLabel, type Builder, builder, type NameForm, nameIn, type Roles } from './promql.ts';
import { namespaceLabels, serviceLabels } from './recipes.ts';
import { serverIndex } from './server.ts';
import { type Filled, filled } from './templates.ts';
import { bounds, clusterLabelOf, clusterOf, gap, rateSeconds, stepSeconds } from './window.ts';

/** Queries of one question. */
const maxQueries = 120;
/** Queries at once. */
const width = 8;

/** A query, and how its answers become series. Earlier ones win over later ones of the same signal and entity. */
interface Ask {
  readonly signal: string;
  readonly unit: string;
  readonly kind: string;
  readonly promql: string;
  /** The metrics or the template behind it, for people. */
  readonly from: string;
  readonly guessed?: string | undefined;
  readonly service?: string | undefined;
  readonly cluster?: string | undefined;
  readonly names: readonly { readonly label: string; readonly form: NameForm }[];
  readonly namespaces: readonly string[];
  readonly isTemplate?: true;
}

interface Answered {
  readonly ask: Ask;
  readonly series: readonly Series[];
}

export function prometheusMetrics(server: PrometheusConfig): Source<'metrics'> {
  const indexFor = serverIndex(server);
  const templates = templatesOf(server.queries);
  const turn = limitConcurrency(width);
  return {
    async observe(scope) {
      const { window } = scope;
      const config = forQuestion(server);
      const index = indexFor(config);
      const names = await index.names(window);
      if (names.kind === 'failed') return gap(names.reason);
      const has = new Set(names.data);
      const known = await index.values(window, clusterLabelOf(config));
      const clusters = [
        ...(known.kind === 'ok' ? known.data : []),
        ...(config.cluster === undefined ? [] : [config.cluster]),
      ];
      const labelled = { clusterLabel: clusterLabelOf(config), clusters };
      const fixed = catalogue.filter(({ needs }) => has.has(needs));
      const discovery = await discover(index, scope, names.data);
      const seconds = rateSeconds(window);
      const own = filled(templates, scope, { clusters, seconds });
      if (fixed.length === 0 && discovery.chosen.length === 0 && own.queries.length === 0)
        return gap(nothingKnown(scope, discovery));
      const matched = matchedIn(scope);
      const build = (roles: Roles, matchers: readonly string[]): Builder =>
        builder({ roles, matchers, cluster: labelled.clusterLabel, seconds });
      const asks: Ask[] = [
        ...own.queries.map(askOfTemplate),
        ...fixed.flatMap((entry) => [
          ...placesOf(scope, entry.roles, labelled).map(({ matchers }) => askOf(entry, build(entry.roles, matchers))),
          ...(entry.kind === 'Node'
            ? []
            : matched.services.map(({ service, matchers }) => {
                const roles = { ...entry.roles, name: undefined };
                return { ...askOf({ ...entry, roles }, build(roles, matchers)), service };
              })),
        ]),
        ...discovery.chosen.flatMap((chosen) => {
          const places =
            chosen.matched !== undefined
              ? [chosen.matched]
              : (chosen.recipe.kind === 'Node' ? placesOf : aroundNamed)(scope, chosen.roles, labelled);
          return places.map(({ matchers }) => askOfChosen(chosen, build(chosen.roles, matchers)));
        }),
      ];
      const step = stepSeconds(window);
      const answers = await Promise.all(
        asks.slice(0, maxQueries).map(async (ask) => ({
          ask,
          answer: await turn(() =>
            fetchJson(config, 'query_range', { query: ask.promql, ...bounds(window), step: String(step) }, Matrix),
          ),
        })),
      );
      const failed = answers.flatMap(({ ask, answer }) =>
        answer.kind === 'failed' ? [{ ask, reason: answer.reason }] : [],
      );
      if (failed.length === answers.length) return gap(failed[0]?.reason ?? 'Prometheus did not answer.');
      const read = answers.map(
        ({ ask, answer }): Answered => ({
          ask,
          series: answer.kind === 'ok' ? seriesIn(answer.data.result, ask, config, window) : [],
        }),
      );
      const merged = mergedSeries(read.map((one) => ({ ...one, series: inScope(scope, one.series) })));
      const signals = new Set(asks.map(({ signal }) => (signal === 'latency_mean' ? 'latency_p95' : signal)));
      const without = [...new Set(catalogue.map(({ signal }) => signal))].filter((signal) => !signals.has(signal));
      const missing = [
        ...matched.missing,
        ...own.missing,
        ...merged.ambiguous,
        ...failed.slice(0, 3).map(({ ask, reason }) => `${ask.signal} by ${ask.from}: ${reason}`),
        ...(asks.length > maxQueries ? [`${asks.length - maxQueries} of ${asks.length} queries for signals`] : []),
        ...discovery.missing,
        ...unknownOf(scope, discovery, merged.series),
      ];
      return {
        kind: 'data',
        data: merged.series,
        query: `${new URL(config.url).host} (${signals.size} signals${without.length > 0 ? `, without ${without.join(', ')}` : ''})`,
        ...(missing.length === 0 ? {} : { missing }),
        ...foundIn(discovery, own.queries, index.age()),
        link: config.url,
        bytes: answers.reduce((sum, { answer }) => sum + (answer.kind === 'ok' ? answer.bytes : 0), 0),
      };
    },
  };
}

const askOf = ({ signal, unit, kind, needs, roles, promql }: CatalogueEntry, query: Builder): Ask => ({
  signal,
  unit,
  kind,
  from: needs,
  promql: promql(query),
  ...readingOf(roles),
});

const askOfChosen = ({ recipe, roles, matched }: Chosen, query: Builder): Ask => ({
  signal: recipe.signal,
  unit: recipe.unit,
  kind: recipe.kind,
  from: recipe.needs[0],
  promql: recipe.promql(query),
  guessed: recipe.guessed,
  service: matched?.service,
  ...readingOf(roles),
});

const askOfTemplate = ({ template, promql, service, cluster }: Filled): Ask => ({
  signal: template.signal,
  unit: template.unit,
  kind: 'Service',
  from: `the query ${template.name}`,
  promql,
  service,
  cluster,
  names: serviceLabels.map((label) => ({ label, form: /job$/.test(label) ? 'path' : 'plain' })),
  namespaces: namespaceLabels,
  isTemplate: true,
});

const readingOf = ({ name, namespace }: Roles): Pick<Ask, 'names' | 'namespaces'> => ({
  names: name === undefined ? [] : [{ label: answerLabel(name), form: name.form }],
  namespaces: namespace === undefined ? [] : [namespace],
});

/** All series of an answer have the same page. */
function seriesIn(
  result: z.infer<typeof Matrix>['result'],
  ask: Ask,
  config: PrometheusConfig,
  window: TimeWindow,
): Series[] {
  const link = linkTo(config.url, ask.promql, window);
  return result.flatMap((one) => {
    const series = toSeries(ask, one, config);
    return series === undefined ? [] : [link === undefined ? series : { ...series, link }];
  });
}

function toSeries(
  ask: Ask,
  {
    metric,
    values,
  }: { readonly metric: Readonly<Record<string, string>>; readonly values: readonly (readonly [number, string])[] },
  config: PrometheusConfig,
): Series | undefined {
  const name =
    ask.service ??
    ask.names.map(({ label, form }) => nameIn(form, metric[label] ?? '')).find((one) => one !== undefined);
  if (name === undefined) return undefined;
  const namespace = ask.namespaces.map((label) => metric[label]).find((value) => value);
  const points = values.flatMap(([at, text]): [number, number][] =>
    Number.isFinite(Number(text)) ? [[at, Number(text)]] : [],
  );
  if (points.length === 0) return undefined;
  return {
    source: 'prometheus',
    entity: {
      kind: ask.kind,
      name,
      ...(namespace ? { namespace } : {}),
      ...(ask.cluster === undefined ? {} : { cluster: ask.cluster }),
      ...clusterOf(metric, config),
    },
    signal: ask.signal,
    unit: ask.unit,
    points,
  };
}

/** A mean latency and a percentile are one signal. */
const familyOf = (signal: string): string => (signal.startsWith('latency') ? 'latency' : signal);
const agree = (a: string | undefined, b: string | undefined): boolean => a === undefined || b === undefined || a === b;

/** One series for each signal and entity: of the first ask that has one. What two guesses or two series of one template claim is left out and said. */
function mergedSeries(answered: readonly Answered[]): { readonly series: Series[]; readonly ambiguous: string[] } {
  const kept = new Map<string, { readonly series: Series; readonly ask: Ask }[]>();
  const refused = new Set<Series>();
  const ambiguous = new Set<string>();
  for (const { ask, series } of answered)
    for (const one of series) {
      const key = `${familyOf(one.signal)} ${one.entity.name}`;
      const those = kept.get(key) ?? [];
      kept.set(key, those);
      const other = those.find(
        ({ series: { entity } }) =>
          agree(entity.cluster, one.entity.cluster) && agree(entity.namespace, one.entity.namespace),
      );
      if (other === undefined) {
        those.push({ series: one, ask });
        continue;
      }
      const isTwice = ask.isTemplate && other.ask === ask;
      const isRival = ask.guessed !== undefined && ask.guessed === other.ask.guessed && ask.from !== other.ask.from;
      if (!isTwice && !isRival) continue;
      refused.add(other.series);
      ambiguous.add(
        isTwice
          ? `${one.signal} of ${one.entity.name}: ${ask.from} gives several series for it; sum them`
          : `${one.signal} of ${one.entity.name}: ${other.ask.from} and ${ask.from} could both be it; name one under queries`,
      );
    }
  const series = [...kept.values()]
    .flatMap((those) => those.map((one) => one.series))
    .filter((one) => !refused.has(one));
  return { series, ambiguous: [...ambiguous] };
}

const placeOf = ({ entity }: Series): Located => ({ ...entity, service: entity.name });

/** If a server's series name no cluster, the scope does not restrict them to one. */
function inScope(scope: Scope, all: readonly Series[]): Series[] {
  const searched = amongClusters(scope, new Set(all.flatMap((one) => one.entity.cluster ?? [])));
  return all.filter((one) => isWithin(searched, placeOf(one)));
}

const golden = ['requests_per_second', 'error_ratio', 'latency_p95'] as const;

/** Why the golden signals of the paged service are not known, with the remedy. */
function unknownOf(scope: Scope, discovery: Discovery, series: readonly Series[]): string[] {
  const { service, reach } = scope;
  if (service === undefined || reach === 'neighbours' || reach === 'everywhere' || discovery.missing.length > 0)
    return [];
  const own = series.filter(({ entity }) => entity.name === service);
  const lacking = golden.filter(
    (signal) =>
      !own.some((one) => familyOf(one.signal) === familyOf(signal)) &&
      !(signal === 'error_ratio' && own.some((one) => one.signal === 'errors_per_second')),
  );
  if (lacking.length === 0) return [];
  const reasons = lacking.flatMap((signal) => {
    const reason =
      discovery.why.get(signal) ?? (signal === 'latency_p95' ? discovery.why.get('latency_mean') : undefined);
    return reason === undefined ? [] : [`${signal} of ${service}: ${reason}`];
  });
  const rest = lacking.filter((signal) => !reasons.some((reason) => reason.startsWith(`${signal} `)));
  return rest.length === 0 ? reasons : [...reasons, `${formatList(rest)} of ${service}: ${whyNone(scope, discovery)}`];
}

function whyNone({ service = '', match }: Scope, { namedBy, own }: Discovery): string {
  if (match?.[service] !== undefined) return `no known metric has the labels of its match; name a query under queries`;
  if (own.length === 0)
    return `no label of its series has the value ${service}; give its labels as match in the catalogue, or name a query under queries`;
  return `none of its ${own.length} metrics (${formatList(own, 4)}; by ${formatList(namedBy)}) is known to give it; name a query under queries`;
}

function nothingKnown(scope: Scope, discovery: Discovery): string {
  const none = 'Prometheus has none of the metrics that the signal catalogue knows.';
  if (discovery.missing[0] !== undefined) return `${none} Not read: ${discovery.missing[0]}`;
  const unknown = unknownOf(scope, discovery, []);
  return unknown.length === 0 ? none : `${none} ${unknown.join('; ')}.`;
}

function foundIn(discovery: Discovery, own: readonly Filled[], ageMs: number): { readonly found?: readonly string[] } {
  const templates = [...new Set(own.map(({ template }) => `${template.signal} by the query ${template.name}`))];
  const found = [...templates, ...discovery.found];
  if (found.length === 0) return {};
  const minutes = Math.round(ageMs / 60_000);
  return { found: minutes < 1 ? found : [...found, `names read ${minutes} min ago`] };
}
