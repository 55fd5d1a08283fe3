// The catalogue of causes as a whole: what no type can hold.
import { readdir } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import type { CauseEntry } from '../../../core/causes/cause.ts';
import { causesIn, normalizePhrases, titleIn } from '../../../core/causes/cause-words.ts';
import { accountsFor, causeCodes, causes } from '../../../core/causes/causes.ts';

const folder = new URL('../../../core/causes/', import.meta.url);

/** The tables of the files of groups, by file. */
async function tables(): Promise<readonly (readonly [file: string, codes: readonly string[]])[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.ts'));
  const modules = await Promise.all(
    files.map(
      async (file): Promise<[string, Record<string, unknown>]> => [file, await import(new URL(file, folder).href)],
    ),
  );
  return modules.flatMap(([file, module]) =>
    Object.entries(module)
      .filter(([name]) => name.endsWith('Causes'))
      .map(([, table]) => [file.replace('.ts', ''), Object.keys(table ?? {})] as const),
  );
}

describe('the catalogue of causes', () => {
  test('holds every entry of every file of a group, each once', async () => {
    const codes = (await tables()).flatMap(([, own]) => own);
    expect(codes.toSorted()).toEqual([...causeCodes].sort());
  });

  test('has each entry in the file that is named after its group', async () => {
    for (const [file, codes] of await tables())
      for (const code of causeCodes.filter((one) => codes.includes(one)))
        expect([code, causes[code].group]).toEqual([code, file]);
  });

  test.each(causeCodes)('%s can be read: title, confirmation, advice, prevention', (code) => {
    const { title, confirms, nextStep, prevention, rulesOut }: CauseEntry = causes[code];
    const advice = nextStep({ it: 'Deployment checkout', orRollBack: '', isRuledOut: () => false });
    for (const text of [title, confirms, advice, prevention('Deployment checkout')]) expect(text).toMatch(/\S{2}/);
    expect(advice).not.toMatch(/\.$/);
    expect(prevention('Deployment checkout')).toMatch(/\.$/);
    for (const { observation } of rulesOut) expect(observation).toMatch(/^\S.*[^.]$/);
  });

  test.each(causeCodes.filter((code) => code !== 'unknown' && code !== 'other'))(
    '%s is known by its title and by each of its aliases',
    (code) => {
      expect(titleIn(normalizePhrases(causes[code].title))?.cause).toBe(code);
      for (const phrase of causes[code].aliases.flat())
        expect(causesIn(normalizePhrases(phrase.replace('*', 'ing'))), phrase).toContain(code);
    },
  );

  test('has no two titles alike', () => {
    const titles = causeCodes.map((code) => causes[code].title.toLowerCase());
    expect(new Set(titles).size).toBe(titles.length);
  });

  test.each(causeCodes.filter((code) => causes[code].depth === 'root'))(
    '%s accounts for effects and not the other way round',
    (code) => {
      expect(accountsFor(code, 'application-errors')).toBe(true);
      expect(accountsFor('application-errors', code)).toBe(false);
    },
  );
});
