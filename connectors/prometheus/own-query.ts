// Answers a query in PromQL that an agent wrote, within the scope (confine.ts) and with limits on series, points, bytes and time. A query that fails is
// answered with how to ask better, the server's own words included.
import * as z from 'zod';
import { isWithin, type Scope } from '../../core/model/scope.ts';
import type { Series } from '../../core/model/telemetry.ts';
import type { Source } from '../../core/ports/telemetry.ts';
import { shorten } from '../../core/text.ts';
import { formatList } from '../../core/wording.ts';
import { fetchJson, Matrix, type PrometheusConfig } from './client.ts';
import { confine, nameLabels, parsePromql } from './confine.ts';
import { linkTo } from './link.ts';
import { namespaceLabels, serviceLabels } from './recipes.ts';
import { serverIndex } from './server.ts';
import { bounds, clusterLabelOf, clusterOf, gap, stepSeconds } from './window.ts';

/** Series that one selector may read, and that one answer may have. */
const maxSelected = 5000;
const maxSeries = 100;
const maxBytes = 4 * 1024 * 1024;

const Counted = z.object({
  resultType: z.literal('vector'),
  result: z.array(z.object({ value: z.tuple([z.number(), z.string()]) })),
});

export function prometheusQueries(config: PrometheusConfig): Source<'queries'> {
  const index = serverIndex(config)();
  const limited = { ...config, maxBytes };
  const counted = async (selector: string, at: string): Promise<number | undefined> => {
    const answer = await fetchJson(limited, 'query', { query: `count(${selector})`, time: at, timeout: '5s' }, Counted);
    return answer.kind === 'ok' ? Number(answer.data.result[0]?.value[1] ?? 0) : undefined;
  };
  return {
    async observe(scope, { language, text }) {
      if (language !== 'promql') return gap('It is asked in promql.');
      const parsed = parsePromql(text);
      if (parsed.kind === 'refused') return gap(parsed.why);
      const { window } = scope;
      const names = await index.names(window);
      if (names.kind === 'failed') return gap(names.reason);
      const metrics = [...new Set(parsed.selectors.map(({ metric }) => metric))];
      const unknown = metrics.find((metric) => !names.data.includes(metric));
      if (unknown !== undefined) return gap(unknownMetric(unknown, names.data));
      const labels = new Map<string, readonly string[]>();
      for (const metric of metrics) {
        const answer = await index.labels(window, `{__name__=${JSON.stringify(metric)}}`);
        // Without its labels, it is not known which of them holds the place.
        if (answer.kind === 'failed') return gap(answer.reason);
        labels.set(metric, answer.data);
      }
      const clusters = await index.values(window, clusterLabelOf(config));
      const confined = confine(parsed, scope, {
        clusterLabel: clusterLabelOf(config),
        clusters: [
          ...(clusters.kind === 'ok' ? clusters.data : []),
          ...(config.cluster === undefined ? [] : [config.cluster]),
        ],
        labels,
      });
      if (confined.kind === 'refused') return gap(confined.why);
      for (const selector of confined.selectors) {
        const count = await counted(selector, window.end);
        if (count !== undefined && count > maxSelected)
          return gap(
            `${shorten(selector, 120)} has ${count} series; ${maxSelected} are allowed. Select fewer by a label.`,
          );
      }
      const answer = await fetchJson(
        limited,
        'query_range',
        { query: confined.promql, ...bounds(window), step: String(stepSeconds(window)), timeout: '8s' },
        Matrix,
      );
      if (answer.kind === 'failed')
        return gap(
          answer.said === undefined
            ? answer.reason
            : `Prometheus refuses the query; it says: ${shorten(answer.said, 200)}`,
        );
      const all = answer.data.result
        .map((one) => toSeries(one, config))
        .filter(({ entity, points }) => points.length > 0 && isWithinPlace(scope, entity));
      const link = linkTo(config.url, confined.promql, window);
      return {
        kind: 'data',
        data: all.slice(0, maxSeries).map((one) => (link === undefined ? one : { ...one, link })),
        query: `${new URL(config.url).host} ${confined.promql}`,
        ...(all.length > maxSeries
          ? { missing: [`${all.length - maxSeries} of ${all.length} series; aggregate by fewer labels`] }
          : {}),
        ...(link === undefined ? {} : { link }),
        bytes: answer.bytes,
      };
    },
  };
}

/** Selectors hold the place already; labels that an answer still has are checked once more. */
const isWithinPlace = (scope: Scope, { cluster, namespace, name }: Series['entity']): boolean =>
  scope.reach !== 'neighbourhood' || isWithin({ ...scope, cluster: undefined }, { cluster, namespace, service: name });

function unknownMetric(metric: string, names: readonly string[]): string {
  const words = metric.split(/[_:]/).filter((word) => word.length > 2);
  const alike = (name: string): number => words.filter((word) => name.includes(word)).length;
  const best = names
    .map((name) => ({ name, score: alike(name) }))
    .filter(({ score }) => score > 0)
    .toSorted((a, b) => b.score - a.score || a.name.length - b.name.length)
    .map(({ name }) => name);
  const others = best.length === 0 ? names : best;
  return `There is no metric ${shorten(metric, 80)}. There are: ${formatList(others.slice(0, 6), 6)}.`;
}

const nodeLabels = ['node', 'instance'] as const;

function toSeries({ metric, values }: z.infer<typeof Matrix>['result'][number], config: PrometheusConfig): Series {
  const { __name__: _, ...labels } = metric;
  const service = [...nameLabels, ...serviceLabels].find((label) => labels[label]);
  const node = nodeLabels.find((label) => labels[label]);
  const namespace = namespaceLabels.map((label) => labels[label]).find((value) => value);
  const named = service ?? node;
  const rest = Object.entries(labels).filter(([label]) => label !== named && label !== clusterLabelOf(config));
  const words = rest.map(([label, value]) => `${label}=${JSON.stringify(shorten(value, 60))}`).join(', ');
  return {
    source: 'prometheus',
    entity: {
      kind: service === undefined ? (node === undefined ? 'Series' : 'Node') : 'Service',
      name: (named && labels[named]) || 'all',
      ...(namespace ? { namespace } : {}),
      ...clusterOf(labels, config),
    },
    signal: shorten(`value${words === '' ? '' : ` {${words}}`}`, 200),
    unit: '1',
    points: values.flatMap(([at, value]): [number, number][] =>
      Number.isFinite(Number(value)) ? [[at, Number(value)]] : [],
    ),
  };
}
