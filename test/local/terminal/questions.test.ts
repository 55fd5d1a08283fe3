import { describe, expect, test } from 'vitest';
import { keysOf, openQuestions, readTyped } from '../../../local/terminal/questions.ts';
import { anApproval } from '../../builders.ts';

const first = anApproval({ id: 'inc-1-rerun' });
const second = anApproval({ id: 'inc-2-rollback', incidentId: 'inc-2' });
const settled = (approval: typeof first) => ({ ...approval, state: 'expired' as const });

describe('one question waits in the terminal', () => {
  test('and y, n and a answer it without a number, and with its own', () => {
    const questions = openQuestions();
    const asked = questions.number(first);
    expect(asked && keysOf(asked, questions.printed().bare)).toMatch(/^ {2}y {2}yes.* a {2}.* n {2}no$/);
    for (const [line, verdict] of [
      ['y', 'approve'],
      ['Y', 'approve'],
      ['y 1', 'approve'],
      ['n#1', 'reject'],
      ['a', 'approve-and-remember'],
      ['stop', 'reject'],
      ['abort!', 'reject'],
    ])
      expect([line, readTyped(String(line), questions.printed())]).toEqual([
        line,
        { kind: 'answer', approval: first, verdict },
      ]);
  });
  test.each(['rerun it', 'yes but wait', 'y n', 'yy', '1', 'yes?'])('and "%s" answers nothing', (line) => {
    const questions = openQuestions();
    questions.number(first);
    expect(readTyped(line, questions.printed()).kind).toBe('not-understood');
  });
  test('and a is neither offered nor taken where it cannot be taught', () => {
    const questions = openQuestions();
    const asked = questions.number({ ...first, notTeachable: 'There is no exact error.' });
    expect(asked && keysOf(asked, 1)).toBe('  y  yes, this time    n  no');
    expect(readTyped('a', questions.printed())).toEqual({ kind: 'not-offered', why: 'There is no exact error.' });
  });
});

describe('several questions wait in the terminal', () => {
  test('and only a number says which is meant', () => {
    const questions = openQuestions();
    questions.number(first);
    const asked = questions.number(second);
    expect(asked && keysOf(asked, questions.printed().bare)).toContain('  y 2  yes');
    expect(readTyped('y', questions.printed())).toEqual({ kind: 'number-needed' });
    expect(readTyped('y 2', questions.printed())).toMatchObject({ kind: 'answer', approval: { id: second.id } });
    expect(readTyped('y 1', questions.printed())).toMatchObject({ kind: 'answer', approval: { id: first.id } });
    expect(readTyped('y 3', questions.printed())).toEqual({ kind: 'no-such-question', number: 3 });
  });
  test('and also when one is left, whose keys were printed with a number', () => {
    const questions = openQuestions();
    questions.number(first);
    questions.number(second);
    questions.answeredHere(first.id);
    questions.settle(settled(first));
    expect(readTyped('y', questions.printed())).toEqual({ kind: 'number-needed' });
  });
});

describe('a y counts only for the question that it was printed under', () => {
  test('and not for one that came while it was typed', () => {
    const questions = openQuestions();
    questions.number(first);
    const typedAt = questions.printed();
    questions.settle(settled(first));
    questions.number(second);
    expect(readTyped('y', typedAt)).toMatchObject({ kind: 'answer', approval: { id: first.id } });
  });
  test('and not for one that came in the place of one that was answered elsewhere', () => {
    const questions = openQuestions();
    questions.number(first);
    questions.settle(settled(first));
    const asked = questions.number(second);
    expect(readTyped('y', questions.printed())).toEqual({ kind: 'number-needed' });
    expect(asked && keysOf(asked, questions.printed().bare)).toContain('y 2');
  });
  test('but needs no number for the next one after an answer here', () => {
    const questions = openQuestions();
    questions.number(first);
    questions.answeredHere(first.id);
    questions.settle(settled(first));
    questions.number(second);
    expect(readTyped('y', questions.printed())).toMatchObject({ kind: 'answer', approval: { id: second.id } });
  });
  test('and for nothing where none waits', () => {
    expect(readTyped('y', openQuestions().printed())).toEqual({ kind: 'none-open' });
  });
});
