// Reads what Fastly's services delivered: by minute from the historical statistics
// (https://www.fastly.com/documentation/reference/api/metrics-stats/historical-stats/), and for the newest minute, by location, from the real-time API
// (https://www.fastly.com/documentation/reference/api/metrics-stats/realtime/).
import * as z from 'zod';
import type { CdnMinute, CdnTraffic } from '../../core/model/managed.ts';
import type { Scope } from '../../core/model/scope.ts';
import type { Source } from '../../core/ports/telemetry.ts';
import { type FastlyReading, type Fronted, frontedIn, type Session, sessionOf } from './client.ts';

const count = z.number().min(0).default(0).catch(0);
/** Fields of both APIs; a field that a period lacks is 0. */
const Counts = z.object({
  requests: count,
  hits: count,
  miss: count,
  pass: count,
  errors: count,
  status_5xx: count,
  origin_fetches: count,
  miss_time: count,
  pass_time: count,
});
type Counts = z.infer<typeof Counts>;
const Stats = z.object({
  status: z.literal('success'),
  data: z.array(Counts.extend({ start_time: z.int().min(0).max(9_999_999_999) })).max(50_000),
});
const Realtime = z.object({
  Data: z
    .array(
      z.object({
        recorded: z.int().min(0).max(9_999_999_999),
        aggregated: Counts,
        datacenter: z.record(z.string().min(1).max(40), Counts).default({}),
      }),
    )
    .max(200),
});

/** Fastly keeps minutes for 35 days. */
const keptDays = 35;
/** Statistics of a minute appear within this time (Data latency). Meanwhile the real-time API has the newest 120 seconds. */
const latencyMs = 15 * 60_000;
const realtimeSeconds = 60;
const maxMinutes = 3000;
const maxPops = 300;

export function fastlyTraffic(reading: FastlyReading): Source<'cdn'> {
  return {
    async observe(scope, { hosts }) {
      const { fronted, missing } = frontedIn(scope, hosts, reading.services);
      const query = `stats by minute of ${fronted.map(({ id }) => id).join(', ') || 'no service'}`;
      if (fronted.length === 0) return { kind: 'data', data: [], query, missing, bytes: 0 };
      const session = await sessionOf(reading);
      const read = await Promise.all(fronted.map((one) => trafficOf(one, scope, session, reading)));
      const data = read.flatMap(({ traffic }) => traffic ?? []);
      const lacks = [...missing, ...read.flatMap((one) => one.missing)];
      if (data.length === 0)
        return { kind: 'gap', gap: { source: 'cdn statistics', reason: lacks.join(' ').slice(0, 300) } };
      return { kind: 'data', data, query, missing: lacks, bytes: session.api.bytes + session.realtime.bytes };
    },
  };
}

interface Read {
  readonly traffic?: CdnTraffic;
  readonly missing: readonly string[];
}

async function trafficOf(
  { service, id }: Fronted,
  { window }: Pick<Scope, 'window'>,
  session: Session,
  { clock }: FastlyReading,
): Promise<Read> {
  const now = clock.now().getTime();
  const end = Math.min(Date.parse(window.end), now);
  const oldest = now - keptDays * 86_400_000;
  if (end <= oldest) return { missing: [`${id}: Fastly keeps minutes for ${keptDays} days, and the window is older.`] };
  const start = Math.max(Date.parse(window.start), oldest, end - maxMinutes * 60_000);
  const isRecent = now - end < latencyMs;
  const parameters = {
    from: String(Math.floor(start / 1000)),
    to: String(Math.ceil(end / 1000)),
    by: 'minute',
  };
  const [stats, realtime] = await Promise.all([
    session.api.get(`stats/service/${id}`, parameters, Stats),
    isRecent ? session.realtime.get(`v1/channel/${id}/ts/h/limit/${realtimeSeconds}`, {}, Realtime) : undefined,
  ]);
  const minutes = stats.kind === 'ok' ? stats.data.data.map(minuteOf) : [];
  const newest = realtime?.kind === 'ok' ? realtime.data.Data : [];
  const inWindow = (at: string) => Date.parse(at) >= start - 60_000 && Date.parse(at) <= end;
  const all = withNewest(minutes, newest)
    .filter(({ at }) => inWindow(at))
    .toSorted((a, b) => a.at.localeCompare(b.at));
  const missing = [
    ...(stats.kind === 'failed' ? [`${id}: the minutes. ${stats.reason}`] : []),
    ...(realtime?.kind === 'failed' ? [`${id}: the newest minute by location. ${realtime.reason}`] : []),
    ...lackOf(id, all, end, isRecent),
  ];
  if (all.length === 0) return { missing };
  return { traffic: { service, id, minutes: all.slice(-maxMinutes), ...popsOf(newest) }, missing };
}

const minuteOf = ({ start_time, ...counts }: z.infer<typeof Stats>['data'][number]): CdnMinute => ({
  at: instantOf(start_time),
  ...countsOf(counts),
});

const instantOf = (epochSeconds: number): string => new Date(epochSeconds * 1000).toISOString();

const countsOf = (counts: Counts): Omit<CdnMinute, 'at'> => ({
  requests: counts.requests,
  hits: counts.hits,
  misses: counts.miss,
  passes: counts.pass,
  serverErrors: counts.status_5xx,
  edgeErrors: counts.errors,
  originFetches: counts.origin_fetches,
  originSeconds: counts.miss_time + counts.pass_time,
});

type Second = z.infer<typeof Realtime>['Data'][number];

/** Minutes that the historical statistics do not have yet; they may be incomplete, which their shares show no worse. */
function withNewest(minutes: readonly CdnMinute[], seconds: readonly Second[]): readonly CdnMinute[] {
  const known = new Set(minutes.map(({ at }) => at));
  const fresh = Map.groupBy(seconds, ({ recorded }) => instantOf(Math.floor(recorded / 60) * 60));
  const added = [...fresh].flatMap(([at, ones]) =>
    known.has(at) ? [] : [{ at, ...countsOf(sumOf(ones.map(({ aggregated }) => aggregated))) }],
  );
  return [...minutes, ...added];
}

const sumOf = (all: readonly Counts[]): Counts => {
  const total = Counts.parse({});
  for (const one of all) for (const field of Counts.keyof().options) total[field] += one[field];
  return total;
};

function popsOf(seconds: readonly Second[]): Pick<CdnTraffic, 'pops' | 'popsAt'> {
  const times = seconds.map(({ recorded }) => recorded);
  if (times.length === 0) return { pops: [] };
  const byPop = Map.groupBy(
    seconds.flatMap(({ datacenter }) => Object.entries(datacenter)),
    ([pop]) => pop,
  );
  const pops = [...byPop]
    .map(([pop, ones]) => {
      const { requests, status_5xx: serverErrors, errors: edgeErrors } = sumOf(ones.map(([, counts]) => counts));
      return { pop, requests, serverErrors, edgeErrors };
    })
    .toSorted((a, b) => b.requests - a.requests)
    .slice(0, maxPops);
  return { pops, popsAt: { start: instantOf(Math.min(...times)), end: instantOf(Math.max(...times) + 1) } };
}

/** The end of the window that neither API has: the newest minutes appear after up to 15 minutes. */
function lackOf(id: string, minutes: readonly CdnMinute[], end: number, isRecent: boolean): string[] {
  const times = minutes.map(({ at }) => Date.parse(at)).sort((a, b) => a - b);
  const last = times.at(-1);
  if (last === undefined) return [`${id}: Fastly has no minute of the window.`];
  const holes = times.slice(1).map((at, index) => (at - (times[index] ?? at)) / 60_000 - 1);
  const lacking = Math.round(Math.max(...holes, 0));
  const late = Math.floor((end - last) / 60_000) - 1;
  return [
    ...(lacking >= 2 ? [`${id}: ${lacking} minutes in a row have no statistics${isRecent ? ' yet' : ''}.`] : []),
    ...(late >= 3 ? [`${id}: the last ${late} minutes have no statistics${isRecent ? ' yet' : ''}.`] : []),
  ];
}
