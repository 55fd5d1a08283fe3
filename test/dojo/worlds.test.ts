import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readScenario } from '../../connectors/recorded/index.ts';
import { randomOf } from '../../dojo/worlds/random.ts';
import { type Recording, readRecording, writeRecording } from '../../dojo/worlds/recording.ts';
import { transformations, worldsOf } from '../../dojo/worlds/worlds.ts';
import { findScenarios } from '../../local/scenarios.ts';

const read = async (id: string): Promise<Recording> => (await readRecording(join('scenarios', id)))!;
const named = (name: string) => transformations.find((one) => one.name === name)!;
const after = (name: string, recording: Recording): Recording => {
  const outcome = named(name).apply(recording, randomOf('test'));
  if (outcome.kind !== 'applied') throw new Error(outcome.because);
  return outcome.recording;
};
const plain = (value: unknown): string =>
  JSON.stringify(value, (_, one) => (one instanceof Map ? [...one.entries()] : one));

test('the same seed makes the same worlds, another seed others', async () => {
  const recording = await read('certificate-expired');
  const worlds = (seed: string) => plain(worldsOf(recording, seed, 3));
  expect(worlds('1')).toBe(worlds('1'));
  expect(worlds('2')).not.toBe(worlds('1'));
});

test('every own scenario is told in at least five different ways, each world in a folder that the reader takes', async () => {
  const scratch = await mkdtemp(join(tmpdir(), 'worlds-'));
  try {
    for (const dir of await findScenarios('scenarios')) {
      const worlds = worldsOf((await readRecording(dir))!, '1', 6);
      expect(new Set(worlds.flatMap(({ applied }) => applied)).size, dir).toBeGreaterThanOrEqual(5);
      const [world] = worlds;
      await writeRecording(join(scratch, world!.id), world!.recording);
      expect((await readScenario(join(scratch, world!.id))).id).toBe(world!.id);
    }
    expect(await readdir(scratch)).not.toHaveLength(0);
  } finally {
    await rm(scratch, { recursive: true });
  }
}, 60_000);

test('a new name stands wherever the old one stood, in the truth as well', async () => {
  const recording = await read('database-shared');
  const other = after('renamed', recording);
  expect(
    plain({ ...other, about: undefined, catalog: undefined }).match(/\b(?:orders|catalog|payments|store-1)\b/g),
  ).toBeNull();
  const { entity } = other.expected.rootCause;
  expect(entity.name).toMatch(/-mysql$/);
  expect(plain([...other.kubernetes])).toContain(`"name":"${entity.name}"`);
  expect(other.dependencies?.some(({ to }) => to === entity.name)).toBe(true);
});

test('resources of AWS have other names, in sentences and in the catalogue as well', async () => {
  const image = plain({ ...after('renamed', await read('container-image')), about: undefined });
  expect(image).toContain('CannotPullContainerError');
  expect(image).not.toContain('parcel-web');
  const letters = after('renamed', await read('dead-letters-release'));
  const { entity } = letters.expected.rootCause;
  expect(plain(letters.catalog)).toContain(`{"lambda":"${entity.name}"}`);
  expect(plain(letters.catalog)).not.toContain('label-printer');
});

test('names of products and of the cluster itself stay', async () => {
  const other = after('renamed', await read('route-wrong-backend-twin'));
  expect(other.expected.rootCause.entity).toEqual({ kind: 'Vendor', name: 'Fastly' });
});

test('without Events a truth that only they told may be less certain, and one that a log tells may not', async () => {
  const leaves = async (id: string) => named('no-events').apply(await read(id), randomOf('test'));
  expect(await leaves('replicas-zero-twin')).toMatchObject({ kind: 'applied', leaves: 'less' });
  expect(await leaves('oom-after-deploy')).toMatchObject({ kind: 'applied', leaves: 'same' });
  expect(await leaves('certificate-expired')).toMatchObject({ kind: 'does-not-apply' });
});

test('half of the log is lost, but no kind of line whole', async () => {
  const recording = await read('database-connections');
  const other = after('half-log', recording);
  const kinds = ({ logs }: Recording) =>
    new Set(logs?.map(({ labels, message }) => `${labels.service} ${message.replaceAll(/\d+/g, '#')}`));
  expect(other.logs!.length).toBeLessThan(recording.logs!.length * 0.7);
  expect(kinds(other)).toEqual(kinds(recording));
});

test('an error is told in the words of another stack, with the same host and port', async () => {
  const other = after('other-wording', await read('network-policy'));
  const told = other.logs!.filter(({ labels }) => labels.service === 'orders' && labels.level === 'error');
  expect(told.length).toBeGreaterThan(0);
  for (const { message } of told) {
    expect(message).not.toMatch(/i\/o timeout/);
    expect(message).toContain('payments');
    expect(message).toContain('8443');
  }
});

test('a crowd is healthy, and a page can name the namespace alone', async () => {
  const recording = await read('port-conflict');
  const crowd = after('crowded', recording);
  expect([...crowd.kubernetes.values()].flat().length).toBeGreaterThan(
    [...recording.kubernetes.values()].flat().length + 200,
  );
  const page = plain(after('page-namespace-only', recording).alert);
  expect(page).toContain('"details":{"namespace":"store"}');
  expect(page).not.toContain('orders');
});
