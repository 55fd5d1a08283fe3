import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { combinedIdentity, identityOf, Occurrences } from '../../../core/fingerprint/identity.ts';
import { type Pair, workload } from './pairs.ts';
import { databasePairs } from './pairs-databases.ts';
import { lookalikePairs } from './pairs-lookalikes.ts';
import { networkPairs } from './pairs-network.ts';
import { otherPairs } from './pairs-others.ts';
import { platformPairs } from './pairs-platforms.ts';
import { runtimePairs } from './pairs-runtimes.ts';
import { strangerPairs } from './pairs-strangers.ts';

const pairs: readonly Pair[] = [
  ...databasePairs,
  ...networkPairs,
  ...runtimePairs,
  ...platformPairs,
  ...otherPairs,
  ...lookalikePairs,
  ...strangerPairs,
];
const digest = (text: string) => identityOf(text, { workloads: [workload] })?.digest;

describe('pairs of error texts', () => {
  test('are at least three hundred, half of them of two errors, and each is a pair', () => {
    expect(pairs.length).toBeGreaterThanOrEqual(300);
    expect(pairs.filter(({ same }) => !same).length).toBeGreaterThanOrEqual(pairs.length / 2);
    expect(pairs.filter(({ one, other }) => one === other || /[«»]/.test(one + other))).toEqual([]);
  });
  test.each(pairs.filter(({ same }) => same))('$source, the same error: $one', ({ one, other }) => {
    expect(digest(other)).toBe(digest(one));
  });
  test.each(pairs.filter(({ same }) => !same))('$source, another error: $one', ({ one, other }) => {
    expect(digest(other)).not.toBe(digest(one));
  });
});

const alphabet = 'bcdfghjklmnpqrstvwxz2456789';
const letters = (from: string, length: number) =>
  fc.array(fc.constantFrom(...from), { minLength: length, maxLength: length }).map((all) => all.join(''));
const instant = fc.date({ min: new Date('2020-01-01'), max: new Date('2039-12-31'), noInvalidDate: true });
/** What is known to vary, where systems write it. */
const varying: Readonly<Record<string, fc.Arbitrary<string>>> = {
  'an instant': instant.map((date) => date.toISOString()),
  'a day and time': instant.map((date) => date.toISOString().slice(0, 19).replace('T', ' ')),
  'a date of HTTP': instant.map((date) => date.toUTCString()),
  'a UUID': fc.uuid(),
  'a ULID': letters('0123456789ABCDEFGHJKMNPQRSTVWXYZ', 25).map((end) => `0${end}`),
  'a request id': fc.nat(1e9).map((number) => `request_id=r-${number}`),
  'a container id': fc.tuple(letters('0123456789', 30), letters('abcdef', 34)).map((parts) => parts.join('')),
  'a pod': fc.tuple(letters(alphabet, 9), letters(alphabet, 5)).map(([hash, end]) => `${workload}-${hash}-${end}`),
  'a Job': fc.integer({ min: 25_000_000, max: 39_999_999 }).map((minutes) => `${workload}-${minutes}`),
  'a pointer': fc.integer({ min: 2 ** 33, max: 2 ** 46 }).map((at) => `0x${at.toString(16)}`),
  'a process': fc.integer({ min: 1, max: 99_999 }).map((pid) => `pid=${pid}`),
  'a source port': fc.integer({ min: 32_768, max: 60_999 }).map((port) => `10.1.2.3:${port}->10.0.0.1:5432`),
  'a duration': fc.tuple(fc.nat(99_999), fc.constantFrom('ms', 's', ' seconds', 'm')).map((parts) => parts.join('')),
  'a size': fc
    .tuple(fc.integer({ min: 1, max: 99_999 }), fc.constantFrom('MiB', ' bytes', 'kB', 'Gi'))
    .map((parts) => parts.join('')),
  'a share': fc.nat(100).map((share) => `${share}%`),
  attempts: fc.integer({ min: 2, max: 999 }).map((count) => `after ${count} attempts`),
};
/** What says which error it is, where systems write it. */
const telling: Readonly<Record<string, fc.Arbitrary<string>>> = {
  'an error code': fc.nat(99_999).map((code) => `error ${code}`),
  'a status': fc.integer({ min: 100, max: 599 }).map((status) => `returned ${status}`),
  'an exit code': fc.nat(255).map((code) => `exited with ${code}`),
  'an SQLSTATE': letters('0123456789PH', 5).map((state) => `SQLSTATE ${state}`),
  'an Oracle code': letters('0123456789', 5).map((code) => `ORA-${code}:`),
  'an HRESULT': letters('0123456789abcdef', 7).map((code) => `(0x8${code})`),
  'a code of gRPC': fc.constantFrom('Unavailable', 'Aborted', 'NotFound', 'Internal').map((code) => `code = ${code}`),
  'an exception': letters('abcdefgh', 6).map((name) => `com.shop.X${name}Exception:`),
  'a table': letters('abcdefgh', 6).map((name) => `table "${name}"`),
  'a host': letters('abcdefgh', 6).map((name) => `${name}.internal:5432`),
  'an address': fc.ipV4().map((address) => `${address}:5432`),
  'a port': fc.integer({ min: 1, max: 65_535 }).map((port) => `ledger-api:${port}`),
  'a version': fc.tuple(fc.nat(99), fc.nat(99)).map(([minor, patch]) => `v1.${minor}.${patch}`),
  'a line of a file': fc.nat(9999).map((line) => `ledger.go:${line}`),
  'a limit': fc.nat(9999).map((limit) => `limit ${limit}Mi`),
  'a shard': fc.nat(99).map((shard) => `shard ${shard}`),
};
const around = fc.constantFrom('closed', 'refused', 'ledger', 'while posting', 'by peer');
const some = (kinds: Readonly<Record<string, fc.Arbitrary<string>>>) => fc.constantFrom(...Object.values(kinds));

describe('the identity of an error', () => {
  test.each(Object.entries(varying))('stays when %s is another one', (_, values) => {
    fc.assert(
      fc.property(values, values, around, around, (one, other, before, after) => {
        expect(digest(`${before} ${other} ${after}`)).toBe(digest(`${before} ${one} ${after}`));
      }),
    );
  });
  test.each(Object.entries(telling))('changes with %s', (_, values) => {
    fc.assert(
      fc.property(
        values,
        values,
        around,
        some(varying).chain((kind) => fc.tuple(kind, kind)),
        (one, other, word, vary) => {
          fc.pre(one !== other);
          expect(digest(`${vary[0]} ${other} ${word}`)).not.toBe(digest(`${vary[1]} ${one} ${word}`));
        },
      ),
    );
  });
  test('is the same for a text that was made canonical and read', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(digest(text)).toBe(digest(` ${text} `));
      }),
    );
  });
  test('is none where nothing is said', () => {
    expect(identityOf(' \n ')).toBeUndefined();
  });
  test('shows what varies, cut to what a person reads, and no secret', () => {
    const secret = ['hunter', '2hunter2'].join('');
    const says = identityOf(`2026-11-20T02:03:04Z password=${secret} for ${'x '.repeat(400)}`)?.text ?? '';
    expect(says).toMatch(/^<time> password=<secret> for x x/);
    expect(says.length).toBeLessThanOrEqual(400);
  });
  test('of hostile text takes no longer than text of that length may', () => {
    for (const piece of ['a.', '1-', '0x', '{"', '"', 'at ', 'Jan ', 'limit of ', '[1', 'request id ', '1,000'])
      expect(digest(`${piece.repeat(32_000 / piece.length)}1`)).toBeDefined();
  });
});

describe('errors that came together', () => {
  const [deadlock, duplicate] = [identityOf('error 1213'), identityOf('error 1062')];
  const exitCode = { digest: 'e', text: 'exit code 1', partial: true } as const;
  test('are another error than each of them, in whatever order', () => {
    expect(combinedIdentity([deadlock, deadlock])).toEqual(deadlock);
    expect(combinedIdentity([deadlock, duplicate])?.digest).toBe(combinedIdentity([duplicate, deadlock])?.digest);
    expect([deadlock?.digest, duplicate?.digest]).not.toContain(combinedIdentity([deadlock, duplicate])?.digest);
    expect(combinedIdentity([deadlock, duplicate])?.text).toBe('error 1213 · error 1062');
  });
  test('are not known where one of them is not, or none says what failed', () => {
    expect(combinedIdentity([deadlock, undefined])).toBeUndefined();
    expect(combinedIdentity([])).toBeUndefined();
    expect(combinedIdentity([exitCode])).toBeUndefined();
    expect(combinedIdentity([exitCode, deadlock])?.text).toBe('exit code 1 · error 1213');
  });
});

describe('occurrences of an error', () => {
  const seen = (...texts: readonly string[]) => {
    const occurrences = new Occurrences();
    for (const text of texts) occurrences.add(text);
    return occurrences.identity()?.digest;
  };
  test('show which of its values vary', () => {
    expect(seen('order 4711 is gone', 'order 4712 is gone')).toBe(seen('order 17 is gone', 'order 18 is gone'));
    expect(seen('order 4711 is gone', 'order 4712 is gone')).not.toBe(seen('order 4711 is gone'));
    expect(seen('order 4711 is gone')).not.toBe(seen('order 4712 is gone'));
  });
  test('that are two errors are none of them alone, and never those of two others', () => {
    const both = seen('database error 1213', 'database error 1062');
    expect(both).not.toBe(seen('database error 1213'));
    expect(both).not.toBe(seen('database error 1062'));
    expect(both).not.toBe(seen('database error 1205', 'database error 1064'));
    expect(both).toBe(seen('database error 1062', 'database error 1213', 'database error 1062'));
  });
  test('of too many kinds, or not read to their end, are no error that could be told from others', () => {
    expect(seen(...Array.from({ length: 40 }, (_, code) => `database error ${code}`))).toBeUndefined();
    const cut = new Occurrences();
    cut.add('database error 1213');
    cut.incomplete();
    expect(cut.identity()).toBeUndefined();
  });
  test('are put together when their templates are', () => {
    const [one, other] = [new Occurrences(), new Occurrences()];
    one.add('order 4711 is gone');
    other.add('order 4712 is gone');
    one.merge(other);
    expect(one.identity()?.digest).toBe(seen('order 1 is gone', 'order 2 is gone'));
  });
});
