import { describe, expect, test } from 'vitest';
import { Finding } from '../../../core/model/report.ts';

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
});
