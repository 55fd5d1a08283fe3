import { describe, expect, it } from 'vitest';
import { weekView } from '../../../core/console/week-view.ts';
import type { Incident } from '../../../core/model/incident.ts';
import type { IncidentEntities } from '../../../core/record/incident-entities.ts';
import { entityText } from '../../../core/wording.ts';
import { aDiagnosis, anAction, anEvent, anIncident, at, cronJob } from '../../builders.ts';

const now = new Date(at('12:00:00'));
const past = (
  id: string,
  over: Partial<Incident> = {},
  timeline: IncidentEntities['timeline'] = [],
): IncidentEntities => ({
  incident: anIncident({ id, ...over }),
  diagnosis: aDiagnosis(),
  timeline,
});
const diagnosed = (time: string) =>
  anEvent({ type: 'DiagnosisMade', text: 'x', hypotheses: [], droppedClaims: 0, model: 'none' }, { at: time });

describe('the week', () => {
  it('counts pages, their ends, and the median time to the first diagnosis', () => {
    const view = weekView(
      [
        past('inc-1', { status: 'closed', outcome: 'recovered' }, [diagnosed('02:47:20')]),
        past('inc-2', {}, [diagnosed('02:47:40'), diagnosed('03:00:00')]),
        past('inc-old', { openedAt: '2026-11-01T00:00:00.000Z' }, [diagnosed('02:47:11')]),
      ],
      now,
    );
    expect(view).toMatchObject({ pages: 2, open: 1, recovered: 1, grouped: 0, medianDiagnosisMs: 20_000 });
  });

  it('counts requests, answers and actions by their events', () => {
    const action = anAction();
    const done = { type: 'ActionFinished', action, result: { kind: 'done', detail: 'x' } } as const;
    const answered = {
      type: 'ApprovalAnswered',
      approvalId: 'a',
      question: 'q',
      by: 'ana',
      approvers: 2,
    } as const;
    const timeline = [
      anEvent({ type: 'ApprovalRequested', approvalId: 'a', question: 'q', action, expiresAt: at('03:00:00') }),
      anEvent({ ...answered, approvedBy: ['ana'], verdict: 'approve' }),
      anEvent({ ...answered, approvedBy: ['ana'], verdict: 'approve-and-remember', decidedAt: at('02:50:00') }),
      anEvent(done),
      anEvent({ ...done, preferenceId: 'pref-1' }),
      anEvent({ ...done, result: { kind: 'failed', why: 'x' } }),
      anEvent({ type: 'QuestionUnanswered', approvalId: 'b', how: 'nobody', ofRollback: false }),
    ];
    expect(weekView([past('inc-1', {}, timeline)], now).actions).toEqual({
      requested: 1,
      approved: 1,
      rejected: 0,
      unanswered: 1,
      unasked: 1,
      done: 2,
    });
  });

  it("counts people's word on diagnoses", () => {
    const timeline = [
      diagnosed('02:47:20'),
      anEvent({ type: 'DiagnosisConfirmed', by: 'ana', words: 'yes' }, { step: 'Agree' }),
    ];
    expect(weekView([past('inc-1', {}, timeline)], now).feedback).toEqual({ right: 1, wrong: 0 });
  });

  it('proposes how to prevent a cause from three incidents at one place on', () => {
    const twice = [past('inc-1'), past('inc-2', { openedAt: at('03:00:00') })];
    const [recurrence] = weekView(twice, now).recurring;
    expect(recurrence?.incidents.map(({ id }) => id)).toEqual(['inc-2', 'inc-1']);
    expect(recurrence?.proposal).toBeUndefined();
    expect(weekView([...twice, past('inc-3')], now).recurring[0]?.proposal).toBeTypeOf('string');
    expect(weekView([past('inc-1')], now).recurring).toEqual([]);
  });
});

describe('a proposal that a person dismissed', () => {
  const dismissal = anEvent(
    { type: 'PreventionDismissed', by: 'ana', cause: 'job-failed', entity: entityText(cronJob) },
    { at: '10:00:00' },
  );
  const recurring = (timeline: IncidentEntities['timeline']) =>
    weekView([past('inc-1'), past('inc-2', {}, timeline), past('inc-3')], now).recurring[0];

  it('is shown with who and when', () => {
    expect(recurring([])?.proposal).toBeDefined();
    expect(recurring([])?.dismissed).toBeUndefined();
    expect(recurring([dismissal])).toMatchObject({ dismissed: { by: 'ana', at: at('10:00:00') } });
  });

  it('is another one at another entity', () => {
    const other = anEvent({ type: 'PreventionDismissed', by: 'ana', cause: 'job-failed', entity: 'CronJob x' });
    expect(recurring([other])?.dismissed).toBeUndefined();
  });
});
