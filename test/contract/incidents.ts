import { beforeEach, describe, expect, test } from 'vitest';
import type { IncidentStore } from '../../core/ports/records.ts';
import { aDiagnosis, anEntry, anEvent, anIncident, at } from '../builders.ts';
import { type OpenStores, parallel, type TestClock, testClock } from './records.ts';

export function incidentStoreContract(open: OpenStores): void {
  describe('incidents', () => {
    let store: IncidentStore;
    let clock: TestClock;
    beforeEach(async () => {
      clock = testClock();
      store = (await open(clock)).incidents;
    });

    test('a page opens an incident, and it is there', async () => {
      expect(await store.open(anIncident())).toEqual({ kind: 'opened', incident: anIncident() });
      expect(await store.get('inc-1')).toEqual(anIncident());
      expect(await store.findBySource('PD-1')).toEqual(anIncident());
    });
    test('another execution for the same alert joins', async () => {
      await store.open(anIncident());
      expect(await store.open(anIncident({ id: 'inc-2', execution: 'execution-2' }))).toEqual({
        kind: 'joined',
        incident: anIncident(),
      });
      expect(await store.get('inc-2')).toBeUndefined();
    });
    test('the same execution opening again gets what it opened', async () => {
      await store.open(anIncident());
      await store.update('inc-1', { pageStatus: 'acknowledged' });
      expect(await store.open(anIncident({ id: 'inc-2' }))).toEqual({
        kind: 'opened',
        incident: anIncident({ pageStatus: 'acknowledged' }),
      });
    });
    test('whoever changes it gets it as it is then, and nothing where nothing was changed', async () => {
      await store.open(anIncident());
      expect(await store.update('inc-1', { pageStatus: 'acknowledged' })).toEqual(
        anIncident({ pageStatus: 'acknowledged' }),
      );
      expect(await store.update('inc-1', {})).toBeUndefined();
      expect(await store.update('inc-2', { status: 'closed' })).toBeUndefined();
      const turn = { from: 'investigating', to: 'waiting' } as const;
      const waits = anIncident({ pageStatus: 'acknowledged', status: 'waiting' });
      expect(await store.turn('inc-1', turn)).toEqual(waits);
      expect(await store.turn('inc-1', turn)).toBeUndefined();
      expect(await store.get('inc-1')).toEqual(waits);
    });
    test('two that are opened at the same time are one incident', async () => {
      const opened = await parallel(20, (n) => store.open(anIncident({ id: `inc-${n}`, execution: `execution-${n}` })));
      expect(opened.filter(({ kind }) => kind === 'opened')).toHaveLength(1);
      expect(new Set(opened.map(({ incident }) => incident.id)).size).toBe(1);
    });
    test('one execution that opens many times at once opens one', async () => {
      const opened = await parallel(20, (n) => store.open(anIncident({ id: `inc-${n}` })));
      expect(new Set(opened.map(({ kind }) => kind))).toEqual(new Set(['opened']));
      expect(new Set(opened.map(({ incident }) => incident.id)).size).toBe(1);
      expect(await store.list(50)).toHaveLength(1);
    });
    test.each(['closed', 'failed'] as const)('once it is %s, the next page opens another', async (status) => {
      await store.open(anIncident());
      await store.update('inc-1', { status });
      const next = anIncident({ id: 'inc-2', execution: 'execution-2' });
      expect(await store.open(next)).toEqual({ kind: 'opened', incident: next });
      expect(await store.findBySource('PD-1')).toEqual(next);
      expect(await store.get('inc-1')).toEqual(anIncident({ status }));
    });
    test('closing an old one does not free the source of a newer one', async () => {
      await store.open(anIncident());
      await store.update('inc-1', { status: 'closed' });
      await store.open(anIncident({ id: 'inc-2', execution: 'execution-2' }));
      await store.update('inc-1', { status: 'closed' });
      expect(await store.open(anIncident({ id: 'inc-3', execution: 'execution-3' }))).toMatchObject({ kind: 'joined' });
    });
    test('an incident whose workflow died for good blocks its source for a day, no longer', async () => {
      await store.open(anIncident());
      clock.set('2026-11-21T02:46:00.000Z');
      expect(await store.open(anIncident({ id: 'inc-2', execution: 'execution-2' }))).toMatchObject({ kind: 'joined' });
      clock.set('2026-11-21T02:47:02.000Z');
      expect(await store.open(anIncident({ id: 'inc-3', execution: 'execution-3' }))).toMatchObject({ kind: 'opened' });
    });
    test('what is open is listed, the oldest first, and what is over is not', async () => {
      for (const n of [1, 2, 3])
        await store.open(anIncident({ id: `inc-${n}`, sourceId: `PD-${n}`, openedAt: at(`02:47:1${n}`) }));
      await store.update('inc-2', { status: 'closed' });
      await store.update('inc-3', { status: 'awaiting-approval' });
      expect((await store.listOpen(10)).map(({ id, status }) => `${id} ${status}`)).toEqual([
        'inc-1 investigating',
        'inc-3 awaiting-approval',
      ]);
      expect((await store.listOpen(1)).map(({ id }) => id)).toEqual(['inc-1']);
    });
    test('an incident that an execution left is taken over by one other, as if it had just begun', async () => {
      await store.open(anIncident());
      await store.update('inc-1', { status: 'acting' });
      const left = anIncident({ status: 'acting' });
      const taken = await parallel(10, (n) =>
        store.takeOver(left, { from: 'execution-1', to: `execution-${n + 2}`, at: at('03:00:00') }),
      );
      const won = taken.filter((one) => one !== undefined);
      expect(won).toHaveLength(1);
      const takenOver = { from: 'execution-1', at: at('03:00:00'), left: 'acting' as const };
      expect(won[0]).toEqual(anIncident({ execution: won[0]?.execution ?? '', takenOver }));
      expect(await store.get('inc-1')).toEqual(won[0]);
      // The one that took over opens it again as its own; the one that left it does not.
      expect(await store.open(anIncident({ id: 'inc-9', execution: won[0]?.execution ?? '' }))).toMatchObject({
        kind: 'opened',
      });
      expect(await store.open(anIncident({ id: 'inc-9' }))).toMatchObject({ kind: 'joined' });
    });
    test.each(['closed', 'failed'] as const)('an incident that is %s is not taken over', async (status) => {
      await store.open(anIncident());
      await store.update('inc-1', { status });
      const by = { from: 'execution-1', to: 'execution-2', at: at('03:00:00') };
      expect(await store.takeOver(anIncident(), by)).toBeUndefined();
      expect(await store.get('inc-1')).toEqual(anIncident({ status }));
    });
    test('an incident that was left is ended, and its source is free', async () => {
      await store.open(anIncident());
      expect(await store.abandon('inc-1', 'execution-of-another')).toBe(false);
      expect(await store.abandon('inc-1', 'execution-1')).toBe(true);
      expect(await store.abandon('inc-1', 'execution-1')).toBe(false);
      expect(await store.get('inc-1')).toEqual(anIncident({ status: 'failed' }));
      expect(await store.listOpen(10)).toEqual([]);
      expect(await store.open(anIncident({ id: 'inc-2', execution: 'execution-2' }))).toMatchObject({ kind: 'opened' });
    });
    test('what an execution says again that took over is another line; what it says twice is one', async () => {
      await store.open(anIncident());
      await store.append(anEntry({ text: 'as the first saw it' }));
      clock.set('03:00:00');
      await store.takeOver(anIncident(), { from: 'execution-1', to: 'execution-2', at: at('03:00:00') });
      clock.set('03:00:05');
      await store.append(anEntry({ at: at('03:00:05'), text: 'as the second saw it' }));
      await store.append(anEntry({ at: at('03:00:05'), text: 'as the second saw it' }));
      expect((await store.timeline('inc-1')).map(({ text }) => text)).toEqual([
        'as the first saw it',
        'as the second saw it',
      ]);
    });
    test('another alert is another incident', async () => {
      await store.open(anIncident());
      expect(await store.open(anIncident({ id: 'inc-2', sourceId: 'PD-2' }))).toMatchObject({ kind: 'opened' });
    });
    const because = { kind: 'calls', caller: 'checkout', callee: 'payments' } as const;
    const memberOf = { leader: 'inc-9', because, at: at('02:48:00') };
    test('a member belongs to one incident, however often and from how many sides it joins', async () => {
      await store.open(anIncident());
      const joined = await parallel(10, () => store.join('inc-1', memberOf));
      expect(new Set(joined)).toEqual(new Set(['joined']));
      expect(await store.join('inc-1', { ...memberOf, leader: 'inc-8' })).toBe('refused');
      const member = anIncident({ status: 'grouped', memberOf });
      expect(await store.get('inc-1')).toEqual(member);
      expect(await store.members('inc-9')).toEqual([{ incident: member }]);
      expect(await store.members('inc-8')).toEqual([]);
    });
    test.each(['closed', 'failed', 'acting'] as const)('an incident that is %s joins nothing', async (status) => {
      await store.open(anIncident());
      await store.update('inc-1', { status });
      expect(await store.join('inc-1', memberOf)).toBe('refused');
      expect(await store.members('inc-9')).toEqual([]);
    });
    test('a member leaves once, for one execution, and keeps its claim on its page', async () => {
      await store.open(anIncident());
      await store.join('inc-1', memberOf);
      const apart = { from: 'inc-9', why: 'a-person-said-so', by: 'ada', at: at('02:50:00') } as const;
      const left = await parallel(10, (n) => store.leave('inc-1', apart, `execution-${n + 2}`));
      const [member] = left.filter((one) => one !== undefined);
      expect(left.filter((one) => one !== undefined)).toHaveLength(1);
      expect(member).toEqual(anIncident({ apart, execution: member?.execution ?? '' }));
      expect(await store.members('inc-9')).toEqual([]);
      expect(await store.open(anIncident({ id: 'inc-2', execution: 'execution-99' }))).toMatchObject({
        kind: 'joined',
      });
    });
    test('members are named with their reason until they leave, and again when they come back', async () => {
      await store.open(anIncident());
      await store.join('inc-1', memberOf);
      const name = { id: 'inc-1', title: anIncident().title, because, at: memberOf.at };
      expect(await store.memberNames('inc-9')).toEqual([name]);
      expect(await store.join('inc-1', { ...memberOf, leader: 'inc-8' })).toBe('refused');
      expect(await store.memberNames('inc-8')).toEqual([]);
      await store.leave('inc-1', { from: 'inc-9', why: 'leader-gone', at: at('02:50:00') }, 'execution-2');
      expect(await store.memberNames('inc-9')).toEqual([]);
      await store.join('inc-1', { ...memberOf, at: at('02:51:00') });
      expect(await store.memberNames('inc-9')).toEqual([{ ...name, at: at('02:51:00') }]);
    });
    test('what is no member of that incident cannot leave it', async () => {
      await store.open(anIncident());
      const apart = { from: 'inc-9', why: 'leader-gone', at: at('02:50:00') } as const;
      expect(await store.leave('inc-1', apart, 'execution-2')).toBeUndefined();
      await store.join('inc-1', { ...memberOf, leader: 'inc-8' });
      expect(await store.leave('inc-1', apart, 'execution-2')).toBeUndefined();
      expect(await store.leave('inc-7', apart, 'execution-2')).toBeUndefined();
    });
    test('updates what is given and nothing else', async () => {
      await store.open(anIncident());
      await store.update('inc-1', { status: 'acting' });
      await store.update('inc-1', { fingerprint: 'wk1-1', pageStatus: 'resolved' });
      await store.update('inc-1', {});
      expect(await store.get('inc-1')).toEqual(
        anIncident({ status: 'acting', fingerprint: 'wk1-1', pageStatus: 'resolved' }),
      );
    });
    test('updating what does not exist makes nothing', async () => {
      await store.update('inc-9', { status: 'closed' });
      expect(await store.get('inc-9')).toBeUndefined();
    });
    test('lists the newest first, as many as asked for', async () => {
      for (const n of [1, 2, 3]) {
        await store.open(anIncident({ id: `inc-${n}`, sourceId: `PD-${n}`, openedAt: at(`02:47:1${n}`) }));
      }
      expect((await store.list(2)).map(({ id }) => id)).toEqual(['inc-3', 'inc-2']);
    });

    test('the timeline keeps each line once, in the order it was written', async () => {
      const lines = Array.from({ length: 30 }, (_, n) => anEntry({ id: `line-${30 - n}`, text: `${n}` }));
      for (const line of lines) await store.append(line);
      await store.append({ ...lines[0]!, text: 'a retry of the step' });
      expect(await store.timeline('inc-1')).toEqual(lines);
      expect(await store.timeline('inc-2')).toEqual([]);
    });
    test('an entry keeps every fact of its event, and its text changes none', async () => {
      const joined = anEvent(
        {
          type: 'MemberJoined',
          member: { id: 'inc-2', title: 'Errors of web' },
          because: { kind: 'calls', caller: 'web', callee: 'ledger-api' },
        },
        { step: 'Join', key: 'inc-2' },
      );
      const changed = anEvent(
        { type: 'PageChanged', eventId: 'e-1', status: 'resolved', at: at('02:48:00') },
        { at: '02:48:00', step: 'PageUpdate', key: 'e-1' },
      );
      for (const entry of [joined, changed])
        await store.append({ ...entry, text: 'The page was acknowledged by Eve.' });
      expect((await store.timeline('inc-1')).map(({ event }) => event)).toEqual([joined.event, changed.event]);
    });
    test('later lines come later, whoever wrote them first', async () => {
      await store.append(anEntry({ id: 'b', at: at('02:48:00') }));
      await store.append(anEntry({ id: 'a', at: at('02:47:30') }));
      expect((await store.timeline('inc-1')).map(({ id }) => id)).toEqual(['a', 'b']);
    });
    test('one line appended by many at once is one line', async () => {
      await parallel(20, () => store.append(anEntry()));
      expect(await store.timeline('inc-1')).toEqual([anEntry()]);
    });
    test('a long timeline is read whole', async () => {
      await parallel(300, (n) => store.append(anEntry({ id: `line-${n}`, text: 'x'.repeat(4000) })));
      expect(await store.timeline('inc-1')).toHaveLength(300);
    });
    test('the diagnosis is the latest that was saved', async () => {
      expect(await store.diagnosis('inc-1')).toBeUndefined();
      await store.saveDiagnosis('inc-1', aDiagnosis({ text: 'first' }));
      await store.saveDiagnosis('inc-1', aDiagnosis({ text: 'second' }));
      expect(await store.diagnosis('inc-1')).toEqual(aDiagnosis({ text: 'second' }));
    });
    test('hostile names stay names', async () => {
      const sourceId = 'PD#1:SET x = y; 💥';
      await store.open(anIncident({ sourceId }));
      expect(await store.findBySource(sourceId)).toEqual(anIncident({ sourceId }));
      expect(await store.findBySource('PD')).toBeUndefined();
    });
  });
}
