// The intent that separates a page from the incident that it joined.
import { defineIntent, text } from '../grammar/intent.ts';

/** The request to investigate a page on its own that joined another incident. */
export const separate = defineIntent({
  id: 'separate',
  slots: {
    /** The words that name the page. */
    which: text(20),
  },
  rules: {
    separate:
      '[a] (separate|unrelated|not related|not part of <it>|(another|a different|a separate|its own|their own) (issue|incident|problem|cause|thing)) [issue|issues|incident|incidents|problem|problems|thing|things]',
  },
  sentences: [
    '[no] [i (think|am sure|know)] [that] {which} (is|are|has|have) [all] [really|clearly|actually] <separate> [(to|from|of) <it>]',
    '(split|ungroup|separate|detach) [{which}] [off|out|apart|away|from (<it>|the group)]',
    '(investigate|look into) {which} (on its own|separately|by itself|alone)',
  ],
  unless: ['(if|unless|maybe|perhaps|might|could|whether|do not|never|not separate)'],
  exact: true,
  states: true,
  examples: [
    ['this is separate', { which: 'this' }],
    ["That's a separate issue.", { which: 'That' }],
    ['split', {}],
    ['split it off', { which: 'it' }],
    ['I think search has its own cause', { which: 'search' }],
    ['please detach inc-3', { which: 'inc-3' }],
    ['<@U1> investigate checkout on its own', { which: 'checkout' }],
  ],
  counterExamples: [
    'is this separate?',
    'this is not separate',
    'do not split it',
    'split brain in the cluster?',
    'roll it back',
  ],
});
