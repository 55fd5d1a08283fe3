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
    'what (is|was) the (real|actual|underlying|main|exact|true) (problem|cause|issue|error) [then|here|now]',
    '(which|what) [exact] (cert|certificate|policy|tag|image|column|table|secret|key|selector|port|class|node|host|database|vendor|schema|error|error message|message|command|limit|volume|disk) [exactly|was it|is it|then|is missing|is wrong]',
    '(which|what) [exact] (cert|certificate|policy|tag|image|column|table|secret|key|selector|port|class|limit|command) (is|was|did|does|do) .. [..]',
    '(what|which) (is|was) the (typo|mistake|wrong|bad|missing|misspelled) .. [..]',
    'what is (wrong|the mistake|the typo) (in|with|on) the ..',
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
    ['which cert?', {}],
    ['what is the typo in the command', {}],
    ['what is the real problem then', {}],
  ],
  counterExamples: ['the investigation goes on without it', 'lunch?', 'the weather is nice'],
});
