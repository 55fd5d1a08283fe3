import { describe, expect, test } from 'vitest';
import { withPlacedChanges } from '../../../core/diagnosis/placed-changes.ts';
import type { ChangeText } from '../../../core/diagnosis/supported.ts';
import type { Finding } from '../../../core/model/report.ts';
import { aFinding } from '../../builders.ts';

const service = (name: string) => ({ kind: 'Service', name });
const change = (name: string): Finding =>
  aFinding({
    id: 'changes-1',
    specialist: 'changes',
    claim: 'a change',
    entity: service(name),
    role: 'change',
    cause: 'infrastructure-change',
    changeId: 'ch-1',
    onset: '2026-05-04T10:00:00Z',
  });
const error = (name: string, claim: string, cause: Finding['cause'], onset = '2026-05-04T10:01:00Z'): Finding =>
  aFinding({ id: `logs-${name}`, specialist: 'logs', claim, entity: service(name), role: 'cause', cause, onset });
const after = (text: Partial<ChangeText>, ...findings: readonly Finding[]) =>
  withPlacedChanges(findings, {
    changes: new Map([['ch-1', { kind: 'infrastructure', title: '', ...text }]]),
    textOf: () => '',
  });

describe('a change without a service', () => {
  const detach = { title: 'DetachRolePolicy payer-role payer-kms' };
  const denied = (name: string) =>
    error(name, 'assumed-role/payer-role is not authorized to kms:Decrypt', 'access-denied');
  test('belongs to the one workload whose errors name what it touches', () => {
    expect(after(detach, change('front'), denied('payer'))[0]?.entity).toEqual(service('payer'));
  });
  test.each([
    ['the errors of two workloads name it', detach, [denied('payer'), denied('refunds')]],
    ['no error names it', { title: 'DetachRolePolicy mailer-role' }, [denied('payer')]],
    ['the source says its service', { ...detach, service: 'front' }, [denied('payer')]],
    [
      'the errors name only their own service',
      { title: 'restart of payer-api' },
      [error('payer-api', 'payer-api: 500', 'application-errors')],
    ],
  ])('stays where it was if %s', (_, text, errors) => {
    expect(after(text, change('front'), ...errors)[0]?.entity).toEqual(service('front'));
  });
});

describe('a change that takes a column away', () => {
  const drop = {
    service: 'policies',
    files: ['db/0231-drop.xml'],
    diff: '+ <dropColumn tableName="POLICY" columnName="BROKER_CODE"/>',
  };
  const missing = (name: string, onset?: string) =>
    error(name, 'ORA-00904: "P1_0"."BROKER_CODE": invalid identifier', 'code-change', onset);
  test('is behind the errors of another service that reads it', () => {
    expect(after(drop, change('policies'), missing('commissions'))[1]).toMatchObject({
      role: 'symptom',
      dependency: { name: 'policies' },
    });
  });
  test.each([
    ['before it went live', drop, missing('commissions', '2026-05-04T09:50:00Z')],
    ['of its own service', drop, missing('policies')],
    ['that miss another column', { ...drop, diff: 'dropColumn columnName="REGION"' }, missing('commissions')],
    [
      'if it adds a column',
      { ...drop, files: ['db/0231.xml'], diff: '+ <addColumn><column name="BROKER_CODE"/>' },
      missing('commissions'),
    ],
    ['that miss nothing', drop, error('commissions', 'BROKER_CODE is null', 'data-invalid')],
  ])('is not behind errors %s', (_, text, logged) => {
    expect(after(text, change('policies'), logged)[1]).toEqual(logged);
  });
});
