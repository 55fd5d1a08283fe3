// A small Loki for tests. It behaves as the "Loki HTTP API" reference says (https://grafana.com/docs/loki/latest/reference/loki-http-api/): times are
// nanoseconds, `start` is inclusive and `end` is not, `direction` orders lines over all streams, `limit` counts lines, errors are plain text. Of LogQL
// (https://grafana.com/docs/loki/latest/query/) it understands selectors, `|~`, and `sum by (…) (count_over_time(…))` joined by `or`; it refuses a
// selector that also matches streams without labels. A limit above 5,000 is refused (limits_config: max_entries_limit_per_query), and a request
// without X-Scope-OrgID is, if a tenant is set (operations/multi-tenancy). With a `prefix` it is Grafana's data source proxy, which wants a token.
import { type Answer, type Asked, serve, type TestServer } from '../../server.ts';

export interface Stream {
  readonly labels: Readonly<Record<string, string>>;
  /** Epoch nanoseconds and text. */
  readonly lines: readonly (readonly [bigint, string])[];
}

interface Options {
  readonly streams: readonly Stream[];
  readonly tenant?: string;
  readonly prefix?: string;
  readonly authorization?: string;
  /** Bytes that the index reports for each selector. */
  readonly indexBytes?: number;
  /** Answers instead of the Loki, for requests that it chooses. */
  readonly instead?: (path: string, asked: Asked, times: number) => Answer | Promise<Answer> | undefined;
}

class Refusal extends Error {
  readonly status: number;
  constructor(status: number, text: string) {
    super(text);
    this.status = status;
  }
}

export function loki(options: Options): Promise<TestServer> {
  const { tenant, prefix = '', authorization, instead } = options;
  const times = new Map<string, number>();
  return serve(async (asked) => {
    const { pathname, searchParams } = new URL(asked.path, 'http://loki');
    const path = pathname.slice(`${prefix}/loki/api/v1/`.length);
    times.set(path, (times.get(path) ?? 0) + 1);
    const other = await instead?.(path, asked, times.get(path) ?? 0);
    if (other !== undefined) return other;
    if (!pathname.startsWith(`${prefix}/loki/api/v1/`)) return { status: 404, body: '404 page not found' };
    if (authorization !== undefined && asked.headers.authorization !== authorization)
      return { status: 401, body: 'Unauthorized' };
    if (tenant !== undefined && asked.headers['x-scope-orgid'] !== tenant) return { status: 401, body: 'no org id' };
    try {
      const body = JSON.stringify(answer(path, searchParams, options));
      return { headers: { 'content-type': 'application/json' }, body };
    } catch (error) {
      if (error instanceof Refusal) return { status: error.status, body: error.message };
      throw error;
    }
  });
}

function answer(path: string, query: URLSearchParams, { streams, indexBytes = 1000 }: Options): unknown {
  const text = query.get('query') ?? '';
  const span = (): [bigint, bigint] => [BigInt(query.get('start') ?? 0), BigInt(query.get('end') ?? 0)];
  const value = /^label\/(\w+)\/values$/.exec(path)?.[1];
  const success = (data: unknown) => ({ status: 'success', data });
  if (value !== undefined) return success([...new Set(streams.flatMap(({ labels }) => labels[value] ?? []))]);
  if (path === 'labels') return success([...new Set(streams.flatMap(({ labels }) => Object.keys(labels)))]);
  if (path === 'index/stats') {
    const some = selected(streams, text).streams;
    return { streams: some.length, chunks: some.length, entries: 0, bytes: some.length === 0 ? 0 : indexBytes };
  }
  if (path === 'query') return success(counted(streams, text, BigInt(query.get('time') ?? 0)));
  if (path === 'query_range') {
    const limit = Number(query.get('limit') ?? 100);
    if (limit > 5000) throw new Refusal(400, 'max entries limit per query exceeded, limit > max_entries_limit (5000)');
    return success(linesOf(streams, text, span(), limit, query.get('direction') ?? 'backward'));
  }
  throw new Refusal(404, '404 page not found');
}

function linesOf(
  streams: readonly Stream[],
  text: string,
  [start, end]: readonly [bigint, bigint],
  limit: number,
  direction: string,
) {
  const { streams: some, filter } = selected(streams, text);
  const sign = direction === 'forward' ? 1 : -1;
  const all = some
    .flatMap((stream) => stream.lines.map(([ns, line]) => ({ stream, ns, line })))
    .filter(({ ns, line }) => ns >= start && ns < end && (filter?.test(line) ?? true))
    .sort((a, b) => (a.ns < b.ns ? -sign : a.ns > b.ns ? sign : 0))
    .slice(0, limit);
  const result = some.flatMap((stream) => {
    const values = all.flatMap((one) => (one.stream === stream ? [[String(one.ns), one.line]] : []));
    return values.length === 0 ? [] : [{ stream: stream.labels, values }];
  });
  const totalBytesProcessed = all.reduce((sum, { line }) => sum + line.length, 0);
  return { resultType: 'streams', result, stats: { summary: { totalBytesProcessed } } };
}

function counted(streams: readonly Stream[], text: string, time: bigint) {
  const result = text.split(/ or (?=sum by )/).flatMap((one) => {
    const [, by = '', selector = '', seconds] =
      /^sum by \((\w+(?:, \w+)*)\) \(count_over_time\((\{.*\})\[(\d+)s\]\)\)$/.exec(one) ?? [];
    if (seconds === undefined) throw new Refusal(400, 'parse error: syntax error');
    const from = time - BigInt(seconds) * 1_000_000_000n;
    const names = by.split(', ');
    const counts = new Map<string, number>();
    for (const { labels, lines } of selected(streams, selector).streams) {
      const count = lines.filter(([ns]) => ns > from && ns <= time).length;
      const metric = JSON.stringify(
        Object.fromEntries(names.flatMap((name) => (labels[name] ? [[name, labels[name]]] : []))),
      );
      if (count > 0) counts.set(metric, (counts.get(metric) ?? 0) + count);
    }
    return [...counts].map(([metric, count]) => ({
      metric: JSON.parse(metric),
      value: [Number(time / 1_000_000_000n), String(count)],
    }));
  });
  return { resultType: 'vector', result, stats: { summary: { totalBytesProcessed: 0 } } };
}

const string = String.raw`"(?:[^"\\]|\\.)*"`;
const pipeline = new RegExp(String.raw`^\{((?:[^"{}]|${string})*)\}(?: \|~ (${string}))?$`);
const matcher = new RegExp(String.raw`^(\w+)(=~|!~|!=|=)(${string})(?:, )?`);

function selected(streams: readonly Stream[], text: string) {
  const [, matchers, filter] = pipeline.exec(text) ?? [];
  if (matchers === undefined) throw new Refusal(400, 'parse error: syntax error');
  const tests: ((labels: Stream['labels']) => boolean)[] = [];
  let selects = false;
  for (let rest = matchers; rest !== ''; ) {
    const [whole, name, operator, quoted] = matcher.exec(rest) ?? [];
    if (whole === undefined || name === undefined || quoted === undefined)
      throw new Refusal(400, 'parse error: syntax error');
    const wanted = String(JSON.parse(quoted));
    const isExpression = operator === '=~' || operator === '!~';
    const expression = isExpression ? new RegExp(`^(?:${wanted})$`) : undefined;
    const positive = operator === '=' || operator === '=~';
    const fits = (value: string) => (expression?.test(value) ?? value === wanted) === positive;
    selects ||= positive && !fits('');
    tests.push((labels) => fits(labels[name] ?? ''));
    rest = rest.slice(whole.length);
  }
  if (!selects)
    throw new Refusal(
      400,
      'queries require at least one regexp or equality matcher that does not have an empty-compatible value',
    );
  return {
    streams: streams.filter(({ labels }) => tests.every((test) => test(labels))),
    filter: filter === undefined ? undefined : new RegExp(String(JSON.parse(filter)).replace('(?i)', ''), 'i'),
  };
}
