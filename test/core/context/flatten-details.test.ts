import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { flattenDetails } from '../../../core/context/flatten-details.ts';

describe('alert details', () => {
  test('become dotted keys and text', () => {
    expect(flattenDetails({ a: { b: [1, true, { c: 'x' }] }, d: null, e: '' })).toEqual({
      'a.b.0': '1',
      'a.b.1': 'true',
      'a.b.2.c': 'x',
    });
  });

  test('that are mere text are text', () => {
    expect(flattenDetails('disk is full')).toEqual({ text: 'disk is full' });
    expect(flattenDetails(undefined)).toEqual({});
  });

  test('keep labels before prose when there is too much', () => {
    const prose = Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`annotation-${n}`, 'long '.repeat(100)]));
    expect(flattenDetails({ ...prose, labels: { namespace: 'billing' } })).toMatchObject({
      'labels.namespace': 'billing',
    });
  });

  test('lose their secrets, by shape and by name', () => {
    const flat = flattenDetails({ env: { DB_PASSWORD: 'hunter2' }, text: 'key AKIAABCDEFGHIJKLMNOP' });
    expect(JSON.stringify(flat)).not.toMatch(/hunter2|AKIAABCDEFGHIJKLMNOP/);
  });

  test('lose what hides text or drives a terminal', () => {
    expect(flattenDetails({ text: 'a\u001b[31mb\u202ec' })).toEqual({ text: 'a [31mb c' });
  });

  test('with prototype keys change no prototype', () => {
    const flat = flattenDetails(JSON.parse('{"__proto__": {"polluted": "yes"}, "constructor": "x"}'));
    expect(flat).toEqual({ '__proto__.polluted': 'yes', constructor: 'x' });
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  test('nested deeper than anybody reads end somewhere', () => {
    const deep = JSON.parse(`${'['.repeat(50_000)}1${']'.repeat(50_000)}`);
    expect(flattenDetails({ deep, near: 'x' })).toEqual({ near: 'x' });
  });

  test('of any shape stay within 4 KB', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 8 }), (value) => {
        expect(Buffer.byteLength(JSON.stringify(flattenDetails(value)))).toBeLessThanOrEqual(4100);
      }),
    );
    const wide = Object.fromEntries(Array.from({ length: 1000 }, (_, n) => [`${n}`, '语'.repeat(1000)]));
    expect(Buffer.byteLength(JSON.stringify(flattenDetails(wide)))).toBeLessThanOrEqual(4100);
  });
});
