// Compares the latency that a caller measures with the one that its callee measures. What the caller's grew beyond the callee's is the network's.
import type { EdgeSeries, TraceSet } from '../../model/telemetry.ts';

export interface EdgeFinding {
  readonly caller: string;
  readonly callee: string;
  /** Milliseconds between the two, before and during. */
  readonly before: number;
  readonly during: number;
  readonly series: readonly [caller: EdgeSeries, callee: EdgeSeries];
}

const least = 5;
const grownFactor = 1.5;
const grownMs = 20;

/** `baselineEnd` in epoch milliseconds. */
export function networkOfEdges(
  { edges, reference }: Pick<TraceSet, 'edges' | 'reference'>,
  baselineEnd: number,
): EdgeFinding[] {
  const latencies = edges.filter(({ signal }) => /latency|duration|response_time/i.test(signal));
  return latencies
    .filter(({ reporter }) => reporter === 'caller')
    .flatMap((caller): EdgeFinding[] => {
      const callee = latencies.find(
        (one) =>
          one.reporter === 'callee' &&
          one.from === caller.from &&
          one.to === caller.to &&
          one.operation === caller.operation &&
          one.statistic === caller.statistic,
      );
      if (callee === undefined) return [];
      const [outer, inner] = [levels(caller, reference, baselineEnd), levels(callee, reference, baselineEnd)];
      if (outer === undefined || inner === undefined) return [];
      const [before, during] = [Math.max(0, outer.before - inner.before), Math.max(0, outer.during - inner.during)];
      if (during < before * grownFactor || during - before < grownMs) return [];
      return [{ caller: caller.from, callee: caller.to, before, during, series: [caller, callee] }];
    });
}

function levels(
  { points, unit }: EdgeSeries,
  reference: TraceSet['reference'],
  baselineEnd: number,
): { readonly before: number; readonly during: number } | undefined {
  const toMs = unit === 's' ? 1000 : unit === 'us' || unit === 'µs' ? 0.001 : 1;
  const [from, to] = reference
    ? [Date.parse(reference.start), Date.parse(reference.end)]
    : [Number.NEGATIVE_INFINITY, baselineEnd];
  const isReference = (at: number) => at * 1000 >= from && at * 1000 <= to;
  const old = points.filter(([at]) => isReference(at)).map(([, value]) => value * toMs);
  const now = points.filter(([at]) => at * 1000 > baselineEnd && !isReference(at)).map(([, value]) => value * toMs);
  return old.length < least || now.length < least ? undefined : { before: median(old), during: median(now) };
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
