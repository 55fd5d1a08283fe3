import { describe, expect, test } from 'vitest';
import { grammarOf } from '../../../core/language/grammar/grammar.ts';
import type { IntentDefinition } from '../../../core/language/grammar/intent.ts';
import { sentenceOf } from '../../../core/language/grammar/sentence.ts';
import { followUp } from '../../../core/language/intents/cost.ts';
import { factOrders, factStatements } from '../../../core/language/intents/facts.ts';
import { intents } from '../../../core/language/intents/index.ts';
import { separate } from '../../../core/language/intents/separate.ts';
import { stopLooking } from '../../../core/language/intents/stop-looking.ts';
import { systemIntents } from '../../../core/language/intents/system.ts';
import { teach } from '../../../core/language/intents/teach.ts';
import { metric } from '../../fixtures/extension/metric-intent.ts';

/** The grammars that messages are read by; each has intents of its own. */
const grammars: Readonly<Record<string, readonly IntentDefinition[]>> = {
  intents,
  factOrders,
  factStatements,
  separations: [separate],
  stops: [stopLooking],
  teaching: [teach],
  followUps: [followUp],
  system: systemIntents,
  'intents and one of an extension': [metric, ...intents],
};

describe.each(Object.entries(grammars))('%s', (_, definitions) => {
  const read = grammarOf(...definitions);
  describe.each(definitions.map((one) => [one.id, one] as const))('%s', (id, { examples, counterExamples }) => {
    test.each(examples)('is said by: %s', (text, slots) => expect(read(sentenceOf(text))).toEqual({ id, slots }));
    test.each(counterExamples)('is not said by: %s', (text) => expect(read(sentenceOf(text))?.id).not.toBe(id));
    test('has examples', () => expect(examples.length).toBeGreaterThan(1));
  });
});
