import { describe, expect, test } from 'vitest';
import { judgeAnswer, type Open } from '../../../core/conversation/open-question.ts';
import { parseAnswer } from '../../../core/language/parse-answer.ts';
import { parseTeaching } from '../../../core/language/parse-teaching.ts';
import { readIntent } from '../../../core/language/read-intent.ts';
import { type Comes, sentences } from './on-call-sentences.ts';
import { questions } from './open-questions.ts';

/** In the order in which a conversation reads them: the switch, what is for next time, an answer. */
function comesOf(says: string, ...waiting: readonly Open[]): Comes {
  const answer = parseAnswer(says);
  if (answer.kind === 'switch') return answer.on === undefined ? 'nothing' : answer.on ? 'switch-on' : 'switch-off';
  const saying = parseTeaching(says);
  if (saying.kind === 'teach')
    return waiting.some(({ approval }) => saying.actions?.includes(approval.action.id) ?? true) ? 'teach' : 'nothing';
  if (saying.kind === 'cannot') return 'nothing';
  const intent = readIntent(says);
  if (intent.kind !== 'answer') return 'nothing';
  const judged = judgeAnswer(intent.answer, waiting);
  if (judged.kind === 'approve' || judged.kind === 'reject') return judged.kind;
  return judged.kind === 'say-back' ? 'ask-back' : 'nothing';
}

const ofPurgeOrCordon = /purge|cordon/;
const { nothing, ...others } = sentences;
describe.each(Object.entries(others))('%s', (comes, said) => {
  test.each(said)('%s: %j', (name, says) => {
    expect(comesOf(says, questions[name])).toBe(comes);
  });
});
describe('nothing', () => {
  test.each(nothing)('%s: %j', (name, says) => {
    expect(['nothing', 'ask-back']).toContain(comesOf(says, questions[name]));
    // Beside another question it decides neither.
    const beside = name === 'purge' ? questions.cordon : questions.purge;
    if (!ofPurgeOrCordon.test(says)) expect(comesOf(says, questions[name], beside)).not.toBe('approve');
  });
});
