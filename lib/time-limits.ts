// How long a function may take, from the one table that the state machine is held to (statemachines/time-limits.json).
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { root } from './root.ts';

const seconds = z.number().int().positive();
const again = z.number().int().min(0).max(3);
const Row = z.discriminatedUnion('calledBy', [
  /** `stateSeconds`: how long the state waits for an answer. `againAfterTimeOut`: how often it asks once more. */
  z.strictObject({
    calledBy: z.literal('a state'),
    alsoBy: z.literal('a schedule').optional(),
    seconds,
    stateSeconds: seconds,
    againAfterTimeOut: again,
  }),
  /** How long it waits is the decision's (`remindInSeconds`, `lastSeconds`). */
  z.strictObject({ calledBy: z.literal('a state that waits for an answer'), seconds, againAfterTimeOut: again }),
  /** The state hands it over, which is all that `stateSeconds` is for. */
  z.strictObject({
    calledBy: z.literal('a state that does not wait'),
    seconds,
    stateSeconds: seconds,
    againAfterTimeOut: again,
  }),
  z.strictObject({ calledBy: z.enum(['the bus', 'the edge', 'a schedule']), seconds }),
]);
const TimeLimits = z.strictObject({
  comment: z.string(),
  marginSeconds: seconds,
  /** Errors that mean that a step took too long or ended without a word. */
  timeOuts: z.array(z.string()).min(1),
  /** By folder of lambdas/; `specialist-*` is every specialist. */
  functions: z.record(z.string(), Row),
});
type TimeLimits = z.infer<typeof TimeLimits>;

export const timeLimits = (): TimeLimits =>
  TimeLimits.parse(JSON.parse(readFileSync(join(root, 'statemachines', 'time-limits.json'), 'utf8')));

/** Of a function, by its folder. */
export function secondsOf(folder: string): number {
  const { functions } = timeLimits();
  const row = functions[folder] ?? (folder.startsWith('specialist-') ? functions['specialist-*'] : undefined);
  if (row === undefined) throw new Error(`lambdas/${folder} has no row in statemachines/time-limits.json.`);
  return row.seconds;
}

/** Whether it is called without anybody who waits for its answer, and so hears of its failure. */
export function nobodyWaits(folder: string): boolean {
  const row = timeLimits().functions[folder];
  if (row?.calledBy === 'a state') return row.alsoBy !== undefined;
  const called = row?.calledBy;
  return called === 'the bus' || called === 'a schedule' || called === 'a state that does not wait';
}
