import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TemplateMiner } from '../../../../core/analysis/logs/templates.ts';

function mined(messages: readonly string[], limits: ConstructorParameters<typeof TemplateMiner>[0] = {}) {
  const miner = new TemplateMiner<string>(limits);
  for (const [n, message] of messages.entries()) miner.add('cart', message, message, n, false);
  return miner;
}
const texts = (messages: readonly string[]) =>
  mined(messages)
    .templates()
    .map(({ text }) => text);
/** A word without digits, another for each number. */
const word = (n: number): string => String.fromCharCode(...[...String(n)].map((digit) => 97 + Number(digit)));

describe('messages of one shape are one template', () => {
  test.each<[string, readonly string[], string]>([
    ['counts', ['took 7 ms', 'took 4512 ms'], 'took <*> ms'],
    ['addresses', ['from 10.0.0.7:8443 closed', 'from 192.168.1.254:9 closed'], 'from <*> closed'],
    [
      'ids',
      ['request 6ba7b810-9dad-11d1-80b4-00c04fd430c8 failed', 'request 00000000-0000-4000-8000-000000000000 failed'],
      'request <*> failed',
    ],
    ['times', ['at 02:47:00.123 it broke', 'at 2026-11-20T02:47:00Z it broke'], 'at <*> it broke'],
    ['pods', ['pod cart-6d4b75cb6d-hwmqk is gone', 'pod cart-5f7c9d8b4f-x2x9z is gone'], 'pod <*> is gone'],
    ['the values of keys', ['uid=7 gid=9 ok', 'uid=12 gid=1 ok'], 'uid=<*> gid=<*> ok'],
    ['spaces', ['a  7', 'a\t\t9'], 'a <*>'],
    ['units of size', ['free 5.2 KB of 9 MB', 'free 384.0 B of 2 GiB'], 'free <*> B of <*> B'],
    ['a rounded size', ['sent 512 bytes', 'sent 1293 bytes (1.26 KB)'], 'sent <*> B'],
    ['a time below a second', ['lasted 00:04', 'lasted <1 sec'], 'lasted <*>'],
    ['a word for a value', ['login rhost=10.0.0.7 ok', 'login rhost=zigzag.example ok'], 'login rhost=<*> ok'],
    [
      'names, once several were seen',
      ['ana', 'ben', 'cleo', 'dora', 'emil'].map((name) => `login of ${name} failed today`),
      'login of <*> failed today',
    ],
  ])('that differ in %s', (_, messages, text) => {
    const templates = mined(messages).templates();
    expect(templates.map((one) => [one.text, one.count])).toEqual([[text, messages.length]]);
  });
});

describe('messages that say something else are templates of their own', () => {
  test.each<[string, readonly string[]]>([
    ['two words in one place', ['VM paused now', 'VM resumed now']],
    ['another length', ['connection lost', 'connection to ledger lost']],
    ['another beginning', ['login failed for all', 'logout failed for all']],
    ['the keys of their values', ['uid=7 is bad', 'gid=7 is bad']],
  ])('%s', (_, messages) => {
    expect(texts(messages)).toHaveLength(messages.length);
  });
  test('whoever else wrote the same', () => {
    const miner = new TemplateMiner<string>();
    for (const group of ['cart', 'ledger', 'cart']) miner.add(group, 'took 7 ms', '', 0, false);
    expect(miner.templates().map(({ group, count }) => [group, count])).toEqual([
      ['cart', 2],
      ['ledger', 1],
    ]);
  });
  test('four names are four, the fifth makes them one', () => {
    const logins = ['ana', 'ben', 'cleo', 'dora', 'emil'].map((name) => `login of ${name} failed today`);
    expect(texts(logins.slice(0, 4))).toHaveLength(4);
    expect(texts([...logins, ...logins, 'login of fritz failed today'])).toHaveLength(1);
  });
});

describe('of a template are kept', () => {
  const add = (miner: TemplateMiner<string>, at: number, inBaseline: boolean) =>
    miner.add('cart', `took ${at} ms`, `sample ${at}`, at, inBaseline);
  const only = (miner: TemplateMiner<string>) => miner.templates()[0];

  test('counts of before and during, and of during the times and the first samples', () => {
    const miner = new TemplateMiner<string>();
    for (const at of [1, 2]) add(miner, at, true);
    for (const at of [12, 11, 13, 14, 15]) add(miner, at, false);
    expect(only(miner)).toMatchObject({
      count: 5,
      baselineCount: 2,
      firstMs: 11,
      lastMs: 15,
      samples: ['sample 11', 'sample 12', 'sample 13'],
    });
  });
  test('those of before, where it was not seen during', () => {
    const miner = new TemplateMiner<string>();
    for (const at of [1, 2]) add(miner, at, true);
    expect(only(miner)).toMatchObject({
      count: 0,
      baselineCount: 2,
      firstMs: 1,
      lastMs: 2,
      samples: ['sample 1', 'sample 2'],
    });
  });
  test('no samples of before, when a late record of it comes during', () => {
    const miner = new TemplateMiner<string>();
    add(miner, 11, false);
    add(miner, 2, true);
    expect(only(miner)).toMatchObject({ count: 1, baselineCount: 1, firstMs: 11, samples: ['sample 11'] });
  });
  test('sums, when several become one', () => {
    const miner = new TemplateMiner<string>();
    const names = ['ana', 'ben', 'cleo', 'dora', 'emil'];
    for (const [n, name] of names.entries()) miner.add('cart', `login of ${name} failed today`, name, n, n < 2);
    expect(miner.templates()).toMatchObject([
      { count: 3, baselineCount: 2, firstMs: 2, lastMs: 4, samples: ['cleo', 'dora', 'emil'] },
    ]);
  });
  test('all messages, each in one template, in whatever order they come', () => {
    const message = fc
      .array(fc.constantFrom('login', 'of', 'ana', 'ben', 'failed', 'k=7', 'x1', '<*>', ''), {
        minLength: 1,
        maxLength: 5,
      })
      .map((words) => words.join(' '));
    fc.assert(
      fc.property(fc.array(fc.tuple(message, fc.boolean()), { maxLength: 60 }), (messages) => {
        const miner = new TemplateMiner<string>({ words: 3 });
        for (const [n, [text, before]] of messages.entries()) miner.add('cart', text, text, n, before);
        const templates = miner.templates();
        const sum = (of: 'count' | 'baselineCount') => templates.reduce((total, one) => total + one[of], 0);
        const before = messages.filter(([, inBaseline]) => inBaseline).length;
        expect([sum('count'), sum('baselineCount')]).toEqual([messages.length - before, before]);
        expect(new Set(templates.map(({ text }) => text)).size).toBe(templates.length);
      }),
      { numRuns: 500 },
    );
  });
});

describe('memory is bounded', () => {
  test('by a hundred thousand kinds of message: some are kept, the others counted as forgotten', () => {
    const miner = new TemplateMiner<number>();
    for (let n = 0; n < 100_000; n += 1) miner.add('cart', `${word(n)} ${word(n * 7)} broke`, n, n, false);
    const templates = miner.templates();
    expect(templates.length).toBeLessThanOrEqual(5000);
    expect(templates.length).toBeGreaterThanOrEqual(4500);
    expect(miner.forgotten + templates.length).toBe(100_000);
    // What was not seen for longest goes first.
    expect(templates.at(-1)?.samples).toEqual([99_999]);
    expect(Math.min(...templates.map(({ firstMs }) => firstMs))).toBeGreaterThan(90_000);
  });
  test('and what comes again and again is not forgotten for what comes once', () => {
    const miner = mined([], { templates: 50 });
    for (let n = 0; n < 2000; n += 1) {
      miner.add('cart', `${word(n)} broke`, '', n, false);
      if (n % 10 === 0) miner.add('cart', 'connection refused', '', n, false);
    }
    expect(miner.templates().find(({ text }) => text === 'connection refused')?.count).toBe(200);
    expect(miner.templates().length).toBeLessThanOrEqual(50);
  });
  test('by messages that all begin alike: a full branch takes what comes into its nearest, and none is lost', () => {
    const miner = mined(
      Array.from({ length: 2000 }, (_, n) => `begin ${word(n)} ${word(n * 3)} ${word(n * 7)} ${word(n * 11)}`),
      { perLeaf: 20 },
    );
    expect(miner.templates().length).toBeLessThanOrEqual(20);
    expect(miner.templates().reduce((sum, { count }) => sum + count, 0)).toBe(2000);
    expect(miner.forgotten).toBe(0);
  });
  test('by huge messages, of which the beginning counts', () => {
    const [template] = mined(['x '.repeat(500_000), `${'y'.repeat(1_000_000)}`]).templates();
    expect(template?.text.length).toBeLessThanOrEqual(1000);
    expect(template?.text.split(' ').length).toBeLessThanOrEqual(80);
  });
  test('also where nothing of what was forgotten is left behind', () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const miner = new TemplateMiner<undefined>({ templates: 100 });
    const fill = (from: number) => {
      for (let n = from; n < from + 20_000; n += 1) miner.add('cart', word(n).padEnd(900, 'x'), undefined, n, false);
      collect();
      return process.memoryUsage().heapUsed;
    };
    const before = fill(100_000);
    const after = fill(200_000);
    // A thousand characters of each would be 20 MB.
    expect(after - before).toBeLessThan(5_000_000);
    expect(miner.forgotten).toBeGreaterThan(39_000);
  });
});
