// A double of New Relic's NerdGraph. It follows these documents of docs.newrelic.com:
// - "NerdGraph tutorial: Run NRQL queries asynchronously" (async, queryProgress, nrqlQueryProgress, nrqlCancelQuery; 5 s and then a query id)
// - "NerdGraph usage limits" (status 429 above 25 requests at once) and "NRQL query rate limits" (too many queries)
// - "NRQL syntax, clauses, and functions" (LIMIT: 100 rows or 10 groups by default, MAX is 5,000; TIMESERIES: 366 buckets at most; FACET a OR b;
//   keyset(); an attribute that does not exist is null and no error) and "NerdGraph: error handling" (`errors` in an answer of status 200)
import { type Answer, type Asked, serve, type TestServer } from '../../server.ts';

export type Event = Readonly<Record<string, string | number | boolean>> & { readonly timestamp: number };
export interface Data {
  readonly [eventType: string]: readonly Event[];
}

interface Options {
  readonly data: Data;
  /** Rounds that each query takes before it has a result. */
  readonly rounds?: number;
  readonly key?: string;
  /** An answer instead of the double's own; undefined for the double's own. */
  readonly instead?: (nrql: string | undefined, asked: Asked) => Answer | undefined;
}

export interface Double extends TestServer {
  /** The NRQL that was started, in order. */
  readonly queries: readonly string[];
  readonly accounts: readonly unknown[];
  readonly cancelled: readonly string[];
}

export const json = (value: unknown, status = 200): Answer => ({ status, body: JSON.stringify(value) });
export const failure = (message: string, errorClass = 'INVALID_INPUT'): Answer =>
  json({ data: { actor: { nrql: null } }, errors: [{ message, path: ['actor', 'nrql'], extensions: { errorClass } }] });

export async function newRelicDouble({ data, rounds = 0, key = 'NRAK-1', instead }: Options): Promise<Double> {
  const queries: string[] = [];
  const accounts: unknown[] = [];
  const cancelled: string[] = [];
  const running = new Map<string, { readonly nrql: string; left: number }>();
  let atOnce = 0;
  const answer = (asked: Asked): Answer => {
    if (asked.headers['api-key'] !== key) return json({ errors: [{ message: 'Invalid API key' }] }, 401);
    if (atOnce > 25) return { status: 429, headers: { 'retry-after': '1' } };
    const { query, variables } = JSON.parse(asked.body);
    if (query.includes('nrqlCancelQuery')) {
      cancelled.push(variables.queryId);
      return json({ data: { nrqlCancelQuery: { requestStatus: 'ACCEPTED' } } });
    }
    const progress = query.includes('nrqlQueryProgress');
    const nrql: string | undefined = progress ? undefined : variables.nrql;
    if (nrql !== undefined) queries.push(nrql);
    accounts.push(variables.accounts);
    const other = instead?.(nrql, asked);
    if (other !== undefined) return other;
    let id = String(variables.queryId ?? '');
    if (nrql !== undefined) {
      id = `query-${queries.length}`;
      running.set(id, { nrql, left: rounds });
    }
    const one = running.get(id);
    if (one === undefined) return failure('Query id is not known.');
    if (one.left > 0) {
      one.left -= 1;
      return contained({ results: null, queryProgress: { queryId: id, completed: false, retryAfter: 1 } });
    }
    try {
      return contained({
        results: run(one.nrql, data),
        metadata: { messages: [] },
        queryProgress: { queryId: id, completed: true, retryAfter: null },
      });
    } catch (error) {
      return failure(`NRQL Syntax Error: ${error instanceof Error ? error.message : 'unknown'}`);
    }
  };
  const server = await serve(async (asked) => {
    atOnce += 1;
    try {
      await new Promise((resolve) => setImmediate(resolve));
      return answer(asked);
    } finally {
      atOnce -= 1;
    }
  });
  return { ...server, queries, accounts, cancelled, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

const contained = (nrql: unknown): Answer => json({ data: { actor: { nrql } } });

type Value = string | number | boolean | null;
type Test = (event: Event) => boolean;

const clauses =
  /^SELECT (?<select>.+?) FROM (?<from>\w+)(?: WHERE (?<where>.+?))? SINCE (?<since>\d+) UNTIL (?<until>\d+)(?: FACET (?<facet>.+?))?(?: TIMESERIES (?<step>\d+) seconds)?(?: ORDER BY timestamp DESC)?(?: LIMIT (?<limit>\w+))?$/;

function run(nrql: string, data: Data): unknown[] {
  const part = clauses.exec(nrql)?.groups;
  if (part?.select === undefined) throw new Error(nrql);
  const since = Number(part.since);
  const until = Number(part.until);
  const matches = part.where === undefined ? () => true : conditionOf(part.where);
  const inWindow = (data[part.from ?? ''] ?? []).filter((one) => one.timestamp >= since && one.timestamp < until);
  const found = inWindow.filter(matches);
  const most = part.limit === 'MAX' ? 5000 : Number(part.limit ?? (part.facet === undefined ? 100 : 10));
  const selected = split(part.select);
  if (part.select === 'keyset()')
    return [...new Set(inWindow.flatMap((one) => Object.keys(one)))].map((key) => ({ key, type: 'string' }));
  if (part.select === '*') return found.slice(0, most);
  if (selected.every((one) => /^`[^`]+`$/.test(one)))
    return found
      .toSorted((a, b) => b.timestamp - a.timestamp)
      .slice(0, most)
      .map((one) => Object.fromEntries(selected.map((name) => [name.slice(1, -1), attributeOf(one, name)])));
  const aggregated = (events: readonly Event[], seconds: number) =>
    Object.fromEntries(
      selected.map((one) => {
        const [expression = '', alias = one] = one.split(' AS ');
        return [alias, aggregate(expression, events, seconds)];
      }),
    );
  const facets = part.facet === undefined ? [] : split(part.facet);
  const groups = Map.groupBy(found, (one) => JSON.stringify(facets.map((facet) => facetOf(one, facet))));
  if (facets.length === 0) return [aggregated(found, (until - since) / 1000)];
  const step = Number(part.step);
  if ((until - since) / 1000 / step > 366) throw new Error('TIMESERIES has too many buckets');
  return [...groups].slice(0, most).flatMap(([facet, events]) => {
    const buckets = Map.groupBy(events, (one) => Math.floor((one.timestamp - since) / 1000 / step));
    return [...buckets].map(([index, inside]) => {
      const beginTimeSeconds = since / 1000 + index * step;
      return {
        facet: JSON.parse(facet),
        beginTimeSeconds,
        endTimeSeconds: beginTimeSeconds + step,
        ...aggregated(inside, step),
      };
    });
  });
}

function aggregate(expression: string, events: readonly Event[], seconds: number): unknown {
  const [, called = '', inside = '', rest = ''] = /^(\w+)\((.*?)\)((?: [*/] .+)?)$/.exec(expression) ?? [];
  if (called === 'filter') {
    const [, condition = ''] = /^filter\(count\(\*\), WHERE (.*)\)$/.exec(expression) ?? [];
    return events.filter(conditionOf(condition)).length;
  }
  if (called === 'percentage') {
    const [, condition = ''] = /^percentage\(count\(\*\), WHERE (.*)\) \/ 100$/.exec(expression) ?? [];
    return events.filter(conditionOf(condition)).length / events.length;
  }
  const [name = '', ...more] = split(inside);
  const numbers = events.map((one) => Number(attributeOf(one, name))).filter(Number.isFinite);
  switch (called) {
    case 'count':
      return events.length;
    case 'rate':
      return events.length / seconds;
    case 'uniques':
      return [...new Set(events.map((one) => attributeOf(one, name)).filter((one) => one !== null))].slice(
        0,
        Number(more[0] ?? 10_000),
      );
    case 'percentile':
      return {
        [String(more.at(-1))]:
          Math.max(...events.map((one) => Number(attributeOf(one, name.split(' * ')[0] ?? '')))) *
          (name.includes('* 1000') ? 1000 : 1),
      };
    case 'average':
      return (
        (numbers.reduce((sum, one) => sum + one, 0) / numbers.length) *
        (rest === '' ? 1 : new Set(events.map((one) => one.containerID)).size)
      );
    case 'max':
      return Math.max(...numbers);
    case 'latest': {
      const last = events.toSorted((a, b) => a.timestamp - b.timestamp).at(-1);
      return last === undefined ? null : Number(attributeOf(last, name.replace(/^numeric\((.*)$/, '$1')));
    }
    default:
      throw new Error(expression);
  }
}

const attributeOf = (event: Event, name: string): Value => event[name.replaceAll('`', '')] ?? null;
const facetOf = (event: Event, facet: string): Value =>
  facet
    .split(' OR ')
    .map((one) => (one.startsWith("'") ? one.slice(1, -1) : attributeOf(event, one)))
    .find((one) => one !== null) ?? null;

/** At commas outside brackets. */
function split(list: string): string[] {
  const parts: string[] = [''];
  let depth = 0;
  for (const character of list) {
    depth += character === '(' ? 1 : character === ')' ? -1 : 0;
    if (character === ',' && depth === 0) parts.push('');
    else parts[parts.length - 1] += character;
  }
  return parts.map((one) => one.trim());
}

/** Reads comparisons, IN, LIKE 'x%', NOT of both, IS NULL, IS true, AND, OR and brackets. @throws Error for anything else */
function conditionOf(source: string): Test {
  const tokens = source.match(/`[^`]+`|'[^']*'|[(),=<>]|[\w.]+/g) ?? [];
  if (tokens.join('').length !== source.replace(/'[^']*'|`[^`]+`|\s/g, (one) => one.trim()).length)
    throw new Error(source);
  let at = 0;
  const take = (): string => tokens[at++] ?? '';
  const expect = (token: string): void => {
    if (take() !== token) throw new Error(`${token} expected in ${source}`);
  };
  const either = (): Test => {
    const tests = [both()];
    while (tokens[at] === 'OR') {
      at += 1;
      tests.push(both());
    }
    return (event) => tests.some((test) => test(event));
  };
  const both = (): Test => {
    const tests = [single()];
    while (tokens[at] === 'AND') {
      at += 1;
      tests.push(single());
    }
    return (event) => tests.every((test) => test(event));
  };
  const single = (): Test => {
    const token = take();
    if (token === '(') {
      const test = either();
      expect(')');
      return test;
    }
    const first = take();
    const negated = first === 'NOT';
    const operator = negated ? take() : first;
    // As in SQL, a comparison with NULL is never met, a negated one included.
    const met = (event: Event, is: (value: string) => boolean): boolean => {
      const value = attributeOf(event, token);
      return value !== null && is(String(value)) !== negated;
    };
    if (operator === '=') {
      const value = take().slice(1, -1);
      return (event) => attributeOf(event, token) === value;
    }
    if (operator === '>' || operator === '<') {
      const bound = Number(take());
      return (event) => (Number(attributeOf(event, token)) - bound) * (operator === '>' ? 1 : -1) > 0;
    }
    if (operator === 'LIKE') {
      const prefix = take().slice(1, -2);
      return (event) => met(event, (value) => value.startsWith(prefix));
    }
    if (operator === 'IS' && tokens[at] === 'NOT') {
      at += 1;
      expect('NULL');
      return (event) => attributeOf(event, token) !== null;
    }
    if (operator === 'IS') {
      const what = take();
      return (event) => attributeOf(event, token) === (what === 'NULL' ? null : what === 'true');
    }
    if (operator !== 'IN') throw new Error(`${operator} in ${source}`);
    expect('(');
    const values: string[] = [];
    do values.push(take().slice(1, -1));
    while (take() === ',');
    return (event) => met(event, (value) => values.includes(value));
  };
  const test = either();
  if (at !== tokens.length) throw new Error(source);
  return test;
}
