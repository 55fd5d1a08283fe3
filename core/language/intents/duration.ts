// The intent that asks when an incident began, and how long it lasts.
import { defineIntent, list } from '../grammar/intent.ts';

export const duration = defineIntent({
  id: 'duration',
  slots: { about: list({ end: [] }) },
  rules: {
    thing:
      '(it|this|that|[the|this|that] (incident|problem|outage|issue|failure|error|alert|page|errors|service)|everything|we)',
  },
  sentences: [
    {
      templates: [
        'when (did|was|will) <thing> [be] (stop|end|ended|recover|recovered|over|fixed|resolved|come back|back|finish|clear|closed)',
        'when (did) <thing> [get] (fixed|resolved|better|closed)',
      ],
      gives: { about: 'end' },
    },
    'how long (has|have|is|are|was|were|did|ago) [..]',
    '(since|from) when [..]',
    'when (did|was|has) <thing> [first] (start|started|begin|began|break|broken|fail|happen|go down|get bad|occur|trigger|open|opened|page|paged|fire|appear|seen|noticed|detected) [exactly|first|roughly]',
    'when did (it|this|that|everything) (all|first) ..',
    '(start|begin|onset|duration) [time]',
    'what time (did|was) <thing> ..',
    'how old is (it|this|that|<thing>)',
  ],
  examples: [
    ['how long has it been?', {}],
    ['how long was it down', {}],
    ['how long have we been down?', {}],
    ['since when?', {}],
    ['since when is it broken', {}],
    ['when did it start?', {}],
    ['when was this first noticed', {}],
    ['when did it end?', { about: 'end' }],
    ['when was it resolved', { about: 'end' }],
    ['whenn did this strat', {}],
  ],
  counterExamples: ['how long will it take', 'when is the next deploy', 'since yesterday'],
});
