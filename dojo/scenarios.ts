// Collects the scenarios below the given folders with the data for a scoreboard: id, tags and the vocabulary of their truth.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { InvalidInput } from '../core/errors.ts';
import { findScenarios } from '../local/scenarios.ts';
import { type Expected, readExpected } from './expected.ts';

const About = z.looseObject({ id: z.string().min(1), tags: z.array(z.string()).default([]) });

export interface DojoScenario {
  readonly id: string;
  readonly dir: string;
  readonly tags: readonly string[];
  readonly expected: Expected | undefined;
}

/** In order of folders and names. Throws `Misconfigured` for a folder without scenarios, `InvalidInput` for two scenarios of one id. */
export async function collectScenarios(folders: readonly string[]): Promise<readonly DojoScenario[]> {
  const found: DojoScenario[] = [];
  for (const folder of folders) {
    const dirs = await findScenarios(folder);
    for (const dir of [...dirs].sort()) found.push(await read(dir));
  }
  const twice = found.find(({ id }, place) => found.findIndex((other) => other.id === id) !== place);
  if (twice) throw new InvalidInput(`Two scenarios have the id ${twice.id}; one is ${twice.dir}.`);
  return found;
}

async function read(dir: string): Promise<DojoScenario> {
  const file = join(dir, 'scenario.json');
  try {
    const { id, tags } = About.parse(JSON.parse(await readFile(file, 'utf8')));
    return { id, dir, tags, expected: await readExpected(dir) };
  } catch (cause) {
    if (cause instanceof InvalidInput) throw cause;
    throw new InvalidInput(`${file} is not a scenario.json.`, { cause });
  }
}
