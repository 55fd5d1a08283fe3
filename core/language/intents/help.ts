// The intent that asks for help: what a person can say here.
import { defineIntent } from '../grammar/intent.ts';

export const help = defineIntent({
  id: 'help',
  slots: {},
  sentences: [
    '(help|commands|command|usage)',
    'help (me|us)',
    'what can (you|i|we) (do|say|ask) [you|here]',
    'what (can|do) you (do|know how to do) [for (me|us)]',
    'how do you work',
    'how do (i|we) (use|talk to) (you|this)',
  ],
  examples: [
    ['help', {}],
    ['what can you do', {}],
    ['hey, what can I ask you?', {}],
    ['how do you work?', {}],
  ],
  counterExamples: ['what can you do about the database', 'can you help checkout recover', 'that did not help'],
});
