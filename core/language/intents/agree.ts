// The intent that agrees with the diagnosis.
import { dashedName, defineIntent, list, text } from '../grammar/intent.ts';

/** Agreement with the diagnosis, and never with an action. */
export const agree = defineIntent({
  id: 'agree',
  slots: {
    /** `no`: the words may also answer a question about an action. */
    sure: list({ yes: [], no: [] }),
    thing: dashedName,
    what: text(60),
  },
  rules: {
    confirms: '(confirmed|agreed|exactly|indeed|correct|right|precisely|good catch|you (are|were) right|that is right)',
    leads: '[<yes>|<confirms>] [<yes>|<confirms>] [<yes>|<confirms>]',
    thanks: '[thanks|thank you] [watchkeeper]',
    right:
      '(<it> was it|<it> (is|was) (right|correct|true|the <cause>)|you (are|were) [absolutely|exactly|quite|so] (right|correct)|[you] nailed it|spot on|(good|great|nice) (catch|find)|(good|great|nice|correct|right) diagnosis|(the|your) (diagnosis|analysis) (is|was) (right|correct|spot on))',
  },
  sentences: [
    {
      templates: [
        '<leads> <right> <thanks>',
        '[<yes>] [<yes>] <confirms> [<confirms>] (it|that) was !(not|wrong) {what}',
        '<yes> [<yes>] (it|that) was [indeed|really]',
        '<yes> [<yes>] (it|that) was [indeed|really] (the|due to|because of|caused by|{thing}) [{what}]',
      ],
      gives: { sure: 'yes' },
    },
    {
      templates: [
        '[yes|yep|yeah] (that is it|correct|right|exactly|confirm|confirmed|[i] agree|agreed|indeed|true|precisely)',
      ],
      gives: { sure: 'no' },
    },
  ],
  unless: ['(but|although|except|approve|approved|reject|rejected|go ahead|do it|not)'],
  exact: true,
  states: true,
  examples: [
    ['yes, that was it', { sure: 'yes' }],
    ['Good catch, watchkeeper!', { sure: 'yes' }],
    ['the diagnosis is right', { sure: 'yes' }],
    ['confirmed, it was the database', { sure: 'yes', what: 'the database' }],
    ['yes, it was the database', { sure: 'yes', what: 'database' }],
    ['yep, it was session-cache', { sure: 'yes', thing: 'session-cache' }],
    ['correct', { sure: 'no' }],
    ['yes, correct', { sure: 'no' }],
    ["that's it", { sure: 'no' }],
  ],
  counterExamples: [
    'yes',
    'was that it?',
    'you were right, but it was something else',
    'yes, it was slow yesterday',
    'no, that was it',
  ],
});
