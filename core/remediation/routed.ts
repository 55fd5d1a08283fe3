// Which executor carries out what: clusters are one's, each managed service is another's.
import type { ActionId } from '../model/action.ts';
import type { Executor, ExecutorAction } from '../ports/telemetry.ts';

export function routedExecutor(own: Partial<Record<ActionId, Executor>>, others: Executor): Executor {
  const byId = new Map<string, Executor>(Object.entries(own));
  const of = ({ id }: ExecutorAction): Executor => byId.get(id) ?? others;
  return { dryRun: (action) => of(action).dryRun(action), execute: (action) => of(action).execute(action) };
}
