// The intent that names another cause than the diagnosis does, or asks whether a named thing is the cause: "could it be the payment deploy?", "why is
// it not the flag?", "is it us or the vendor?". The answer compares the name with the hypotheses and the changes on record.
import { defineIntent, name } from '../grammar/intent.ts';

export const suspect = defineIntent({
  id: 'suspect',
  slots: { thing: name },
  rules: {
    cause: '(reason|cause|culprit|problem|trigger|root cause|to blame|responsible|behind (it|this|that|all this)|it)',
    kind: '(deploy|deployment|release|change|commit|rollout|flag|feature flag|config|migration|version|upgrade|vendor|provider|database|network|dns|node|cluster|traffic|certificate|cache|queue)',
    caused: '(break|broke|broken|cause|caused|trigger|triggered|introduce|introduced)',
    notCause:
      '(undone|undo|reverted|rolled|roll|taken|reversed|something|fixed|over|done|better|worse|rerun|restarted|enough|safe|approved|rejected|closed|stopped|up|down|back|healthy|ok|okay|fine|new|known|a known|a new|the same|the first|working|ignored|trusted|true|right|correct|it|sure|related|serious|bad)',
  },
  sentences: [
    '[or] (could|can|might|may) (it|this|that) [also|still|not|rather|really] (be|have been) [caused by|because of|due to|about] !<notCause> .. [..] [instead]',
    '[and] (could|can|might|may) (it|this|that) (be|have been) (it|the <cause>)',
    '(could|can|might|may|is|was) (the|a|our|your|their|that|this) .. [really|also] (be|have been|to be|) [a|an|the|one] <cause> [of (it|this|that)] [instead|too]',
    'why (is|was|would|can|could) (it|this|that) not [be] [because of|caused by|due to] !<notCause> (the|a|our|that|this) .. [..]',
    'why not [because of|due to] (the|a|our) [..] <kind>',
    'why not {thing} [instead]',
    '(is|was) (it|this|that) [really|maybe|perhaps|not|then] [all] (because of|due to|caused by|related to) ..',
    '(is|was) (it|this|that) [really|maybe|perhaps|not|then] [just] (the|a|our|that|an) [..] <kind> [..]',
    '(did|has|have) (the|our|your|their|that|this|a|my) .. <caused> (it|this|that|everything|something) [..]',
    '(did|has|have) (the|our|your|their|that|this|a|my) <kind> [..] <caused> (it|this|that|everything|something) [..]',
    '(is|was) (it|this|that) [(on|with)] (us|our|ours|our side|our fault|me) or ..',
    '(is|was) (it|this|that) (their|our|your|my) (fault|side|problem|mistake)',
    'what about the [..] <kind>',
    '(does|do|did) (the|our|that|this) [..] <kind> have (anything|something) to do with (it|this|that)',
  ],
  examples: [
    ['could it be the payment deploy instead?', {}],
    ['could the feature flag be the reason', {}],
    ['why is it not the catalog deploy', {}],
    ['is it because of the migration', {}],
    ['did our deploy break it', {}],
    ['did the release of payment cause this?', {}],
    ['is it us or the vendor', {}],
    ['could that be it', {}],
    ['what about the flag?', {}],
    ['is it the deploy of orders', {}],
  ],
  counterExamples: [
    'could it be something else',
    'can it be undone',
    'is it fixed',
    'why do you think it is the deploy',
    'no, it was the flag',
    'what was that',
  ],
});
