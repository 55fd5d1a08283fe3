// Provides the machine's clock and new identifiers.
import { monotonicFactory } from 'ulid';
import type { Clock, Ids } from '../../core/ports/world.ts';

export const systemClock = (): Clock => ({ now: () => new Date() });

/** ULIDs that sort in order even within one millisecond of one process. */
export function ulids(): Ids {
  const next = monotonicFactory();
  return { next: () => next() };
}
