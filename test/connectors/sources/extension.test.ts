// An added source takes a folder and one row (test/fixtures/extension). Everything else follows from its manifest.
import { describe, expect, test } from 'vitest';
import { readBlocks, readEntries, readTelemetry, writeTelemetry } from '../../../connectors/configured.ts';
import { diskTape } from '../../../connectors/disk/index.ts';
import { liveSources } from '../../../connectors/live.ts';
import type { ConfigPlace, RuntimeMeans } from '../../../connectors/source-kind.ts';
import { noTelemetry } from '../../../core/ports/none.ts';
import type { Observed } from '../../../core/ports/telemetry.ts';
import { recorder, tapedTelemetry } from '../../../core/replay/record.ts';
import { replayedTelemetry, replaySourceOf } from '../../../core/replay/replay.ts';
import { memoryDisk } from '../../../local/runtime/files.ts';
import { aScope } from '../../builders.ts';
import { logsScopeContract, metricsScopeContract } from '../../contract/source.ts';
import { withBeacon as kinds } from '../../fixtures/extension/sources.ts';

const clock = { now: () => new Date('2026-11-20T02:47:00.000Z') };
const means: RuntimeMeans = { clock, secret: (name) => async () => `value of ${name}` };
const block = (place: ConfigPlace, value: object) => readBlocks({ beacon: value }, { place, kinds });
const entries = (value: object) => readEntries(value, { place: 'stage', kinds });
const sourcesOf = (value: object) => liveSources(entries(value), means).sources;

async function messages(observed: Observed<AsyncIterable<{ readonly message: string }>>): Promise<string[]> {
  const all: string[] = [];
  if (observed.kind === 'data') for await (const { message } of observed.data) all.push(message);
  return [...new Set(all)];
}

describe('an added source', () => {
  test('is configured by its block in a stage file, and gets its secret and its rights there', () => {
    expect(block('stage', { site: 'north', table: 'lights' })).toMatchObject([
      {
        name: 'beacon',
        config: { site: 'north', table: 'lights' },
        secrets: [{ name: 'beacon-key', purpose: 'observe' }],
        rights: [{ actions: ['dynamodb:GetItem'] }],
      },
    ]);
    expect(() => block('stage', { site: 'north', key: 'k' })).toThrow(/key/);
  });
  test('is configured by its block in a local file, with the secret itself', async () => {
    const { sources } = liveSources(block('local', { site: 'north', key: 'k' }), { clock, secret: () => undefined });
    expect(await messages(await sources.logs.observe(aScope(), {}))).toEqual(['north k']);
    expect(() => block('local', { site: 'north' })).toThrow(/is needed: Key of the beacon/);
  });
  test('is handed to functions by the variable that the stack writes, without a secret', async () => {
    const written = writeTelemetry({ kind: 'live', sources: block('stage', { site: 'north' }) });
    expect(written).not.toContain('value');
    const read = readTelemetry(written, kinds);
    expect(writeTelemetry(read)).toBe(written);
    if (read.kind !== 'live') throw new Error('It is not live.');
    const { sources } = liveSources(read.sources, means);
    expect(await messages(await sources.logs.observe(aScope(), {}))).toEqual(['north value of beacon-key']);
  });
  test('leaves a gap for every signal that nothing is configured for', async () => {
    const { sources } = liveSources([], means);
    expect(await sources.logs.observe(aScope(), {})).toEqual({
      kind: 'gap',
      gap: { source: 'logs', reason: 'No source for logs is configured.', notConfigured: true },
    });
  });
  test('is recorded and replayed', async () => {
    const tape = diskTape(memoryDisk());
    const record = recorder({ tape, clock, onTrouble: () => undefined, waits: true });
    const taped = tapedTelemetry({ ...noTelemetry, ...sourcesOf({ north: { kind: 'beacon', site: 'n' } }) }, record);
    const said = await messages(await taped.logs.observe(aScope(), {}));
    const metrics = await taped.metrics.observe(aScope(), {});
    const replayed = replayedTelemetry(replaySourceOf(await tape.calls('inc-1')));
    expect(await messages(await replayed.logs.observe(aScope(), {}))).toEqual(said);
    expect(await replayed.metrics.observe(aScope(), {})).toEqual(metrics);
  });
});

describe('several sources of one signal', () => {
  const two = { north: { kind: 'beacon', site: 'n' }, south: { kind: 'beacon', site: 's' } };
  test('are asked together; each has its own secret, and its gaps have its name', async () => {
    const sources = sourcesOf(two);
    expect((await messages(await sources.logs.observe(aScope(), {}))).sort()).toEqual([
      'n value of north-key',
      's value of south-key',
    ]);
    expect(await sources.metrics.observe(aScope(), {})).toMatchObject({
      kind: 'data',
      query: 'north: series of n; south: series of s',
      gaps: [
        { source: 'north', reason: 'Not read: errors' },
        { source: 'south', reason: 'Not read: errors' },
      ],
      bytes: 2,
    });
  });
  test('answer though one of them fails, which is a gap with its name', async () => {
    const failing: RuntimeMeans = {
      clock,
      secret: (name) => () => (name === 'north-key' ? Promise.reject(new Error('no')) : Promise.resolve('k')),
    };
    const { sources } = liveSources(entries(two), failing);
    const observed = await sources.logs.observe(aScope(), {});
    expect(observed).toMatchObject({ kind: 'data', gaps: [{ source: 'north', reason: 'It did not answer.' }] });
    expect(await messages(observed)).toEqual(['s k']);
  });
  test('of which none answers fail, so that they are asked again', async () => {
    const failing: RuntimeMeans = { clock, secret: () => () => Promise.reject(new Error('no')) };
    await expect(liveSources(entries(two), failing).sources.logs.observe(aScope(), {})).rejects.toThrow('no');
  });
});

const places = {
  window: aScope().window,
  clusters: ['near', 'far'],
  namespaces: ['shop', 'bank'],
  neighbour: 'ledger',
} as const;
const north = () => sourcesOf({ north: { kind: 'beacon', site: 'n' } });
describe('logs of the added source', () => logsScopeContract({ ...places, source: () => north().logs }));
describe('metrics of the added source', () => metricsScopeContract({ ...places, source: () => north().metrics }));
