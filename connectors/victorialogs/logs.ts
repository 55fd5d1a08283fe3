// A LogsSource over VictoriaLogs. The server counts the lines of each part first. What fits is read whole; otherwise the server gives the first line of
// each form of lines, the rarest forms first, and a random sample of the lines that look like trouble, and the answer says how many it left out.
import { amongClusters, isWithin, matchedService, type Scope } from '../../core/model/scope.ts';
import type { LogRecord } from '../../core/model/telemetry.ts';
import type { Observed, Source } from '../../core/ports/telemetry.ts';
import { parsedJson } from '../body.ts';
import { openSession, Row, type Session, type VictoriaLogsAccess } from './client.ts';
import { counts, type Fields, forms, lines, type Part, type PartName, partsOf, troubleLines } from './logsql.ts';

export interface VictoriaLogsConfig extends VictoriaLogsAccess {
  readonly fields: Fields;
  readonly cluster?: string | undefined;
  readonly maxLines: number;
}

/** Shares of the lines of a question. */
const shares: Readonly<Record<PartName, number>> = { paged: 0.6, neighbours: 0.25, others: 0.15 };
/** Forms of lines that one query gives. */
const maxForms = 1000;
const titles: Readonly<Record<PartName, string>> = {
  paged: 'the paged service',
  neighbours: 'its neighbours',
  others: 'other services',
};
const maxLineLength = 16_384;
const maxLabelLength = 253;

const gap = (reason: string): Observed<never> => ({
  kind: 'gap',
  gap: { source: 'victorialogs', reason: reason.slice(0, 300) },
});

export const victoriaLogs = (config: VictoriaLogsConfig): Source<'logs'> => ({
  observe: (scope) => observe(config, openSession(config), scope),
});

interface Count {
  readonly lines: number;
  readonly trouble: number;
}

async function observe(
  config: VictoriaLogsConfig,
  session: Session,
  asked: Scope,
): Promise<Observed<AsyncIterable<LogRecord>>> {
  const { fields, maxLines } = config;
  const { window } = asked;
  const scope = await knownScope(config, session, asked);
  if ('reason' in scope) return gap(scope.reason);
  const { parts, missing: unasked } = partsOf(scope, fields);
  const missing = [...unasked];
  if (parts.length === 0)
    return { kind: 'data', data: streamed([]), query: new URL(config.url).host, missing, bytes: session.bytes };
  const counted = await session.query(counts(parts, fields), window);
  if (counted.kind === 'failed') return gap(`The lines could not be counted: ${counted.reason}`);
  const countOf = (place: number): Count => ({
    lines: Number(counted.rows[0]?.[`n${place}`] ?? 0),
    trouble: Number(counted.rows[0]?.[`bad${place}`] ?? 0),
  });
  const all = parts.reduce((sum, _, place) => sum + countOf(place).lines, 0);
  const more = Object.values(scope.match ?? {}).flatMap((match) => Object.keys(match));
  const records: LogRecord[] = [];
  let answered = all === 0;
  for (const [place, part] of parts.entries()) {
    const count = countOf(place);
    if (!Number.isFinite(count.lines)) return gap('VictoriaLogs answered in a form that is not its API.');
    const room = Math.floor(maxLines * shares[part.name]);
    const read =
      count.lines === 0
        ? { rows: [], missing: [] }
        : all <= maxLines || count.lines <= room
          ? await whole(session, { part, fields, more, window, limit: maxLines })
          : await condensed(session, { part, fields, more, window, limit: room }, count);
    if (!('reason' in read) && count.lines > 0) answered = true;
    missing.push(...('reason' in read ? [`lines of ${titles[part.name]} (${read.reason})`] : read.missing));
    if ('reason' in read) continue;
    for (const row of read.rows) {
      const record = recordOf(row, scope, config);
      if (record !== undefined && isWithin(scope, record.labels)) records.push(record);
    }
  }
  if (!answered) return gap(`Nothing could be read: ${missing.at(-1) ?? 'VictoriaLogs did not answer.'}`);
  if (asked.service !== undefined && parts[0]?.name === 'paged' && countOf(0).lines === 0)
    missing.push(
      `lines of ${asked.service}: no line has it as ${fields.service}${scope.match?.[asked.service] ? ' or by its match' : ''}`,
    );
  return {
    kind: 'data',
    data: streamed(records.sort((a, b) => (a.timestamp < b.timestamp ? -1 : a.timestamp > b.timestamp ? 1 : 0))),
    query: `${new URL(config.url).host} ${parts.map(({ filter }) => filter).join('; ')}`.slice(0, 500),
    missing,
    link: linkTo(config.url, parts[0]?.filter ?? '*', scope),
    bytes: session.bytes,
  };
}

/** The scope without a cluster that no line names. */
async function knownScope(
  { fields, cluster }: VictoriaLogsConfig,
  session: Session,
  scope: Scope,
): Promise<Scope | { readonly reason: string }> {
  if (scope.cluster === undefined || scope.reach === 'everywhere') return scope;
  const known = await session.values(fields.cluster, scope.window);
  if (known.kind === 'failed') return { reason: known.reason };
  return amongClusters(scope, [
    ...known.rows.flatMap(({ value }) => value ?? []),
    ...(cluster === undefined ? [] : [cluster]),
  ]);
}

interface Reading {
  readonly part: Part;
  readonly fields: Fields;
  readonly more: readonly string[];
  readonly window: Scope['window'];
  readonly limit: number;
}
type Read = { readonly rows: readonly Row[]; readonly missing: readonly string[] } | { readonly reason: string };

async function whole(session: Session, { part, fields, more, window, limit }: Reading): Promise<Read> {
  const answer = await session.query(lines(part, fields, more, limit), window);
  return answer.kind === 'failed' ? { reason: answer.reason } : { rows: answer.rows, missing: [] };
}

async function condensed(
  session: Session,
  { part, fields, more, window, limit }: Reading,
  count: Count,
): Promise<Read> {
  const room = Math.max(1, limit - maxForms);
  const every = Math.max(1, Math.ceil(count.trouble / room));
  const formed = await session.query(forms(part, fields, more, maxForms), window);
  const troubled =
    count.trouble === 0
      ? { kind: 'rows' as const, rows: [] }
      : await session.query(troubleLines(part, fields, more, { every, limit: 2 * room }), window);
  if (formed.kind === 'failed' && troubled.kind === 'failed') return { reason: formed.reason };
  const firsts =
    formed.kind === 'failed'
      ? []
      : formed.rows.flatMap(({ first }) => {
          const row = Row.safeParse(parsedJson(first ?? ''));
          return row.success ? [{ ...row.data, _msg: row.data.watchkeeper_line ?? '' }] : [];
        });
  const sampled = troubled.kind === 'failed' ? [] : troubled.rows;
  const key = (row: Row) => JSON.stringify([row._time, row._msg, row[fields.pod]]);
  const rows = [...new Map([...firsts, ...sampled].map((row) => [key(row), row])).values()];
  const words = [
    formed.kind === 'failed'
      ? `no forms of lines (${formed.reason})`
      : `the first line of ${firsts.length >= maxForms ? `the ${maxForms} rarest` : `each of ${firsts.length}`} forms`,
    troubled.kind === 'failed'
      ? `no lines that look like trouble (${troubled.reason})`
      : every > 1
        ? `one in ${every} at random of ${number(count.trouble)} lines that look like trouble`
        : `all ${number(count.trouble)} lines that look like trouble`,
  ];
  return {
    rows,
    missing: [
      `${number(Math.max(0, count.lines - rows.length))} of ${number(count.lines)} lines of ${titles[part.name]}; read: ${words.join(', ')}`,
    ],
  };
}

function recordOf(row: Row, scope: Scope, { fields, cluster }: VictoriaLogsConfig): LogRecord | undefined {
  const at = new Date(row._time ?? '');
  if (Number.isNaN(at.getTime())) return undefined;
  const timestamp = at.toISOString();
  if (at.getTime() < Date.parse(scope.window.start) || at.getTime() > Date.parse(scope.window.end)) return undefined;
  const places = {
    cluster: row[fields.cluster] || cluster,
    namespace: row[fields.namespace],
    service: matchedService(scope, row) ?? row[fields.service],
    pod: row[fields.pod],
    level: row[fields.level],
  };
  const labels = Object.fromEntries(
    Object.entries(places).flatMap(([name, value]) => (value ? [[name, value.slice(0, maxLabelLength)]] : [])),
  );
  return { timestamp, source: 'victorialogs', labels, message: (row._msg ?? '').slice(0, maxLineLength) };
}

async function* streamed(records: readonly LogRecord[]): AsyncGenerator<LogRecord> {
  yield* records;
}

const number = (value: number): string => value.toLocaleString('en-US');

/** The query in the server's own page, with the window. */
function linkTo(url: string, filter: string, { window }: Scope): string {
  const minutes = Math.max(1, Math.ceil((Date.parse(window.end) - Date.parse(window.start)) / 60_000));
  const search = new URLSearchParams({
    query: filter,
    'g0.range_input': `${minutes}m`,
    'g0.end_input': window.end.slice(0, 19),
    'g0.relative_time': 'none',
  });
  return `${url.replace(/\/+$/, '')}/select/vmui/#/?${search}`;
}
