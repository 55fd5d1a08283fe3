import { describe, expect, it } from 'vitest';
import { incidentView, messageView } from '../../../core/console/incident-view.ts';
import type { Approval } from '../../../core/model/action.ts';
import { aDiagnosis, anApproval, anIncident, at } from '../../builders.ts';

const record = { incident: anIncident(), timeline: [], approvals: [], messages: [], members: [] };
const decided = {
  ...anApproval(),
  state: 'decided',
  verdict: 'approve',
  decidedBy: 'ana',
  decidedAt: at('02:50:00'),
} as const;

describe('the view of an incident', () => {
  it('has the same state as every other surface', () => {
    const closed = anIncident({ status: 'closed', outcome: 'needs-person', verified: 'not-recovered' });
    expect(incidentView({ ...record, incident: closed }).incident.standing).toMatchObject({ tone: 'bad' });
  });

  it('has the next step until the request about it was answered', () => {
    const diagnosis = aDiagnosis({ next: 'Next: rerun it.' });
    const next = (approval: Approval) => incidentView({ ...record, diagnosis, approvals: [approval] }).diagnosis?.next;
    expect([next(anApproval()), next(decided)]).toEqual(['Next: rerun it.', undefined]);
  });

  it('says who decided, and until then nothing', () => {
    const outcome = (approval: Approval) =>
      incidentView({ ...record, approvals: [approval] }).approvals[0]?.texts.outcome;
    expect(outcome(anApproval())).toBe('');
    expect(outcome(decided)).toContain('ana');
    expect(outcome({ ...anApproval(), state: 'expired' })).not.toBe('');
    const withdrawn = { state: 'withdrawn', withdrawnWhy: 'inc-2 did it.', withdrawnAt: at('02:51:00') } as const;
    expect(outcome({ ...anApproval(), ...withdrawn })).toContain('inc-2 did it.');
  });

  it('sends names of charts and files, and not their contents', () => {
    const message = { key: 'k', incidentId: 'inc-1', kind: 'answer', headline: 'h' } as const;
    const files = [{ name: 'a.md', title: 'A', text: 'long' }];
    expect(messageView({ ...message, lines: [], chart: '<svg/>', files })).toEqual({
      ...message,
      lines: [],
      hasChart: true,
      files: [{ name: 'a.md', title: 'A' }],
    });
  });
});
