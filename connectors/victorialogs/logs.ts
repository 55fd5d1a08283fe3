// A LogsSource over VictoriaLogs. The server counts the lines of each part first. What fits is read whole; otherwise the server gives the first line of
// each form of lines, the rarest forms first, and a random sample of the lines that look like trouble, and the answer says how many it left out.
import { amongClusters, isWithin, matchedService, type Scope } from '../../core/model/scope.ts';
import type { LogRecord } from '../../core/model/telemetry.ts';
import type { Observed, Source } from '../../core/ports/telemetry.ts';
import { parsedJson } from '../body.ts';
import { openSession, Row, type Session, type VictoriaLogsAccess } from './client.ts';
import {
  counts,
  type Fields,
  forms,
  lines,
  originalLine,
  type Part,
  type PartName,
  partsOf,
  sample,
  troubleOf,
} from './logsql.ts';

export interface VictoriaLogsConfig extends VictoriaLogsAccess {
  readonly fields: Fields;
  readonly cluster?: string | undefined;
  readonly maxLines: number;
}

/** Shares of the lines of a question. */
const shares: Readonly<Record<PartName, number>> = { paged: 0.6, neighbours: 0.25, others: 0.15 };
/** Forms of lines that one query gives. */
const maxForms = 1000;
/** Share of the time that is left for the rare lines of a part: lines of trouble of the other parts matter more. */
const rareShare = 0.4;
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
  const counted = await session.query(counts(parts), window);
  if (counted.kind === 'failed') return gap(`The lines could not be counted: ${counted.reason}`);
  const countOf = (place: number): number => Number(counted.rows[0]?.[`n${place}`] ?? 0);
  const all = parts.reduce((sum, _, place) => sum + countOf(place), 0);
  const more = Object.values(scope.match ?? {}).flatMap((match) => Object.keys(match));
  const records: LogRecord[] = [];
  let answered = all === 0;
  for (const [place, part] of parts.entries()) {
    const count = countOf(place);
    if (!Number.isFinite(count)) return gap('VictoriaLogs answered in a form that is not its API.');
    const alone = parts.length === 1;
    const room = alone ? maxLines : Math.floor(maxLines * shares[part.name]);
    const read =
      count === 0
        ? { rows: [], missing: [] }
        : all <= maxLines || count <= room
          ? await whole(session, { part, fields, more, window, limit: maxLines, alone })
          : await condensed(session, { part, fields, more, window, limit: room, alone }, count);
    if (!('reason' in read) && count > 0) answered = true;
    missing.push(...('reason' in read ? [`lines of ${titles[part.name]} (${read.reason})`] : read.missing));
    if ('reason' in read) continue;
    for (const row of read.rows) {
      const record = recordOf(row, scope, config);
      if (record !== undefined && isWithin(scope, record.labels)) records.push(record);
    }
  }
  if (!answered) return gap(`Nothing could be read: ${missing.at(-1) ?? 'VictoriaLogs did not answer.'}`);
  if (asked.service !== undefined && parts[0]?.name === 'paged' && countOf(0) === 0)
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
  /** No other part is asked for. */
  readonly alone: boolean;
}
type Read = { readonly rows: readonly Row[]; readonly missing: readonly string[] } | { readonly reason: string };

async function whole(session: Session, { part, fields, more, window, limit }: Reading): Promise<Read> {
  const answer = await session.query(lines(part, fields, more, limit), window);
  return answer.kind === 'failed' ? { reason: answer.reason } : { rows: answer.rows, missing: [] };
}

/** The first lines of the rarest forms and of the forms that look like trouble, and a sample of lines of trouble. */
async function condensed(
  session: Session,
  { part, fields, more, window, limit, alone }: Reading,
  count: number,
): Promise<Read> {
  const troubled = troubleOf(part, fields);
  const formsOf = async (one: Part, order: 'rare' | 'frequent') => {
    const answer = await session.query(
      forms(one, fields, more, { limit: maxForms, order }),
      window,
      order === 'rare' ? rareShare : 1,
    );
    if (answer.kind === 'failed') return { reason: answer.reason };
    return answer.rows.map((row) => ({
      lines: Number(row.n) || 0,
      first: lineIn(Row.safeParse(parsedJson(row.first ?? '')).data),
    }));
  };
  const bad = await formsOf(troubled, 'frequent');
  if ('reason' in bad) return { reason: bad.reason };
  // Rare lines of services beside the page are not worth a query.
  const rare = part.name === 'others' && !alone ? [] : await formsOf(part, 'rare');
  const lines = bad.reduce((sum, one) => sum + one.lines, 0);
  const firsts = [...bad, ...('reason' in rare ? [] : rare)].flatMap(({ first }) =>
    first === undefined ? [] : [first],
  );
  const room = Math.max(1, limit - firsts.length);
  const every = Math.max(1, Math.ceil(lines / room));
  const sampled =
    lines === 0
      ? { kind: 'rows' as const, rows: [] }
      : await session.query(sample(troubled, fields, more, { every, limit: 2 * room }), window);
  const key = (row: Row) => JSON.stringify([row._time, row._msg, row[fields.pod]]);
  const read = [
    ...new Map([...firsts, ...(sampled.kind === 'failed' ? [] : sampled.rows)].map((row) => [key(row), row])).values(),
  ];
  const atLeast = bad.length >= maxForms ? 'more than ' : '';
  const words = [
    sampled.kind === 'failed'
      ? `the first lines of ${number(bad.length)} forms of trouble, and no more of them (${sampled.reason})`
      : lines === 0
        ? 'no line looks like trouble'
        : every > 1
          ? `one in ${every} at random of ${atLeast}${number(lines)} lines that look like trouble`
          : `all ${number(lines)} lines that look like trouble`,
    ...('reason' in rare
      ? [`no rare lines (${rare.reason})`]
      : rare.length === 0
        ? []
        : [
            `the first line of ${rare.length >= maxForms ? `the ${number(maxForms)} rarest` : `each of ${number(rare.length)}`} forms`,
          ]),
  ];
  return {
    rows: read,
    missing: [
      `${number(Math.max(0, count - read.length))} of ${number(count)} lines of ${titles[part.name]}; read: ${words.join(', ')}`,
    ],
  };
}

/** The line as it was before its form took its place. */
function lineIn(row: Row | undefined): Row | undefined {
  const original = row?.[originalLine];
  return row === undefined || original === undefined ? undefined : { ...row, _msg: original };
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
