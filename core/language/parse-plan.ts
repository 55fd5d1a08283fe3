// Parses the words by which people steer a plan: go on, take it back, stop. Strict: the sentence consists of one of these phrases and courtesies. The
// state of the plan decides whether they mean anything. Pure.
import { tokensOf } from './tokens.ts';

export type PlanWord = 'go-on' | 'take-back' | 'stop';

const phrases: Readonly<Record<PlanWord, readonly string[]>> = {
  'go-on': ['go on', 'carry on', 'continue', 'resume', 'go on with it', 'continue with it', 'go ahead and continue'],
  'take-back': [
    'take it back',
    'take this back',
    'take that back',
    'take everything back',
    'undo it',
    'revert it',
    'undo everything',
  ],
  stop: [
    'stop',
    'stop it',
    'stop here',
    'stop there',
    'stop now',
    'halt',
    'withdraw it',
    'withdraw the approval',
    'withdraw my approval',
  ],
};
/** "Continue the plan", "take the plan back", "stop the plan". */
const withPlan: Readonly<Record<PlanWord, readonly string[]>> = {
  'go-on': [
    'go on with the plan',
    'carry on with the plan',
    'continue the plan',
    'resume the plan',
    'continue with the plan',
  ],
  'take-back': ['take the plan back', 'take back the plan', 'undo the plan', 'revert the plan'],
  stop: ['stop the plan', 'halt the plan', 'cancel the plan', 'abort the plan'],
};
const words = new Map<string, PlanWord>(
  (['go-on', 'take-back', 'stop'] as const).flatMap((word) =>
    [...phrases[word], ...withPlan[word]].map((phrase) => [phrase, word] as const),
  ),
);

export function parsePlanWords(text: string): PlanWord | undefined {
  if (text.length > 100 || text.includes('?')) return undefined;
  const said = tokensOf(text)
    .join(' ')
    .replace(/^(?:please|ok|okay|yes) /, '')
    .replace(/ (?:please|now|thanks)$/, '');
  return words.get(said);
}
