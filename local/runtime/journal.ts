// What is written down of an execution: where it is, with what input, and the answer it got while it waited. A record is replaced as a
// whole and is on the disk before the step it names begins.
import * as z from 'zod';
import { Instant } from '../../core/model/entity.ts';
import type { Disk } from './files.ts';

/** What a waiting task was answered, kept so that a crash right after the acknowledgement loses nothing. */
const Answer = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('success'), output: z.unknown() }),
  z.object({ kind: z.literal('failure'), error: z.string(), cause: z.string() }),
]);
export type Answer = z.infer<typeof Answer>;

export const Running = z.object({
  name: z.string(),
  startedAt: Instant,
  state: z.string(),
  /** When the state was entered first: waits and expiries count from here, however often the runtime restarts. */
  enteredAt: Instant,
  input: z.unknown(),
  answer: Answer.optional(),
});
export type Running = z.infer<typeof Running>;

export const Ended = z.object({
  name: z.string(),
  startedAt: Instant,
  endedAt: Instant,
  /** The state it ended in. */
  state: z.string(),
  outcome: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('succeeded') }),
    z.object({ kind: z.literal('failed'), error: z.string(), cause: z.string() }),
  ]),
});
export type Ended = z.infer<typeof Ended>;

export interface Journal {
  /** Throws `Unavailable` where the disk does not take it. */
  write(execution: Running): Promise<void>;
  end(execution: Ended): Promise<void>;
  has(name: string): Promise<boolean>;
  /** What is written down of it; `absent` where nothing is. */
  state(name: string): Promise<'running' | 'succeeded' | 'failed' | 'absent'>;
  /** One that has not ended. */
  read(name: string): Promise<Running | undefined>;
  /** What cannot be read is set aside by the disk, and is not among them. */
  running(): Promise<readonly Running[]>;
  /** Forgets what ended before `before`. */
  prune(before: Date): Promise<void>;
}

/** The execution that a file of the journal is about, by its name; undefined for another file. */
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
      // In this order: the end is written down before what ran is taken away.
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
