import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isWholeLog } from '../../../local/runtime/leveldb-log.ts';
import { checkStore } from '../../../local/runtime/store-check.ts';

const root = mkdtempSync(join(tmpdir(), 'watchkeeper-store-'));
const whole = join(root, 'whole');
const now = new Date('2026-01-02T03:04:05.678Z');

const opened = async <T>(folder: string, work: (level: ClassicLevel) => Promise<T>): Promise<T> => {
  const level = new ClassicLevel(folder);
  try {
    return await work(level);
  } finally {
    await level.close();
  }
};
const value = (n: number) => JSON.stringify({ n, text: `${n * 7919} `.repeat(20) });

beforeAll(async () => {
  await opened(whole, async (level) => {
    for (let n = 0; n < 500; n += 1) await level.put(`a${n}`, value(n));
    await level.compactRange('a', 'z');
    for (let n = 0; n < 500; n += 1) await level.put(`b${n}`, value(n));
  });
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const copyOf = () => {
  const data = mkdtempSync(join(root, 'case-'));
  cpSync(whole, join(data, 'tables'), { recursive: true });
  return data;
};
const fileLike = (pattern: RegExp) => readdirSync(whole).find((file) => pattern.test(file)) ?? '';
const count = (folder: string) => opened(folder, async (level) => (await level.keys().all()).length);

describe('a store', () => {
  it('that is whole is left as it is', async () => {
    const data = copyOf();
    expect(await checkStore(join(data, 'tables'), now)).toEqual({ kind: 'whole', asides: [] });
    expect(await count(join(data, 'tables'))).toBe(1000);
    expect(readdirSync(data)).toEqual(['tables']);
  });

  it('that is not there is made', async () => {
    const folder = join(mkdtempSync(join(root, 'case-')), 'tables');
    expect(await checkStore(folder, now)).toEqual({ kind: 'whole', asides: [] });
    expect(readdirSync(folder)).toEqual([]);
  });

  // LevelDB takes a MANIFEST that was cut off as it is, and deletes the tables that the rest of it named.
  it.each([
    ['a manifest that is cut off', /^MANIFEST-/, (content: Buffer) => content.subarray(0, content.length - 5), 1000],
    ['a manifest of something else', /^MANIFEST-/, () => Buffer.from('something else entirely'), 1000],
    ['a pointer that is empty', /^CURRENT$/, () => Buffer.alloc(0), 1000],
    [
      'a log that is cut in the middle of a record',
      /\.log$/,
      (content: Buffer) => content.subarray(0, content.length - 9),
      999,
    ],
    ['a table that is gone', /\.ldb$/, () => Buffer.alloc(0), 500],
  ])('with %s is copied aside and mended', async (_, pattern, damage, left) => {
    const data = copyOf();
    const file = fileLike(pattern);
    const bad = damage(readFileSync(join(whole, file)));
    writeFileSync(join(data, 'tables', file), bad);
    const check = await checkStore(join(data, 'tables'), now);
    expect(check).toMatchObject({ kind: 'mended', asides: [{ name: 'tables', as: 'tables.bad-20260102T030405678Z' }] });
    expect(await count(join(data, 'tables'))).toBe(left);
    expect(readFileSync(join(data, 'tables.bad-20260102T030405678Z', file))).toEqual(bad);
    expect(await checkStore(join(data, 'tables'), now)).toMatchObject({ kind: 'whole' });
  });

  it('loses the records alone that are no JSON', async () => {
    const data = copyOf();
    await opened(join(data, 'tables'), (level) => level.put('c', '{"half":'));
    expect(await checkStore(join(data, 'tables'), now)).toMatchObject({
      kind: 'mended',
      asides: [{ why: 'holds records that cannot be read' }],
    });
    expect(await count(join(data, 'tables'))).toBe(1000);
  });

  it('has a folder with the name of one of its files set aside', async () => {
    const data = copyOf();
    rmSync(join(data, 'tables', 'LOCK'));
    mkdirSync(join(data, 'tables', 'LOCK'));
    expect(await checkStore(join(data, 'tables'), now)).toMatchObject({
      kind: 'whole',
      asides: [{ name: 'tables/LOCK' }],
    });
    expect(await count(join(data, 'tables'))).toBe(1000);
  });

  it('that somebody else has open is nobody’s damage', async () => {
    const data = copyOf();
    await opened(join(data, 'tables'), async (level) => {
      await level.open();
      await expect(checkStore(join(data, 'tables'), now)).rejects.toThrow('Another process has the store');
    });
    expect(readdirSync(data)).toEqual(['tables']);
  });
});

it('a log is whole at the end of each record, and nowhere else', () => {
  const log = readFileSync(join(whole, fileLike(/\.log$/)));
  const ends = Array.from({ length: 600 }, (_, at) => at).filter((at) => isWholeLog(log.subarray(0, at)));
  expect(isWholeLog(log)).toBe(true);
  expect(ends.length).toBeLessThan(8);
  expect(isWholeLog(Buffer.concat([log, Buffer.alloc(100)]))).toBe(true);
});
