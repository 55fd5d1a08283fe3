// Classifies signals as traffic, errors, latency, saturation or availability (the golden signals of the Google SRE book), with their bad direction
// and the noun for people. A name that is not in the table is classified by its words. Also formats values for people.

export type SignalKind = 'traffic' | 'errors' | 'latency' | 'saturation' | 'availability' | 'other';

export interface Signal {
  readonly kind: SignalKind;
  readonly bad: 'up' | 'down' | 'either';
  readonly noun: string;
  /** Smallest change that matters, in the signal's unit; milliseconds for latencies. */
  readonly least?: number;
}

const catalogue: Readonly<Record<string, Signal>> = {
  requests_per_second: { kind: 'traffic', bad: 'either', noun: 'throughput' },
  success_ratio: { kind: 'errors', bad: 'down', noun: 'success ratio', least: 0.005 },
  error_ratio: { kind: 'errors', bad: 'up', noun: 'error ratio', least: 0.005 },
  latency_p50: { kind: 'latency', bad: 'up', noun: 'median latency', least: 5 },
  latency_p95: { kind: 'latency', bad: 'up', noun: 'p95 latency', least: 5 },
  latency_p99: { kind: 'latency', bad: 'up', noun: 'p99 latency', least: 5 },
  cpu_cores: { kind: 'saturation', bad: 'up', noun: 'CPU use', least: 0.02 },
  cpu_utilization: { kind: 'saturation', bad: 'up', noun: 'CPU utilisation' },
  cpu_throttled_seconds: { kind: 'saturation', bad: 'up', noun: 'CPU throttling', least: 0.05 },
  memory_bytes: { kind: 'saturation', bad: 'up', noun: 'memory use' },
  restarts_total: { kind: 'availability', bad: 'up', noun: 'restarts' },
  replicas_available: { kind: 'availability', bad: 'down', noun: 'available replicas' },
  queue_depth: { kind: 'saturation', bad: 'up', noun: 'number of waiting messages' },
  queue_age_seconds: { kind: 'saturation', bad: 'up', noun: 'age of the oldest message' },
  concurrent_executions: { kind: 'other', bad: 'either', noun: 'concurrent executions' },
  probe_success: { kind: 'availability', bad: 'down', noun: 'reachability' },
};

const milliseconds: readonly (readonly [unit: RegExp, ms: number])[] = [
  [/^(?:ms|milli-?seconds?)$/i, 1],
  [/^(?:s|secs?|seconds?)$/i, 1000],
  [/^(?:us|µs|micro-?seconds?)$/i, 0.001],
  [/^(?:ns|nano-?seconds?)$/i, 0.000001],
  // A source that gives no unit: the names of latencies are milliseconds by convention.
  [/^1?$/, 1],
];

/** Milliseconds in one of this unit; undefined if it is no unit of time: messages, rows, bytes. */
export const inMilliseconds = (unit: string): number | undefined =>
  milliseconds.find(([words]) => words.test(unit.trim()))?.[1];

/** Whether a change is large enough to matter, regardless of its noise. */
export const matters = ({ kind, least = 0 }: Signal, change: number, unit: string): boolean =>
  Math.abs(change) * (kind === 'latency' ? (inMilliseconds(unit) ?? 1) : 1) >= least;

/**
 * Whether a series measures CPU use, as cores or as a share: `cpu_cores`, `container_cpu_usage_cores`, `process.cpu.usage`, `CPUUtilization`. A counter
 * of seconds, what is reserved, and what waits for the CPU are none.
 */
export const isCpuUse = ({ signal, unit }: { readonly signal: string; readonly unit: string }): boolean =>
  /cpu/i.test(signal) &&
  /usage|utili[sz]ation|cores|used|percent/i.test(signal) &&
  !/throttl|limit|request|capacity|allocatable|reserv|quota|idle|iowait|steal|wait|credit|count/i.test(signal) &&
  /^(?:1|%|percent|cores?|cpus?|ratio|share)?$/i.test(unit.trim());

const hints: readonly (readonly [words: RegExp, signal: Omit<Signal, 'noun'>])[] = [
  [/cpu.*throttl|throttl.*cpu|retrans|packets?_(?:lost|loss|dropped)/i, { kind: 'saturation', bad: 'up' }],
  [
    /error|fail|crash|5xx|4xx|40[0-9]|50[0-9]|throttle|reject|denied|timeout|servfail|missing|malformed|invalid|unparse|poison/i,
    { kind: 'errors', bad: 'up' },
  ],
  [/hit_?(?:rate|ratio|percent)/i, { kind: 'saturation', bad: 'down' }],
  [/success|availability/i, { kind: 'errors', bad: 'down' }],
  // Work that waits is no latency: messages, rows, the age of the oldest one, the lag of a consumer or replica, waiting locks.
  [
    /(?:^|_)(?:lag|backlog|age|oldest|waiting|pending|unacked)(?:_|$)|_lag|lag_|age_seconds|oldest/i,
    { kind: 'saturation', bad: 'up' },
  ],
  [/latency|duration|_p\d\d|p\d\dlatency|response_?time|wait/i, { kind: 'latency', bad: 'up', least: 5 }],
  [
    /requests?_|_rps|throughput|_per_(?:sec|min)|rate_rps|qps|flushed|processed|handled(?:_total)?(?:_rate)?$/i,
    { kind: 'traffic', bad: 'either' },
  ],
  [
    /cpu|memory|heap|disk|queue|depth|backlog|pool|connections|saturation|capacity|retr?ans/i,
    { kind: 'saturation', bad: 'up' },
  ],
];

export function signalOf(name: string): Signal {
  const known = catalogue[name];
  if (known) return known;
  // Micrometer, OpenTelemetry and Datadog write `http.server.requests.p95` where Prometheus writes underscores.
  const plain = name.replaceAll(/[.\-/:\s]+/g, '_');
  const hint = hints.find(([words]) => words.test(plain))?.[1];
  return { ...(hint ?? { kind: 'other', bad: 'either' }), noun: name };
}

const binary: readonly (readonly [size: number, unit: string])[] = [
  [2 ** 30, 'GiB'],
  [2 ** 20, 'MiB'],
  [2 ** 10, 'KiB'],
];

const isOfNoUnit = /^(?:1|%|ratio|share|percent)?$/i;

/** Formats a value in a unit that people use: 890 MiB, 62 %, 1.2 s. */
export function formatValue(value: number, unit: string, signal: string): string {
  if (unit === 'bytes' || unit === 'B') {
    const [size, name] = binary.find(([bytes]) => Math.abs(value) >= bytes) ?? [1, 'B'];
    return `${rounded(value / size)} ${name}`;
  }
  if (unit === 'ms' && Math.abs(value) >= 1000) return `${rounded(value / 1000)} s`;
  if (/(?<![a-z])ratio|utili[sz]ation/i.test(signal) && isOfNoUnit.test(unit) && Math.abs(value) <= 1.5)
    return `${rounded(value * 100)} %`;
  return unit === '' || unit === '1' ? rounded(value) : `${rounded(value)} ${unit}`;
}

const rounded = (value: number): string =>
  Math.abs(value) >= 100 ? Math.round(value).toLocaleString('en-US') : String(Number(value.toPrecision(2)));
