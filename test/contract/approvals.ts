import { beforeEach, describe, expect, test } from 'vitest';
import type { ApprovalStore } from '../../core/ports/records.ts';
import { anApproval, at } from '../builders.ts';
import { type OpenStores, parallel, testClock } from './records.ts';

export function approvalStoreContract(open: OpenStores): void {
  describe('approvals', () => {
    const approval = anApproval();
    const byAna = { verdict: 'approve', by: 'ana', at: at('02:50:00') } as const;
    const decided = {
      ...approval,
      state: 'decided',
      verdict: 'approve',
      decidedBy: 'ana',
      decidedAt: byAna.at,
      approvedBy: [{ by: 'ana', at: byAna.at }],
    };
    let store: ApprovalStore;
    beforeEach(async () => {
      store = (await open(testClock())).approvals;
    });

    test('a question is pending, and gives its task token to whoever decides', async () => {
      expect(await store.request(approval, 'token-1')).toEqual(approval);
      expect(await store.get(approval.id)).toEqual(approval);
      expect(await store.decide(approval.id, byAna)).toEqual({
        kind: 'decided',
        approval: decided,
        taskToken: 'token-1',
      });
      expect(await store.get(approval.id)).toEqual(decided);
    });
    test('the task token is in nothing that is read', async () => {
      await store.request(approval, 'token-very-secret');
      const read = JSON.stringify([await store.get(approval.id), await store.ofIncident('inc-1')]);
      await store.decide(approval.id, byAna);
      const after = JSON.stringify([await store.get(approval.id), await store.ofIncident('inc-1')]);
      expect(read + after).not.toContain('secret');
    });
    test('of fifty that decide at once exactly one did', async () => {
      await store.request(approval, 'token-1');
      const answers = await parallel(50, (n) =>
        store.decide(approval.id, { ...byAna, verdict: n % 2 ? 'approve' : 'reject', by: `person-${n}` }),
      );
      const winners = answers.filter(({ kind }) => kind === 'decided');
      expect(winners).toHaveLength(1);
      const final = await store.get(approval.id);
      expect(winners[0]).toMatchObject({ approval: final });
      const others = answers.filter(({ kind }) => kind !== 'decided');
      expect(others).toHaveLength(49);
      for (const other of others) expect(other).toEqual({ kind: 'already', approval: final, taskToken: 'token-1' });
    });
    test('asked again while pending, only the task token is new', async () => {
      await store.request(approval, 'token-1');
      const again = { ...approval, requestedAt: at('02:49:00'), expiresAt: at('03:19:00') };
      expect(await store.request(again, 'token-2')).toEqual(approval);
      expect(await store.decide(approval.id, byAna)).toMatchObject({ kind: 'decided', taskToken: 'token-2' });
    });
    test('asked again once decided, the decision is given', async () => {
      await store.request(approval, 'token-1');
      await store.decide(approval.id, byAna);
      expect(await store.request(approval, 'token-2')).toEqual(decided);
      expect(await store.get(approval.id)).toEqual(decided);
    });
    test('being asked again and decided at the same time loses neither', async () => {
      await store.request(approval, 'token-0');
      const [answers] = await Promise.all([
        parallel(10, () => store.decide(approval.id, byAna)),
        parallel(10, (n) => store.request(approval, `token-${n + 1}`)),
      ]);
      expect(answers.filter(({ kind }) => kind === 'decided')).toHaveLength(1);
      expect(await store.get(approval.id)).toEqual(decided);
    });
    test('the task token is given to those who come later, until the answer was delivered', async () => {
      await store.request(approval, 'token-1');
      await store.decide(approval.id, byAna);
      const late = { verdict: 'reject', by: 'ben', at: at('02:51:00') } as const;
      expect(await store.decide(approval.id, late)).toEqual({
        kind: 'already',
        approval: decided,
        taskToken: 'token-1',
      });
      await store.delivered(approval.id);
      expect(await store.decide(approval.id, late)).toEqual({ kind: 'already', approval: decided });
    });
    test('what takes two people is decided by the second of them, and one person counts once', async () => {
      const two = { ...approval, approvers: 2 };
      await store.request(two, 'token-1');
      const first = [{ by: 'ana', at: byAna.at }];
      expect(await store.decide(two.id, byAna)).toEqual({
        kind: 'counted',
        approval: { ...two, approvedBy: first },
        again: false,
      });
      expect(await store.decide(two.id, byAna)).toMatchObject({ kind: 'counted', again: true });
      expect(await store.decide(two.id, { ...byAna, by: 'ben' })).toMatchObject({
        kind: 'decided',
        approval: { state: 'decided', verdict: 'approve', approvedBy: [{ by: 'ana' }, { by: 'ben' }] },
        taskToken: 'token-1',
      });
    });
    test('of many who approve at once as many are counted as it takes, and one of them decides', async () => {
      await store.request({ ...approval, approvers: 3 }, 'token-1');
      const answers = await parallel(8, (n) => store.decide(approval.id, { ...byAna, by: `person-${n}` }));
      expect(answers.filter(({ kind }) => kind === 'counted')).toHaveLength(2);
      expect(answers.filter(({ kind }) => kind === 'decided')).toHaveLength(1);
      expect((await store.get(approval.id))?.approvedBy).toHaveLength(3);
    });
    test('what takes two people is rejected by one, and never remembered', async () => {
      const two = { ...approval, approvers: 2 };
      await store.request(two, 'token-1');
      await store.decide(two.id, { ...byAna, verdict: 'approve-and-remember' });
      expect(await store.decide(two.id, { ...byAna, by: 'ben', verdict: 'approve-and-remember' })).toMatchObject({
        approval: { verdict: 'approve' },
      });
      await store.request({ ...two, id: 'other' }, 'token-1');
      await store.decide('other', byAna);
      expect(await store.decide('other', { ...byAna, by: 'ben', verdict: 'reject' })).toMatchObject({
        kind: 'decided',
        approval: { verdict: 'reject' },
      });
    });
    test('nobody decides after expiry, whether or not it was written down', async () => {
      await store.request(approval, 'token-1');
      const late = { ...byAna, at: at('03:18:00') };
      expect(await store.decide(approval.id, late)).toEqual({ kind: 'expired', approval });
      await store.expire(approval.id);
      const expired = { ...approval, state: 'expired' };
      expect(await store.get(approval.id)).toEqual(expired);
      expect(await store.decide(approval.id, byAna)).toEqual({ kind: 'expired', approval: expired });
      expect(await store.request(approval, 'token-2')).toEqual(expired);
    });
    test('the time of expiry counts however it is written', async () => {
      await store.request({ ...approval, expiresAt: '2026-11-20T03:18:00Z' }, 'token-1');
      expect(await store.decide(approval.id, { ...byAna, at: at('03:18:00') })).toMatchObject({ kind: 'expired' });
    });
    test('what was decided does not expire', async () => {
      await store.request(approval, 'token-1');
      await store.decide(approval.id, byAna);
      await store.expire(approval.id);
      expect(await store.get(approval.id)).toEqual(decided);
    });
    test('either it is decided or it expires, never both', async () => {
      await store.request(approval, 'token-1');
      const [answers] = await Promise.all([
        parallel(5, () => store.decide(approval.id, byAna)),
        parallel(5, () => store.expire(approval.id)),
      ]);
      const won = answers.some(({ kind }) => kind === 'decided');
      expect((await store.get(approval.id))?.state).toBe(won ? 'decided' : 'expired');
    });
    const withdrawal = { why: 'Another incident did it.', at: at('02:51:00') };
    test('a pending question is withdrawn once, gives its task token, and is not decided any more', async () => {
      await store.request(approval, 'token-1');
      const withdrawn = { ...approval, state: 'withdrawn', withdrawnWhy: withdrawal.why, withdrawnAt: withdrawal.at };
      expect(await store.withdraw(approval.id, withdrawal)).toEqual({
        kind: 'withdrawn',
        approval: withdrawn,
        taskToken: 'token-1',
      });
      expect(await store.withdraw(approval.id, withdrawal)).toEqual({ kind: 'not-pending' });
      expect(await store.decide(approval.id, byAna)).toEqual({ kind: 'expired', approval: withdrawn });
      expect(await store.request(approval, 'token-2')).toEqual(withdrawn);
      await store.expire(approval.id);
      expect(await store.get(approval.id)).toEqual(withdrawn);
    });
    test('either it is decided or it is withdrawn, never both', async () => {
      await store.request(approval, 'token-1');
      const [answers, withdrawals] = await Promise.all([
        parallel(5, () => store.decide(approval.id, byAna)),
        parallel(5, () => store.withdraw(approval.id, withdrawal)),
      ]);
      const won = answers.filter(({ kind }) => kind === 'decided').length;
      expect(won + withdrawals.filter(({ kind }) => kind === 'withdrawn').length).toBe(1);
      expect((await store.get(approval.id))?.state).toBe(won === 1 ? 'decided' : 'withdrawn');
    });
    test('a question that nobody asked is not found', async () => {
      expect(await store.withdraw('nothing', withdrawal)).toEqual({ kind: 'not-pending' });
      expect(await store.decide('nothing', byAna)).toEqual({ kind: 'not-found' });
      expect(await store.get('nothing')).toBeUndefined();
      await store.expire('nothing');
      await store.delivered('nothing');
      expect(await store.get('nothing')).toBeUndefined();
    });
    test('an incident lists its own, oldest first', async () => {
      const second = { ...approval, id: 'a-later-one', requestedAt: at('02:55:00') };
      await store.request(second, 't');
      await store.request(approval, 't');
      await store.request({ ...approval, id: 'other', incidentId: 'inc-2' }, 't');
      expect(await store.ofIncident('inc-1')).toEqual([approval, second]);
    });
  });
}
