import { describe, expect, test } from 'vitest';
import { redact } from '../../../core/redaction/redact.ts';
import { corpus, measured } from '../../../dojo/redaction/corpus.ts';

// The corpus of `npm run bench:redact`, with values that were never seen before.

const samples = [...corpus(20_261_124, 3), ...measured(20_261_125)];
const kinds = [...new Set(samples.map(({ kind }) => kind))];

test('the corpus has secrets and harmless lines, and the same seed makes it again', () => {
  expect(samples.filter(({ secret }) => secret === undefined).length).toBeGreaterThan(2000);
  expect(samples.filter(({ secret }) => secret !== undefined).length).toBeGreaterThan(1000);
  expect([...corpus(20_261_124, 3), ...measured(20_261_125)]).toEqual(samples);
});
describe.each(kinds)('%s', (kind) => {
  const mine = samples.filter((sample) => sample.kind === kind);
  test(mine[0]?.secret === undefined ? 'stays as it is' : 'is taken out, wherever it stands', () => {
    for (const { text, secret } of mine) {
      const redacted = redact(text);
      if (secret === undefined) expect(redacted).toBe(text);
      else expect([redacted, redacted.includes(secret)]).toEqual([redacted, false]);
      expect(redact(redacted)).toBe(redacted);
    }
  });
});
