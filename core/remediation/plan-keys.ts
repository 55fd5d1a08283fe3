// The keys of the ledger for the steps of plans: one entry for each step, and a new one each time that people let a stopped plan go on. The executor's
// key stays the same, so that a step never happens twice.
import type { Action, PlanRun } from '../model/action.ts';

/** After so many answers to let it go on, a person has to take over. */
export const maxResumed = 3;

const keyOf = ({ idempotencyKey }: Pick<Action, 'idempotencyKey'>, resumed: number): string =>
  resumed === 0 ? idempotencyKey : `${idempotencyKey}:${resumed + 1}`;

export const ledgerKey = (action: Action, { resumed }: Pick<PlanRun, 'resumed'>): string => keyOf(action, resumed);

/** All keys that a step may have. */
export const ledgerKeys = (action: Action): string[] =>
  Array.from({ length: maxResumed + 1 }, (_, resumed) => keyOf(action, resumed));
