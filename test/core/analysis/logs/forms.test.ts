import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formOf, keyOfForm } from '../../../../core/analysis/logs/templates.ts';

/** Pieces that meet at every border there is between words, values, signs and spaces. */
const message = fc
  .array(
    fc.constantFrom(
      'a',
      'bc',
      'x1',
      '7',
      '42',
      ' ',
      '  ',
      '\t',
      '.',
      ':',
      '-',
      '/',
      '=',
      '[',
      ']',
      '(',
      'é',
      '語',
      '#',
    ),
    {
      maxLength: 12,
    },
  )
  .map((pieces) => pieces.join(''));

describe('the key of a message', () => {
  test('is the same for messages of one form', () => {
    fc.assert(
      fc.property(message, fc.integer({ min: 0, max: 9 }), (text, figure) => {
        const other = text.replaceAll(/[0-9]/g, String(figure));
        fc.pre(formOf(text) === formOf(other));
        expect(keyOfForm(other)).toBe(keyOfForm(text));
      }),
      { numRuns: 2000 },
    );
  });
  test('tells messages of different forms apart', () => {
    fc.assert(
      fc.property(message, message, (a, b) => {
        fc.pre(formOf(a) !== formOf(b));
        expect(keyOfForm(a)).not.toBe(keyOfForm(b));
      }),
      { numRuns: 5000 },
    );
  });
  test('does not see beyond what a template keeps of a message', () => {
    expect(keyOfForm(`${'word '.repeat(300)}end`)).toBe(keyOfForm(`${'word '.repeat(300)}other`));
  });
});
