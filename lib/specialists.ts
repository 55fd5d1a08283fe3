// The specialists, as folders: the stack makes a function of each. What they are is core's business.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(import.meta.dirname, '..', 'core', 'specialists');

/** @throws Error where a specialist has no prompt: its function would fail only once a model is asked. */
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
