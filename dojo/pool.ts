// Runs jobs in child processes, a few at a time. If a child dies or hangs, its job gets an error, and the next job gets a new child.
import { type ChildProcess, fork } from 'node:child_process';
import { RunResult } from './prediction.ts';

export interface Job {
  readonly id: string;
  readonly dir: string;
  readonly vocabulary?: string | undefined;
  /** See `runScenario`. */
  readonly withhold?: readonly string[] | undefined;
}

export interface PoolOptions {
  /** The number of concurrent processes. */
  readonly size: number;
  /** After this time a job counts as hung, and its process is killed. */
  readonly timeoutMs?: number;
  /** The module that the children run. */
  readonly worker?: URL;
  readonly onResult?: (result: RunResult, done: number) => void;
}

const defaultTimeoutMs = 120_000;

/** One result per job, in the order of the jobs. */
export async function runAll(jobs: readonly Job[], options: PoolOptions): Promise<readonly RunResult[]> {
  const results: RunResult[] = [];
  const waiting = jobs.map((job, place) => ({ job, place }));
  let done = 0;
  const lane = async (): Promise<void> => {
    let child: ChildProcess | undefined;
    try {
      for (let next = waiting.shift(); next; next = waiting.shift()) {
        if (child === undefined || !isAlive(child))
          child = fork(options.worker ?? new URL('worker.ts', import.meta.url), {
            stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
          });
        const result = await runOne(child, next.job, options.timeoutMs ?? defaultTimeoutMs);
        results[next.place] = result;
        done += 1;
        options.onResult?.(result, done);
      }
    } finally {
      child?.kill();
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, Math.min(options.size, jobs.length)) }, lane));
  return results;
}

/** A child's channel closes shortly after the child was killed or ended by itself; a message in between would be lost. */
const isAlive = ({ connected, killed, exitCode, signalCode }: ChildProcess): boolean =>
  connected && !killed && exitCode === null && signalCode === null;

function runOne(child: ChildProcess, job: Job, timeoutMs: number): Promise<RunResult> {
  return new Promise((resolve) => {
    let output = '';
    const collect = (chunk: Buffer) => {
      output = (output + chunk.toString('utf8')).slice(-2000);
    };
    const end = (result: RunResult) => {
      clearTimeout(timer);
      child.off('message', onMessage).off('exit', onExit).stderr?.off('data', collect);
      resolve(result);
    };
    const error = (reason: string) => end({ kind: 'error', id: job.id, reason });
    const onMessage = (message: unknown) => {
      const result = RunResult.safeParse(message);
      if (result.success) end(result.data);
      else error('The worker answered what does not fit.');
    };
    const onExit = (code: number | null, signal: string | null) =>
      error(
        `The process ended (${signal ?? code}): ${/^\w*Error.*$/m.exec(output)?.[0] ?? (output.trim().split('\n').at(-1) || 'it said nothing')}`,
      );
    const timer = setTimeout(() => {
      error(`No answer within ${timeoutMs} ms.`);
      child.kill('SIGKILL');
    }, timeoutMs);
    child.on('message', onMessage).on('exit', onExit).stderr?.on('data', collect);
    child.send(job, (failure) => {
      if (failure) error('The process could not be given the scenario.');
    });
  });
}
