import { describe, expect, test } from 'vitest';
import { entityKey } from '../../../core/model/entity.ts';
import type { Incident } from '../../../core/model/incident.ts';
import { conflictingActionOf } from '../../../core/remediation/conflicting-action.ts';
import { anIncident, at, cronJob } from '../../builders.ts';

// What another incident did to the target of a question that waits: approved before it is known what came of that, it is refused.

const target = { ...cronJob, cluster: 'backend-1', namespace: 'billing' };
const actAt = (time: string, over: object = {}) => ({
  key: 'inc-2:rerun-cronjob',
  at: at(time),
  incidentId: 'inc-2',
  actionId: 'rerun-cronjob' as const,
  targetKey: entityKey(target),
  pods: 1,
  ...over,
});
const rival = (act: ReturnType<typeof actAt>, status: Incident['status'], openedAt: string, now: string) =>
  conflictingActionOf(
    target,
    { acts: [act], incident: { id: 'inc-1', openedAt: at(openedAt) }, now: new Date(at(now)) },
    { incidents: { get: async () => anIncident({ id: 'inc-2', status }) } as never },
  );

describe('an act of another incident on the same target', () => {
  test.each<[string, Incident['status'], string]>([
    ['while it is done', 'acting', '02:45:00'],
    ['while it settles', 'verifying', '02:45:00'],
    ['before what was asked began, while it settles', 'verifying', '02:51:00'],
    ['since what was asked began, though it is over', 'closed', '02:45:00'],
  ])('stands against it %s', async (_, status, openedAt) => {
    expect(await rival(actAt('02:50:00'), status, openedAt, '02:52:00')).toMatchObject({ incidentId: 'inc-2' });
  });
  test('does not once it was over before what was asked began', async () => {
    expect(await rival(actAt('02:50:00'), 'closed', '02:51:00', '02:52:00')).toBeUndefined();
  });
  test('stands against it on the pod of a workload that it was done to', async () => {
    const act = actAt('02:50:00', { targetKey: 'backend-1/shop/Deployment/web' });
    const on = (name: string) =>
      conflictingActionOf(
        { kind: 'Pod', name, namespace: 'shop', cluster: 'backend-1' },
        { acts: [act], incident: { id: 'inc-1', openedAt: at('02:45:00') }, now: new Date(at('02:52:00')) },
        { incidents: { get: async () => anIncident({ id: 'inc-2', status: 'closed' }) } as never },
      );
    expect(await on('web-7d4b9-x2x')).toMatchObject({ incidentId: 'inc-2' });
    expect(await on('orders-7d4b9-x2x')).toBeUndefined();
  });
  test('does not on another target, nor as its own', async () => {
    const other = entityKey({ ...target, name: 'weekly-report' });
    expect(await rival(actAt('02:50:00', { targetKey: other }), 'acting', '02:45:00', '02:52:00')).toBeUndefined();
    expect(await rival(actAt('02:50:00', { incidentId: 'inc-1' }), 'acting', '02:45:00', '02:52:00')).toBeUndefined();
  });
});
