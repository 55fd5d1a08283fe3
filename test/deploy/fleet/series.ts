// Histories for Prometheus: counters as Istio's proxies expose them, and what cAdvisor says of memory.

/** Seconds between two samples. */
const step = 30;

export interface Span {
  /** Seconds since the epoch. */
  readonly start: number;
  readonly end: number;
}

interface Traffic {
  /** The labels of both reporters and all codes. */
  readonly labels: Readonly<Record<string, string>>;
  readonly perSecond: number;
  readonly errorRatio: (at: number) => number;
  readonly milliseconds: (at: number) => number;
}

const written = (labels: Readonly<Record<string, string>>) =>
  Object.entries(labels)
    .map(([name, value]) => `${name}="${value}"`)
    .join(',');
const bounds = [5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000];

function eachStep({ start, end }: Span, take: (at: number) => void): void {
  for (let at = start; at <= end; at += step) take(at);
}

/** Requests by code, and their durations as a histogram that spreads around the given time. */
export function requests(span: Span, all: readonly Traffic[]): string[] {
  const counts = all.flatMap(({ labels, perSecond, errorRatio }) =>
    ['200', '503'].flatMap((code) => {
      const lines: string[] = [];
      let total = 0;
      eachStep(span, (at) => {
        const share = code === '503' ? errorRatio(at) : 1 - errorRatio(at);
        total += perSecond * step * share;
        lines.push(`istio_requests_total{${written({ ...labels, response_code: code })}} ${total.toFixed(2)} ${at}`);
      });
      return lines;
    }),
  );
  const buckets = all.flatMap(({ labels, perSecond, milliseconds }) => {
    const rows = new Map<string, string[]>();
    const totals = new Map<string, number>();
    eachStep(span, (at) => {
      for (const le of [...bounds.map(String), '+Inf']) {
        // A triangle of durations around the given one: half of it below.
        const share = Math.min(1, Math.max(0, (Number(le === '+Inf' ? 1e9 : le) / milliseconds(at) - 0.2) / 1.6));
        const total = (totals.get(le) ?? 0) + perSecond * step * share;
        totals.set(le, total);
        const line = `istio_request_duration_milliseconds_bucket{${written({ ...labels, le })}} ${total.toFixed(2)} ${at}`;
        rows.set(le, [...(rows.get(le) ?? []), line]);
      }
    });
    return [...rows.values()].flat();
  });
  return [
    '# TYPE istio_requests counter',
    ...counts,
    '# TYPE istio_request_duration_milliseconds_bucket unknown',
    ...buckets,
  ];
}

export function memory(
  span: Span,
  all: readonly { readonly labels: Readonly<Record<string, string>>; readonly bytes: (at: number) => number }[],
): string[] {
  return [
    '# TYPE container_memory_working_set_bytes gauge',
    ...all.flatMap(({ labels, bytes }) => {
      const lines: string[] = [];
      eachStep(span, (at) => {
        lines.push(`container_memory_working_set_bytes{${written(labels)}} ${Math.round(bytes(at))} ${at}`);
      });
      return lines;
    }),
  ];
}

export const openMetrics = (...parts: readonly (readonly string[])[]): string => `${parts.flat().join('\n')}\n# EOF\n`;
