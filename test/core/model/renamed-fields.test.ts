import { describe, expect, test } from 'vitest';
import { ServiceFact } from '../../../core/model/fact.ts';
import { ErrorIdentity, Finding } from '../../../core/model/report.ts';
import { TimelineEntry } from '../../../core/model/timeline.ts';

describe('records of older versions', () => {
  test('a finding that names its dependency under the old field is read', () => {
    const stored = {
      id: 'logs-1-1',
      specialist: 'logs',
      claim: 'checkout cannot reach payments.',
      entity: { kind: 'Service', name: 'checkout' },
      role: 'symptom',
      severity: 'major',
      confidence: 0.7,
      evidenceIds: ['logs-1-e1'],
      towards: { kind: 'Service', name: 'payments' },
    };
    expect(Finding.parse(stored).dependency).toEqual({ kind: 'Service', name: 'payments' });
    expect(Finding.parse(Finding.parse(stored))).toEqual(Finding.parse(stored));
  });

  test('an identity of an error and a taught fact are read with their old field', () => {
    expect(ErrorIdentity.parse({ digest: 'a', says: 'exit code 1' })).toEqual({ digest: 'a', text: 'exit code 1' });
    const statement = { kind: 'note', service: 'ledger', text: 'restarts at midnight' } as const;
    const fact = {
      id: `wkf-${'0'.repeat(20)}`,
      says: statement,
      taughtBy: 'ada',
      taughtAt: '2026-11-24T10:00:00.000Z',
    };
    expect(ServiceFact.parse(fact).statement).toEqual(statement);
    const entry = {
      id: 'inc-1:Learn:x',
      incidentId: 'inc-1',
      at: '2026-11-24T10:00:00.000Z',
      step: 'Teach',
      actor: 'ada',
      kind: 'learned',
      event: { type: 'FactTaught', by: 'ada', says: statement },
      text: 'Taught.',
    };
    expect(TimelineEntry.parse(entry).event).toEqual({ type: 'FactTaught', by: 'ada', statement });
  });
});
