// Finds the recordings in a folder: the folder itself, or its subfolders. The recorded connector reads them.
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Misconfigured } from '../core/errors.ts';

const levels = 3;

/** Folders with a scenario.json, sorted. Throws `Misconfigured` if there is none. */
export async function findScenarios(folder: string): Promise<readonly string[]> {
  const found = await search(resolve(folder), levels);
  if (found.length > 0) return found;
  throw new Misconfigured(`${folder} holds no scenario: there is no scenario.json in it or below it.`);
}

async function search(folder: string, depth: number): Promise<string[]> {
  let entries: Awaited<ReturnType<typeof entriesOf>>;
  try {
    entries = await entriesOf(folder);
  } catch (cause) {
    throw new Misconfigured(`${folder} cannot be read as a folder.`, { cause });
  }
  if (entries.some((entry) => entry.name === 'scenario.json')) return [folder];
  if (depth === 0) return [];
  const below = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.')).map(({ name }) => name);
  return (await Promise.all(below.sort().map((name) => search(join(folder, name), depth - 1)))).flat();
}

const entriesOf = (folder: string) => readdir(folder, { withFileTypes: true });
