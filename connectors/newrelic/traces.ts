// Traces from New Relic's `Span` events (https://docs.newrelic.com/docs/distributed-tracing/ui-data/span-attributes/): ids of traces by NRQL first, then the
// spans of these traces, 5,000 a query.
import type { Span } from '../../core/model/telemetry.ts';
import type { Source } from '../../core/ports/telemetry.ts';
import type { Answer as Answered } from '../http-session.ts';
import { askTraces, type Period, type TraceQuery, type TraceStore } from '../trace-question.ts';
import { type Attributes, kindOf, spanOf } from '../trace-span.ts';
import type { NewRelicConfig, Question, Row } from './client.ts';
import { accountsOf, hostOf } from './logs.ts';
import { keysOf, quoted, text } from './place.ts';

const nameKeys = ['service.name', 'entity.name', 'appName'] as const;
/** LIMIT MAX. */
const maxSpans = 5000;
/** Spans of a trace may begin before those that select it, and end after. */
const marginMs = 5 * 60_000;
/** A value that can stand in NRQL as it is; a service with another name cannot be asked for. */
const plain = /^[^\p{C}'"`\\%]{1,200}$/u;

export const traces = (config: NewRelicConfig, ask: () => Question): Source<'traces'> => ({
  async observe(scope, { baselineEnd }) {
    const question = ask();
    const known = await keysOf(question, 'Span', scope.window);
    if (known.kind === 'failed') return { kind: 'gap', gap: { source: 'newrelic', reason: known.reason } };
    const { keys } = known;
    const name = nameKeys.find((key) => keys.has(key));
    const period = { start: Date.parse(scope.window.start), end: Date.parse(scope.window.end) };
    if (name === undefined || !keys.has('trace.id')) {
      const reason = 'New Relic has no spans with a service in these accounts and this window.';
      return { kind: 'gap', gap: { source: 'newrelic', reason } };
    }
    return askTraces(storeOf(question, { name, keys, period, cluster: config.cluster }), {
      source: 'newrelic',
      scope,
      baselineEnd,
      query: `${hostOf(config)} Span of ${accountsOf(config)}: traces of ${scope.service ?? 'all services'}`,
      nameAttributes: nameKeys,
      // New Relic's rules allow few queries for a question; each part takes two.
      slices: 2,
      maxServices: 2,
      bytes: question.bytes,
    });
  },
});

interface Columns {
  readonly name: string;
  readonly keys: ReadonlySet<string>;
  readonly period: Period;
  readonly cluster: string | undefined;
}

const failedOf = (keys: ReadonlySet<string>): string =>
  [
    ...(keys.has('otel.status_code') ? ["`otel.status_code` = 'ERROR'"] : []),
    ...(keys.has('error.class') ? ['`error.class` IS NOT NULL'] : []),
    ...(keys.has('error.message') ? ['`error.message` IS NOT NULL'] : []),
    ...(keys.has('error') ? ['`error` IS true'] : []),
  ].join(' OR ');

function storeOf(question: Question, { name, keys, period, cluster }: Columns): TraceStore {
  const query = async (nrql: string): Promise<Answered<readonly Row[]>> => {
    const answer = await question.query(nrql);
    return answer.kind === 'failed' ? answer : { kind: 'ok', data: answer.rows };
  };
  const uniques = (rows: readonly Row[]) =>
    rows.flatMap((row) =>
      Object.values(row)
        .flat()
        .flatMap((one) => text(one) ?? []),
    );
  return {
    async services() {
      const answer = await query(
        `SELECT uniques(${quoted(name)}, 1000) FROM Span SINCE ${period.start} UNTIL ${period.end}`,
      );
      return answer.kind === 'failed' ? answer : { kind: 'ok', data: uniques(answer.data).sort() };
    },
    async traces(asked) {
      const where = conditionOf(asked, name, keys);
      if (where === undefined)
        return {
          kind: 'ok',
          data: {
            spans: [],
            found: 0,
            missing: [`${asked.which.kind} traces of a service whose name or match New Relic cannot be asked for`],
          },
        };
      const { start, end } = asked.period;
      const found = await query(
        `SELECT uniques(${quoted('trace.id')}, ${asked.limit}) FROM Span WHERE ${where} SINCE ${Math.floor(start)} UNTIL ${Math.ceil(end)}`,
      );
      if (found.kind === 'failed') return found;
      const ids = uniques(found.data)
        .filter((id) => /^[\w-]{1,64}$/.test(id))
        .slice(0, asked.limit);
      if (ids.length === 0) return { kind: 'ok', data: { spans: [], found: 0 } };
      const list = ids.map((id) => `'${id}'`).join(', ');
      const read = await query(
        `SELECT * FROM Span WHERE ${quoted('trace.id')} IN (${list}) SINCE ${Math.floor(start) - marginMs} UNTIL ${Math.ceil(end) + marginMs} LIMIT MAX`,
      );
      if (read.kind === 'failed') return read;
      const spans = read.data.flatMap((row) => toSpan(row, name, cluster) ?? []);
      const missing = read.data.length >= maxSpans ? [`spans beyond ${maxSpans} of ${ids.length} traces`] : [];
      return { kind: 'ok', data: { spans, found: ids.length, missing } };
    },
  };
}

function conditionOf(
  { service, attributes, which }: TraceQuery,
  name: string,
  keys: ReadonlySet<string>,
): string | undefined {
  const wanted = Object.entries({ [name]: service, ...attributes });
  if (!wanted.every(([attribute, value]) => plain.test(value) && keys.has(attribute))) return undefined;
  const conditions = wanted.map(([attribute, value]) => `${quoted(attribute)} = '${value}'`);
  if (which.kind === 'failed') {
    const failed = failedOf(keys);
    // Without any of these attributes nothing ever failed.
    conditions.push(failed === '' ? 'timestamp < 0' : `(${failed})`);
  }
  if (which.kind === 'slow')
    conditions.push(
      keys.has('duration.ms')
        ? `${quoted('duration.ms')} > ${Math.ceil(which.minMs)}`
        : `${quoted('duration')} > ${which.minMs / 1000}`,
    );
  return conditions.join(' AND ');
}

const number = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined;
const about = /^(?:trace|parent)\.?id$|^(?:id|guid|timestamp|duration|duration\.ms|name|nr\.|entity)/i;

function toSpan(row: Row, name: string, cluster: string | undefined): Span | undefined {
  const attributes: Attributes = Object.fromEntries(
    Object.entries(row).flatMap(([key, value]) =>
      !about.test(key) && (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
        ? [[key, value]]
        : [],
    ),
  );
  const seconds = number(row.duration);
  return spanOf(
    {
      trace: text(row['trace.id']) ?? '',
      span: text(row.id) ?? text(row.guid) ?? '',
      parent: text(row['parent.id']) ?? text(row.parentId),
      service: text(row[name]) ?? '',
      operation: text(row.name) ?? '',
      kind: kindOf(row['span.kind'] ?? kindOfCategory(row.category)),
      startMs: number(row.timestamp) ?? 0,
      durationMs: number(row['duration.ms']) ?? (seconds === undefined ? -1 : seconds * 1000),
      error:
        row['otel.status_code'] === 'ERROR' ||
        row.error === true ||
        text(row['error.class']) !== undefined ||
        text(row['error.message']) !== undefined,
      status: text(row['error.message']) ?? text(row['otel.status_description']) ?? text(row['error.class']),
      attributes,
      resource: attributes,
    },
    cluster,
  );
}

/** Spans of New Relic's agents have a category: calls to others are `http` and `datastore`. */
const kindOfCategory = (category: unknown): string => (category === 'http' || category === 'datastore' ? 'client' : '');
