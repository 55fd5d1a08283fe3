// Connects errors of several services by the trace id in their lines. A call's innermost service writes its error first, so the order of the first
// errors within a trace tells which service calls which, and where the error begins. Ids that were reused, clocks that differ by more than a call
// lasts, and lines of one moment have no order. Memory is bounded.
import type { ParsedLine } from './formats.ts';

/** The writer `first` wrote its first error before `then` in `traces` of the `shared` traces in which both wrote errors. */
export interface ErrorOrder {
  readonly first: string;
  readonly then: string;
  readonly traces: number;
  readonly shared: number;
}

export interface LinkedErrors {
  readonly orders: readonly ErrorOrder[];
  /** Traces with errors of several writers, in a usable order. */
  readonly traces: number;
  /** Number of those traces in which the writer's error is the first. */
  readonly begun: ReadonlyMap<string, number>;
  /** The first lines of each writer in one trace, in time order. */
  readonly example: readonly { readonly group: string; readonly atMs: number; readonly text: string }[];
}

interface Entry {
  atMs: number;
  text: string;
}
interface Trace {
  readonly entries: Map<string, Entry>;
  firstMs: number;
  lastMs: number;
}

const maxTraces = 5000;
const maxGroups = 12;
const maxText = 200;
/** A trace whose errors are further apart is a reused id, a retry, or of clocks that differ. */
const maxSpanMs = 30_000;
/** Fewer traces show no order. */
const leastTraces = 5;
/** Share of the shared traces in which the order must be the same. */
const sameOrder = 0.9;
/** Share of the later writer's traces that the earlier writer's errors must be in. */
const ofThen = 0.6;

const fieldNames = [
  'trace_id',
  'traceId',
  'traceID',
  'trace.id',
  'otelTraceID',
  'dd.trace_id',
  'request_id',
  'requestId',
  'correlation_id',
  'correlationId',
] as const;
const inText =
  /\b(?:trace|correlation|request)(?:[_.-]?id|ID)["']?\s{0,2}[=:]\s{0,2}["']?([0-9a-zA-Z][\w-]{7,63})|\[[\w.-]{0,60},([0-9a-f]{16,32}),[0-9a-f]{16}[\],]/i;
/** `0000…`, `----`, `null`: written where a line has no trace. */
const noId = /^(?:[0-]+|null|none|undefined|unknown|n\/?a)$/i;

/** Undefined if the line has no trace id. */
export function traceIdOf(
  labels: Readonly<Record<string, unknown>>,
  fields: ParsedLine['fields'],
  detail: string,
): string | undefined {
  const found = nameIn(labels) ?? (fields && nameIn(fields)) ?? idInText(detail);
  return found === undefined || noId.test(found) ? undefined : found.slice(0, 64).toLowerCase();
}

const nameIn = (record: Readonly<Record<string, unknown>>): string | undefined =>
  fieldNames
    .map((name) => record[name])
    .filter((value) => typeof value === 'string')
    .find((value) => value.length >= 8);

function idInText(text: string): string | undefined {
  if (!/id|,/i.test(text)) return undefined;
  const match = inText.exec(text.slice(0, 2000));
  return match?.[1] ?? match?.[2];
}

export class ErrorTraces {
  readonly #traces = new Map<string, Trace>();

  /** An error line of the incident. */
  push(group: string, trace: string, atMs: number, text: string): void {
    let known = this.#traces.get(trace);
    if (!known) {
      if (this.#traces.size >= maxTraces) return;
      known = { entries: new Map(), firstMs: atMs, lastMs: atMs };
      this.#traces.set(trace, known);
    }
    known.firstMs = Math.min(known.firstMs, atMs);
    known.lastMs = Math.max(known.lastMs, atMs);
    const entry = known.entries.get(group);
    if (entry && entry.atMs <= atMs) return;
    if (!entry && known.entries.size >= maxGroups) return;
    known.entries.set(group, { atMs, text: text.slice(0, maxText) });
  }

  linked(): LinkedErrors {
    const usable = [...this.#traces.values()].filter(({ firstMs, lastMs }) => lastMs - firstMs <= maxSpanMs);
    const shared = usable.filter(({ entries }) => entries.size > 1);
    const counts = new Map<string, { first: string; then: string; traces: number }>();
    for (const { entries } of shared)
      for (const [first, { atMs: a }] of entries)
        for (const [then, { atMs: b }] of entries) {
          if (a >= b) continue;
          const key = `${first}\u0000${then}`;
          const count = counts.get(key) ?? { first, then, traces: 0 };
          count.traces += 1;
          counts.set(key, count);
        }
    const ofGroup = (group: string) => usable.filter(({ entries }) => entries.has(group)).length;
    const orders = [...counts.values()].flatMap(({ first, then, traces }): ErrorOrder[] => {
      const both = shared.filter(({ entries }) => entries.has(first) && entries.has(then)).length;
      const isSteady = traces >= leastTraces && traces >= sameOrder * both && both >= ofThen * ofGroup(then);
      return isSteady ? [{ first, then, traces, shared: both }] : [];
    });
    const begun = new Map<string, number>();
    for (const { entries } of shared) {
      const [first] = inOrder(entries);
      if (first) begun.set(first.group, (begun.get(first.group) ?? 0) + 1);
    }
    const most = Math.max(0, ...shared.map(({ entries }) => entries.size));
    const longest = shared.filter(({ entries }) => entries.size === most).toSorted((a, b) => a.firstMs - b.firstMs)[0];
    return { orders, traces: shared.length, begun, example: longest ? inOrder(longest.entries) : [] };
  }
}

const inOrder = (entries: ReadonlyMap<string, Entry>): { group: string; atMs: number; text: string }[] =>
  [...entries].map(([group, entry]) => ({ group, ...entry })).toSorted((a, b) => a.atMs - b.atMs);

/** The writer at which the errors of the others begin: before others, and never after one. Undefined if there is none, or several. */
export function beginningOf({ orders }: LinkedErrors): string | undefined {
  const later = new Set(orders.map(({ then }) => then));
  const first = [...new Set(orders.map((order) => order.first))].filter((group) => !later.has(group));
  return first.length === 1 ? first[0] : undefined;
}
