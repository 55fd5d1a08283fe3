// Runs executions of the state machine that outlive the process: every transition is on disk before the next state starts, and after a crash each
// unfinished execution resumes at its last state. The interpreter (step.ts) executes the states.
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { Unavailable, WatchkeeperError } from '../../core/errors.ts';
import type { ExecutionState } from '../../core/ports/executions.ts';
import type { Clock } from '../../core/ports/world.ts';
import type { Answer, Ended, Journal, Running } from './journal.ts';
import { type Json, type Machine, numberAt, type State, waitsForToken } from './machine.ts';
import { runStep, type StepOutcome } from './step.ts';
import { type Waiter, waiting } from './waiting.ts';

/** Calls a function by the name of its folder in lambdas/. */
export type InvokeFunction = (name: string, payload: unknown) => Promise<unknown>;

export interface ExecutionsOptions {
  readonly machine: Machine;
  readonly journal: Journal;
  readonly invoke: InvokeFunction;
  /** Real time, for waits and expiries. */
  readonly clock: Clock;
  /** The milliseconds of every Wait state, in place of its own value: for worlds with recorded time. */
  readonly waitMs?: (() => number | undefined) | undefined;
  /** Awaited before a state runs, and again after it ran but before the transition is on disk. */
  readonly onEntered?: ((at: Running) => void | Promise<void>) | undefined;
  readonly onLeft?: ((at: Running) => void | Promise<void>) | undefined;
  /** Awaited when an execution fails in a state that is no Fail state, because no state of the machine can report that. */
  readonly onStopped?: ((last: Running, failure: { error: string; cause: string }) => Promise<void>) | undefined;
  /** Awaited when an asynchronously invoked function fails. */
  readonly onUnheard?: ((name: string, payload: unknown, error: unknown) => Promise<void>) | undefined;
  readonly onEnded?: ((execution: Ended) => void) | undefined;
  /** Called once for each problem that the runtime waits out, with one sentence. */
  readonly onTrouble?: ((sentence: string) => void) | undefined;
}

export interface Executions {
  /** The start is on disk when this resolves. `exists`: an execution of that name runs or ran. */
  start(name: string, input: unknown): Promise<'started' | 'exists'>;
  /** Answers a waiting task; the answer is on disk when this resolves. `gone`: no task waits with this token. */
  answer(taskToken: string, answer: Answer): Promise<'answered' | 'gone'>;
  /** The state of an execution, running or not. Never throws. */
  state(name: string): Promise<ExecutionState>;
  /** Names of the executions that run in this process. */
  running(): Promise<ReadonlySet<string>>;
  /** Resolves when this execution no longer runs in this process. */
  ended(name: string): Promise<void>;
  /** Resumes every unfinished execution; returns their names. */
  resume(): Promise<readonly string[]>;
  /** Stops each execution at its current step; the next process resumes them. */
  close(): Promise<void>;
}

class TaskFailure extends Error {
  constructor(error: string, cause: string) {
    super(cause);
    this.name = error;
  }
}

/** An execution that waits for an answer; until then nothing of it stays in memory. */
interface Parked {
  readonly kind: 'parked';
  readonly answered: Promise<Running | undefined>;
}
const timedOut: Answer = { kind: 'failure', error: 'States.Timeout', cause: 'Nobody answered in time.' };

/** The longest timeout of setTimeout. */
const longestTimerMs = 2 ** 31 - 1;

/** Parameters of `lambda:invoke`. */
const Invocation = z.object({ FunctionName: z.string(), Payload: z.unknown(), InvocationType: z.string().optional() });

export function executions(options: ExecutionsOptions): Executions {
  const { machine, journal, clock } = options;
  const closing = new AbortController();
  const active = new Map<string, Promise<void>>();
  const starting = new Set<string>();
  const tokens = waiting();
  const onTheSide = new Set<Promise<unknown>>();

  function launch(first: Running): void {
    const done = drive(first)
      .catch((error: unknown) => options.onTrouble?.(`Execution ${first.name} stopped: ${sentence(error)}`))
      .finally(() => active.delete(first.name));
    active.set(first.name, done);
  }

  async function drive(first: Running): Promise<void> {
    let now = first;
    let goesOn = false;
    while (!closing.signal.aborted) {
      if (!goesOn) await unlessClosing(options.onEntered?.(now));
      goesOn = false;
      const outcome = await step(now).catch(defect);
      if (outcome.kind !== 'aborted' && outcome.kind !== 'parked') await unlessClosing(options.onLeft?.(now));
      switch (outcome.kind) {
        case 'aborted':
          return;
        case 'parked': {
          // The journal holds the waiting execution, not the memory: a thousand may wait for hours.
          now = { ...now, input: undefined };
          const answered = await outcome.answered;
          if (answered === undefined) return;
          now = answered;
          goesOn = true;
          break;
        }
        case 'next':
          now = entering(now, outcome.state, outcome.input);
          if (!(await persist(() => journal.write(now)))) return;
          break;
        case 'succeeded':
        case 'failed':
          return finish(now, outcome);
      }
    }
  }

  const closed = new Promise<void>((resolve) => closing.signal.addEventListener('abort', () => resolve()));
  const unlessClosing = (hook: void | Promise<void>) => Promise.race([hook, closed]);

  const entering = (execution: Running, state: string, input: unknown): Running => ({
    name: execution.name,
    startedAt: execution.startedAt,
    state,
    enteredAt: clock.now().toISOString(),
    input,
  });

  async function finish(now: Running, outcome: Extract<StepOutcome, { kind: 'succeeded' | 'failed' }>): Promise<void> {
    const ended: Ended = {
      name: now.name,
      startedAt: now.startedAt,
      endedAt: clock.now().toISOString(),
      state: now.state,
      outcome:
        outcome.kind === 'succeeded'
          ? { kind: 'succeeded' }
          : { kind: 'failed', error: outcome.error, cause: outcome.cause },
    };
    if (outcome.kind === 'failed' && machine.states[now.state]?.Type !== 'Fail')
      await options.onStopped?.(now, outcome);
    if (await persist(() => journal.end(ended))) options.onEnded?.(ended);
  }

  async function step(now: Running): Promise<StepOutcome | Parked> {
    const state = machine.states[now.state];
    const token = randomBytes(32).toString('base64url');
    const { name: execution } = now;
    const waiter = waitsForToken(state) ? tokens.register(token, (answer) => record(execution, answer)) : undefined;
    const parking = new AbortController();
    try {
      const outcome = await runStep({
        machine,
        state: now.state,
        input: now.input as Json,
        context: {
          Execution: { Name: now.name, Id: now.name },
          StateMachine: { Name: machine.name, Id: machine.name },
          State: { Name: now.state, EnteredTime: now.enteredAt },
          Task: { Token: token },
        },
        task: (name) => (waiter !== undefined && name === now.state ? withDeadline(now, waiter, parking) : call),
        waitMs: state?.Type === 'Wait' ? await waitMs(now, state) : undefined,
        remainingSeconds: machine.timeoutSeconds - secondsSince(now.startedAt),
        signal: waiter === undefined ? closing.signal : AbortSignal.any([closing.signal, parking.signal]),
      });
      if (waiter === undefined || !parking.signal.aborted || closing.signal.aborted) return outcome;
      return { kind: 'parked', answered: answerOf(execution, waiter, await taskTimeoutMs(state, now)) };
    } finally {
      if (!parking.signal.aborted) await waiter?.close();
    }
  }

  async function record(execution: string, answer: Answer): Promise<void> {
    const waits = await journal.read(execution);
    if (waits === undefined) throw new Unavailable(`The journal has lost the execution ${execution}.`);
    await journal.write({ ...waits, answer });
  }

  /** The stored execution, with its answer or its expiry; undefined if the runtime closes first. */
  async function answerOf(execution: string, waiter: Waiter, expiresInMs: number): Promise<Running | undefined> {
    const timer = new AbortController();
    const signal = AbortSignal.any([timer.signal, closing.signal]);
    const expired = sleep(expiresInMs, undefined, { signal }).then(
      async () => (await waiter.close()) ?? timedOut,
      () => undefined,
    );
    try {
      const answer = await Promise.race([waiter.answered, expired]);
      const waits = answer && (await journal.read(execution));
      return waits && { ...waits, answer };
    } finally {
      timer.abort();
      await waiter.close();
    }
  }

  async function call(parameters: Json): Promise<Json> {
    const { FunctionName, Payload, InvocationType } = Invocation.parse(parameters);
    if (InvocationType === 'Event') {
      const running = options
        .invoke(FunctionName, Payload)
        .catch((error: unknown) => options.onUnheard?.(FunctionName, Payload, error))
        .catch((error: unknown) =>
          options.onTrouble?.(`${FunctionName} failed, and that could not be kept: ${sentence(error)}`),
        );
      onTheSide.add(running);
      void running.finally(() => onTheSide.delete(running));
      return { StatusCode: 202, Payload: {} };
    }
    return { Payload: ((await options.invoke(FunctionName, Payload)) ?? null) as Json };
  }

  /** Passes the token to the function and parks the execution if there is no answer by then. The expiry counts from the first entry of the state. */
  const withDeadline = (now: Running, waiter: Waiter, parking: AbortController) => async (parameters: Json) => {
    if (now.answer !== undefined) return unwrap(now.answer);
    const answer = await Promise.race([waiter.answered, call(parameters).then(() => undefined)]);
    if (answer !== undefined) return unwrap(answer);
    parking.abort();
    // The step is over. The returned value is unused; returning lets the interpreter release its timers.
    return null;
  };

  async function taskTimeoutMs(state: State | undefined, now: Running): Promise<number> {
    if (state?.Type !== 'Task') return 0;
    const seconds =
      state.TimeoutSecondsPath === undefined
        ? (state.TimeoutSeconds ?? machine.timeoutSeconds)
        : await numberAt(state.TimeoutSecondsPath, now.input as Json);
    return Math.min(Math.max(0, (seconds - secondsSince(now.enteredAt)) * 1000), longestTimerMs);
  }

  async function waitMs(now: Running, state: State): Promise<number | undefined> {
    const override = options.waitMs?.();
    if (override !== undefined) return override;
    if (state.Type !== 'Wait') return undefined;
    const seconds =
      state.SecondsPath === undefined ? state.Seconds : await numberAt(state.SecondsPath, now.input as Json);
    return seconds === undefined ? undefined : Math.max(0, (seconds - secondsSince(now.enteredAt)) * 1000);
  }

  const secondsSince = (instant: string) => (clock.now().getTime() - new Date(instant).getTime()) / 1000;

  /** Retries until the disk accepts the write, because an execution must not continue unrecorded. Returns false if the runtime closes first. */
  async function persist(write: () => Promise<void>): Promise<boolean> {
    for (let attempt = 0; !closing.signal.aborted; attempt += 1) {
      try {
        await write();
        return true;
      } catch (error) {
        if (attempt === 0) options.onTrouble?.(`${sentence(error)} The investigation waits for it.`);
        await sleep(Math.min(250 * 2 ** attempt, 10_000), undefined, { signal: closing.signal }).catch(() => undefined);
      }
    }
    return false;
  }

  return {
    async start(name, input) {
      if (active.has(name) || starting.has(name)) return 'exists';
      starting.add(name);
      try {
        if (await journal.has(name)) return 'exists';
        const at = clock.now().toISOString();
        const first: Running = { name, startedAt: at, state: machine.startAt, enteredAt: at, input };
        await journal.write(first);
        launch(first);
        return 'started';
      } finally {
        starting.delete(name);
      }
    },
    answer: (taskToken, answer) => tokens.answer(taskToken, answer),
    async state(name) {
      if (active.has(name) || starting.has(name)) return 'running';
      try {
        return await journal.state(name);
      } catch {
        return 'unknown';
      }
    },
    running: async () => new Set(active.keys()),
    ended: async (name) => active.get(name),
    async resume() {
      const unfinished = (await journal.running()).filter(({ name }) => !active.has(name) && !starting.has(name));
      for (const execution of unfinished) launch(execution);
      return unfinished.map(({ name }) => name);
    },
    async close() {
      closing.abort();
      await Promise.allSettled([...active.values(), ...onTheSide]);
    },
  };
}

/** If the interpreter fails, the execution ends, as on AWS, instead of hanging until the next start. */
const defect = (error: unknown): StepOutcome => ({ kind: 'failed', error: 'States.Runtime', cause: sentence(error) });

function unwrap(answer: Answer): Json {
  switch (answer.kind) {
    case 'success':
      return answer.output as Json;
    case 'failure':
      throw new TaskFailure(answer.error, answer.cause);
  }
}

const sentence = (error: unknown): string =>
  error instanceof WatchkeeperError ? error.message : `something unexpected happened (${String(error)}).`;
