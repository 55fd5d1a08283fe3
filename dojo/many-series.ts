// Generates an incident of many series from a seed: noise, daily patterns, counters, gaps and outliers, one service whose latency and errors come
// first, and a few that follow later and stronger. For the benchmark and the tests of the metrics analysis.
import type { Series } from '../core/model/telemetry.ts';

/** Mulberry32. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const kinds = [
  { signal: 'requests_per_second', unit: 'req/s', level: 120, noise: 0.08 },
  { signal: 'error_ratio', unit: '', level: 0.01, noise: 0.2 },
  { signal: 'latency_p95', unit: 'ms', level: 140, noise: 0.1 },
  { signal: 'cpu_cores', unit: 'cores', level: 0.6, noise: 0.12 },
  { signal: 'memory_bytes', unit: 'bytes', level: 400 * 2 ** 20, noise: 0.03 },
  { signal: 'queue_depth', unit: '', level: 30, noise: 0.25 },
  { signal: 'network_receive_bytes_per_second', unit: 'B', level: 50_000, noise: 0.15 },
  { signal: 'bytes_sent_total', unit: 'bytes', level: 0, noise: 0 },
] as const;

export interface Many {
  readonly series: readonly Series[];
  readonly baselineEnd: number;
  /** The service where the incident begins. */
  readonly first: string;
  readonly followers: readonly string[];
}

/** @param count total number of series; one point per minute, an hour of baseline before minute 60, the page at minute 77 */
export function manySeries({ count, seed, start }: { count: number; seed: number; start: number }): Many {
  const next = random(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  const services = Math.ceil(count / kinds.length);
  const name = (place: number) => `service-${String(place).padStart(5, '0')}`;
  const first = Math.floor(next() * services);
  const followers = [1, 2, 3, 4, 5].map((step) => (first + step * 7 + Math.floor(next() * 5)) % services);
  const series = Array.from({ length: count }, (_, place): Series => {
    const service = Math.floor(place / kinds.length);
    const kind = kinds[place % kinds.length] ?? kinds[0];
    const began = service === first ? 63 : followers.includes(service) ? 66 + followers.indexOf(service) : undefined;
    const struck = began !== undefined && ['error_ratio', 'latency_p95'].includes(kind.signal);
    const phase = next() * 20;
    const points: [number, number][] = [];
    let counter = next() * 1e9;
    for (let minute = 0; minute < 77; minute += 1) {
      // One scrape in fifty is missing, and one value in three hundred is an outlier.
      if (next() < 0.02) continue;
      const wave = 1 + 0.05 * Math.sin((2 * Math.PI * (minute + phase)) / 20);
      const outlier = next() < 1 / 300 ? 4 : 1;
      counter += 1000 * (1 + 0.1 * normal());
      const value =
        kind.signal === 'bytes_sent_total'
          ? counter
          : Math.max(0, kind.level * wave * outlier * (1 + kind.noise * normal()));
      const times = service === first ? 20 : 24;
      points.push([start + minute * 60, struck && minute >= began ? value * times : value]);
    }
    return {
      source: 'prometheus',
      entity: { kind: 'Deployment', name: name(service), namespace: `team-${service % 40}`, cluster: 'store-1' },
      signal: kind.signal,
      unit: kind.unit,
      points,
    };
  });
  return { series, baselineEnd: start + 60 * 60, first: name(first), followers: followers.map(name) };
}
