// Answers a query of CloudWatch Metrics Insights that an agent wrote
// (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-metrics-insights-querylanguage.html). The whole of its grammar is read, and it
// is sent once for each resource of the scope, with that resource as a condition.
import { GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import type { Scope } from '../../core/model/scope.ts';
import type { Series } from '../../core/model/telemetry.ts';
import type { Source } from '../../core/ports/telemetry.ts';
import { shorten } from '../../core/text.ts';
import { formatList } from '../../core/wording.ts';
import { deadlineIn, send } from '../aws-calls.ts';
import { MetricDataPage } from '../metric-data.ts';
import { boundsOf, type CloudWatchParts, gap } from './client.ts';
import { periodOf } from './metrics.ts';
import { placeOf, servicesWithin } from './places.ts';

/** Queries of one question: each costs money by the metrics that it analyses. */
const maxResources = 5;
const maxGroups = 10;
/** Metrics Insights reads two weeks back. */
const keptDays = 14;

const name = String.raw`(?:"[^"'\\]{1,255}"|[A-Za-z_]\w{0,254})`;
const condition = String.raw`${name}\s*!?=\s*'[^'"\\]{1,1024}'`;
const grammar = new RegExp(
  String.raw`^\s*SELECT\s+(?<fn>AVG|COUNT|MAX|MIN|SUM)\s*\(\s*(?<metric>${name})\s*\)\s+FROM\s+SCHEMA\s*\(\s*(?<namespace>${name})(?<dimensions>(?:\s*,\s*${name})*)\s*\)(?:\s+WHERE\s+(?<where>${condition}(?:\s+AND\s+${condition})*))?(?:\s+GROUP\s+BY\s+(?<group>${name}(?:\s*,\s*${name})*))?\s*$`,
  'i',
);
const plain = (text: string): string => (text.startsWith('"') ? text.slice(1, -1) : text);
const namesIn = (text: string): string[] => [...text.matchAll(new RegExp(name, 'g'))].map(([one]) => plain(one));

export interface ParsedInsights {
  readonly fn: string;
  readonly metric: string;
  readonly namespace: string;
  readonly dimensions: readonly string[];
  readonly conditions: readonly { readonly dimension: string; readonly equal: boolean; readonly value: string }[];
  readonly groups: readonly string[];
}

/** A sentence if it does not fit. */
export function parseInsights(text: string): ParsedInsights | string {
  const parts = text.length > 2000 ? undefined : grammar.exec(text)?.groups;
  if (parts?.fn === undefined)
    return 'Write SELECT AVG(Metric) FROM SCHEMA("Namespace", Dimension, …) [WHERE Dimension = \'value\' AND …] [GROUP BY Dimension].';
  return {
    fn: parts.fn.toUpperCase(),
    metric: plain(parts.metric ?? ''),
    namespace: plain(parts.namespace ?? ''),
    dimensions: namesIn(parts.dimensions ?? ''),
    conditions: [...(parts.where ?? '').matchAll(new RegExp(String.raw`(${name})\s*(!?=)\s*'([^']*)'`, 'g'))].map(
      ([, dimension = '', operator, value = '']) => ({ dimension: plain(dimension), equal: operator === '=', value }),
    ),
    groups: namesIn(parts.group ?? ''),
  };
}

interface Resource {
  readonly service: string;
  readonly dimension: string;
  readonly value: string;
}

/** The resources of the scope that the query can be confined to; a sentence if there is none. */
function resourcesFor(parsed: ParsedInsights, scope: Scope, { settings }: CloudWatchParts): Resource[] | string {
  const services = servicesWithin(
    scope,
    [...new Set([...Object.keys(settings.metrics), ...Object.keys(scope.resources ?? {})])],
    settings.places,
  );
  const known = services.flatMap((service) => [
    ...(settings.metrics[service] ?? []).flatMap(({ namespace, dimensions }) =>
      Object.entries(dimensions).map(([dimension, value]) => ({ service, namespace, dimension, value })),
    ),
    // A name of the catalogue has no dimension, so it only confirms a value that the query gives.
    ...(scope.resources?.[service] ?? []).map((value) => ({
      service,
      namespace: undefined,
      dimension: undefined,
      value,
    })),
  ]);
  const given = parsed.conditions.filter(({ equal, dimension }) => equal && parsed.dimensions.includes(dimension));
  const confirmed = given.flatMap(({ dimension, value }) => {
    const one = known.find((other) => other.value === value && (other.dimension ?? dimension) === dimension);
    return one === undefined ? [] : [{ service: one.service, dimension, value }];
  });
  if (confirmed[0] !== undefined) return [confirmed[0]];
  const words = [
    ...new Set(
      known.map(({ namespace, dimension, value }) =>
        dimension === undefined ? value : `${namespace} ${dimension} = '${value}'`,
      ),
    ),
  ];
  const may =
    words.length === 0
      ? 'The settings and the catalogue name no resource of it.'
      : `It may read: ${formatList(words, 5)}.`;
  const own = known.flatMap(({ service, namespace, dimension, value }) =>
    namespace === parsed.namespace && dimension !== undefined && parsed.dimensions.includes(dimension)
      ? [{ service, dimension, value }]
      : [],
  );
  const foreign = given.find(({ dimension }) => own.some((one) => one.dimension === dimension));
  if (foreign !== undefined)
    return `${foreign.dimension} = '${shorten(foreign.value, 60)}' is no resource of this incident. ${may}`;
  const [first] = own;
  if (first === undefined)
    return `${parsed.namespace} with these dimensions cannot be read within this incident. ${may}`;
  const distinct = new Map(own.filter(({ dimension }) => dimension === first.dimension).map((one) => [one.value, one]));
  return [...distinct.values()].filter(({ value }) => !/['"\\\p{C}]/u.test(value));
}

function written(parsed: ParsedInsights, { dimension, value }: Resource): string {
  const conditions = [
    ...parsed.conditions.map((one) => `"${one.dimension}" ${one.equal ? '=' : '!='} '${one.value}'`),
    ...(parsed.conditions.some((one) => one.equal && one.dimension === dimension)
      ? []
      : [`"${dimension}" = '${value}'`]),
  ];
  const quoted = (names: readonly string[]) => names.map((one) => `"${one}"`).join(', ');
  const grouped =
    parsed.groups.length === 0
      ? ''
      : ` GROUP BY ${quoted(parsed.groups)} ORDER BY ${parsed.fn}() DESC LIMIT ${maxGroups}`;
  return `SELECT ${parsed.fn}("${parsed.metric}") FROM SCHEMA(${quoted([parsed.namespace, ...parsed.dimensions])}) WHERE ${conditions.join(' AND ')}${grouped}`;
}

export function cloudWatchQueries(parts: CloudWatchParts): Source<'queries'> {
  return {
    async observe(scope, { language, text }) {
      if (language !== 'cloudwatch') return gap('It is asked in cloudwatch.');
      const parsed = parseInsights(text);
      if (typeof parsed === 'string') return gap(parsed);
      const resources = resourcesFor(parsed, scope, parts);
      if (typeof resources === 'string') return gap(resources);
      const asked = resources.slice(0, maxResources);
      const bounds = boundsOf(scope.window, parts.clock.now(), keptDays);
      const period = periodOf(bounds, parts.clock.now());
      const deadline = deadlineIn(parts.budgetMs);
      const answer = await send('cloudwatch:GetMetricData', MetricDataPage, () =>
        parts.metrics.send(
          new GetMetricDataCommand({
            MetricDataQueries: asked.map((resource, index) => ({
              Id: `q${index}`,
              Expression: written(parsed, resource),
              Period: period,
              ReturnData: true,
            })),
            StartTime: new Date(bounds.start),
            EndTime: new Date(bounds.end),
            ScanBy: 'TimestampAscending',
          }),
          { abortSignal: deadline.signal },
        ),
      );
      if (answer.kind === 'failed')
        return gap(
          `${answer.reason}. Check the names of the metric and of the dimensions: SCHEMA lists all dimensions of the metric.`,
        );
      const data = answer.data.MetricDataResults.flatMap(({ Id = '', Label, Timestamps, Values }): Series[] => {
        const resource = asked[Number(/^q(\d)$/.exec(Id)?.[1] ?? Number.NaN)];
        const points = Timestamps.flatMap((time, index): [number, number][] => {
          const value = Values[index];
          return value !== undefined && Number.isFinite(value) ? [[time.getTime() / 1000, value]] : [];
        }).sort(([a], [b]) => a - b);
        if (resource === undefined || points.length === 0) return [];
        const group = parsed.groups.length === 0 || Label === undefined ? '' : ` {${shorten(Label, 100)}}`;
        return [
          {
            source: 'cloudwatch',
            entity: { kind: 'Service', name: resource.service, ...placeOf(parts.settings.places, resource.service) },
            signal: shorten(`${parsed.fn} ${parsed.metric} of ${resource.value}${group}`, 200),
            unit: '1',
            points,
          },
        ];
      });
      return {
        kind: 'data',
        data,
        query: `CloudWatch ${asked.map((resource) => written(parsed, resource)).join('; ')}`,
        missing: [
          ...(answer.data.NextToken === undefined ? [] : ['further pages of the answer']),
          ...(resources.length > maxResources
            ? [`${resources.length - maxResources} of ${resources.length} resources (cost)`]
            : []),
        ],
        bytes: data.reduce((sum, { points }) => sum + points.length * 16, 0),
      };
    },
  };
}
