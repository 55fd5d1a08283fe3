// Judges answers to recorded on-call questions by a file of rules: a case passes when every group of `require` has a pattern that hits the answer, and
// no pattern of `forbid` does. The question itself is taken out, so that an echo of it earns nothing.
import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { InvalidInput } from '../core/errors.ts';
import type { Prediction } from './prediction.ts';

const Rule = z.looseObject({
  question: z.string().default(''),
  require: z.array(z.array(z.string()).min(1)).min(1),
  forbid: z.array(z.string()).default([]),
});
export type Rule = z.infer<typeof Rule>;
const Rules = z.looseObject({ cases: z.record(z.string(), Rule) });

/** By the id of the scenario. */
export async function readRules(file: string): Promise<ReadonlyMap<string, Rule>> {
  try {
    const { cases } = Rules.parse(JSON.parse(await readFile(file, 'utf8')));
    for (const { require, forbid } of Object.values(cases))
      for (const pattern of [...require.flat(), ...forbid]) new RegExp(pattern, 'i');
    return new Map(Object.entries(cases));
  } catch (cause) {
    throw new InvalidInput(`${file} has no rules for questions ({"cases": {ID: {"question", "require", "forbid"}}}).`, {
      cause,
    });
  }
}

const squeezed = (text: string): string => text.split(/\s+/).join(' ').trim();
/** Longer questions are told shortened. */
const quoted = 150;

export function passes(prediction: Prediction, { question, require, forbid }: Rule): boolean {
  const [first, second] = prediction.hypotheses;
  const told = [
    prediction.text,
    ...(first === undefined ? ['No cause could be told.'] : [first.summary, ...first.why, ...first.excerpts]),
    ...(first?.cause === 'unknown' && second !== undefined ? [second.summary] : []),
  ];
  const asked = squeezed(question);
  const text = squeezed(told.join(' '));
  const judged = asked === '' ? text : text.replaceAll(asked, ' ').replaceAll(asked.slice(0, quoted), ' ');
  const hits = (pattern: string): boolean => new RegExp(pattern, 'i').test(judged);
  return require.every((group) => group.some(hits)) && !forbid.some(hits);
}
