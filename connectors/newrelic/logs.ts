// Logs of New Relic. It counts the lines there first, by service and level. If they are too many to read, it reads samples that are spread over the
// window: of the paged service first, of errors before the rest.
import type { TimeWindow } from '../../core/model/entity.ts';
import { isWithin, type Scope } from '../../core/model/scope.ts';
import type { LogRecord } from '../../core/model/telemetry.ts';
import type { Source } from '../../core/ports/telemetry.ts';
import type { NewRelicConfig, Question, Row } from './client.ts';
import {
  all,
  anyOf,
  type Columns,
  columnsAmong,
  condition,
  during,
  isAmong,
  keysOf,
  knownScope,
  noneOf,
  placeOf,
  quoted,
  servicesAre,
  text,
  unmatched,
  where,
} from './place.ts';

/** Rows that New Relic returns for LIMIT MAX. */
const maxRows = 5000;
/** With the attributes, the clusters and the counts, ten queries a question. */
const sampleQueries = 7;
const maxMessage = 16_000;

const levels = ['level', 'log.level', 'severity.text', 'severity', 'loglevel'];
const messages = ['message', 'log', 'msg', 'body'];
const otherParts = {
  container: ['container_name', 'containerName', 'k8s.container.name'],
  node: ['node_name', 'k8s.node.name', 'hostname', 'host'],
};
const errorWords = [
  'ERROR',
  'Error',
  'error',
  'ERR',
  'FATAL',
  'Fatal',
  'fatal',
  'CRITICAL',
  'Critical',
  'critical',
  'SEVERE',
  'PANIC',
  'panic',
];

interface Names {
  readonly columns: Columns;
  readonly level: readonly string[];
  readonly message: readonly string[];
  readonly container: readonly string[];
  readonly node: readonly string[];
}

/** A part of the lines, which no other part has. */
interface Part {
  readonly title: string;
  readonly condition: string | undefined;
  readonly count: number;
}

export function logs(config: NewRelicConfig, ask: () => Question): Source<'logs'> {
  return {
    async observe(catalogScope) {
      const question = ask();
      const known = await keysOf(question, 'Log', catalogScope.window);
      if (known.kind === 'failed') return gap(known.reason);
      if (known.keys.size === 0) return gap('New Relic has no logs of this window in these accounts.');
      const names = namesAmong(known.keys, catalogScope);
      if (names.message.length === 0) return gap('The logs in New Relic have no message attribute.');
      const scope = await knownScope(question, { event: 'Log', columns: names.columns, scope: catalogScope }, config);
      const counted = await partsOf(question, names, scope);
      if (counted.kind === 'failed') return gap(counted.reason);
      const read = await Promise.all(
        planned(counted.parts, scope.window).map((one) => sample(question, { ...one, names, scope }, config)),
      );
      const records = read.flatMap((one) => one.records).sort((a, b) => (a.timestamp < b.timestamp ? -1 : 1));
      const failures = [...new Set(read.flatMap((one) => one.failed ?? []))];
      if (records.length === 0 && failures[0] !== undefined) return gap(failures[0]);
      const missing = counted.parts.flatMap(({ title, count }) => {
        const rows = read.filter((one) => one.title === title).reduce((sum, one) => sum + one.rows, 0);
        return rows < count ? [`${count - rows} of ${count} ${title}`] : [];
      });
      return {
        kind: 'data',
        data: streamed(records),
        query: `${hostOf(config)} logs of ${accountsOf(config)} (${read.length} samples)`,
        missing: [
          ...missing,
          ...unmatched(names.columns, 'Log'),
          ...failures,
          ...counted.notes,
          ...new Set(read.flatMap((one) => one.notes)),
        ].slice(0, 12),
        bytes: question.bytes(),
      };
    },
  };
}

const gap = (reason: string) => ({ kind: 'gap', gap: { source: 'newrelic', reason: reason.slice(0, 300) } }) as const;

export const hostOf = ({ url }: NewRelicConfig): string => new URL(url).host;
export const accountsOf = ({ accounts }: NewRelicConfig): string =>
  `${accounts.length === 1 ? 'account' : 'accounts'} ${accounts.join(', ')}`;

async function* streamed(records: readonly LogRecord[]): AsyncGenerator<LogRecord> {
  yield* records;
}

function namesAmong(keys: ReadonlySet<string>, scope: Scope): Names {
  const having = (list: readonly string[]) => list.filter((name) => keys.has(name));
  return {
    columns: columnsAmong(keys, scope, [
      'service.name',
      'entity.name',
      'service_name',
      'service',
      'appName',
      'labels.app',
    ]),
    level: having(levels),
    message: having(messages),
    container: having(otherParts.container),
    node: having(otherParts.node),
  };
}

type Counted =
  | { readonly kind: 'parts'; readonly parts: readonly Part[]; readonly notes: readonly string[] }
  | { readonly kind: 'failed'; readonly reason: string };

/** Counts the lines of the paged service and of the others, errors and the rest apart, in one query. */
async function partsOf(question: Question, names: Names, scope: Scope): Promise<Counted> {
  const within = condition(scope, names.columns);
  const paged = scope.service === undefined ? [] : servicesAre([scope.service], names.columns);
  const errors = names.level.map((name) => isAmong(name, errorWords));
  const kinds = [
    {
      title: 'lines of errors of the paged service',
      conditions: [anyOf(paged), anyOf(errors)],
      needs: [paged, errors],
    },
    { title: 'other lines of the paged service', conditions: [anyOf(paged), noneOf(errors)], needs: [paged] },
    { title: 'lines of errors of other services', conditions: [noneOf(paged), anyOf(errors)], needs: [errors] },
    { title: 'other lines of other services', conditions: [noneOf(paged), noneOf(errors)], needs: [] },
  ].filter(({ needs }) => needs.every((one) => one.length > 0));
  const counts = kinds.map(({ conditions }, index) => {
    const given = conditions.filter((one) => one !== undefined);
    return `${given.length === 0 ? 'count(*)' : `filter(count(*), WHERE ${given.join(' AND ')})`} AS c${index}`;
  });
  const answer = await question.query(`SELECT ${counts.join(', ')} FROM Log${where(within)} ${during(scope.window)}`);
  if (answer.kind === 'failed') return answer;
  const [row] = answer.rows;
  const parts = kinds.map(({ title, conditions }, index) => ({
    title,
    condition: where(within, ...conditions),
    count: Number(row?.[`c${index}`] ?? 0) || 0,
  }));
  return { kind: 'parts', parts: parts.filter(({ count }) => count > 0), notes: answer.notes };
}

interface Sample {
  readonly title: string;
  readonly condition: string | undefined;
  readonly window: TimeWindow;
}

/** Each part gets one query; further ones go to the parts in their order. Several queries of a part divide the window equally. */
function planned(parts: readonly Part[], window: TimeWindow): Sample[] {
  let spare = sampleQueries - parts.length;
  return parts.flatMap(({ title, condition: within, count }) => {
    // Lines are not spread evenly over time, so an additional query leaves room.
    const more = Math.min(spare, count <= maxRows ? 0 : Math.ceil(count / maxRows));
    spare -= more;
    return divided(window, 1 + more).map((one) => ({ title, condition: within, window: one }));
  });
}

function divided({ start, end }: TimeWindow, into: number): TimeWindow[] {
  const from = Date.parse(start);
  const step = (Date.parse(end) - from) / into;
  const at = (index: number) => (index === into ? end : new Date(Math.round(from + step * index)).toISOString());
  return Array.from({ length: into }, (_, index) => ({ start: at(index), end: at(index + 1) }));
}

interface Read {
  readonly title: string;
  readonly records: readonly LogRecord[];
  readonly rows: number;
  readonly failed?: string;
  readonly notes: readonly string[];
}

async function sample(
  question: Question,
  { title, condition: within, window, names, scope }: Sample & { readonly names: Names; readonly scope: Scope },
  config: NewRelicConfig,
): Promise<Read> {
  const wanted = [
    'timestamp',
    ...names.message,
    ...names.level,
    ...names.container,
    ...names.node,
    ...all(names.columns),
  ];
  const answer = await question.query(
    `SELECT ${wanted.map(quoted).join(', ')} FROM Log${within ?? ''} ${during(window)} ORDER BY timestamp DESC LIMIT MAX`,
  );
  if (answer.kind === 'failed') return { title, records: [], rows: 0, failed: answer.reason, notes: [] };
  const { rows, notes } = answer;
  const records = rows
    .flatMap((row) => recordOf(row, names, config) ?? [])
    .filter(({ labels }) => isWithin(scope, labels));
  return { title, records: rows.length < maxRows ? records : cutAtStart(records), rows: rows.length, notes };
}

/** The answer holds the newest lines of its window, so the oldest one of each log has unread lines before it. */
function cutAtStart(records: readonly LogRecord[]): LogRecord[] {
  const oldest = new Map<string, LogRecord>();
  for (const record of records) {
    const { cluster, namespace, service, pod } = record.labels;
    oldest.set([cluster, namespace, service, pod].join('/'), record);
  }
  const cut = new Set(oldest.values());
  return records.map((record) => (cut.has(record) ? { ...record, cut: true } : record));
}

function recordOf(row: Row, names: Names, config: NewRelicConfig): LogRecord | undefined {
  const first = (list: readonly string[], length?: number) =>
    list.map((name) => text(row[name], length)).find((one) => one !== undefined);
  const message = first(names.message, maxMessage);
  const at = new Date(typeof row.timestamp === 'number' ? row.timestamp : Number.NaN);
  if (message === undefined || Number.isNaN(at.getTime())) return undefined;
  const labels: { [Label in keyof LogRecord['labels']]: string } = {};
  const place = placeOf(row, names.columns, config);
  const found = { ...place, container: first(names.container), node: first(names.node), level: first(names.level, 40) };
  for (const label of ['cluster', 'namespace', 'service', 'pod', 'container', 'node', 'level'] as const) {
    const value = found[label];
    if (value !== undefined) labels[label] = value;
  }
  return { timestamp: at.toISOString(), source: 'newrelic', labels, message };
}
