// Sends each action to the executor that it belongs to (clusters have one, each managed service another), and within one to the action's case.
import type { Executor, ExecutorAction } from '../ports/telemetry.ts';
import type { ExecutorName } from './action-definition.ts';
import { type ActionIdOf, actionNamed } from './actions/index.ts';

/** `kubernetes` also answers for ids that no table has: it refuses them by name. */
export function routedExecutor(
  executors: { readonly kubernetes: Executor } & { readonly [Name in ExecutorName]?: Executor | undefined },
): Executor {
  const of = ({ id }: ExecutorAction): Executor => {
    const name = actionNamed(id)?.executor ?? 'kubernetes';
    return executors[name] ?? refusing(`No access to ${name} is configured.`);
  };
  return { dryRun: (action) => of(action).dryRun(action), execute: (action) => of(action).execute(action) };
}

/** An executor with a case for each of its actions. */
export function executorOf<Name extends ExecutorName>(cases: Readonly<Record<ActionIdOf<Name>, Executor>>): Executor {
  const byId = new Map<string, Executor>(Object.entries(cases));
  const of = ({ id }: ExecutorAction): Executor => byId.get(id) ?? refusing(`There is no action ${id}.`);
  return { dryRun: (action) => of(action).dryRun(action), execute: (action) => of(action).execute(action) };
}

function refusing(why: string): Executor {
  const refuse = async () => ({ kind: 'refused', why }) as const;
  return { dryRun: refuse, execute: refuse };
}
