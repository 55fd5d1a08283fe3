import { describe, expect, it } from 'vitest';
import { diskEvidence, diskMemory } from '../../../connectors/disk/index.ts';
import { memoryDisk } from '../../../local/runtime/files.ts';
import { memoryContract } from '../../contract/memory.ts';

const record = { incidentId: 'inc/../1', source: 'logs', query: '{}', excerpt: 'boom', full: { lines: ['boom'] } };

describe('evidence on disk', () => {
  it('gives back the evidence and the full record, also to the next process', async () => {
    const files = memoryDisk();
    const evidence = await diskEvidence(files).put(record);
    const reopened = diskEvidence(files);
    expect(await reopened.get('inc/../1', evidence.id)).toEqual(evidence);
    expect(await reopened.full('inc/../1', evidence.id)).toEqual({ lines: ['boom'] });
  });

  it('knows nothing of a record that was never put', async () => {
    expect(await diskEvidence(memoryDisk()).get('inc-1', 'nope')).toBeUndefined();
    expect(await diskEvidence(memoryDisk()).full('inc-1', 'nope')).toBeUndefined();
  });

  it('keeps an id that looks like a path inside its folder', async () => {
    const files = memoryDisk();
    await diskEvidence(files).put({ ...record, incidentId: '../../etc' });
    expect(await files.list('evidence/%2E%2E%2F%2E%2E%2Fetc')).toHaveLength(1);
  });

  it('sets a broken file aside, and knows nothing of it any more', async () => {
    const told: unknown[] = [];
    const files = memoryDisk((aside) => told.push(aside));
    await files.write('evidence/a/b.json', '{"evidence":');
    expect(await diskEvidence(files).get('a', 'b')).toBeUndefined();
    expect(told).toMatchObject([{ name: 'evidence/a/b.json', why: 'is cut off or no JSON' }]);
  });
});

memoryContract(async () => {
  const files = memoryDisk();
  return { memory: diskMemory(files), reopen: () => diskMemory(files) };
});

describe('memory on disk', () => {
  const event = (text: string, incidentId = 'inc-1') => ({
    incidentId,
    actor: 'watchkeeper',
    at: '2026-01-01T00:00:00.000Z',
    text,
  });

  it('recalls the most similar first, also in the next process', async () => {
    const files = memoryDisk();
    const memory = diskMemory(files);
    await memory.remember(event('CronJob nightly-invoices failed: database connection refused'), 'learned');
    await memory.remember(event('checkout latency rose after a deploy', 'inc-2'), 'learned');
    const recalled = await diskMemory(files).recall({ text: 'nightly-invoices CronJob failed', limit: 5 });
    expect(recalled[0]).toBe('CronJob nightly-invoices failed: database connection refused');
  });

  it('remembers one event once', async () => {
    const memory = diskMemory(memoryDisk());
    await memory.remember(event('same'), 'learned');
    await memory.remember(event('same'), 'learned');
    expect(await memory.recall({ text: 'same', limit: 5 })).toEqual(['same']);
  });

  it('leaves a broken file out and goes on', async () => {
    const files = memoryDisk();
    await files.write('memory/broken.json', 'no json');
    await files.write('facts/cart/broken.json', '{"id":');
    expect(await diskMemory(files).facts('cart')).toEqual([]);
    await diskMemory(files).remember(event('whole'), 'learned');
    expect(await diskMemory(files).recall({ text: 'whole', limit: 5 })).toEqual(['whole']);
  });
});
