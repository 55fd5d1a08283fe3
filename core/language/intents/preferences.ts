// The intent that asks which preferences people have taught.
import { defineIntent } from '../grammar/intent.ts';

export const preferences = defineIntent({
  id: 'preferences',
  slots: {},
  sentences: [
    '(what|which) (rules|preferences|permissions) (do you (follow|have|know)|apply|are there|were you given)',
    '(list|show) [me] [all] [the|your] (preferences|permissions)',
    'what (have|did) (i|we) (teach|taught) you',
    'what (are|were) you (allowed|permitted) to do [on your own|without asking|alone|unasked]',
    'what (do|will|would|can|may) you do (without asking|on your own|unasked|by yourself)',
  ],
  mentions: [{ all: ['(preference|preferences|taught|remember|remembered|allowed to do|without asking)'] }],
  examples: [
    ['what do you remember?', {}],
    ['what have you been taught', {}],
    ['which rules do you follow', {}],
    ['what will you do on your own?', {}],
  ],
  counterExamples: ['what rules out the database'],
});
