// Analyzes databases (Amazon RDS and Aurora): storage, failover, connections, CPU and locks. The database's own events come first, because they state
// what metrics only suggest. https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Events.Messages.html
import type { Points, ResourceEvent, ResourceOf } from '../../model/aws-resources.ts';
import type { FindingDraft } from '../../model/report-draft.ts';
import { clockTime } from '../../wording.ts';
import { type Analyze, found, type Scene, titleOf } from './finding.ts';
import { highest, instantOf, middle, riseOf, valuesBefore, valuesSince } from './periods.ts';

type Database = ResourceOf<'rds'>;

const seriesOf = ({ metrics }: Database, name: string): Points => metrics[name] ?? [];

export const analyzeDatabase: Analyze<Database> = (database, scene) => [
  ...storage(database, scene),
  ...failover(database, scene),
  ...connections(database, scene),
  ...busy(database, scene),
  ...locks(database, scene),
  ...stopped(database, scene),
];

const recent = ({ events }: Database, { period }: Scene, pattern: RegExp): readonly ResourceEvent[] =>
  events.filter(({ at, message }) => Date.parse(at) / 1000 >= period.baselineEnd && pattern.test(message));

const fullWords =
  /storage[\w -]* (?:has been exhausted|is full)|storage-full|no (?:free )?(?:storage|space)|free storage capacity[^.]* is low/i;
/** Gigabytes: so little is nothing for a database, whatever its size. */
const nothingGb = 0.5;

function storage(database: Database, scene: Scene): FindingDraft[] {
  const free = seriesOf(database, 'FreeStorageSpace');
  const [least, before] = [
    Math.min(...valuesSince(free, scene.period.baselineEnd)),
    middle(valuesBefore(free, scene.period)),
  ];
  const events = recent(database, scene, fullWords);
  const isStated =
    database.status === 'storage-full' || events.some(({ message }) => /exhausted|is full/i.test(message));
  const total = (database.storageGb ?? 0) * 1024 ** 3;
  const isEmpty = Number.isFinite(least) && (least < nothingGb * 1024 ** 3 || (total > 0 && least < 0.01 * total));
  if (!isStated && !isEmpty) return [];
  const low = free.find(
    ([at, value]) => at >= scene.period.start && value <= Math.max(least * 2, nothingGb * 1024 ** 3),
  );
  const onset = events[0]?.at ?? (low === undefined ? undefined : instantOf(low[0]));
  const growth =
    database.maxStorageGb === undefined
      ? 'its storage does not grow by itself'
      : `it grows to ${database.maxStorageGb} GB at most`;
  return [
    found(database, scene, {
      claim: `${titleOf(database)} has no storage left (${Number.isFinite(least) ? gigabytes(least) : 'unknown'} free${before > 0 ? `, ${gigabytes(before)} before` : ''} of ${database.storageGb ?? '?'} GB); ${growth}.`,
      cause: 'disk-full',
      confidence: isStated ? 0.96 : 0.85,
      onset,
      error: events[0]?.message,
      metrics: ['FreeStorageSpace'],
      lines: [`status ${database.status ?? 'unknown'}`, ...shown(events)],
    }),
  ];
}

const failoverWords =
  /failover|failed over|promoted|recovery of the db|db instance (?:restarted|shutdown)|restarted|rebooted/i;
/** An end or an attempt says nothing that its beginning does not. */
const isDone = /complet|finish|recovery of the db instance is complete/i;

function failover(database: Database, scene: Scene): FindingDraft[] {
  const events = recent(database, scene, failoverWords);
  const [first] = events;
  if (first === undefined) return [];
  const isFailover = events.some(({ message }) => /failover|failed over|promoted/i.test(message));
  const end = events.findLast(({ message }) => isDone.test(message));
  const lasted = end === undefined || end === first ? '' : `, which was over at ${clockTime(end.at)}`;
  return [
    found(database, scene, {
      claim: `${titleOf(database)} ${isFailover ? 'failed over' : 'restarted'} at ${clockTime(first.at)}${lasted}: ${first.message.slice(0, 200)}`,
      cause: 'database-failover',
      confidence: 0.92,
      onset: first.at,
      error: first.message,
      metrics: ['DatabaseConnections'],
      lines: shown(events),
    }),
  ];
}

function connections(database: Database, scene: Scene): FindingDraft[] {
  const points = seriesOf(database, 'DatabaseConnections');
  const rise = riseOf(points, scene.period, { floor: 20, factor: 1.5 });
  if (rise === undefined) return [];
  const limit = database.maxConnections;
  const top = valuesSince(points, rise.at).filter((value) => value >= 0.98 * rise.peak);
  const isAtLimit = limit !== undefined && rise.peak >= 0.95 * limit;
  // Connections that stay at one number have met a ceiling, be it of the database or of a pool.
  const isCeiling = limit === undefined && top.length >= 8 && top.length >= 0.7 * valuesSince(points, rise.at).length;
  if (!isAtLimit && !isCeiling) return [];
  return [
    found(database, scene, {
      claim: `${titleOf(database)} has ${Math.round(rise.peak)} connections, not ${Math.round(rise.before)}${isAtLimit ? `, and max_connections is ${limit}` : ', and stays there as at a ceiling'}.`,
      cause: 'database-connections-exhausted',
      role: isAtLimit ? 'cause' : 'symptom',
      confidence: isAtLimit ? 0.9 : 0.6,
      onset: rise.at,
      signal: { name: 'connections', unit: 'connections', before: rise.before, during: rise.peak },
      metrics: ['DatabaseConnections'],
    }),
  ];
}

/** Percent: a database this busy makes its callers wait. */
const busyPercent = 90;

function busy(database: Database, scene: Scene): FindingDraft[] {
  const rise = riseOf(seriesOf(database, 'CPUUtilization'), scene.period, { floor: busyPercent, factor: 1.3 });
  if (rise === undefined) return [];
  return [
    found(database, scene, {
      claim: `${titleOf(database)}: its CPU is ${Math.round(rise.during)} % busy, not ${Math.round(rise.before)} %.`,
      cause: 'cpu-overload',
      confidence: 0.75,
      onset: rise.at,
      signal: { name: 'cpu_utilization', unit: '1', before: rise.before / 100, during: rise.during / 100 },
      metrics: ['CPUUtilization', 'DatabaseConnections'],
    }),
  ];
}

/** Wait events that are locks of transactions: of PostgreSQL `Lock:…`, of MySQL row and metadata locks, of Oracle `enq: TX`, of SQL Server `LCK_M_…`. */
const lockWords = /^Lock:|row_lock|innodb_(?:row_lock|trx)|metadata[/_ ]lock|\/mdl\b|lock\/table|^enq: TX|^LCK_M_/i;

function locks(database: Database, scene: Scene): FindingDraft[] {
  const waits = (database.waits ?? []).map((one) => ({ ...one, ...averages(one.points, scene) }));
  const waiting = waits.filter(({ event }) => lockWords.test(event));
  const [first] = waiting.toSorted((a, b) => b.sessions - a.sessions);
  const all = waits.reduce((total, { sessions }) => total + sessions, 0);
  const mine = waiting.reduce((total, { sessions }) => total + sessions, 0);
  const before = waiting.reduce((total, one) => total + one.before, 0);
  if (first === undefined || mine < 1 || mine < 0.3 * all || mine < 3 * before) return [];
  return [
    found(database, scene, {
      claim: `${titleOf(database)}: ${mine.toFixed(1)} sessions wait for locks on average (${first.event}), ${before.toFixed(1)} before.`,
      cause: 'database-lock',
      confidence: 0.88,
      onset: startOf(first.points, scene) ?? scene.period.baselineEnd,
      error: first.event,
      lines: waiting.map(({ event, sessions }) => `${event}: ${sessions.toFixed(2)} average active sessions`),
    }),
  ];
}

/** Average active sessions since the wait began to rise, or else since the baseline's end, and before. A minute without the wait is 0. */
function averages(points: Points | undefined, scene: Scene) {
  if (points === undefined) return {};
  const mean = (values: readonly number[]) =>
    values.length === 0 ? 0 : values.reduce((total, value) => total + value, 0) / values.length;
  return {
    sessions: mean(valuesSince(points, startOf(points, scene) ?? scene.period.baselineEnd)),
    before: mean(valuesBefore(points, scene.period)),
  };
}

const startOf = (points: Points | undefined, { period }: Scene): number | undefined =>
  points === undefined ? undefined : riseOf(points, period, { floor: 1, factor: 2 })?.at;

/** States in which nobody can connect. */
const down =
  /^(?:stopp(?:ed|ing)|failed|inaccessible-encryption-credentials(?:-recoverable)?|incompatible-(?:network|parameters|restore|option-group)|restore-error)$/;

function stopped(database: Database, scene: Scene): FindingDraft[] {
  const { status } = database;
  if (status === undefined || !down.test(status)) return [];
  return [
    found(database, scene, {
      claim: `${titleOf(database)} is ${status}: nobody can connect to it.`,
      role: 'symptom',
      confidence: 0.95,
      onset: recent(database, scene, /stop|fail|incompatible|encryption/i)[0]?.at,
      error: `database ${status}`,
      lines: shown(database.events.slice(-5)),
    }),
  ];
}

/** Whether its events were read and none since the baseline is a failover or restart. */
export const hasNoFailover = (database: Database, scene: Scene): boolean =>
  database.events.length > 0 &&
  recent(database, scene, failoverWords).length === 0 &&
  highest(seriesOf(database, 'DatabaseConnections').map(([, value]) => value)) > 0;

const shown = (events: readonly ResourceEvent[]): string[] =>
  events.slice(0, 8).map(({ at, message }) => `${at} ${message}`);
const gigabytes = (bytes: number): string => `${(bytes / 1024 ** 3).toFixed(1)} GB`;
