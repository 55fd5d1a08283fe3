// Reads the prompts in use as files: those of prompts/, and each specialist's from its folder.
import { readdirSync, readFileSync } from 'node:fs';
import { specialists } from '../core/specialists/index.ts';
import { specialistId } from '../core/specialists/specialist.ts';

export interface PromptFile {
  /** The path in the repository, for messages. */
  readonly file: string;
  readonly id: string;
  readonly text: string;
}

const root = new URL('../', import.meta.url);

/** @throws if a specialist has no prompt, because it would fail only at the first model call. */
export function promptFiles(): PromptFile[] {
  const shared = readdirSync(new URL('prompts/', root))
    .filter((name) => name.endsWith('.md'))
    .map((name) => ({ file: `prompts/${name}`, id: name.replace('.md', '') }));
  const own = specialists.map(({ name }) => ({
    file: `core/specialists/${name}/prompt.md`,
    id: specialistId(name),
  }));
  return [...shared, ...own].map((one) => ({ ...one, text: readFileSync(new URL(one.file, root), 'utf8') }));
}
