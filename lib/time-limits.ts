// Reads the timeout of each function from the table that the state machine must match too (statemachines/time-limits.json).
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { root } from './root.ts';

const seconds = z.number().int().positive();
const again = z.number().int().min(0).max(3);
const Row = z.discriminatedUnion('calledBy', [
  /** `stateSeconds`: how long the state waits for an answer. `againAfterTimeOut`: how often it retries after a timeout. */
  z.strictObject({
    calledBy: z.literal('a state'),
    alsoBy: z.literal('a schedule').optional(),
    seconds,
    stateSeconds: seconds,
    againAfterTimeOut: again,
  }),
  /** The decision sets the waiting time (`remindInSeconds`, `lastSeconds`). */
  z.strictObject({ calledBy: z.literal('a state that waits for an answer'), seconds, againAfterTimeOut: again }),
  /** The state only starts the call, so `stateSeconds` covers no more than that. */
  z.strictObject({
    calledBy: z.literal('a state that does not wait'),
    seconds,
    stateSeconds: seconds,
    againAfterTimeOut: again,
  }),
  z.strictObject({ calledBy: z.enum(['the bus', 'the edge', 'a schedule', 'another function']), seconds }),
]);
const TimeLimits = z.strictObject({
  comment: z.string(),
  marginSeconds: seconds,
  /** Error names that mean that a step timed out or ended without an answer. */
  timeOuts: z.array(z.string()).min(1),
  /** By folder of lambdas/; `specialist-*` covers every specialist. */
  functions: z.record(z.string(), Row),
});
type TimeLimits = z.infer<typeof TimeLimits>;

export const timeLimits = (): TimeLimits =>
  TimeLimits.parse(JSON.parse(readFileSync(join(root, 'statemachines', 'time-limits.json'), 'utf8')));

/** The timeout of a function in seconds, by its folder. */
export function secondsOf(folder: string): number {
  const { functions } = timeLimits();
  const row = functions[folder] ?? (folder.startsWith('specialist-') ? functions['specialist-*'] : undefined);
  if (row === undefined) throw new Error(`lambdas/${folder} has no row in statemachines/time-limits.json.`);
  return row.seconds;
}

/** Whether the function is invoked asynchronously, so that no caller learns of its failure. */
export function nobodyWaits(folder: string): boolean {
  const row = timeLimits().functions[folder];
  if (row?.calledBy === 'a state') return row.alsoBy !== undefined;
  const called = row?.calledBy;
  return called === 'the bus' || called === 'a schedule' || called === 'a state that does not wait';
}
