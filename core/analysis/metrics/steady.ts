// Finds entities whose traffic was measured and did not rise. This refutes a surge, and it shows that more calls to a callee are their caller's doing.
import type { Observation } from '../../model/report.ts';
import type { Series } from '../../model/telemetry.ts';
import { entityOf, type Move } from './index.ts';
import { signalOf } from './signals.ts';

const most = 30;
/** Points of each period that a comparison takes. */
const least = 5;
/** Traffic up to this factor of the earlier one counts as unchanged. */
const unchanged = 1.3;

/**
 * `near` are the names of the paged service and of its callers and callees: they come first, because a report holds few observations.
 * @param baselineEnd epoch seconds
 */
export function steadyTraffic(
  series: readonly Series[],
  moved: readonly Move[],
  baselineEnd: number,
  near: ReadonlySet<string> = new Set(),
): Observation[] {
  const rising = new Set(moved.filter(({ shift }) => shift.direction === 'up').map((move) => move.series));
  const measured = series.filter(
    ({ signal }) => signalOf(signal).kind === 'traffic' && /request|rps|calls|hits|handled/i.test(signal),
  );
  const risen = new Set(measured.filter((one) => rising.has(one)).map(({ entity }) => entity.name));
  return measured
    .filter(({ entity }) => !risen.has(entity.name))
    .flatMap((one): Observation[] => {
      const before = one.points.filter(([at]) => at <= baselineEnd).map(([, value]) => value);
      const during = one.points.filter(([at]) => at > baselineEnd).map(([, value]) => value);
      const last = one.points.at(-1);
      if (before.length < least || during.length < least || last === undefined) return [];
      if (median(during) > median(before) * unchanged) return [];
      return [{ kind: 'traffic-steady', entity: entityOf(one), at: new Date(last[0] * 1000).toISOString() }];
    })
    .toSorted((a, b) => Number(near.has(b.entity.name)) - Number(near.has(a.entity.name)))
    .slice(0, most);
}

const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
};
