// Runs one state of an execution on aws-local-stepfunctions and returns the state that follows. Every other state is replaced by a stub that only
// reports its name, so the interpreter executes the whole state (paths, retries, catches, choices, maps) and stops right after it. This module
// stores nothing; executions.ts writes every step to disk before the next one starts.
import {
  ExecutionAbortedError,
  ExecutionError,
  ExecutionTimeoutError,
  type RunOptions,
  StateMachine,
} from 'aws-local-stepfunctions';
import * as z from 'zod';
import { innerTasks, type Json, type Machine, type State, waitsForToken } from './machine.ts';

export type StepOutcome =
  | { readonly kind: 'next'; readonly state: string; readonly input: Json }
  | { readonly kind: 'succeeded'; readonly output: Json }
  | { readonly kind: 'failed'; readonly error: string; readonly cause: string }
  /** The runtime is closing: the step counts as not executed. */
  | { readonly kind: 'aborted' };

export interface StepRequest {
  readonly machine: Machine;
  readonly state: string;
  readonly input: Json;
  /** `$$` without Execution.Input and Execution.StartTime, which the interpreter sets itself. */
  readonly context: NonNullable<RunOptions['context']>;
  /** The replacement for the function of a task state, by the state's name; called with the state's Parameters. */
  readonly task: (state: string) => (parameters: Json) => Promise<Json>;
  /** The milliseconds of a Wait state, in place of its own value. */
  readonly waitMs?: number | undefined;
  /** The remaining time of the whole execution. */
  readonly remainingSeconds: number;
  readonly signal: AbortSignal;
}

/** The factor on the state's time limit, compared with AWS. */
const patience = 20;
const running = '(running)';
const end = '(end)';
const Landed = z.object({ next: z.string(), input: z.unknown() });

export async function runStep(request: StepRequest): Promise<StepOutcome> {
  const { machine, state, input, context, remainingSeconds, signal } = request;
  const definition = machine.states[state];
  if (definition === undefined) {
    return { kind: 'failed', error: 'States.Runtime', cause: `The state machine has no state ${state} any more.` };
  }
  if (remainingSeconds <= 0) return timedOut(machine);
  if (signal.aborted) return { kind: 'aborted' };
  const run = new StateMachine(
    {
      StartAt: running,
      TimeoutSeconds: remainingSeconds,
      States: { ...stubs(machine), [running]: untimed(leadingToEnd(definition)) },
    },
    { validationOptions: { noValidate: true } },
  ).run(input, { context, overrides: overridesOf(definition, request) });
  const abort = () => run.abort();
  signal.addEventListener('abort', abort, { once: true });
  try {
    return read(definition, await run.result);
  } catch (error) {
    return failure(error, machine);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

const stubs = (machine: Machine): Record<string, State> =>
  Object.fromEntries([...Object.keys(machine.states), end].map((name) => [name, stub(name)]));

const stub = (name: string): State => ({ Type: 'Pass', Parameters: { next: name, 'input.$': '$' }, End: true });

function overridesOf(definition: State, { state, task, waitMs }: StepRequest): NonNullable<RunOptions['overrides']> {
  const inner = innerTasks(definition).map((name) => [name, task(name)] as const);
  return {
    taskResourceLocalHandlers: { ...Object.fromEntries(inner), [running]: task(state) },
    ...(waitMs === undefined ? {} : { waitTimeOverrides: { [running]: waitMs } }),
  };
}

function leadingToEnd(definition: State): State {
  if (!('End' in definition)) return definition;
  const { End: _, ...rest } = definition;
  return { ...rest, Next: end } as State;
}

/**
 * Extends the interpreter's timeouts. If a task waits for an answer, the driver measures the time, across restarts. A function measures its own time
 * from its start; in a storm it starts late, so the state waits longer than on AWS.
 */
function untimed(definition: State): State {
  if (definition.Type === 'Task') {
    if (!waitsForToken(definition))
      return { ...definition, TimeoutSeconds: patience * (definition.TimeoutSeconds ?? 60) };
    const { TimeoutSecondsPath: _, ...rest } = definition;
    return { ...rest, TimeoutSeconds: 2_000_000 } as State;
  }
  if (definition.Type !== 'Map' || definition.ItemProcessor === undefined) return definition;
  const { States, ...processor } = definition.ItemProcessor;
  const inner = Object.fromEntries(Object.entries(States).map(([name, state]) => [name, untimed(state)]));
  return { ...definition, ItemProcessor: { ...processor, States: inner } } as State;
}

function read(definition: State, output: Json): StepOutcome {
  if (definition.Type === 'Succeed') return { kind: 'succeeded', output };
  const landed = Landed.parse(output);
  const input = landed.input as Json;
  return landed.next === end ? { kind: 'succeeded', output: input } : { kind: 'next', state: landed.next, input };
}

function failure(error: unknown, machine: Machine): StepOutcome {
  if (error instanceof ExecutionAbortedError) return { kind: 'aborted' };
  if (error instanceof ExecutionTimeoutError) return timedOut(machine);
  if (!(error instanceof ExecutionError)) throw error;
  const { cause } = error;
  if (!(cause instanceof Error)) return { kind: 'failed', error: 'States.Runtime', cause: error.message };
  const why = typeof cause.cause === 'string' ? cause.cause : cause.message;
  return { kind: 'failed', error: cause.name, cause: why };
}

const timedOut = (machine: Machine): StepOutcome => ({
  kind: 'failed',
  error: 'States.Timeout',
  cause: `The execution did not end within ${machine.timeoutSeconds} s.`,
});
