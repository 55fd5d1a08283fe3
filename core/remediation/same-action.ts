// Compares two actions by everything that an approval is for.
import type { Action } from '../model/action.ts';

export const isSameAction = (a: Action, b: Action): boolean =>
  a.id === b.id &&
  a.idempotencyKey === b.idempotencyKey &&
  isSameTarget(a.target, b.target) &&
  sorted(a.parameters) === sorted(b.parameters);

/** Compares the parts and not the joined key, because the name of a cluster may contain the separator. */
const isSameTarget = (a: Action['target'], b: Action['target']): boolean =>
  a.cluster === b.cluster && a.namespace === b.namespace && a.kind === b.kind && a.name === b.name;

const sorted = (parameters: Action['parameters']): string => JSON.stringify(Object.entries(parameters).sort());
