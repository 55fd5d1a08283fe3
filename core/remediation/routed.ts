// Routes each action to its executor (one for clusters, one for each managed service), and within an executor to the code for that action.
import type { Executor, ExecutorAction } from '../ports/telemetry.ts';
import type { ExecutorName } from './action-definition.ts';
import { type ActionIdOf, actionNamed } from './actions/index.ts';

/** `kubernetes` also gets unknown ids and refuses them by name. */
export function routedExecutor(
  executors: { readonly kubernetes: Executor } & { readonly [Name in ExecutorName]?: Executor | undefined },
): Executor {
  const of = ({ id }: ExecutorAction): Executor => {
    const name = actionNamed(id)?.executor ?? 'kubernetes';
    return executors[name] ?? refusing(`No access to ${name} is configured.`);
  };
  return { dryRun: (action) => of(action).dryRun(action), execute: (action) => of(action).execute(action) };
}

/** Builds an executor from one executor for each of its actions. */
export function executorOf<Name extends ExecutorName>(cases: Readonly<Record<ActionIdOf<Name>, Executor>>): Executor {
  const byId = new Map<string, Executor>(Object.entries(cases));
  const of = ({ id }: ExecutorAction): Executor => byId.get(id) ?? refusing(`There is no action ${id}.`);
  return { dryRun: (action) => of(action).dryRun(action), execute: (action) => of(action).execute(action) };
}

function refusing(why: string): Executor {
  const refuse = async () => ({ kind: 'refused', why }) as const;
  return { dryRun: refuse, execute: refuse };
}
