// A LogsSource over Loki. It first asks how many lines there are, and of how many bytes. If they fit, they are read page by page; otherwise lines that
// look like trouble are read from equal parts of the window, and the answer says how many were left out.
import { amongClusters, isWithin, matchedService, type Scope } from '../../core/model/scope.ts';
import type { LogRecord } from '../../core/model/telemetry.ts';
import type { Observed, Source } from '../../core/ports/telemetry.ts';
import { exploreLink } from '../explore.ts';
import { Counts, IndexStats, Lines, type LokiAccess, Names, openSession, type Session } from './client.ts';
import {
  countedBy,
  countOf,
  type Labels,
  maxNeighbours,
  type Part,
  type PartName,
  partsOf,
  troubleIn,
} from './logql.ts';

export interface LokiConfig extends LokiAccess {
  readonly labels: Labels;
  readonly cluster?: string | undefined;
  readonly pageSize: number;
  readonly maxGbScanned: number;
}

/** Pages that each part may take if not everything fits; the sum is the limit of a whole question. */
const pagesOf: Readonly<Record<PartName, number>> = { paged: 3, neighbours: 1, others: 1 };
const maxPages = 5;
const titles: Readonly<Record<PartName, string>> = {
  paged: 'the paged service',
  neighbours: 'its neighbours',
  others: 'other services',
};
const maxLineLength = 16_384;
const maxLabelLength = 253;

/** Statuses after which no other request would be answered. */
const fatal: ReadonlySet<number> = new Set([401, 403, 429]);

/** Nanoseconds; Loki returns lines from `start` until before `end`. */
interface Span {
  readonly start: bigint;
  readonly end: bigint;
}
interface Line {
  readonly ns: bigint;
  readonly record: LogRecord;
}

export function lokiLogs(config: LokiConfig): Source<'logs'> {
  return { observe: (scope) => new Question(config, scope).answer() };
}

const gap = (reason: string): Observed<never> => ({
  kind: 'gap',
  gap: { source: 'loki', reason: reason.slice(0, 300) },
});

class Question {
  readonly #config: LokiConfig;
  readonly #session: Session;
  #scope: Scope;
  #span: Span;
  #scanned = 0;
  #shortened = 0;
  readonly #lines: Line[] = [];
  readonly #missing: string[] = [];

  constructor(config: LokiConfig, scope: Scope) {
    this.#config = config;
    this.#session = openSession(config);
    this.#scope = scope;
    this.#span = { start: nsOf(scope.window.start), end: nsOf(scope.window.end) + 1n };
  }

  async answer(): Promise<Observed<AsyncIterable<LogRecord>>> {
    const known = await this.#clusters();
    if (known.kind === 'failed') return gap(known.reason);
    this.#scope = amongClusters(this.#scope, known.data);
    // Streams without a cluster label cannot be selected by it; the configured cluster is already the right one.
    const searched = known.labelled ? this.#scope : { ...this.#scope, cluster: undefined };
    const anchor = await this.#anchor(searched);
    if (anchor.kind === 'failed') return gap(anchor.reason);
    const parts = partsOf(searched, this.#config.labels, anchor.data);
    if (anchor.data !== undefined) this.#missing.push(`streams without the label ${anchor.data}`);
    const left = searched.reach === 'everywhere' ? 0 : searched.neighbours.length - maxNeighbours;
    if (left > 0) this.#missing.push(`logs of ${left} neighbours: ${maxNeighbours} are asked for`);
    const trouble = await this.#withinCap(parts);
    if (trouble !== undefined) return gap(trouble);
    const counts = await this.#count(parts);
    const all = counts && [...counts.values()].reduce((sum, count) => sum + count, 0);
    let answered = parts.length === 0;
    const failures: string[] = [];
    for (const part of parts) {
      const count = counts?.get(part.name);
      // A page repeats the last line of the one before.
      const room = (pages: number) => pages * (this.#config.pageSize - 1);
      const fits = count !== undefined && ((all ?? 0) < room(maxPages) || count < room(pagesOf[part.name]));
      const failure = count === 0 ? undefined : await (fits ? this.#whole(part) : this.#samples(part, count));
      if (failure !== undefined) failures.push(`lines of ${titles[part.name]} (${failure})`);
      else answered = true;
    }
    if (!answered) return gap(`Nothing could be read: ${failures[0] ?? 'Loki did not answer.'}`);
    this.#missing.push(...failures);
    await this.#explainSilence(parts, counts);
    if (this.#shortened > 0) this.#missing.push(`the ends of ${this.#shortened} lines of more than 16,384 characters`);
    const expr = parts[0]?.selector;
    const link =
      expr === undefined
        ? undefined
        : exploreLink(
            this.#config.url,
            { pane: 'logs', type: 'loki', query: { expr, queryType: 'range' } },
            this.#scope.window,
          );
    return {
      kind: 'data',
      data: streamed(this.#lines.toSorted((a, b) => (a.ns < b.ns ? -1 : a.ns > b.ns ? 1 : 0))),
      query: `${new URL(this.#config.url).host} ${parts.map(({ selector }) => selector).join(' ')}`.slice(0, 500),
      missing: this.#missing,
      ...(link === undefined ? {} : { link }),
      bytes: this.#session.bytes,
    };
  }

  /** The clusters that this Loki knows; `labelled` if they are values of its cluster label. */
  async #clusters() {
    const { labels, cluster } = this.#config;
    const own = cluster === undefined ? [] : [cluster];
    if (this.#scope.cluster === undefined || this.#scope.reach === 'everywhere')
      return { kind: 'ok', data: own, labelled: true } as const;
    const answer = await this.#session.query(`label/${labels.cluster}/values`, this.#bounds(), Names);
    if (answer.kind === 'failed') return answer;
    const values = answer.data.data ?? [];
    return { kind: 'ok', data: [...values, ...own], labelled: values.includes(this.#scope.cluster) } as const;
  }

  /** A label to select everything by; asked for only if the place selects nothing. */
  async #anchor({ reach, cluster, namespace }: Scope) {
    const { labels } = this.#config;
    const narrows =
      reach === 'neighbours' ||
      (reach !== 'everywhere' && (cluster !== undefined || (reach === 'neighbourhood' && namespace)));
    if (narrows) return { kind: 'ok', data: undefined } as const;
    const answer = await this.#session.query('labels', this.#bounds(), Names);
    if (answer.kind === 'failed') return answer;
    const names = labelsAmong(answer.data.data);
    const best = [labels.namespace, labels.service, labels.cluster].find((name) => names.includes(name));
    return { kind: 'ok', data: best ?? names.find((name) => !name.startsWith('__')) } as const;
  }

  /**
   * Begins the window later if Loki would read more bytes than the cap: once to count and once for the lines. Returns why Loki cannot be asked at all.
   * A Loki without statistics of its index is asked without them; then only the work that it reports is bounded.
   */
  async #withinCap(parts: readonly Part[]): Promise<string | undefined> {
    const answers = await Promise.all(
      parts.map(({ selector }) =>
        this.#session.query('index/stats', { query: selector, ...this.#bounds() }, IndexStats),
      ),
    );
    for (const one of answers)
      if (one.kind === 'failed' && (one.status === undefined || fatal.has(one.status))) return one.reason;
    const bytes = answers.reduce((sum, one) => sum + (one.kind === 'ok' ? one.data.bytes : 0), 0);
    const share = this.#capBytes / (2 * bytes);
    if (share >= 1 || bytes === 0) return undefined;
    const { start, end } = this.#span;
    this.#span = { start: end - BigInt(Math.max(1, Math.floor(Number(end - start) * share))), end };
    this.#missing.push(
      `lines before ${isoOf(this.#span.start)}: Loki would read ${gigabytes(2 * bytes)}, and the cap is ${this.#config.maxGbScanned} GB`,
    );
    return undefined;
  }

  /** Lines of each part; undefined if Loki cannot count them. */
  async #count(parts: readonly Part[]): Promise<ReadonlyMap<PartName, number> | undefined> {
    if (parts.length === 0) return new Map();
    const { labels } = this.#config;
    const { start, end } = this.#span;
    // The range of a count begins after its start and includes its end, unlike that of lines.
    const query = countOf(parts, countedBy(this.#scope, labels), Math.ceil(Number(end - start) / 1e9));
    const answer = await this.#session.query('query', { query, time: String(end - 1n) }, Counts);
    if (answer.kind === 'failed') {
      this.#missing.push(`the number of lines (${answer.reason})`);
      return undefined;
    }
    this.#scanned += answer.data.data.stats?.summary?.totalBytesProcessed ?? 0;
    const counts = new Map<PartName, number>(parts.map(({ name }) => [name, 0]));
    for (const { metric, value } of answer.data.data.result ?? []) {
      const name = this.#partOf(this.#serviceOf(metric));
      const count = Number(value[1]);
      if (Number.isFinite(count)) counts.set(name, (counts.get(name) ?? 0) + count);
    }
    return counts;
  }

  /** The catalogue's name, if the service has another one here. */
  #serviceOf(labels: Readonly<Record<string, string>>): string | undefined {
    return matchedService(this.#scope, labels) ?? labels[this.#config.labels.service];
  }

  #partOf(service: string | undefined): PartName {
    if (service !== undefined && service === this.#scope.service) return 'paged';
    return this.#scope.reach !== 'everywhere' && this.#scope.neighbours.includes(service ?? '')
      ? 'neighbours'
      : 'others';
  }

  /** Reads all lines of a part, page by page. Returns why it could not. */
  async #whole({ name, selector }: Part): Promise<string | undefined> {
    let { start } = this.#span;
    let seen = new Set<string>();
    // A page repeats lines of the last nanosecond, so that one more page than lines may be needed.
    for (let page = 0; page <= maxPages; page += 1) {
      const answer = await this.#page(selector, { start, end: this.#span.end });
      if (typeof answer === 'string') {
        if (page === 0) return answer;
        this.#brokenOff(name, start, answer);
        return undefined;
      }
      const last = answer.reduce((latest, { ns }) => (ns > latest ? ns : latest), start);
      const keys = new Set(last === start ? seen : []);
      for (const { ns, key, line } of answer) {
        if (ns === start && seen.has(key)) continue;
        if (ns === last) keys.add(key);
        this.#keep(line, name);
      }
      if (answer.length < this.#config.pageSize) return undefined;
      if (last === start) {
        this.#missing.push(`further lines of ${titles[name]} in the nanosecond ${isoOf(last)}, which fill a page`);
        start += 1n;
        seen = new Set();
      } else {
        start = last;
        seen = keys;
      }
    }
    this.#missing.push(`lines of ${titles[name]} after ${isoOf(start)}: ${maxPages + 1} pages were read`);
    return undefined;
  }

  #brokenOff(name: PartName, from: bigint, reason: string): void {
    this.#missing.push(`lines of ${titles[name]} after ${isoOf(from)} (${reason})`);
  }

  /** Reads one page of lines that look like trouble from each of several equal parts of the window. */
  async #samples({ name, selector }: Part, count: number | undefined): Promise<string | undefined> {
    const { start, end } = this.#span;
    const slices = pagesOf[name];
    const length = (end - start) / BigInt(slices);
    let read = 0;
    for (let slice = 0; slice < slices; slice += 1) {
      const from = start + length * BigInt(slice);
      const to = slice === slices - 1 ? end : from + length;
      const answer = await this.#page(troubleIn(selector), { start: from, end: to });
      if (typeof answer === 'string') {
        if (slice === 0) return answer;
        this.#brokenOff(name, from, answer);
        break;
      }
      read += answer.length;
      for (const { line } of answer) this.#keep({ ...line, record: { ...line.record, cut: true } }, name);
    }
    const of = count === undefined ? 'an unknown number of' : number(count);
    this.#missing.push(
      `most lines of ${titles[name]}: of ${of} lines, ${number(read)} that look like trouble were read, from ${slices} equal parts of the window`,
    );
    return undefined;
  }

  async #page(selector: string, { start, end }: Span) {
    if (this.#scanned > this.#capBytes)
      return `Loki has read ${gigabytes(this.#scanned)}, and the cap is ${this.#config.maxGbScanned} GB`;
    const answer = await this.#session.query(
      'query_range',
      {
        query: selector,
        start: String(start),
        end: String(end),
        limit: String(this.#config.pageSize),
        direction: 'forward',
      },
      Lines,
    );
    if (answer.kind === 'failed') return answer.reason;
    const { result, stats } = answer.data.data;
    this.#scanned += stats?.summary?.totalBytesProcessed ?? 0;
    return (result ?? []).flatMap(({ stream, values }) => {
      const labels = this.#labelsOf(stream);
      const streamKey = JSON.stringify(Object.entries(stream).sort(([a], [b]) => (a < b ? -1 : 1)));
      return values.map(([at, text]) => {
        const ns = BigInt(at);
        const record: LogRecord = { timestamp: isoOf(ns), source: 'loki', labels, message: text };
        return { ns, key: `${at} ${streamKey} ${text}`, line: { ns, record } };
      });
    });
  }

  /** Whatever Loki answers, nothing outside the scope and the window is kept. */
  #keep({ ns, record }: Line, part: PartName): void {
    // A selector cannot leave out the paged service by several labels, so its lines may be among the others, too.
    if (part === 'others' && this.#scope.match !== undefined && this.#partOf(record.labels.service) === 'paged') return;
    if (ns < this.#span.start || ns >= this.#span.end || !isWithin(this.#scope, record.labels)) return;
    const long = record.message.length > maxLineLength;
    if (long) this.#shortened += 1;
    this.#lines.push({ ns, record: long ? { ...record, message: record.message.slice(0, maxLineLength) } : record });
  }

  #labelsOf(stream: Readonly<Record<string, string>>): LogRecord['labels'] {
    const { labels, cluster } = this.#config;
    const places = {
      cluster: stream[labels.cluster] || cluster,
      namespace: stream[labels.namespace],
      service: this.#serviceOf(stream),
      pod: stream[labels.pod],
      container: stream.container,
      level: stream.level || stream.detected_level,
    };
    return Object.fromEntries(
      Object.entries(places).flatMap(([name, value]) => (value ? [[name, value.slice(0, maxLabelLength)]] : [])),
    );
  }

  /** Nothing at all, or nothing of the paged service, may come of a wrong label: the labels that Loki has say so. */
  async #explainSilence(parts: readonly Part[], counts: ReadonlyMap<PartName, number> | undefined): Promise<void> {
    const { service } = this.#scope;
    const silent = parts.some(({ name }) => name === 'paged') && counts?.get('paged') === 0;
    if (!silent && this.#lines.length > 0) return;
    const answer = await this.#session.query('labels', this.#bounds(), Names);
    if (answer.kind === 'failed') return;
    const names = labelsAmong(answer.data.data);
    const { labels } = this.#config;
    const unknown = [labels.service, labels.namespace].filter((label) => !names.includes(label));
    const has = names.length === 0 ? 'none in the window' : names.slice(0, 10).join(', ');
    if (unknown.length > 0)
      this.#missing.push(`streams by the label ${unknown.join(' or ')}, which this Loki lacks (labels: ${has})`);
    else if (silent)
      this.#missing.push(
        this.#scope.match?.[service ?? ''] === undefined
          ? `lines of ${service}: the label ${labels.service} has no such value here`
          : `lines of ${service}: no stream has the labels of its match`,
      );
  }

  #bounds() {
    return { start: String(this.#span.start), end: String(this.#span.end) };
  }

  get #capBytes(): number {
    return this.#config.maxGbScanned * 1e9;
  }
}

const labelsAmong = (names: readonly string[] | null | undefined): string[] =>
  (names ?? []).filter((name) => /^[a-zA-Z_][a-zA-Z0-9_]{0,59}$/.test(name));

async function* streamed(lines: readonly Line[]): AsyncGenerator<LogRecord> {
  for (const { record } of lines) yield record;
}

const nsOf = (instant: string): bigint => BigInt(Date.parse(instant)) * 1_000_000n;
const isoOf = (ns: bigint): string => new Date(Number(ns / 1_000_000n)).toISOString();
const number = (value: number): string => value.toLocaleString('en-US');
const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;
