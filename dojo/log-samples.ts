// Reads log samples with templates that people wrote: files *_structured.csv in loghub's format (Zhu et al., "Loghub: A Large Collection of System
// Log Datasets for AI-driven Log Analytics", ISSRE 2023).
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import * as z from 'zod';
import { Misconfigured } from '../core/errors.ts';

export interface Sample {
  readonly file: string;
  readonly messages: readonly string[];
  /** The template of each message, as people wrote it. */
  readonly truth: readonly string[];
}

export async function readSamples(dir: string): Promise<Sample[]> {
  let files: string[];
  try {
    files = (await readdir(dir)).filter((file) => file.endsWith('_structured.csv')).sort();
  } catch (cause) {
    throw new Misconfigured(`The samples ${dir} cannot be read.`, { cause });
  }
  if (files.length === 0) throw new Misconfigured(`There is no *_structured.csv in ${dir}.`);
  return Promise.all(
    files.map(async (file) => {
      const text = await readFile(join(dir, file), 'utf8');
      const rows = Rows.safeParse(parse(text, { columns: true, skip_empty_lines: true, relax_quotes: true }));
      if (!rows.success) throw new Misconfigured(`${join(dir, file)} has no columns Content and EventId.`);
      return {
        file,
        messages: rows.data.map(({ Content }) => Content),
        truth: rows.data.map(({ EventId }) => EventId),
      };
    }),
  );
}
const Rows = z.array(z.object({ Content: z.string(), EventId: z.string() })).min(1);
