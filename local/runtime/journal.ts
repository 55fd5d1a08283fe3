// Stores each execution: its state, its input, and the answer that arrived while it waited. A record is replaced as a whole, and is on disk before
// the step that it names begins.
import * as z from 'zod';
import { Instant } from '../../core/model/entity.ts';
import type { Disk } from './files.ts';

/** The answer to a waiting task, stored so that a crash right after the acknowledgement loses nothing. */
const Answer = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('success'), output: z.unknown() }),
  z.object({ kind: z.literal('failure'), error: z.string(), cause: z.string() }),
]);
export type Answer = z.infer<typeof Answer>;

export const Running = z.object({
  name: z.string(),
  startedAt: Instant,
  state: z.string(),
  /** The first entry of the state: waits and expiries count from it, however often the runtime restarts. */
  enteredAt: Instant,
  input: z.unknown(),
  answer: Answer.optional(),
});
export type Running = z.infer<typeof Running>;

export const Ended = z.object({
  name: z.string(),
  startedAt: Instant,
  endedAt: Instant,
  /** The final state. */
  state: z.string(),
  outcome: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('succeeded') }),
    z.object({ kind: z.literal('failed'), error: z.string(), cause: z.string() }),
  ]),
});
export type Ended = z.infer<typeof Ended>;

export interface Journal {
  /** Throws `Unavailable` if the disk does not accept the write. */
  write(execution: Running): Promise<void>;
  end(execution: Ended): Promise<void>;
  has(name: string): Promise<boolean>;
  /** The stored status; `absent` if there is no record. */
  state(name: string): Promise<'running' | 'succeeded' | 'failed' | 'absent'>;
  /** An unfinished execution. */
  read(name: string): Promise<Running | undefined>;
  /** The disk sets unreadable records aside, so they are missing here. */
  running(): Promise<readonly Running[]>;
  /** Deletes executions that ended before `before`. */
  prune(before: Date): Promise<void>;
}

/** The name of the execution that a journal file belongs to; undefined for any other file. */
export function executionIn(file: string): string | undefined {
  const name = /^executions\/(?:ended\/)?([^/]+)\.json$/.exec(file)?.[1];
  return name === undefined ? undefined : decodeURIComponent(name);
}

export function journal(disk: Disk): Journal {
  const runningFile = (name: string) => `executions/${encodeURIComponent(name)}.json`;
  const endedFile = (name: string) => `executions/ended/${encodeURIComponent(name)}.json`;
  const readAll = async <T>(folder: string, schema: z.ZodType<T>): Promise<readonly T[]> =>
    (await Promise.all((await disk.list(folder)).map((file) => disk.record(file, schema)))).filter(
      (each) => each !== undefined,
    );
  return {
    write: (execution) => disk.write(runningFile(execution.name), JSON.stringify(execution)),
    async end(execution) {
      await disk.write(endedFile(execution.name), JSON.stringify(execution));
      await disk.remove(runningFile(execution.name));
    },
    has: async (name) =>
      (await disk.read(endedFile(name))) !== undefined || (await disk.read(runningFile(name))) !== undefined,
    async state(name) {
      // The order matters: the end is written before the running record is removed.
      const began = (await disk.read(runningFile(name))) !== undefined;
      const ended = await disk.record(endedFile(name), Ended);
      if (ended !== undefined) return ended.outcome.kind;
      return began ? 'running' : 'absent';
    },
    read: (name) => disk.record(runningFile(name), Running),
    async running() {
      const all = await readAll('executions', Running);
      const ended = new Set(await disk.list('executions/ended'));
      return all.filter((execution) => !ended.has(endedFile(execution.name)));
    },
    async prune(before) {
      for (const each of await readAll('executions/ended', Ended)) {
        if (new Date(each.endedAt) < before) await disk.remove(endedFile(each.name));
      }
    },
  };
}
