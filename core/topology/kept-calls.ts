// The call graph that is kept between incidents: each call with its places, and when it was last seen. Pure.
import type * as z from 'zod';
import { Instant } from '../model/entity.ts';
import { Dependency } from '../model/telemetry.ts';

export const KeptCall = Dependency.extend({ seenAt: Instant });
export type KeptCall = z.infer<typeof KeptCall>;

/** A call that nobody saw for this long is forgotten. */
export const keptDays = 30;
/** Calls that one caller has at most; the latest seen stay. */
const maxCallees = 200;
/** A call that was seen again so shortly afterwards is not written again. */
const freshMs = 5 * 60_000;

export const callKey = ({ from, to, fromCluster = '', toCluster = '' }: Dependency): string =>
  JSON.stringify([from, to, fromCluster, toCluster]);

/** The calls of one caller after `fresh` was seen. `changed` is false if nothing is worth writing. */
export function mergeCalls(
  old: readonly KeptCall[],
  fresh: readonly KeptCall[],
  now: Date,
): { readonly calls: readonly KeptCall[]; readonly changed: boolean } {
  const merged = new Map(old.map((call) => [callKey(call), call]));
  let changed = false;
  for (const call of fresh) {
    const known = merged.get(callKey(call));
    if (known !== undefined && Date.parse(call.seenAt) < Date.parse(known.seenAt)) continue;
    const isNew = known === undefined || Date.parse(call.seenAt) - Date.parse(known.seenAt) >= freshMs;
    if (!isNew && isFailing(known) === isFailing(call)) continue;
    changed = true;
    // A source that only knows that there is a call does not take the figures of another one away.
    merged.set(callKey(call), { ...known, ...call });
  }
  const oldest = now.getTime() - keptDays * 24 * 3_600_000;
  const calls = [...merged.values()]
    .filter(({ seenAt }) => Date.parse(seenAt) >= oldest)
    .sort((a, b) => b.seenAt.localeCompare(a.seenAt))
    .slice(0, maxCallees);
  return { calls, changed };
}

/** Share of failing calls from which a call is shown as failing. */
const failingFrom = 0.05;
export const isFailing = ({ errorRatio }: Pick<Dependency, 'errorRatio'>): boolean =>
  errorRatio !== undefined && errorRatio >= failingFrom;

/** What sources saw, as kept calls. `now`: for sources that do not say when they saw it. */
export function seenCalls(calls: readonly Dependency[], now: Date): KeptCall[] {
  const seenAt = now.toISOString();
  return calls.flatMap((call) =>
    call.from === call.to ? [] : [{ ...call, seenAt: earlier(call.seenAt ?? seenAt, seenAt) }],
  );
}

const earlier = (a: string, b: string): string => (Date.parse(a) < Date.parse(b) ? a : b);
