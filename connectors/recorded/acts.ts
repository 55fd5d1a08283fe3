// Caches the actions applied to recorded worlds, for a single process that applies them all: an investigation needs them at each read of its world.
import type { AppliedActions } from '../../core/ports/records.ts';

const maxRemembered = 1000;

/** A read that begins after an action was recorded sees it. Only for a process that is alone with its store. */
export function cachedActs(applied: AppliedActions): AppliedActions {
  const known = new Map<string, ReturnType<AppliedActions['of']>>();
  return {
    async add(incidentId, key, actionId, targetKey) {
      try {
        return await applied.add(incidentId, key, actionId, targetKey);
      } finally {
        known.delete(incidentId);
      }
    },
    of(incidentId) {
      const before = known.get(incidentId);
      if (before !== undefined) return before;
      const read = applied.of(incidentId);
      if (known.size >= maxRemembered) known.delete(known.keys().next().value ?? '');
      known.set(incidentId, read);
      read.catch(() => {
        if (known.get(incidentId) === read) known.delete(incidentId);
      });
      return read;
    },
  };
}
