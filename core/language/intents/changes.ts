// The intent that asks for the changes before an incident, and for the people who made them.
import { defineIntent, list, name } from '../grammar/intent.ts';

export const changes = defineIntent({
  id: 'changes',
  slots: {
    /** `author`: the person wants the people behind the changes first. */
    about: list({ author: ['who', 'whose'] }),
    service: name,
    /** Who made the changes that the person wants. */
    by: name,
  },
  rules: {
    made: '(flipped|flip|toggled|toggle|enabled|disabled|turned on|turned off|switched on|switched off|changed|change|deployed|released|shipped|merged|pushed|committed|introduced|rolled out|broke|wrote|touched|edited|modified)',
    change:
      '(change|changes|deploy|deploys|deployment|deployments|release|releases|commit|commits|rollout|rollouts|version|pr|flag|flags|migration)',
    where:
      '(in|on|to|with|at|for|of) ([the] (service|system|incident|cluster)|there|[the] !(the|last|past|it|this|that|my|your|our) {service} [service])',
    time: '(recently|lately|since|before|after|in the last|within|during|between|from|at|around|today|yesterday|last|this morning|this afternoon|overnight|shortly|just|right|then|here|until) [..]',
    rest: '[<where>] [<time>]',
  },
  sentences: [
    'what [(else|all|exactly)] [(has|have|was|were|is|got)] [been] [just] (changed|deployed|released|shipped|merged|pushed|rolled out|different|new) <rest>',
    'what <change> [(has|have|was|were|is|are)] [been] [(made|done|there|deployed|released|shipped|rolled out|new)] <rest>',
    '{about} [has|have] <made> [(it|this|that|<where>|(the|a|this|that) [last|latest|new|bad] <change>|{service})] <rest>',
    '{about} (is|was) (behind|the author of|responsible for) [(the|this|that)] [last|latest|new|bad] (change|deploy|deployment|release|commit|rollout|version|it) <rest>',
    '{about} (did|made|approved|reviewed) (the|this|that) [last|latest|new|bad] <change> <rest>',
    '{about} (deploy|deployment|change|commit|release|pr) (is|was) (it|this|that)',
    '(which|what) <change> (caused|broke|triggered|introduced|is|was|were|went|came|did|could|might|do|are) ..',
    '(was|were|is|are|has) there [been] [a|an|any|some] [recent|new|other] [(config|configuration|infrastructure|code|schema|database)] <change> <rest>',
    '(did|has|have|was|were) (anyone|anybody|somebody|someone|something|anything|we|they|people) [else] [just|get|got|been] (change|changed|deploy|deployed|release|released|ship|shipped|merge|merged|push|pushed|touch|touched) [(something|anything|it|this|that)] <rest>',
    '(any|recent|latest) [recent|latest|new] [(config|configuration|infrastructure|code)] <change> <rest>',
    'when (was|is) the (last|latest) <change> <rest>',
    'what (did|does) (the|this|that) [last|latest|new|bad] <change> (change|do|contain|touch|include)',
    'what is (in|different in|new in) (the|this|that) [last|latest|new|bad] <change>',
    'what [exactly|all] (is|was|were) (in|inside|part of) (it|(the|this|that) .. <change>|<change> ..)',
    'what [exactly] (did|does) [the|this|that|our] {service} <change> (change|do|contain|touch|include|bring)',
    'what [else|all] did {by} (deploy|change|ship|release|merge|push|commit|roll out|touch) <rest>',
    'who (is|was) (he|she|the author|that person)',
    '(show|give) [me|us] (that|this|the) change',
  ],
  mentions: [
    { all: ['what [has|have|was|were] (changed|deployed|released|shipped|rolled out)'] },
    { all: ['who (deployed|changed|released|shipped|merged|pushed|committed)'] },
  ],
  unless: ['(cost|costs|bill|spend)', '(show|diff|diffs)', 'you'],
  examples: [
    ['what changed?', {}],
    ['what has changed recently', {}],
    ['what was deployed before the page', {}],
    ['waht chnaged since 14:00', {}],
    ['who deployed it?', { about: 'author' }],
    ['who shipped this', { about: 'author' }],
    ['whose commit was it', { about: 'author' }],
    ['was there a deploy?', {}],
    ['any config changes today', {}],
    ['which deploy caused this', {}],
    ['when was the last release of payment', { service: 'payment' }],
    ['did anyone change something in checkout', { service: 'checkout' }],
    ['what else did tom deploy', { by: 'tom' }],
    ['what did the catalog deploy change', { service: 'catalog' }],
    ['what exactly was in the 7.4.0 release?', {}],
    ['who flipped it', { about: 'author' }],
    ['what changed in the last hour', {}],
    ['I just got paged, what changed and why', {}],
  ],
  counterExamples: [
    'what have you changed',
    'show me the changes',
    'I changed my mind',
    'change the limit',
    'deploy it',
  ],
});
