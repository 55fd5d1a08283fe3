// Reads the time limit of a function from the same table as on AWS (statemachines/time-limits.json).
import { readFileSync } from 'node:fs';
import * as z from 'zod';

const TimeLimits = z.object({ functions: z.record(z.string(), z.object({ seconds: z.number().positive() })) });
const file = new URL('../../statemachines/time-limits.json', import.meta.url);
let read: z.infer<typeof TimeLimits>['functions'] | undefined;
/** Lambda's default. */
const defaultSeconds = 3;

export function timeLimitMs(name: string): number {
  read ??= TimeLimits.parse(JSON.parse(readFileSync(file, 'utf8'))).functions;
  const row = read[name] ?? (name.startsWith('specialist-') ? read['specialist-*'] : undefined);
  return (row?.seconds ?? defaultSeconds) * 1000;
}
