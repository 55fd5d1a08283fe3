// The intent that asks for advice about an action: whether to do it, whether it would help, why it was not done, what else is possible, and what
// would come of it. The question approves nothing.
import { taughtVerbs } from '../../remediation/action-verbs.ts';
import { defineIntent, list } from '../grammar/intent.ts';

const actions: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  taughtVerbs.map(({ name, forms }) => [name, forms]),
);

export const advice = defineIntent({
  id: 'advice',
  slots: {
    asks: list({ should: [], help: [], 'why-not': [], 'why-ask': [], else: [], outcome: [], undo: [] }),
    action: list(actions),
    /** `nothing`: what comes of it if nobody does anything. */
    supposed: list({
      nothing: ['(nobody|no one|we do not|you do not|i do not|nothing|we ignore|we wait|i reject|we reject|i say no)'],
    }),
  },
  rules: {
    target: '[(it|this|that|them|[the|this|that|a|another|its|our] .. )]',
    act: '{action} <target> [again|now|first|instead|anyway|then]',
    really: '[just|now|also|really|simply|still|better|even|first|not]',
    deed: '[(the|a|an|another|your)] [proposed|suggested] (action|fix|{action})',
    help: '(help|work|fix (it|this|that|anything|the problem)|solve (it|this|that|anything|the problem)|be enough|make (it|things|sense)|do (it|anything|the trick)|change anything|succeed|pass|fail [again])',
  },
  sentences: [
    {
      templates: [
        'should (i|we|you|it|somebody|someone) [be] <really> <act>',
        '(shall|must) (i|we) <really> <act>',
        '(do|does) (i|we|it|somebody|you) need to <act>',
        '(is|would) (it|that) [be] (safe|ok|okay|fine|wise|smart|a good idea|worth it|useful|enough|right|dangerous|risky|better) [for (me|us|you)] to <act>',
        '(is|would) <deed> [be] (safe|ok|okay|a good idea|worth it|useful|enough|dangerous|risky|needed|necessary) [here|now]',
        '(can|may|could) (i|we) (just|simply|safely|now) <act>',
        'should (i|we) (approve|reject|say yes|say no|wait|do (it|this|that|anything|something)|trust (it|this|you)) [(it|this|that|or not)]',
        'would you <act>',
        '{action} or not',
        '(is|would|are) (a|the|another|that) {action} [of ..] [really|still] (needed|necessary|useful|required|worth it|wise)',
      ],
      gives: { asks: 'should' },
    },
    {
      templates: [
        '(will|would|does|could|might|can|did|is) <deed> [<target>] [really|actually|even] <help> [..]',
        '(will|would|does|could|might|can) {action} <target> <help> [..]',
        '(will|would|does|could|might|can) (it|that|this) [really|actually|even] <help> [..]',
        '[so] {action} .. (will|would|does|do) not (help|work|fix it) [then]',
        '(will|would) (it|that|this|the job|the run) (pass|succeed|work|fail|recover) [..]',
        'what (good|use) (would|will|does) <deed> [do] [..]',
        'how would <deed> help [..]',
        'how (sure|certain|confident) are you [that] <deed> (will|would) <help>',
      ],
      gives: { asks: 'help' },
    },
    {
      templates: [
        'why (did|do|have|are|was|would|will) (you|it|we|watchkeeper) not [just|simply|already] [{action}] <target> [on your own|yourself|automatically|without asking|already|yet|right away|immediately]',
        'why did not (you|it|we) [just|simply|already] {action} <target> [on your own|yourself|automatically|without asking|already|yet|right away|immediately]',
        'why (did|do) not (you|it|we) (do|fix|act|repair) ..',
        'why not [just|simply] {action} <target>',
        'why (was|is) (nothing|it|this|that) not (done|repaired|fixed|{action}) [..]',
        'why (was|is) nothing (done|happening) [..]',
        'why (is|was) (it|this|that|<deed>) (refused|not (offered|possible|allowed|done)|ruled out|denied)',
        'why (did|do) you (do nothing|only report|refuse|not act|wait)',
        'why (are|is) you (waiting|doing nothing)',
        'why no {action}',
      ],
      gives: { asks: 'why-not' },
    },
    {
      templates: [
        'why (do|did|are|must|should) (you|i|we) [need|have] [to] (ask|asking|approve|be asked) [(me|us|it|this|that|first)] [first]',
        'why do you need [my|an|our|a] approval',
        'why (are|do|does) (two|several|2|three|3) (people|approvals|approvers) [(have to|must|need to)] ..',
        'why {action} <target>',
        'why (should|would|do|must) (i|we|you|it) [want to] {action} <target>',
        'why do you (want|suggest|propose|recommend) (to|that|it|this|<deed>) [<act>]',
      ],
      gives: { asks: 'why-ask' },
    },
    {
      templates: [
        'what else (can|could|would|should|might|may) (you|we|i|be) [do|try|done|tried|propose|suggest] [..]',
        'what (are|were) [(my|our|the|your)] [other] (options|alternatives|choices|possibilities|ways out) [..]',
        '(any|other|more) [other] (options|alternatives|ideas|suggestions|ways|remedies)',
        '(is|are) there [(any|another|an|some)] [other|better|safer] (way|option|options|alternative|alternatives|fix|fixes|action|actions|workaround|workarounds|mitigation) [..]',
        'what other (options|actions|fixes|ways|remedies|things) ..',
        '[any|some|other|a] (options|alternatives|workaround|workarounds|plan b)',
        'how (do|can|could|should|would) (i|we|you) (fix|turn|switch|flip|renew|repair|solve|mitigate|stop|disable|revert|replace) ..',
        'what (can|could) you do [about (it|this|that)] [here]',
        'what (can|could) (i|we) try [..]',
        'what if (it|that|this) (does not|do not|did not|fails) [help|work] [..]',
      ],
      gives: { asks: 'else' },
    },
    {
      templates: [
        'what (happens|would happen|will happen|could happen|might happen|could go wrong|can go wrong|goes wrong) if {supposed} [..]',
        'what if {supposed} ..',
        'what (happens|would happen|will happen|could happen|might happen|does it mean) (if|when) (you|we|i) [just|simply] (<act>|approve [it|this|that]|do (it|this|that)) [..]',
        'what (could|can|might|would|will) (go wrong|happen|break) [if (you|we|i) (<act>|approve [it|this|that]|do (it|this|that))]',
        'what (does|would|will) (it|that|this) (do|change) [exactly]',
        '[and] how long (will|would|does) (it|that|this|<deed>) (take|last)',
        '[ok|okay] before (i|we) (say yes|approve [it]|answer) [,] what (happens|would happen) if (you|we|i) <act>',
        '(to|back to) (what|which) (version|revision)',
        '{action} to (what|which) (version|revision)',
        'what (does|would|will) (the|a|your) [proposed|suggested] (action|fix|{action}) (do|change|touch|affect|restart|break|mean) [exactly]',
        'what (is|are) the (risk|risks|danger|downside|side effects|consequences) [of (it|that|this|<deed>|doing (it|that|this))] [<target>]',
        'how (risky|dangerous|safe) (is|would|are) (it|that|this|<deed>) [..]',
        'is (it|this|that|<deed>) (safe|risky|dangerous|disruptive|harmless)',
        'what if (you|we|i) <act>',
        'what would <deed> (do|change|break|touch) [..]',
        'will (it|that|this) (cause|mean|bring) [any|a|more] (downtime|outage|data loss|disruption|errors) [..]',
      ],
      gives: { asks: 'outcome' },
    },
    {
      templates: [
        'what (if|happens if|would happen if) (i|we|you|nobody) [just|simply] (do nothing|does nothing|wait|ignore (it|this|that)|leave (it|this|that) [alone]|do not answer|say nothing) [..]',
        'what if nobody (answers|reacts|does anything|approves) [..]',
      ],
      gives: { asks: 'outcome', supposed: 'nothing' },
    },
    {
      templates: [
        'can (it|that|this|<deed>) be (undone|reverted|taken back|reversed|roll back|rolled back|revoked) [..]',
        'is (it|that|this|<deed>) (reversible|undoable|final)',
        'how (do|can|would) (i|we|you) (undo|revert|reverse|take back) (it|that|this|<deed>) [..]',
        'can (i|we|you) (undo|revert|take back) (it|that|this) [..] (later|afterwards|again)',
      ],
      gives: { asks: 'undo' },
    },
  ],
  examples: [
    ['should I rerun it?', { asks: 'should', action: 'rerun' }],
    ['should we just restart the pods', { asks: 'should', action: 'restart' }],
    ['is it safe to roll back?', { asks: 'should', action: 'rollback' }],
    ['should I approve it?', { asks: 'should' }],
    ['will a rerun help?', { asks: 'help', action: 'rerun' }],
    ['would restarting it help', { asks: 'help', action: 'restart' }],
    ['would it help', { asks: 'help' }],
    ['why did you not rerun it?', { asks: 'why-not', action: 'rerun' }],
    ["why didn't you just restart it", { asks: 'why-not', action: 'restart' }],
    ['why not roll back', { asks: 'why-not', action: 'rollback' }],
    ["why didn't you fix it?", { asks: 'why-not' }],
    ['why do you ask me?', { asks: 'why-ask' }],
    ['why roll back?', { asks: 'why-ask', action: 'rollback' }],
    ['what else could you do?', { asks: 'else' }],
    ['what are our options', { asks: 'else' }],
    ['what happens if nobody answers?', { asks: 'outcome', supposed: 'nothing' }],
    ['what would happen if you roll it back', { asks: 'outcome', action: 'rollback' }],
    ['what could go wrong?', { asks: 'outcome' }],
    ['what if i just do nothing', { asks: 'outcome', supposed: 'nothing' }],
    ['how long will it take', { asks: 'outcome' }],
    ['any workaround', { asks: 'else' }],
    ['how do i turn it off', { asks: 'else' }],
    ['is a rollback of orders needed', { asks: 'should', action: 'rollback' }],
    ['can it be undone', { asks: 'undo' }],
    ['shoud I rerun it?', { asks: 'should', action: 'rerun' }],
  ],
  counterExamples: [
    'rerun it',
    'roll it back',
    'why do you think it is the deploy',
    'what can you do',
    'what do you recommend',
  ],
});
