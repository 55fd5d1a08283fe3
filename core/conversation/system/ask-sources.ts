// Asks sources for a question about the system: within one scope and window, with a limit on time. It only reads: the port of sources has no other
// function. What could not be read is returned as sentences.

import type { Period } from '../../language/stated-period.ts';
import type { TimeWindow } from '../../model/entity.ts';
import type { Scope } from '../../model/scope.ts';
import { signals } from '../../ports/signals.ts';
import type { AnswerOf, Observed, QueryOf, Signal, Sources } from '../../ports/telemetry.ts';
import { shorten } from '../../text.ts';

/** The longest wait for one signal, in milliseconds. */
const patienceMs = 20_000;

export interface Read<T> {
  /** Undefined if nothing could be read. */
  readonly data: T | undefined;
  /** The query, the link and what is missing, as lines. */
  readonly lines: readonly string[];
  readonly gaps: readonly string[];
}

export type Asking = Partial<Sources>;

export async function askSource<S extends Signal>(
  signal: S,
  scope: Scope,
  query: QueryOf<S>,
  sources: Asking,
): Promise<Read<AnswerOf<S>>> {
  const label = signals[signal].label;
  const source = sources[signal];
  if (source === undefined) return unread(`${label}: this process has no access to sources.`);
  const observed = await inTime(source.observe(scope, query)).catch(() => undefined);
  if (observed === undefined) return unread(`${label}: the source did not answer.`);
  if (observed === 'late') return unread(`${label}: the source did not answer within ${patienceMs / 1000} seconds.`);
  return readOf(label, observed);
}

const unread = <T>(gap: string): Read<T> => ({ data: undefined, lines: [], gaps: [gap] });

function readOf<T>(label: string, observed: Observed<T>): Read<T> {
  if (observed.kind === 'gap') return unread(`${observed.gap.source || label}: ${observed.gap.reason}`);
  const asked = observed.consulted?.asked.map(({ source }) => source) ?? [];
  const gaps = [
    ...(observed.missing ?? []).map((one) => `${label}: ${one}`),
    ...(observed.gaps ?? []).map(({ source, reason }) => `${source}: ${reason}`),
  ];
  return {
    data: observed.data,
    lines: [
      `Query: ${label} from ${shorten(observed.query, 300)}${asked.length > 0 ? ` (asked ${shorten(asked.join(', '), 120)})` : ''}`,
      ...(observed.link === undefined ? [] : [`Link: ${observed.link}`]),
    ],
    gaps: gaps.slice(0, 4).map((one) => shorten(one, 300)),
  };
}

async function inTime<T>(answer: Promise<T>): Promise<T | 'late'> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), patienceMs);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

export const windowOf = ({ startMs, endMs }: Pick<Period, 'startMs' | 'endMs'>): TimeWindow => ({
  start: new Date(startMs).toISOString(),
  end: new Date(endMs).toISOString(),
});

/** Cuts a period to its latest part of this length, and says so. */
export function bounded(period: Period, mostMs: number, what: string): { period: Period; note: string[] } {
  if (period.endMs - period.startMs <= mostMs) return { period, note: [] };
  const hours = Math.round(mostMs / 3_600_000);
  const words = hours > 48 ? `${Math.round(hours / 24)} days` : `${hours} hours`;
  return {
    period: { startMs: period.endMs - mostMs, endMs: period.endMs, words: `over the last ${words} of that time` },
    note: [`For ${what} I read ${words} at most; the time before that is not in this answer.`],
  };
}
