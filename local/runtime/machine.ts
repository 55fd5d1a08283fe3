// Reads the state machine file for the runtime, fills in its function prefix, and evaluates its paths with the interpreter. Only the interpreter
// (step.ts) decides which state follows which.
import { readFile } from 'node:fs/promises';
import { StateMachine, type StateMachineDefinition } from 'aws-local-stepfunctions';
import * as z from 'zod';
import { Misconfigured } from '../../core/errors.ts';

export type Json = Parameters<StateMachine['run']>[0];
export type State = StateMachineDefinition['States'][string];

export interface Machine {
  readonly name: string;
  readonly startAt: string;
  /** The maximum duration of an execution. */
  readonly timeoutSeconds: number;
  readonly states: Readonly<Record<string, State>>;
}

/** The CDK replaces this with the stack's prefix; here a function's name is its folder in lambdas/. */
const functionPrefix = /\$\{FunctionPrefix\}/g;

const Definition = z.looseObject({
  StartAt: z.string(),
  TimeoutSeconds: z.number().positive().default(86_400),
  States: z.record(z.string(), z.looseObject({ Type: z.string() })),
});

/** Throws `Misconfigured` if the file is no state machine. */
export async function loadMachine(name: string, file: URL): Promise<Machine> {
  try {
    return parseMachine(name, JSON.parse((await readFile(file, 'utf8')).replaceAll(functionPrefix, '')));
  } catch (cause) {
    throw new Misconfigured(`${file.pathname} is not a readable state machine.`, { cause });
  }
}

export function parseMachine(name: string, definition: unknown): Machine {
  const { StartAt, TimeoutSeconds, States } = Definition.parse(definition);
  if (!(StartAt in States)) throw new Misconfigured(`The state machine ${name} starts at ${StartAt}, which it lacks.`);
  return {
    name,
    startAt: StartAt,
    timeoutSeconds: TimeoutSeconds,
    states: States as unknown as Readonly<Record<string, State>>,
  };
}

/** Names of the tasks in a state's inner state machine (a Map's item processor), if it has one. */
export function innerTasks(state: State): readonly string[] {
  const inner = state.Type === 'Map' ? (state.ItemProcessor ?? state.Iterator) : undefined;
  if (inner === undefined) return [];
  return Object.entries(inner.States).flatMap(([name, each]) => [
    ...(each.Type === 'Task' ? [name] : []),
    ...innerTasks(each),
  ]);
}

export const waitsForToken = (state: State | undefined): boolean =>
  state?.Type === 'Task' && state.Resource.endsWith('.waitForTaskToken');

/** The number at a JSONPath of `input`, evaluated by the interpreter; throws if there is none. */
export async function numberAt(path: string, input: Json): Promise<number> {
  const probe = new StateMachine(
    { StartAt: 'Probe', States: { Probe: { Type: 'Pass', Parameters: { 'value.$': path }, End: true } } },
    { validationOptions: { noValidate: true } },
  );
  return z.object({ value: z.number().min(0) }).parse(await probe.run(input).result).value;
}
