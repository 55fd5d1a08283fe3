// The intent that asks why the diagnosis is what it is, how certain it is, or what else it could be.
import { defineIntent } from '../grammar/intent.ts';

export const why = defineIntent({
  id: 'why',
  slots: {},
  sentences: [
    'how come ..',
    'what makes you (so sure|think so|say so|say that)',
    '(on|upon) what (do you base (it|that|this)|is (it|that|this) based)',
    'what (do you base (it|that|this) on|is (it|that|this) based on|leads you to (it|that|this))',
    '(explain|justify) (it|that|this|yourself|your (diagnosis|reasoning|conclusion))',
    'what (else|other (causes|explanations|hypotheses|reasons)) [did|have|do] [you] (rule out|ruled out|consider|considered|exclude|excluded|suspect|suspected)',
    'what (other|are the other) (causes|explanations|hypotheses|reasons) [are there]',
    '(could|can|might) (it|this|that) be something else',
    'what else could (it|this|that) be',
    'are you [really|that|so] (sure|certain|confident) [about (it|this|that)|(it|this|that|its) [is] ..]',
    'what (supports|backs|proves) (it|this|that|your) [theory|hypothesis|diagnosis|idea|conclusion]',
    '(sure|certain)',
    'what (would|could|can) (change your mind|make you (more|less|so) [sure|certain|confident]|raise your confidence|prove you wrong)',
    '[is there] (anything|something|what) (that|which|) (speaks|stands|is|counts) against (it|this|that|your (theory|diagnosis|hypothesis))',
    'what (speaks|is|counts) against (it|this|that|your (theory|diagnosis|hypothesis))',
    'how (can|do) you (be [so] sure|know)',
  ],
  mentions: [
    {
      all: [
        '(why|how (sure|certain|confident)|how do you know|how come|what makes you|what speaks|because of what|reason|reasoning|convince me|really)',
      ],
    },
  ],
  examples: [
    ['why do you think it is the database?', {}],
    ['how sure are you?', {}],
    ['really?', {}],
    ['how come you think it is the deploy?', {}],
    ['on what do you base that', {}],
    ['what other explanations did you consider?', {}],
    ['could it be something else', {}],
    ['whats the reson', {}],
    ['are you sure its dns', {}],
    ['what supports that theory', {}],
    ['what would change your mind?', {}],
    ['is there anything that speaks against it', {}],
  ],
  counterExamples: ['explain the invoice'],
});
