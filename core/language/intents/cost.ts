import { defineIntent } from '../grammar/intent.ts';

/** Money that was or will be spent; whose, when and divided by what is read in core/cost, beside the accounts that there are. */
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
    ['how much did we spend last month', {}],
    ['s3 spend yesterday', {}],
    ['whats the monthly forcast for dev acct', {}],
    ['how much will we pay this month', {}],
  ],
  counterExamples: ['what is the issue with this service?', 'the disk is almost full', 'how much longer does it take'],
});
