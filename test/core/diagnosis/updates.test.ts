// An update that AWS shows without its content, beside the change that another source reports.
import { expect, test } from 'vitest';
import { withJoinedUpdates } from '../../../core/diagnosis/updates.ts';
import { aFinding } from '../../builders.ts';

const at = (minute: number) => new Date(Date.parse('2026-11-23T09:00:00Z') + minute * 60_000).toISOString();
const printer = { kind: 'Function', name: 'printer' };
const update = aFinding({
  id: 'aws-1-1',
  specialist: 'aws',
  role: 'change',
  cause: 'code-change',
  entity: printer,
  onset: at(0),
});
const change = (name: string, minute: number) =>
  aFinding({
    id: 'changes-1-1',
    specialist: 'changes',
    role: 'change',
    cause: 'code-change',
    changeId: 'c1',
    entity: { kind: 'Service', name },
    onset: at(minute),
  });
const resources = [{ type: 'lambda' as const, name: 'printer', service: 'labels' }];
const idsOf = (...findings: Parameters<typeof withJoinedUpdates>[0]) =>
  withJoinedUpdates(findings, { resources }).map(({ id, changeId }) => [id, changeId].filter(Boolean).join(' '));

test('is that change, if it is of the same entity and time', () => {
  expect(idsOf(update, change('printer', 3))).toEqual(['aws-1-1 c1', 'changes-1-1 c1']);
});
test('is left out beside a change of the service that has it', () => {
  expect(idsOf(update, change('labels', 3))).toEqual(['changes-1-1 c1']);
});
test('stays beside a change of another time or of another service', () => {
  expect(idsOf(update, change('printer', 40))).toEqual(['aws-1-1', 'changes-1-1 c1']);
  expect(idsOf(update, change('web', 3))).toEqual(['aws-1-1', 'changes-1-1 c1']);
  expect(idsOf(update)).toEqual(['aws-1-1']);
});
