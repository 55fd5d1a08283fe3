// The intent that asks what an incident affects, and how many users or requests.
import { defineIntent, list, name } from '../grammar/intent.ts';

export const impact = defineIntent({
  id: 'impact',
  slots: {
    /** `number`: the person asks for an amount. */
    about: list({ number: [], loss: [] }),
    service: name,
  },
  rules: {
    affect:
      '(affect|affects|affected|affecting|impact|impacts|impacted|impacting|hit|hurt|hurts|reach|reaches|touch|touches|suffer|suffers|suffering)',
    thing: '(it|this|that|the (incident|problem|outage|issue|failure|error))',
    who: '(user|users|customer|customers|client|clients|people|visitors|request|requests|calls|orders|transactions|sessions|sales|traffic|checkouts|payments|merchants|tenants|message|messages|events|jobs|records|items)',
  },
  sentences: [
    {
      templates: [
        'how many [of] [(our|the)] [failed|failing|lost|broken] <who> [..]',
        'how much (traffic|of (our|the) (traffic|requests|users|customers|sales)|revenue|load) [..]',
        '(what|which) (share|percentage|percent|fraction|part|proportion) of [(our|the)] (traffic|requests|users|customers|calls|orders) ..',
        '(number|count|percentage|share) of [affected|failed|failing] <who> [affected|failing]',
        '[(affected|failed|failing)] (users|customers|requests) [affected]',
      ],
      gives: { about: 'number' },
    },
    {
      templates: [
        '(are|is|were|was|have|has|did|do|does|could|can|will|might) (we|any|the|our|some|all|) [..] (lose|lost|losing|missing|gone|duplicated|dropped|corrupted) [..]',
        '(is|was) there [any] (data loss|loss of data) [..]',
        '(data loss|lost data)',
      ],
      gives: { about: 'loss' },
    },
    'what [else|all] (does|do|is|are|did|was|were|will) <thing> [also] [going to] <affect>',
    'what [else|all] (is|are|was|were) [being] (affected|impacted|hit) [by <thing>]',
    'what (else|all) (is|are|was|were) (down|broken|failing)',
    '(which|what) [other|else] (services|systems|things|teams|apps|components|pages|features|regions|clusters) (is|are|was|were|does|do|did) [<thing>] [being|also] (affected|impacted|affect|hit|down|broken|failing|suffering) [by <thing>]',
    '(what|which) [other] (services|systems|teams) [does <thing>] <affect>',
    'who [else] [is|are|does|do|was] [being] [<thing>] (affected|impacted|affect|hit|notices|notice|suffering|suffers|feels) [by] [<thing>]',
    '(what|how (big|large|bad|wide|great|severe|serious|critical)) is [the|its] (impact|blast radius|damage|scope|effect|harm|extent|severity|fallout) [of <thing>] [on ..]',
    'how (bad|severe|serious|critical|big|urgent|widespread|broad|important) is (it|this|that|<thing>)',
    '(is|are) [the|our|any|all] (users|customers|clients|anyone|anybody|everyone|production|prod|other services|anything else|{service}) [also|really] (affected|impacted|hit|suffering) [by <thing>]',
    '(does|do|did|will) (it|this|that) [also] <affect> [the|our|any] (users|customers|clients|anyone|anybody|everyone|production|prod|other services|anything else|{service}) [service|too|as well]',
    '(do|can) (users|customers|people) (notice|see|feel) [it|this|that|anything]',
    '(impact|blast radius|affected services|customer impact|user impact|damage|scope|severity)',
    '(is|are) (customers|users|anybody|anyone) [..] (unable|blocked|down|locked out) [..]',
  ],
  unless: ['(pod|pods|replica|replicas|instances|nodes)'],
  mentions: [{ all: ['(how many|affected|impacted) .. (users|customers|services|requests)'] }],
  examples: [
    ['what does it affect?', {}],
    ['what else is affected', {}],
    ['which services are down?', {}],
    ["what's the blast radius", {}],
    ['how bad is it', {}],
    ['are customers affected?', {}],
    ['does this affect payment?', { service: 'payment' }],
    ['is storefront affected', { service: 'storefront' }],
    ['how many users are affected?', { about: 'number' }],
    ['how many requests failed', { about: 'number' }],
    ['what percentage of requests is failing', { about: 'number' }],
    ['impact?', {}],
    ['are parcels lost?', { about: 'loss' }],
    ['did we lose any orders', { about: 'loss' }],
    ["who's hit by this", {}],
    ['waht is the imapct', {}],
  ],
  counterExamples: ['how many pods are ready', 'how many people need to approve', 'what is broken', 'how sure are you'],
});
