// A data set's words for what we say: vocabularies/<name>.json maps our cause codes and entity kinds to its labels and kinds.
import { readdir, readFile } from 'node:fs/promises';
import * as z from 'zod';
import { CauseCode } from '../core/causes/causes.ts';
import { InvalidInput } from '../core/errors.ts';
import type { Hypothesis } from '../core/model/diagnosis.ts';

const folder = new URL('vocabularies/', import.meta.url);

export const Vocabulary = z.strictObject({
  name: z.string(),
  /** What the data set is, and where its words come from. */
  about: z.string(),
  /** Our code to its label; a code that is missing has none. */
  causes: z.partialRecord(CauseCode, z.string()),
  /** Label of a hypothesis that names a change, whatever state it is seen by. */
  withChange: z.string().optional(),
  /** Label of a cause that has none of its own. */
  otherwise: z.string().optional(),
  /** True where our codes are its labels. */
  ownCodes: z.boolean().default(false),
  /** Its kind of entity to our kinds. */
  entities: z.record(z.string(), z.array(z.string())),
});
export type Vocabulary = z.infer<typeof Vocabulary>;

/** Throws `InvalidInput` that says which vocabularies there are. */
export async function loadVocabulary(name: string): Promise<Vocabulary> {
  const names = (await readdir(folder)).map((file) => file.replace(/\.json$/, '')).sort();
  if (!names.includes(name)) throw new InvalidInput(`There is no vocabulary ${name}. There are: ${names.join(', ')}.`);
  return Vocabulary.parse(JSON.parse(await readFile(new URL(`${name}.json`, folder), 'utf8')));
}

/** The cause of a hypothesis in the words of the vocabulary; undefined where it has no word for it. */
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
