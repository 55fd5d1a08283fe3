import { describe, expect, test } from 'vitest';
import type { Checklist, ChecklistStep } from '../../../core/model/checklist.ts';
import type { Evidence } from '../../../core/model/report.ts';
import type { Ports } from '../../../core/ports/index.ts';
import { checklistLines, openChecks, withAnswers } from '../../../core/reasoning/runbook.ts';
import { partly } from '../../partly.ts';

const step = (kind: ChecklistStep['kind'], state: ChecklistStep['state'], text: string): ChecklistStep => ({
  kind,
  state,
  text,
  evidenceIds: [],
  by: 'analysis',
});
const checklist: Checklist = {
  document: 'crane.md',
  heading: 'Crane',
  steps: [
    step('check', 'open', 'Check the tide table'),
    step('action', 'person', 'kubectl delete namespace harbour'),
    step('check', 'checked', 'Check the pods'),
  ],
  left: 0,
};
const evidence = partly<Ports['evidence']>({
  get: async (incidentId: string, id: string) =>
    incidentId === 'inc-1' && id === 'ev-1'
      ? ({
          id,
          incidentId,
          source: 'logs',
          query: 'tide',
          excerpt: 'tide-api answered 503 to 40 calls',
          hash: 'h',
        } as Evidence)
      : undefined,
});
const answered = (number: number, result: string, evidenceIds = ['ev-1']) =>
  withAnswers('inc-1', checklist, { answers: [{ step: number, result, evidenceIds }], by: 'a-model' }, { evidence });

describe('an agent with a checklist', () => {
  test('reads its steps as quotations, with what code found', () => {
    expect(checklistLines(checklist)[0]).toContain('2. action, person: "kubectl delete namespace harbour"');
    expect(openChecks(checklist).map(({ text }) => text)).toEqual(['Check the tide table']);
    expect(checklistLines(undefined)).toEqual([]);
  });
  test('answers an open check with evidence that supports it', async () => {
    const { checklist: after, dropped } = await answered(1, 'tide-api answered 503 to 40 calls.');
    expect(dropped).toBe(0);
    expect(after?.steps[0]).toEqual({
      ...checklist.steps[0],
      state: 'checked',
      result: 'tide-api answered 503 to 40 calls.',
      evidenceIds: ['ev-1'],
      by: 'a-model',
    });
  });
  test.each([
    ['a step for a person', 2, 'tide-api answered.', ['ev-1']],
    ['a step that code checked', 3, 'tide-api answered.', ['ev-1']],
    ['a step that does not exist', 9, 'tide-api answered.', ['ev-1']],
    ['a number that no evidence holds', 1, 'tide-api answered 503 to 4000 calls.', ['ev-1']],
    ['evidence that does not exist', 1, 'tide-api answered.', ['ev-1', 'ev-2']],
  ])('is not believed about %s', async (_, number, result, ids) => {
    const { checklist: after, dropped } = await answered(number, result, ids);
    expect(dropped).toBe(1);
    expect(after).toEqual(checklist);
  });
  test('without a checklist is not believed at all', async () => {
    const answers = [{ step: 1, result: 'well', evidenceIds: ['ev-1'] }];
    expect(await withAnswers('inc-1', undefined, { answers, by: 'm' }, { evidence })).toEqual({ dropped: 1 });
  });
});
