// Loads the recorded storms from dojo/storms/.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import * as z from 'zod';
import { Storm } from './storm.ts';

const folder = join(import.meta.dirname, '..', 'storms');

export const storms = (): readonly Storm[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.yaml'))
    .toSorted()
    .flatMap((file) => z.array(Storm).parse(parse(readFileSync(join(folder, file), 'utf8'))));
