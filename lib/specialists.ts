// Lists the folders of the specialists, so that the stack creates a function for each. core/ defines the specialists themselves.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(import.meta.dirname, '..', 'core', 'specialists');

/** @throws Error if a specialist has no prompt, because its function would fail only at the first model call. */
export function specialistNames(): string[] {
  const names = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
  const without = names.filter((name) => !existsSync(join(folder, name, 'prompt.md')));
  if (without.length > 0) throw new Error(`core/specialists/${without[0]} has no prompt.md.`);
  return names;
}

export const specialistFunction = (name: string): string => `specialist-${name}`;
