// The intent that calls the diagnosis wrong, with or without another cause.
import { defineIntent, text } from '../grammar/intent.ts';

export const correct = defineIntent({
  id: 'correct',
  slots: {
    /** The cause in the person's words; absent if the person only says that the diagnosis is wrong. */
    correction: text(100),
  },
  rules: {
    wrong: '(<it> (is|was) (wrong|not (it|right|true|correct|the (cause|reason|problem)))|you are (wrong|not right))',
    was: '(it (was|is|were)|(this|that) was|the [real|true|actual] <cause> (was|is))',
    /** Words that describe a state and name no cause. */
    state:
      '(not|wrong|it|still|fine|ok|okay|broken|down|up|back|working|fixed|over|good|better|worse|me|us|never|always|already|just)',
    by: '(caused by|due to|because of)',
  },
  sentences: [
    '<no> [<no>] [<no>] [<wrong>] <was> !<state> [<by>] {correction}',
    '<wrong> , [<no>] <was> !<state> [<by>] {correction}',
    'the (real|true|actual) <cause> (was|is) {correction}',
    '[<no>] <it> (was|is) (actually|really) !<state> (<by>|the) {correction}',
    '[<no>] (<it> (is|was)|you are) (wrong|not (it|right|true|correct))',
    '[<no>] [i think] you (got|have) (it|that|this) wrong',
    '[<no>] (the|your) (diagnosis|analysis|conclusion) is (wrong|not right|incorrect)',
    '<no> (it|that|this) (was|is) not (the|a|an|our|my|due to|caused by|because of) ..',
  ],
  examples: [
    ['no, it was the cache', { correction: 'the cache' }],
    ["Nope, that's wrong. It was a full disk on db-2!", { correction: 'a full disk on db-2' }],
    ['the real cause was the deploy of payments', { correction: 'the deploy of payments' }],
    ['no, it was the restart of the cache', { correction: 'the restart of the cache' }],
    [
      "that's wrong, it was the database that ran out of connections",
      { correction: 'the database that ran out of connections' },
    ],
    ['actually this was caused by dns', { correction: 'dns' }],
    ['this was really due to the cert', { correction: 'the cert' }],
    ["that's not right", {}],
    ['no, that was the cache', { correction: 'the cache' }],
    ['you got it wrong', {}],
    ['nope it wasnt the deploy', {}],
  ],
  counterExamples: [
    '"no, it was the cache" is what he wrote',
    'no, this is unrelated',
    'no, that was it',
    'it was the cache',
    'something went wrong',
    'no it is still broken?',
  ],
});
