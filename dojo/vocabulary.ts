// Translates our terms into a data set's: vocabularies/<name>.json maps our cause codes and entity kinds to its labels and kinds.
import { readdir, readFile } from 'node:fs/promises';
import * as z from 'zod';
import { CauseCode } from '../core/causes/causes.ts';
import { InvalidInput } from '../core/errors.ts';
import type { Hypothesis } from '../core/model/diagnosis.ts';

const folder = new URL('vocabularies/', import.meta.url);

export const Vocabulary = z.strictObject({
  name: z.string(),
  /** A description of the data set, and the source of its terms. */
  about: z.string(),
  /** Our code to its label; a missing code has no label. */
  causes: z.partialRecord(CauseCode, z.string()),
  /** Label of a hypothesis that names a change and whose cause has no label of its own. */
  withChange: z.string().optional(),
  /** Label of a cause without a label of its own. */
  otherwise: z.string().optional(),
  /** True if our codes are its labels. */
  ownCodes: z.boolean().default(false),
  /** Its entity kinds, each with the matching kinds of ours. */
  entities: z.record(z.string(), z.array(z.string())),
});
export type Vocabulary = z.infer<typeof Vocabulary>;

/** Throws `InvalidInput` that lists the existing vocabularies. */
export async function loadVocabulary(name: string): Promise<Vocabulary> {
  const names = (await readdir(folder)).map((file) => file.replace(/\.json$/, '')).sort();
  if (!names.includes(name)) throw new InvalidInput(`There is no vocabulary ${name}. There are: ${names.join(', ')}.`);
  return Vocabulary.parse(JSON.parse(await readFile(new URL(`${name}.json`, folder), 'utf8')));
}

/** The label of a hypothesis in the vocabulary; undefined if it has none. */
export function labelOf(
  { cause, changeId }: Pick<Hypothesis, 'cause' | 'changeId'>,
  vocabulary: Vocabulary,
): string | undefined {
  if (cause === 'unknown') return undefined;
  if (vocabulary.ownCodes) return cause;
  if (changeId !== undefined && vocabulary.withChange !== undefined)
    return vocabulary.causes[cause] ?? vocabulary.withChange;
  return vocabulary.causes[cause] ?? vocabulary.otherwise;
}
