import { describe, expect, it } from 'vitest';
import { glanceOf } from '../../../core/console/glance.ts';
import { aDiagnosis, aHypothesis, anAction, anApproval, anEvent, anIncident, at } from '../../builders.ts';

const record = { incident: anIncident(), timeline: [], approvals: [], messages: [], members: [] };
const action = anAction();
const done = anEvent(
  { type: 'ActionFinished', action, result: { kind: 'done', detail: 'Started.' } },
  { step: 'Remediate', at: '02:52:00' },
);
const verified = (verdict: 'recovered' | 'not-recovered') =>
  anEvent({ type: 'VerificationFinished', verdict, text: 'x', ofRollback: false }, { step: 'Verify', at: '02:53:00' });

describe('what broke', () => {
  it('is the first cause with its entity, and until then not known', () => {
    expect(glanceOf(record).broke).toEqual({ text: 'Not known yet' });
    expect(glanceOf({ ...record, diagnosis: aDiagnosis() }).broke).toMatchObject({
      entity: 'CronJob billing/nightly-invoices in backend-1',
      confidence: 0.8,
    });
    const unknown = aDiagnosis({ hypotheses: [aHypothesis({ cause: 'unknown' })] });
    expect(glanceOf({ ...record, diagnosis: unknown }).broke.entity).toBeUndefined();
  });
});

describe('since when', () => {
  it('is the onset by the evidence, else the time of the page', () => {
    const onset = at('02:40:00');
    const known = aDiagnosis({ hypotheses: [aHypothesis({ onset })] });
    expect(glanceOf({ ...record, diagnosis: known }).since).toEqual({ at: onset, basis: 'onset' });
    expect(glanceOf(record).since).toEqual({ at: at('02:47:00'), basis: 'page' });
  });

  it('ends with a verified recovery, not with an action', () => {
    expect(glanceOf({ ...record, timeline: [done] }).until).toBeUndefined();
    expect(glanceOf({ ...record, timeline: [done, verified('not-recovered')] }).until).toBeUndefined();
    expect(glanceOf({ ...record, timeline: [done, verified('recovered')] }).until).toBe(at('02:53:00'));
  });
});

describe('what is asked', () => {
  it('is the open request first, then who has the problem, else nothing', () => {
    expect(glanceOf({ ...record, approvals: [anApproval()] }).request).toMatchObject({
      approvalId: 'inc-1-rerun-cronjob',
      isForPeople: true,
    });
    const broken = anIncident({ status: 'closed', outcome: 'needs-person', verified: 'not-recovered' });
    expect(glanceOf({ ...record, incident: broken }).request.isForPeople).toBe(true);
    const open = anIncident({ status: 'closed', outcome: 'nothing-done' });
    expect(
      glanceOf({ ...record, incident: open, diagnosis: aDiagnosis({ next: 'Raise its limit.' }) }).request,
    ).toEqual({ text: 'Raise its limit. Nobody owns it yet: escalate.', isForPeople: true });
    const over = anIncident({ status: 'closed', outcome: 'recovered' });
    const asked = glanceOf({ ...record, incident: over, diagnosis: aDiagnosis({ next: 'Next: rerun it.' }) }).request;
    expect(asked).toEqual({ text: 'Nothing.', isForPeople: false });
    expect(glanceOf(record).request.isForPeople).toBe(false);
  });
});

describe('what was done', () => {
  it('has actions and their verification with their tone', () => {
    expect(glanceOf({ ...record, timeline: [done, verified('recovered')] }).done).toEqual([
      { at: at('02:52:00'), text: 'Rerun CronJob billing/nightly-invoices in backend-1: done' },
      { at: at('02:53:00'), text: 'Recovered', tone: 'good' },
    ]);
    expect(glanceOf({ ...record, timeline: [verified('not-recovered')] }).done).toMatchObject([{ tone: 'bad' }]);
  });
});
