import { describe, expect, test } from 'vitest';
import { judgeAnswer } from '../../../core/conversation/open-question.ts';
import { parseAnswer } from '../../../core/language/parse-answer.ts';
import { readIntent } from '../../../core/language/read-intent.ts';
import { utterances } from './incident-utterances.ts';
import { questions } from './open-questions.ts';

describe.each(Object.entries(utterances))('%s', (_, said) => {
  test.each(said)('%s', (text, id, slots) => {
    expect(readIntent(text)).toMatchObject({ kind: 'incident', question: { id, slots } });
  });
  test.each(said)('%s: decides nothing', (text) => {
    const answer = parseAnswer(text);
    if (answer.kind === 'nothing' || answer.kind === 'switch') return expect(answer.kind).toBe('nothing');
    for (const open of Object.values(questions))
      expect(['approve', 'reject']).not.toContain(judgeAnswer(answer, [open]).kind);
  });
});
