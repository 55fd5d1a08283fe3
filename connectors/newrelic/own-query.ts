// Answers a query in NRQL that an agent wrote: one SELECT of one event. Its clauses are read apart, so that the condition of the scope stands beside the
// query's own in brackets; time, steps, groups and limits are ours.
import { isWithin, type Scope } from '../../core/model/scope.ts';
import type { Series } from '../../core/model/telemetry.ts';
import type { Source } from '../../core/ports/telemetry.ts';
import { shorten } from '../../core/text.ts';
import { formatList } from '../../core/wording.ts';
import type { NewRelicConfig, Question, Row } from './client.ts';
import { absent, numberIn, stepSeconds } from './metrics.ts';
import {
  anyOf,
  type Columns,
  columnsAmong,
  during,
  fits,
  isAmong,
  isPlain,
  keysOf,
  knownScope,
  quoted,
  servicesAre,
  text,
} from './place.ts';

const maxLength = 2000;
const maxColumns = 3;
const maxFacets = 3;
const maxGroups = 50;

export interface ParsedNrql {
  readonly kind: 'parsed';
  readonly columns: readonly string[];
  readonly event: string;
  readonly where: string | undefined;
  readonly facets: readonly string[];
  /** Attributes that the condition compares with one value. */
  readonly equals: readonly { readonly attribute: string; readonly value: string }[];
}
type Refused = { readonly kind: 'refused'; readonly why: string };
const refused = (why: string): Refused => ({ kind: 'refused', why });

const token = /\s+|'[^'\\]*'|`[^`\\]*`|\d+(?:\.\d+)?|[A-Za-z_][\w.:]*|<=|>=|!=|[=<>(),*+/%-]/y;
const ours =
  /^(?:SINCE|UNTIL|TIMESERIES|LIMIT|COMPARE|WITH|EXTRAPOLATE|ORDER|OFFSET|SLIDE|PREDICT|JOIN|AS|SHOW|RAW|DELETE|DROP|INSERT|UPDATE|lookup)$/i;

/** Every character is part of a known token; undefined for anything else, such as a comment or an escape. */
function tokensOf(nrql: string): string[] | undefined {
  const tokens: string[] = [];
  token.lastIndex = 0;
  while (token.lastIndex < nrql.length) {
    const found = token.exec(nrql);
    if (found === null) return undefined;
    if (found[0].trim() !== '') tokens.push(found[0]);
  }
  // Two of these begin a comment.
  return tokens.some((one, index) => /^[-/]$/.test(one) && /^[-/*]$/.test(tokens[index + 1] ?? ''))
    ? undefined
    : tokens;
}

export function parseNrql(nrql: string): ParsedNrql | Refused {
  if (nrql.length > maxLength) return refused(`The query has ${nrql.length} characters; ${maxLength} are allowed.`);
  const tokens = tokensOf(nrql);
  if (tokens === undefined)
    return refused("Only words, numbers, 'texts', `names`, commas, brackets and comparisons may stand in a query.");
  const own = tokens.find((one) => ours.test(one));
  if (own !== undefined)
    return refused(`Leave ${own} out: the time, the steps, the names and the number of groups are added.`);
  const is = (index: number, word: string) => tokens[index]?.toUpperCase() === word;
  const places = (word: string) => tokens.flatMap((_, index) => (is(index, word) ? [index] : []));
  let depth = 0;
  const depths = tokens.map((one) => {
    if (one === ')') depth -= 1;
    const here = depth;
    if (one === '(') depth += 1;
    return here;
  });
  if (depth !== 0 || depths.some((one) => one < 0)) return refused('The brackets do not close where they open.');
  const top = (word: string) => places(word).filter((index) => depths[index] === 0);
  const [select, from] = [places('SELECT'), places('FROM')];
  if (select.length !== 1 || select[0] !== 0 || from.length !== 1 || depths[from[0] ?? 0] !== 0)
    return refused('Write one SELECT … FROM …, without a query inside it.');
  const [where, ...moreWhere] = top('WHERE');
  const [facet, ...moreFacet] = places('FACET');
  const fromAt = from[0] ?? 0;
  const event = tokens[fromAt + 1] ?? '';
  const next = where ?? facet ?? tokens.length;
  if (next !== fromAt + 2 || !/^[A-Za-z]\w*$/.test(event)) return refused('FROM names one event, such as Transaction.');
  if (/^nr/i.test(event)) return refused(`${event} is about the account of New Relic and not about the incident.`);
  if (
    moreWhere.length > 0 ||
    moreFacet.length > 0 ||
    (facet !== undefined && (depths[facet] !== 0 || (where !== undefined && facet < where)))
  )
    return refused('Write the clauses once, in the order SELECT, FROM, WHERE, FACET.');
  const columns = listOf(tokens.slice(1, fromAt));
  if (
    columns.length === 0 ||
    columns.length > maxColumns ||
    !columns.every((one) => /^[A-Za-z]+\(.*\)(?:[*/+-][\d.]+)?$/.test(one.replaceAll(' ', '')))
  )
    return refused(`SELECT up to ${maxColumns} aggregates, such as percentile(duration, 95) or count(*).`);
  const facets = facet === undefined ? [] : listOf(tokens.slice(facet + 1));
  if (
    facets.length > maxFacets ||
    (facet !== undefined && facets.length === 0) ||
    !facets.every((one) => /^(?:`[^`]+`|[\w.:]+)$/.test(one))
  )
    return refused(`FACET takes up to ${maxFacets} attributes.`);
  const condition = where === undefined ? [] : tokens.slice(where + 1, facet ?? tokens.length);
  if (where !== undefined && condition.length === 0) return refused('WHERE has no condition.');
  return {
    kind: 'parsed',
    columns,
    event,
    where: condition.length === 0 ? undefined : condition.join(' '),
    facets: facets.map((one) => (one.startsWith('`') ? one : quoted(one))),
    equals: condition.flatMap((one, index) => {
      const value = condition[index + 2];
      return condition[index + 1] === '=' && value?.startsWith("'")
        ? [{ attribute: one.replaceAll('`', ''), value: value.slice(1, -1) }]
        : [];
    }),
  };
}

/** The parts between commas outside of brackets. */
function listOf(tokens: readonly string[]): string[] {
  const parts: string[][] = [[]];
  let depth = 0;
  for (const one of tokens) {
    depth += one === '(' ? 1 : one === ')' ? -1 : 0;
    if (one === ',' && depth === 0) parts.push([]);
    else parts.at(-1)?.push(one);
  }
  return parts
    .map((part) =>
      part
        .join(' ')
        .replaceAll(/ ?([(),]) ?/g, '$1')
        .replaceAll(',', ', '),
    )
    .filter((part) => part !== '');
}

/** The condition of the place; a sentence if the event has no attribute that tells it. Rows without a place count only for a service of the scope. */
function confined(
  scope: Scope,
  columns: Columns,
  { event, equals }: ParsedNrql,
): { readonly nrql: string | undefined } | string {
  if (scope.reach === 'everywhere') return { nrql: undefined };
  const { cluster, namespace } = scope;
  const foreign = equals.find(
    ({ attribute, value }) =>
      (columns.namespace.includes(attribute) && !isWithin(scope, { cluster, namespace: value })) ||
      (columns.cluster.includes(attribute) && cluster !== undefined && value !== cluster),
  );
  if (
    foreign !== undefined &&
    !equals.some(({ attribute, value }) => columns.service.includes(attribute) && scope.neighbours.includes(value))
  )
    return `${foreign.attribute} = '${foreign.value}' is outside of this incident. Of other places it may read only the services next to it${scope.neighbours.length === 0 ? '' : `: ${formatList(scope.neighbours, 5)}`}.`;
  const beside = anyOf(servicesAre(scope.neighbours, columns));
  const paged =
    scope.reach === 'neighbours' || scope.service === undefined
      ? undefined
      : anyOf(servicesAre([scope.service], columns));
  const itself =
    paged &&
    `(${[paged, fits(columns.cluster, cluster === undefined ? [] : [cluster])].filter((one) => one !== undefined).join(' AND ')})`;
  const inCluster =
    cluster !== undefined && isPlain(cluster) && columns.cluster.length > 0
      ? anyOf(columns.cluster.map((one) => isAmong(one, [cluster])))
      : undefined;
  const inNamespace =
    namespace !== undefined && isPlain(namespace) && columns.namespace.length > 0
      ? anyOf(columns.namespace.map((one) => isAmong(one, [namespace])))
      : undefined;
  const tells =
    scope.reach !== 'neighbours' &&
    (namespace === undefined || scope.reach === 'cluster' ? inCluster : inNamespace) !== undefined;
  const place = tells
    ? `(${[inCluster, scope.reach === 'cluster' ? undefined : inNamespace].filter((one) => one !== undefined).join(' AND ')})`
    : undefined;
  const either = [place, itself, beside].filter((one) => one !== undefined);
  if (either.length === 0)
    return `${event} has no attribute that tells a place or a service of this incident, so it cannot be read within it.`;
  return { nrql: `(${either.join(' OR ')})` };
}

const gap = (reason: string) => ({ kind: 'gap', gap: { source: 'newrelic', reason: reason.slice(0, 300) } }) as const;

export function queries(config: NewRelicConfig, ask: () => Question): Source<'queries'> {
  return {
    async observe(requested, { language, text: nrql }) {
      if (language !== 'nrql') return gap('It is asked in nrql.');
      const parsed = parseNrql(nrql);
      if (parsed.kind === 'refused') return gap(parsed.why);
      const question = ask();
      const { event, window } = { event: parsed.event, window: requested.window };
      const known = await keysOf(question, event, window);
      if (known.kind === 'failed') return gap(known.reason);
      if (known.keys.size === 0) return gap(`${event} has no data in the window of the incident.`);
      const columns = columnsAmong(known.keys, requested);
      const unknown = parsed.facets.find((one) => !known.keys.has(one.replaceAll('`', '')));
      if (unknown !== undefined)
        return gap(
          `${event} has no attribute ${shorten(unknown, 60)}. It has: ${formatList([...known.keys].slice(0, 12), 12)}.`,
        );
      const scope = await knownScope(question, { event, columns, scope: requested }, config);
      const condition = confined(scope, columns, parsed);
      if (typeof condition === 'string') return gap(condition);
      const conditions = [condition.nrql, parsed.where && `(${parsed.where})`].filter((one) => one !== undefined);
      const sent = [
        `SELECT ${parsed.columns.map((one, index) => `${one} AS value${index}`).join(', ')} FROM ${event}`,
        ...(conditions.length === 0 ? [] : [`WHERE ${conditions.join(' AND ')}`]),
        during(window),
        `FACET ${parsed.facets.length === 0 ? `'all'` : parsed.facets.join(', ')}`,
        `TIMESERIES ${stepSeconds(window)} seconds LIMIT ${maxGroups}`,
      ].join(' ');
      const answer = await question.query(sent);
      if (answer.kind === 'failed') return gap(answer.reason);
      const groups = Map.groupBy(answer.rows, (row) => JSON.stringify(row.facet ?? null));
      return {
        kind: 'data',
        data: [...groups.values()].flatMap((rows) =>
          parsed.columns.flatMap((column, index) => toSeries(rows, { column, index, parsed, columns }, config)),
        ),
        query: `${new URL(config.url).host} ${sent}`,
        missing: [...answer.notes, ...(groups.size >= maxGroups ? [`all but ${maxGroups} groups`] : [])],
        bytes: question.bytes(),
      };
    },
  };
}

function toSeries(
  rows: readonly Row[],
  {
    column,
    index,
    parsed,
    columns,
  }: { readonly column: string; readonly index: number; readonly parsed: ParsedNrql; readonly columns: Columns },
  config: NewRelicConfig,
): Series[] {
  const values = [rows[0]?.facet].flat().map((one) => (one === absent ? undefined : text(one, 100)));
  const of = (names: readonly string[]) => {
    const at = parsed.facets.findIndex((one) => names.includes(one.replaceAll('`', '')));
    return at < 0 ? undefined : values[at];
  };
  const service = of([...columns.service, ...columns.pod]);
  const [cluster = config.cluster, namespace] = [of(columns.cluster), of(columns.namespace)];
  const rest = parsed.facets.map((one, at) => `${one.replaceAll('`', '')}=${values[at] ?? '-'}`).join(', ');
  const points = rows
    .flatMap((row): [number, number][] => {
      const value = numberIn(row[`value${index}`]);
      const at = row.beginTimeSeconds;
      return typeof at === 'number' && value !== undefined ? [[at, value]] : [];
    })
    .sort(([a], [b]) => a - b);
  if (points.length === 0) return [];
  return [
    {
      source: 'newrelic',
      entity: {
        kind: service === undefined ? 'Series' : 'Service',
        name: service ?? 'all',
        ...(namespace === undefined ? {} : { namespace }),
        ...(cluster === undefined ? {} : { cluster }),
      },
      signal: shorten(`${column}${rest === '' ? '' : ` {${rest}}`}`, 200),
      unit: '1',
      points,
    },
  ];
}
