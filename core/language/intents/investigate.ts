// The intent that asks for an investigation or its result.
import { defineIntent } from '../grammar/intent.ts';

export const investigate = defineIntent({
  id: 'investigate',
  slots: {},
  sentences: [
    '[so] what (have|did) you (find|found) [out]',
    'what went wrong [here|there]',
    '(what is|give me|tell me) the [root] cause',
    'what is (up|broken|failing|down) [with|in|at] ..',
    '(look|dig) (at|into) (it|this|that)',
  ],
  mentions: [
    {
      all: [
        '(what (is|was) [the] (issue|problem|wrong|broken|cause|matter|root cause)|what (broke|happened|failed|caused)|investigate|look into|diagnose|diagnosis|diagnosing|analyze|analyse|analyzing|check (this|it|the)|root cause|summary|summarize|summarise|sum (it|this) up)',
      ],
    },
  ],
  examples: [
    ["what's the issue with this service?", {}],
    ['<@U0WATCH> what broke?', {}],
    ['can you look into this', {}],
    ['give me the rca', {}],
    ['summarise it', {}],
    ['whats up with payments', {}],
    ['so what did u find', {}],
    ['what went wrong here', {}],
    ["what's the root casue", {}],
  ],
  counterExamples: ['the investigation goes on without it', 'lunch?', 'the weather is nice'],
});
