// Clock and identifiers as the machine gives them.
import { monotonicFactory } from 'ulid';
import type { Clock, Ids } from '../../core/ports/world.ts';

export const systemClock = (): Clock => ({ now: () => new Date() });

/** ULIDs that also sort within one millisecond of one process. */
export function ulids(): Ids {
  const next = monotonicFactory();
  return { next: () => next() };
}
