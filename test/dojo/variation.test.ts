// What an answer must not depend on: how services are called, and in which order things were written down. Each of our own scenarios is told
// again with other names and shuffled files, and has to be answered as it was.
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readExpected } from '../../dojo/expected.ts';
import { runScenario } from '../../dojo/run.ts';
import { mark } from '../../dojo/score.ts';
import { loadVocabulary } from '../../dojo/vocabulary.ts';

const root = 'scenarios';
const animals = 'heron otter falcon badger marten lynx ibex curlew plover osprey bison gecko newt tapir civet'.split(
  ' ',
);
const scenarios = (await readdir(root, { withFileTypes: true }))
  .filter((one) => one.isDirectory())
  .map(({ name }) => name);

let scratch: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'variation-'));
});
afterAll(() => rm(scratch, { recursive: true }));

/** The same numbers for the same seed (a linear congruential generator, Numerical Recipes). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
function shuffled<T>(items: readonly T[], random: () => number): T[] {
  return items
    .map((item) => ({ item, place: random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);
}

/** Names of services, and of nothing that a text could mean otherwise. */
async function renamer(dir: string): Promise<(text: string) => string> {
  const { rootCause } = (await readExpected(dir)) ?? { rootCause: { entity: { kind: '', name: '' } } };
  const edges = JSON.parse(await readFile(join(dir, 'dependencies.json'), 'utf8').catch(() => '[]'));
  const called: string[] = edges.flatMap(({ from, to }: { from: string; to: string }) => [from, to]);
  const services = ['Vendor', 'Ingress', 'Node', 'Namespace'].includes(rootCause.entity.kind)
    ? []
    : [rootCause.entity.name];
  const names = [...new Set([...called, ...services])]
    .filter((name) => name.length > 4)
    .sort((a, b) => b.length - a.length);
  const others = new Map(names.map((name, place) => [name, `${animals[place % animals.length]}-${place}`]));
  if (names.length === 0) return (text) => text;
  const any = new RegExp(`(?<![A-Za-z0-9-])(?:${names.join('|')})(?![a-z0-9])`, 'g');
  return (text) => text.replaceAll(any, (name) => others.get(name) ?? name);
}

async function toldOtherwise(id: string): Promise<string> {
  const dir = join(scratch, id);
  await cp(join(root, id), dir, { recursive: true });
  const rename = await renamer(join(root, id));
  const random = generator(7);
  for (const entry of await readdir(dir, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    const text = rename(await readFile(file, 'utf8'));
    await writeFile(file, inAnotherOrder(entry.name, text, random));
  }
  return dir;
}

/** Logs and points have an order of their own, the rest has none. */
function inAnotherOrder(name: string, text: string, random: () => number): string {
  if (name === 'signals.ndjson') return `${shuffled(text.trim().split('\n'), random).join('\n')}\n`;
  if (['changes.json', 'dependencies.json', 'alerts.json', 'status.json'].includes(name))
    return JSON.stringify(shuffled(JSON.parse(text), random));
  const json = name.endsWith('.json') ? JSON.parse(text) : undefined;
  return json?.kind === 'List' ? JSON.stringify({ ...json, items: shuffled(json.items, random) }) : text;
}

describe('told with other names and in another order', () => {
  test.each(scenarios)('%s is answered the same', async (id) => {
    const vocabulary = await loadVocabulary('watchkeeper');
    const dir = await toldOtherwise(id);
    const expected = await readExpected(dir);
    if (!expected) throw new Error(`${id} has no truth.`);
    const result = await runScenario(id, dir, vocabulary);
    expect(mark({ id, tags: [] }, result, expected, vocabulary).outcome).toMatchObject({
      kind: 'answered',
      rightRank: 1,
    });
  });
});
