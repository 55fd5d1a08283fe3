// What is done to the audit behind its back is found, and said where: over the real records connector, attacked through the table itself.
import { DeleteItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { diskAnchors } from '../../../../connectors/disk/index.ts';
import { dynamoStores, tableDefinitions } from '../../../../connectors/dynamodb/index.ts';
import { Impossible } from '../../../../core/errors.ts';
import type { AuditEntry } from '../../../../core/model/audit.ts';
import { AuditAnchor, AuditLink } from '../../../../core/model/audit-chain.ts';
import type { AuditLog } from '../../../../core/ports/records.ts';
import { anchorAndCheck, anchorAudit } from '../../../../core/record/audit/anchor.ts';
import { hashOfAnchor, hashOfLink } from '../../../../core/record/audit/chain.ts';
import { type ChainBreak, verifyAudit } from '../../../../core/record/audit/verify.ts';
import { checkInWords } from '../../../../core/record/audit/words.ts';
import { memoryDisk } from '../../../../local/runtime/files.ts';
import { createTable, openTables, type Tables } from '../../../../local/runtime/tables.ts';
import { at } from '../../../builders.ts';

let tables: Tables;
let count = 0;
let table: string;
let audit: AuditLog;
let documents: DynamoDBDocumentClient;
const files = memoryDisk;
let disk = files();
let now: Date;
const clock = { now: () => now };
const ports = () => ({ audit, anchors: diskAnchors(disk), clock });
const span = { since: '2026-11-01T00:00:00.000Z', until: '2026-12-01T00:00:00.000Z' };

const storesOn = (client: DynamoDBClient) =>
  dynamoStores({ client, incidentsTable: table, preferencesTable: table, auditTable: table, clock }).audit;

beforeAll(async () => {
  tables = await openTables(undefined, []);
  documents = DynamoDBDocumentClient.from(tables.client);
});
afterAll(() => tables.close());
beforeEach(async () => {
  count += 1;
  table = `audit-${count}`;
  const [, , definition] = tableDefinitions({ incidents: 'none', preferences: 'none', audit: table });
  if (definition) await createTable(tables.client, definition);
  audit = storesOn(tables.client);
  disk = files();
  now = new Date(at('12:00:00'));
});

const entry = (id: string, over: Partial<AuditEntry> = {}): AuditEntry => ({
  id,
  at: now.toISOString(),
  actor: { kind: 'person', id: 'ana' },
  kind: 'answer',
  outcome: 'approve',
  text: 'Approved.',
  policies: ['a'],
  evidenceIds: [],
  facts: { level: 'walk', acts: 2, share: 0.1, frozen: false },
  ...over,
});
async function written(incidentId: string, howMany: number): Promise<void> {
  for (let n = 1; n <= howMany; n += 1) await audit.append(entry(`${incidentId}-${n}`, { incidentId }));
}
const chain = 'incident:inc-1';
const key = (place: number, of = chain) => ({ pk: `CHAIN#${of}`, sk: `LINK#${String(place).padStart(9, '0')}` });
const linkAt = async (place: number, of = chain) =>
  (await audit.links(of)).find((one) => one.place === place)?.item as AuditLink & Record<string, unknown>;
const put = (item: Record<string, unknown>) => documents.send(new PutCommand({ TableName: table, Item: item }));
const remove = ({ pk, sk }: { pk: string; sk: string }) =>
  tables.client.send(new DeleteItemCommand({ TableName: table, Key: { pk: { S: pk }, sk: { S: sk } } }));
const breaks = async (): Promise<readonly ChainBreak[]> => (await verifyAudit(span, ports())).breaks;
/** A link with other content whose hash is right again: what somebody does who knows how it is made. */
const forged = (link: AuditLink & Record<string, unknown>, over: Partial<AuditLink>) => {
  const changed = { ...link, ...over };
  return { ...changed, hash: hashOfLink(changed) };
};
const nextDay = () => {
  now = new Date(now.getTime() + 24 * 3_600_000);
};

test('what was only appended holds, and says what no anchor holds yet', async () => {
  await written('inc-1', 3);
  await written('inc-2', 1);
  await audit.append(entry('switch', { kind: 'control', outcome: 'on' }));
  const before = await verifyAudit(span, ports());
  expect(before).toEqual({
    chains: 3,
    links: 5,
    beforeTheChain: 0,
    anchors: 0,
    lastAnchor: undefined,
    notAnchored: 5,
    breaks: [],
  });
  expect(await anchorAndCheck(ports())).toEqual({ day: '2026-11-20', heads: 3, links: 5 });
  await written('inc-3', 2);
  expect(await verifyAudit(span, ports())).toMatchObject({ notAnchored: 2, lastAnchor: '2026-11-20', breaks: [] });
});

describe('a chain', () => {
  beforeEach(() => written('inc-1', 5));

  test('whose entry was altered says which', async () => {
    const link = await linkAt(3);
    await put({ ...link, ...key(3), entry: { ...link.entry, outcome: 'reject' } });
    expect(await breaks()).toEqual([{ kind: 'altered', chain, place: 3, entryId: 'inc-1-3' }]);
  });

  test('whose entry was given a field more, or less, is altered', async () => {
    const link = await linkAt(2);
    await put({ ...link, ...key(2), entry: { ...link.entry, about: 'other' } });
    const { text: _, ...less } = (await linkAt(4)).entry;
    await put({ ...(await linkAt(4)), ...key(4), entry: less });
    expect((await breaks()).map((one) => [one.kind, 'place' in one ? one.place : undefined])).toEqual([
      ['altered', 2],
      ['altered', 4],
    ]);
  });

  test.each([
    ['nothing but its key', {}],
    ['a text for an entry', { entry: 'approved' }],
    ['a hash that is none', { hash: 'x' }],
    ['a day of another entry', { day: '2026-01-01' }],
    ['no time for the index', { at: undefined }],
  ])('where a link was replaced by %s is altered there', async (_name, over) => {
    const whole = Object.keys(over).length === 0 ? {} : await linkAt(2);
    const { at: time, ...item } = { ...whole, ...over } as Record<string, unknown>;
    await put({ ...item, ...(time === undefined ? {} : { at: time }), ...key(2) });
    expect((await breaks()).map(({ kind }) => kind)).toEqual(['altered']);
  });

  test('that lacks entries says which', async () => {
    await remove(key(2));
    await remove(key(3));
    expect(await breaks()).toEqual([{ kind: 'missing', chain, from: 2, to: 3 }]);
    await remove(key(1));
    expect(await breaks()).toEqual([{ kind: 'missing', chain, from: 1, to: 3 }]);
  });

  test('whose order was changed says so', async () => {
    const [second, third] = [await linkAt(2), await linkAt(3)];
    await put({ ...third, ...key(2) });
    await put({ ...second, ...key(3) });
    expect(await breaks()).toEqual([
      { kind: 'moved', chain, place: 2, written: 3 },
      { kind: 'moved', chain, place: 3, written: 2 },
    ]);
  });

  test('that was written anew with a right hash no longer carries the next link', async () => {
    const link = await linkAt(3);
    await put({ ...forged(link, { entry: { ...link.entry, outcome: 'reject' } }), ...key(3) });
    expect(await breaks()).toEqual([{ kind: 'rewritten', chain, place: 4 }]);
  });

  test('that holds a whole link of another chain says so', async () => {
    await written('inc-2', 5);
    await put({ ...(await linkAt(2, 'incident:inc-2')), ...key(2) });
    expect(await breaks()).toEqual([{ kind: 'misplaced', chain, place: 2, belongs: 'incident:inc-2' }]);
  });

  test('into which an entry of another incident was hashed is altered there', async () => {
    const link = await linkAt(5);
    await put({ ...forged(link, { entry: { ...link.entry, incidentId: 'inc-2' } }), ...key(5) });
    expect(await breaks()).toEqual([{ kind: 'altered', chain, place: 5 }]);
  });

  test('beside whose places something was put says so, and does not lose its end', async () => {
    await anchorAudit(ports());
    const link = await linkAt(5);
    await put({ ...link, pk: `CHAIN#${chain}`, sk: 'LINK#zz' });
    expect(await breaks()).toEqual([{ kind: 'altered', chain, place: 0 }]);
  });

  test('whose tail was cut holds by itself; the anchor says what is missing', async () => {
    await anchorAudit(ports());
    await remove(key(5));
    await remove(key(4));
    expect(await breaks()).toEqual([{ kind: 'cut', chain, end: 3, anchored: 5, day: '2026-11-20' }]);
  });

  test('that was cut and went on with something else holds by itself; the anchor says where it was replaced', async () => {
    await anchorAudit(ports());
    await remove(key(5));
    const other = storesOn(tables.client);
    await other.append(entry('forged', { incidentId: 'inc-1' }));
    await other.append(entry('after', { incidentId: 'inc-1' }));
    expect(await breaks()).toEqual([{ kind: 'replaced', chain, place: 5, day: '2026-11-20' }]);
  });

  test('that was written anew from its beginning is found by every anchor that held it', async () => {
    await anchorAudit(ports());
    nextDay();
    await audit.append(entry('inc-1-6', { incidentId: 'inc-1' }));
    await anchorAudit(ports());
    const links = await audit.links(chain);
    for (const { place } of links) await remove(key(place));
    const other = storesOn(tables.client);
    for (const { item } of links)
      await other.append({ ...(item as AuditLink).entry, outcome: 'reject' } as unknown as AuditEntry);
    expect(await breaks()).toEqual([
      { kind: 'replaced', chain, place: 5, day: '2026-11-20' },
      { kind: 'replaced', chain, place: 6, day: '2026-11-21' },
    ]);
  });

  test('of which nothing is left is named by the anchor', async () => {
    await anchorAudit(ports());
    for (let place = 1; place <= 5; place += 1) await remove(key(place));
    expect(await breaks()).toEqual([{ kind: 'gone', chain, anchored: 5, day: '2026-11-20' }]);
  });

  test('goes on after what was there, from another process', async () => {
    const other = storesOn(tables.client);
    await other.append(entry('six', { incidentId: 'inc-1' }));
    await audit.append(entry('seven', { incidentId: 'inc-1' }));
    await other.append(entry('seven', { incidentId: 'inc-1' }));
    expect((await audit.links(chain)).map(({ place }) => place)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(await breaks()).toEqual([]);
  });
});

describe('entries from before the chain', () => {
  const old = (id: string, time: string) => {
    const one = entry(id, { at: time });
    return put({ pk: `AUDIT#${id}`, sk: 'AUDIT', day: time.slice(0, 10), at: time, entry: one });
  };

  test('are listed, and said to be held by nothing', async () => {
    await old('old-1', '2026-11-10T03:00:00.000Z');
    await old('old-2', '2026-11-11T03:00:00.000Z');
    await written('inc-1', 1);
    expect((await audit.list(span)).map(({ id }) => id)).toEqual(['old-1', 'old-2', 'inc-1-1']);
    const check = await verifyAudit(span, ports());
    expect(check).toMatchObject({ beforeTheChain: 2, links: 1, breaks: [] });
    expect(checkInWords(check)).toContain('2 entries from before the chain: nothing shows whether they were changed.');
  });

  test('that were put there after chains had begun are no old entries', async () => {
    await written('inc-1', 1);
    await old('forged', '2026-11-21T03:00:00.000Z');
    expect(await breaks()).toEqual([{ kind: 'unchained', entryId: 'forged', at: '2026-11-21T03:00:00.000Z' }]);
  });
});

describe('an anchor', () => {
  test('is one a day, and the first of a day stays', async () => {
    await written('inc-1', 1);
    const first = await anchorAudit(ports());
    await written('inc-2', 1);
    expect(await anchorAudit(ports())).toEqual(first);
    nextDay();
    const second = await anchorAudit(ports());
    expect(second).toMatchObject({ day: '2026-11-21', previous: first.hash });
    expect(second.heads.map((head) => head.chain)).toEqual(['incident:inc-1', 'incident:inc-2']);
  });

  test('holds what moved while none was written', async () => {
    await written('inc-1', 1);
    await anchorAudit(ports());
    nextDay();
    await written('inc-2', 1);
    for (let day = 0; day < 40; day += 1) nextDay();
    expect((await anchorAudit(ports())).heads.map((head) => head.chain)).toContain('incident:inc-2');
  });

  test('that was altered, taken away or written anew is found', async () => {
    await written('inc-1', 2);
    for (let day = 0; day < 3; day += 1) {
      await anchorAudit(ports());
      nextDay();
      await written(`inc-${day + 2}`, 1);
    }
    const second = AuditAnchor.parse(JSON.parse((await disk.read('anchors/2026-11-21.json')) ?? ''));
    await disk.write('anchors/2026-11-21.json', JSON.stringify({ ...second, heads: [] }));
    expect(await breaks()).toEqual([{ kind: 'anchor-altered', day: '2026-11-21' }]);
    const anew = { ...second, heads: [] };
    await disk.write('anchors/2026-11-21.json', JSON.stringify({ ...anew, hash: hashOfAnchor(anew) }));
    expect(await breaks()).toEqual([{ kind: 'anchor-missing', day: '2026-11-22' }]);
    await disk.remove('anchors/2026-11-21.json');
    expect(await breaks()).toEqual([{ kind: 'anchor-missing', day: '2026-11-22' }]);
    await disk.write('anchors/2026-11-21.json', '{');
    expect(await breaks()).toEqual([{ kind: 'anchor-altered', day: '2026-11-21' }]);
  });

  test('is written of an audit that is broken, too, and then whoever runs it is told where', async () => {
    await written('inc-1', 3);
    await anchorAudit(ports());
    await remove(key(3));
    nextDay();
    await written('inc-2', 1);
    await expect(anchorAndCheck(ports())).rejects.toThrow(Impossible);
    await expect(anchorAndCheck(ports())).rejects.toThrow('incident:inc-1: ends at entry 2');
    expect(await disk.list('anchors')).toEqual(['anchors/2026-11-20.json', 'anchors/2026-11-21.json']);
  });
});

test('whatever is changed in an anchored chain, it is found', async () => {
  await written('inc-1', 6);
  await anchorAudit(ports());
  const links = (await audit.links(chain)).map(({ item }) => AuditLink.parse(item));
  const change = fc.oneof(
    fc.record({ kind: fc.constant('cut' as const), at: fc.integer({ min: 0, max: 5 }) }),
    fc.record({ kind: fc.constant('drop' as const), at: fc.integer({ min: 0, max: 5 }) }),
    fc.record({ kind: fc.constant('text' as const), at: fc.integer({ min: 0, max: 5 }), rehash: fc.boolean() }),
    fc.record({
      kind: fc.constant('swap' as const),
      at: fc.integer({ min: 0, max: 5 }),
      with: fc.integer({ min: 0, max: 5 }),
    }),
  );
  await fc.assert(
    fc.asyncProperty(change, async (one) => {
      const changed = links.map((item, index) => ({ place: index + 1, item }));
      const place = changed[one.at];
      if (place === undefined || (one.kind === 'swap' && one.with === one.at)) return;
      switch (one.kind) {
        case 'cut':
          changed.splice(one.at);
          break;
        case 'drop':
          changed.splice(one.at, 1);
          break;
        case 'text': {
          const entry = { ...place.item.entry, text: 'Rejected.' };
          const item = { ...place.item, entry };
          place.item = one.rehash ? { ...item, hash: hashOfLink(item) } : item;
          break;
        }
        case 'swap': {
          const other = changed[one.with];
          if (other === undefined) return;
          [place.item, other.item] = [other.item, place.item];
        }
      }
      const contents = async () => ({ chains: [], unchained: [] });
      const attacked = { ...audit, contents, links: async () => changed };
      expect((await verifyAudit(span, { ...ports(), audit: attacked })).breaks).not.toEqual([]);
    }),
  );
});

test('each break is said in words of its own', () => {
  const one = (found: ChainBreak) =>
    checkInWords({ chains: 1, links: 1, beforeTheChain: 0, anchors: 0, notAnchored: 0, breaks: [found] })[0];
  expect(one({ kind: 'altered', chain, place: 3, entryId: 'x' })).toBe(
    'BROKEN  incident:inc-1: entry 3 was altered (x).',
  );
  expect(one({ kind: 'missing', chain, from: 2, to: 2 })).toBe('BROKEN  incident:inc-1: entry 2 is missing.');
  expect(one({ kind: 'cut', chain, end: 3, anchored: 5, day: '2026-11-20' })).toBe(
    'BROKEN  incident:inc-1: ends at entry 3; the anchor of 2026-11-20 holds 5. Its tail was cut off.',
  );
});
