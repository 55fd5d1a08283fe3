// The intent that asks for costs, and the phrases that such a question can contain.
import { defineIntent, list, text } from '../grammar/intent.ts';

/** A question about past or future spending. core/cost reads the accounts, the period and the breakdown, because it knows the accounts. */
export const cost = defineIntent({
  id: 'cost',
  slots: {},
  sentences: [
    'what (do|will|did) (we|i) pay ..',
    'how much (will|would|shall) (we|it|this|that) (pay|cost) ..',
    '.. [monthly|daily|yearly] (forecast|budget) (for|of|in) ..',
  ],
  mentions: [
    { all: ['(cost|costs|spend|spending|spent|bill|bills|billing|expense|expenses|expensive|money)'] },
    { all: ['how much (did|do|does|was|is|are|were|have)'] },
    { all: ['how much will (we|i) (pay|cost|spend)'] },
    { all: ['(forecast|budget)', '(account|accounts|aws|month|year|quarter)'] },
  ],
  unless: ['how much (longer|time|traffic|load|memory|cpu|disk|space|of (the|our) (traffic|users|requests))'],
  examples: [
    ['what was the cost of this account in November?', {}],
    ['how much did we spend?', {}],
    ['how much did we spend last month', {}],
    ['s3 spend yesterday', {}],
    ['whats the monthly forcast for dev acct', {}],
    ['how much will we pay this month', {}],
  ],
  counterExamples: ['what is the issue with this service?', 'the disk is almost full', 'how much longer does it take'],
});

/** Phrases for the breakdown, the comparison and the order of costs, which may occur anywhere in the question. */
export const costPhrases = {
  service: [
    '(by|per|for each|of each|each|every) [aws] (service|services)',
    '(which|what) [aws] (service|services)',
    'top {word} services',
  ],
  account: ['(by|per|for each|of each|each|every) [aws] (account|accounts)', 'which [aws] (account|accounts)'],
  region: ['(by|per|for each|of each|each|every) [aws] (region|regions)', '(which|what) [aws] (region|regions)'],
  month: ['(by|per|each|every) month', 'monthly', 'month (by|over) month'],
  day: ['(by|per|each|every|a) day', 'daily', 'day by day', 'over time', 'trend'],
  moved: [
    'why',
    'what [has] (changed|moved|drove|caused|increased|went up|grew)',
    '(biggest|greatest|top) (mover|movers|change|changes)',
    '(go|goes|going|went|gone) (up|down)',
  ],
  direction: [
    '(up|down|more|less|higher|lower|rise|rose|risen|increase|increases|increased|increasing|decrease|decreases|decreased|decreasing|jump|jumps|jumped|jumping|grow|grows|growing|grew|drop|drops|dropped|dropping|expensive|mover|movers)',
  ],
  which: ['(which|what|who)'],
  most: ['(most|biggest|highest|greatest|expensive)'],
} as const;

/** "And …?" refers to the earlier question. `leaves`: the text relies on that question although it asks about cost itself. */
export const followUp = defineIntent({
  id: 'follow-up',
  slots: {
    opens: list({ leaves: ['(and|also|what about|how about|same)'], leads: ['(or|for|in|now|then)'] }),
    rest: text(60),
  },
  sentences: ['{opens} [{rest}]'],
  exact: true,
  examples: [
    ['and in September?', { opens: 'leaves', rest: 'in September' }],
    ['in September?', { opens: 'leads', rest: 'September' }],
    ['what about media-prod', { opens: 'leaves', rest: 'media-prod' }],
  ],
  counterExamples: ['per day', 'why did it go up?'],
});
