// The clauses of a teaching sentence such as "next time you see this exact error, don't ask me, just rerun it", in any order and without any other
// word; and the phrases of sentences about next time that teach nothing. The parser corrects no typos here.
import { taughtVerbs } from '../../remediation/action-verbs.ts';
import { defineIntent, list, name, number } from '../grammar/intent.ts';

/** The verbs of the actions, by name. */
const actions: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  taughtVerbs.map(({ name, forms }) => [name, forms]),
);

const each = (phrases: Readonly<Record<string, readonly string[]>>) => `(${Object.values(phrases).flat().join('|')})`;

export const teachRules = {
  error: '[exact] [same] [error|failure|problem]',
  happens: '(happens|fails|occurs|appears|come|comes|shows up|pops up) [like <it>] [up|back]',
  seeing: '([(when|if)] you see <it> <error>|(when|if|whenever) <it> <error> <happens>)',
  when: '(next time [<seeing>|<it> <error> <happens>]|from now on|in [the] future|(every|each) time [<it> <error> <happens>]|whenever [<seeing>|<it> <error> <happens>] [back|up] [again]|always|(when|if) [you see] <it> <error> [<happens>] [back|up] again)',
  unasked:
    '((do not|no need to|need not|never|stop) [even] [bother to|bother] (ask|asking|wake|waking|bother|page|paging|bug)|without (asking|waking|bothering|a question|approval)|on your own|automatically|by yourself)',
  plainly: '(just|simply|please|go ahead and|you (can|may|should))',
  verb: each(actions),
};

/** A teaching sentence. parse-teaching.ts decides whether it is complete. */
export const teach = defineIntent({
  id: 'teach',
  slots: {
    when: list({ yes: ['<when>'] }),
    unasked: list({ yes: ['<unasked>'] }),
    plainly: list({ yes: ['<plainly>'] }),
    anyhow: list({ yes: ['(fix it|do it|handle it|go ahead)'] }),
    action: list(actions),
    object: name,
    times: number,
    count: number,
    unit: list({ day: ['(day|days)'], week: ['(week|weeks)'], month: ['(month|months)'], year: ['(year|years)'] }),
    often: list({ once: ['once'], twice: ['twice'] }),
    forever: list({ yes: ['(forever|for good|permanently|indefinitely)'] }),
  },
  rules: {
    ...teachRules,
    thing:
      '(<it>|[the|this|that] [stuck] (pod|job|cronjob|deployment|service|execution|node|key|cache|workload)|[the] !(<small>|<verb>) {object} [job|cronjob|deployment|service])',
    where: '(in|of|on) [the] !(<small>|<verb>) {object}',
    small:
      '(not|never|no|nobody|nothing|none|without|when|whenever|and|or|but|in|on|at|for|from|until|only|anything|everything|all|any|every|each|both|them|yourself|again|do|just|maybe|perhaps|tomorrow|later|tonight|today|first|said|says|if|probably|should|would|could|might)',
    unaskedClause:
      '{unasked} [me|us|anyone|anybody|people] [up] [for <it>|about <it>] [again|first|next time|any more|anymore]',
    doClause: '[{plainly}] [{plainly}] ({anyhow}|{action} [<thing>]) [yourself] [again]',
    often:
      '([at most|max|maximum|up to|no more than] ({often}|{times} (times|time)) (a|per|each|every) day|[at most] {often} daily)',
    long: '(for [the next] [{count}] {unit}|{forever})',
    lead: '(yes|ok|okay|thanks|thank you|approve|approved|<it> is (fine|ok|okay|safe|known|flaky|expected|normal|harmless|[a|an] (known|flaky|old) (issue|error|problem|job)))',
    clause:
      '({when} [<where>]|<unaskedClause>|<seeing> [<where>]|<lead>|{plainly}|<often>|<long>|[remember [that] , ] <doClause>)',
    more: '[[and|then] <clause>]',
  },
  sentences: ['[remember [that]] <clause> <more> <more> <more> <more> <more> <more>'],
  exact: true,
  examples: [
    [
      "next time you see this exact error, don't ask me, just rerun it",
      { when: 'yes', unasked: 'yes', plainly: 'yes', action: 'rerun' },
    ],
    [
      'In future simply roll it back without asking',
      { when: 'yes', plainly: 'yes', action: 'rollback', unasked: 'yes' },
    ],
    ['next time do not ask, just fix it', { when: 'yes', unasked: 'yes', plainly: 'yes', anyhow: 'yes' }],
    [
      "don't ask me, just rerun it, at most twice a day, for two weeks",
      { unasked: 'yes', plainly: 'yes', action: 'rerun', often: 'twice', count: 2, unit: 'week' },
    ],
    [
      'from now on you can rerun ledger-export yourself without asking',
      { when: 'yes', plainly: 'yes', action: 'rerun', object: 'ledger-export', unasked: 'yes' },
    ],
  ],
  counterExamples: [
    'next time just rerun it unless it is Friday',
    'ana said: next time rerun it, do not ask',
    'nxt time just rerun it',
    'we will look at it next time',
  ],
});

/** Phrases that may occur anywhere in a sentence about next time. */
export const teachPhrases = {
  /** The request to ask again from now on. */
  askAgain: [
    '(ask|check with) (me|us) (again|first|before|every time|next time)',
    'always ask',
    'always check with (me|us)',
    '(forget|revoke|unlearn) (<it>|what (i|we) (said|taught))',
    'stop doing <it>',
  ],
  refused: [
    '(do not|never|stop|no longer) [just|ever|simply|automatically|blindly|again] [just|ever|simply|automatically|blindly|again] <verb>',
  ],
  condition: ['(unless|except|only (if|when|on|during|after|before|between)|but not|as long as|provided|outside of)'],
  tooBroad: [
    '(any|all|every|whatever|other|similar|these|those|such) [(kind|kinds|sort|sorts) of] [{word}] (error|errors|failure|failures|problem|problems|job|jobs|cronjob|cronjobs|service|services|deployment|deployments|pod|pods|workload|workloads|environment|environments|cluster|clusters|alert|alerts|incident|incidents)',
    '(everything|anything|everywhere|anywhere|no matter what)',
  ],
  destroys: [
    '(namespace|namespaces|database|databases|volume|volumes|table|tables|bucket|buckets|data|secret|secrets|backup|backups|everything)',
  ],
  /** A person who wishes, supposes or quotes others teaches nothing. */
  told: [
    '(would|wish|if (i|we|it|you) (had|were|was)|said|says|saying|told|tells|wrote|writes|last time|used to|supposed to)',
  ],
  several: ['<verb> .. (and|then|or|but) .. <verb>'],
  when: ['<when>'],
  unasked: ['<unasked>'],
  verb: ['<verb>'],
  plainly: ['<plainly> (<verb>|fix it|do it|handle it|go ahead)'],
} as const;

/** Complete answers that confirm a proposal. */
export const confirms: ReadonlySet<string> = new Set(
  'y|yes|yep|yeah|yes please|correct|right|exactly|confirm|confirmed|ok|okay|sure|do that|👍|:+1:|:thumbsup:'.split(
    '|',
  ),
);
export const denies: ReadonlySet<string> = new Set(
  'n|no|nope|cancel|stop|wrong|not that|never mind|nevermind|👎|:-1:|:thumbsdown:'.split('|'),
);
/** First words of a request for an opinion. "Can you …?" is not among them: it is a polite order. */
export const asksOpinion: ReadonlySet<string> = new Set(
  'should shall why what how is are was were do does did has have who when'.split(' '),
);
