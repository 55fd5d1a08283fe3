// The intent that asks for earlier incidents like this one, and what helped then.
import { defineIntent, list } from '../grammar/intent.ts';

export const history = defineIntent({
  id: 'history',
  slots: {
    /** `fix`: the person asks what helped. */
    about: list({ fix: [] }),
  },
  rules: {
    thing: '(it|this|that|[the|this|that] [exact] [same] (error|problem|issue|failure|incident|alert|thing|page))',
    time: '(before|already|earlier|in the past|previously|again|recently|last (week|month|night|time|year)|yesterday|ever|this (week|month)|today)',
    happen:
      '(happen|happened|happens|occur|occurred|occurs|come up|came up|fail|failed|fails|break|broken|broke|been (seen|reported)|page us|paged us)',
    fixed: '(fix|fixed|fixes|help|helped|helps|solve|solved|solves|resolve|resolved|repair|repaired|cure|cured)',
    last: '[(the)] (last time|previously|before|back then|then|in the past|earlier|the (other|previous|last) times|yesterday|last (week|month|year))',
  },
  sentences: [
    {
      templates: [
        'what [has|have] <fixed> (it|this|that|<thing>) <last>',
        'what (did|do) (we|you|people|they|i) do [about (it|this|that)] <last>',
        'how (did|do|have) (we|you|people|they|i) <fixed> (it|this|that|<thing>) [<last>]',
        'how (was|were|is|did) <thing> [get] <fixed> [<last>]',
        'what (was|is) the [usual|known|last|previous] (fix|solution|remedy|workaround|cure) [<last>]',
        'what [usually|normally|always] (fixes|helps|helped|fixed|worked|works) [(it|this|that|here)] [<last>]',
        '(is|was) there a known (fix|solution|workaround)',
      ],
      gives: { about: 'fix' },
    },
    '(has|did|does) <thing> [ever] [been] <happen> [<time>] [<time>]',
    '(have|did) (we|you|they|i) [ever] (seen|see|had|have|hit|met) <thing> [<time>] [<time>]',
    '(seen|happened) (it|this|that|) [<time>]',
    'is (it|this|that) [the] [a|an] (new|known|recurring|old|first time|repeat|regression|recurrence|flaky|common|known (issue|problem|error)|recurring (issue|problem)|one-off) [(issue|problem|error|thing|failure)]',
    'is (it|this|that) the first time [..]',
    'when (did|was|has) <thing> (last|<time>) [<happen>] [<time>]',
    'when was the last time [..]',
    'when did <thing> <happen> [<time>] <time>',
    'how (often|many times|frequently) (does|did|has|have|do) (it|this|that|<thing>|we) [had] <happen> [<time>]',
    'how often .. this',
    '(is|was) (it|this|that) the same (as|like) [the] [one] (last|before|yesterday|in|on|from|earlier) ..',
    '(any|are there|were there|show me|find|list) [any] [other] (similar|previous|past|earlier|related) (incident|incidents|cases|pages|outages)',
    '(similar|previous|past|earlier|related) (incident|incidents|cases|pages|outages)',
    '(history|precedent) [of (it|this|that)]',
    'do (we|you) know (it|this|that) [error|problem|issue] [already]',
  ],
  examples: [
    ['has this happened before?', {}],
    ['did this happen last week', {}],
    ['have we seen this error before', {}],
    ['is this new?', {}],
    ['is it a known issue', {}],
    ['when did this last happen', {}],
    ['how often does this happen?', {}],
    ['similar incidents?', {}],
    ['what fixed it last time?', { about: 'fix' }],
    ['how did we fix this last time', { about: 'fix' }],
    ['whats the usual fix', { about: 'fix' }],
    ['hsa this happened befroe', {}],
  ],
  counterExamples: ['is it fixed', 'what happened', 'it happened before noon', 'did it help'],
});
