import { beforeEach, describe, expect, test } from 'vitest';
import { applyPageUpdate } from '../../../core/intake/apply-page-update.ts';
import { openIncident } from '../../../core/intake/open-incident.ts';
import type { BusEvent } from '../../../core/model/events.ts';
import type { Message } from '../../../core/model/message.ts';
import { PageFacts } from '../../../core/model/storm.ts';
import { endGroup, reevaluateMembers, sweepGroups } from '../../../core/storms/ending.ts';
import { type JoinPorts, joinGroup, leaveGroup } from '../../../core/storms/membership.ts';
import { aDiagnosis, aTrigger } from '../../builders.ts';
import { parallel, testClock } from '../../contract/records.ts';
import { storesForTests } from '../../stores.ts';

const open = storesForTests();
const clock = testClock();
const because = { kind: 'calls', caller: 'checkout', callee: 'payments' } as const;
const cause = { kind: 'Deployment', name: 'payments' };

type Ports = JoinPorts & Parameters<typeof openIncident>[1] & Parameters<typeof leaveGroup>[1];
let ports: Ports;
let said: Message[];
let notes: string[];
let published: BusEvent[];
beforeEach(async () => {
  let id = 0;
  said = [];
  notes = [];
  published = [];
  clock.set('2026-11-20T02:47:10.000Z');
  const { incidents, seen, approvals, ledger } = await open(clock);
  ports = {
    incidents,
    seen,
    approvals,
    ledger,
    executions: { state: async () => 'running', running: async () => new Set() },
    clock,
    ids: { next: () => `${++id}` },
    chat: { publish: async (message) => void said.push(message) },
    bus: { publish: async (event) => void published.push(event) },
    pager: {
      alerts: async () => ({ kind: 'data', alerts: [] }),
      note: async (sourceId, text) => {
        notes.push(`${sourceId}: ${text}`);
        return { kind: 'written' };
      },
      mark: async () => ({ kind: 'written' }),
      statusUpdate: async () => ({ kind: 'written' }),
    },
  };
});

const page = async (n: number, title = `page ${n}`): Promise<string> => {
  const trigger = aTrigger({ eventId: `event-${n}`, sourceId: `PD-${n}`, title });
  return (await openIncident({ trigger, execution: `e-${n}` }, ports)).incident.id;
};
const join = (leader: string, member: string) => joinGroup({ leader, member, because, cause }, ports);
const status = async (id: string) => (await ports.incidents.get(id))?.status;
const texts = async (id: string) => (await ports.incidents.timeline(id)).map(({ text }) => text);
/** What the bus delivers starts an execution. */
const deliver = async (): Promise<string[]> => {
  const opened = published.splice(0).flatMap((event) => ('trigger' in event.detail ? [event.detail.trigger] : []));
  return Promise.all(
    opened.map(async (trigger, n) => (await openIncident({ trigger, execution: `new-${n}` }, ports)).opening.kind),
  );
};

describe('a page that a diagnosis covers', () => {
  test('is a member, says so on its page, in both timelines and in the thread of its leader', async () => {
    const [leader, member] = [await page(1, 'payments is down'), await page(2, 'checkout errors')];
    expect(await join(leader, member)).toEqual({ kind: 'joined' });
    expect(await status(member)).toBe('grouped');
    expect(notes).toHaveLength(1);
    expect(notes[0]).toContain('PD-2: It is part of inc-1 (payments is down)');
    expect(await texts(leader)).toContain('+1: checkout errors joined because checkout calls payments.');
    expect(said.filter(({ key }) => key.startsWith('joined-'))).toMatchObject([
      { incidentId: leader, headline: '+1: checkout errors joined because checkout calls payments.' },
    ]);
  });

  test('joins once, however often the step is repeated and whatever died before', async () => {
    const [leader, member] = [await page(1), await page(2)];
    const dead = { ...ports, pager: { ...ports.pager, note: () => Promise.reject(new Error('killed')) } };
    await expect(joinGroup({ leader, member, because, cause }, dead)).rejects.toThrow('killed');
    await parallel(5, () => join(leader, member));
    await join(leader, member);
    expect((await ports.incidents.members(leader)).map(({ incident }) => incident.id)).toEqual([member]);
    expect((await texts(leader)).filter((text) => text.startsWith('+1'))).toHaveLength(1);
    notes = [];
    await join(leader, member);
    expect(notes).toEqual([]);
  });

  test('a burst of joins is one message with their number', async () => {
    const leader = await page(1);
    let release = () => undefined as unknown;
    const waiting = new Promise((resolve) => {
      release = () => resolve(undefined);
    });
    const members = await Promise.all([2, 3, 4, 5].map((n) => page(n)));
    const joins = members.map((member) => joinGroup({ leader, member, because, cause }, ports, () => waiting));
    await new Promise((resolve) => setImmediate(resolve));
    while ((await ports.incidents.members(leader)).length < 4) await new Promise((resolve) => setImmediate(resolve));
    release();
    await Promise.all(joins);
    expect(said.filter(({ key }) => key.startsWith('joined-')).map(({ headline }) => headline)).toEqual([
      '+4 pages joined because checkout calls payments (4).',
    ]);
  });

  test.each([
    ['broke off', { status: 'failed' as const }],
    ['recovered', { status: 'closed' as const, outcome: 'recovered' as const }],
    ['was acted on without help', { status: 'closed' as const, outcome: 'needs-person' as const }],
    ['had its page resolved', { pageStatus: 'resolved' as const }],
  ])('does not join an incident that %s', async (_, patch) => {
    const [leader, member] = [await page(1), await page(2)];
    await ports.incidents.update(leader, patch);
    expect(await join(leader, member)).toEqual({ kind: 'refused', why: 'leader-gone' });
    expect(await status(member)).toBe('investigating');
  });

  test('ends with a leader that is over already, as that one did', async () => {
    const [leader, member] = [await page(1), await page(2)];
    await ports.incidents.update(leader, { status: 'closed', outcome: 'nothing-done' });
    expect(await join(leader, member)).toEqual({ kind: 'joined' });
    expect(await ports.incidents.get(member)).toMatchObject({ status: 'closed', outcome: 'nothing-done' });
  });

  test('whose own service changed just before is refused', async () => {
    const [leader, member] = [await page(1), await page(2)];
    const facts = PageFacts.parse({
      incidentId: member,
      openedAt: '2026-11-20T02:47:10.000Z',
      symptom: 'errors',
      service: 'checkout',
    });
    const change = {
      id: 'd-7',
      kind: 'deploy' as const,
      at: '2026-11-20T02:40:00.000Z',
      service: 'checkout',
      title: '',
    };
    const telemetry = {
      changes: { observe: async () => ({ kind: 'data' as const, data: [change], query: '', bytes: 0 }) },
    };
    const given = { leader, member, because, cause, facts: { member: facts, leader: facts } };
    expect(await joinGroup(given, { ...ports, telemetry })).toEqual({ kind: 'refused', why: 'own-change' });
  });
});

describe('a member', () => {
  let leader: string;
  let member: string;
  beforeEach(async () => {
    [leader, member] = [await page(1, 'payments is down'), await page(2, 'checkout errors')];
    await join(leader, member);
  });

  test('that is paged again stays a member as long as its leader stands', async () => {
    expect(
      (await openIncident({ trigger: aTrigger({ eventId: 'again', sourceId: 'PD-2' }), execution: 'e-9' }, ports))
        .opening.kind,
    ).toBe('joined');
    await ports.incidents.update(leader, { status: 'failed' });
    const again = await openIncident(
      { trigger: aTrigger({ eventId: 'more', sourceId: 'PD-2' }), execution: 'e-10' },
      ports,
    );
    expect(again).toMatchObject({ opening: { kind: 'opened' }, incident: { id: member, execution: 'e-10' } });
    expect(again.incident.memberOf).toBeUndefined();
  });

  test('leaves when a person says so, is investigated by one execution, and joins nothing again', async () => {
    expect(await leaveGroup({ member, why: 'a-person-said-so', by: 'ada' }, ports)).toEqual({
      kind: 'leaving',
      from: leader,
    });
    await leaveGroup({ member, why: 'a-person-said-so', by: 'ada' }, ports);
    expect(published[0]?.detail).toMatchObject({
      trigger: { apart: { from: leader, why: 'a-person-said-so', by: 'ada' } },
    });
    expect((await deliver()).toSorted()).toEqual(['joined', 'opened']);
    expect(await ports.incidents.get(member)).toMatchObject({ status: 'investigating', apart: { from: leader } });
    expect(await ports.incidents.members(leader)).toEqual([]);
  });

  test('stays one where the bus does not take it, and leaves when it is tried again', async () => {
    const broken = { ...ports, bus: { publish: () => Promise.reject(new Error('no bus')) } };
    await expect(leaveGroup({ member, why: 'leader-gone' }, broken)).rejects.toThrow('no bus');
    expect(await status(member)).toBe('grouped');
    await leaveGroup({ member, why: 'leader-gone' }, ports);
    expect(await deliver()).toEqual(['opened']);
  });

  test('that ended with its leader is opened anew when a person says that it is separate', async () => {
    await ports.incidents.update(leader, { status: 'closed', outcome: 'nothing-done' });
    await endGroup(leader, ports);
    expect(await ports.incidents.get(member)).toMatchObject({ status: 'closed', outcome: 'nothing-done' });
    await leaveGroup({ member, why: 'a-person-said-so' }, ports);
    expect(await deliver()).toEqual(['opened']);
    expect(await ports.incidents.findBySource('PD-2')).toMatchObject({
      status: 'investigating',
      trigger: { apart: { from: leader } },
    });
  });

  test('of a leader that recovered is investigated when its own page still fails some minutes later', async () => {
    await ports.incidents.update(leader, { status: 'closed', outcome: 'recovered', pageStatus: 'resolved' });
    await endGroup(leader, ports);
    await sweepGroups(ports);
    await sweepGroups(ports);
    expect([await status(member), published]).toEqual(['grouped', []]);
    clock.set('2026-11-20T02:53:00.000Z');
    await sweepGroups(ports);
    expect(published[0]?.detail).toMatchObject({ trigger: { apart: { why: 'still-failing-after-recovery' } } });
  });

  test('of a leader that recovered ends well when its own page is resolved', async () => {
    await ports.incidents.update(leader, { status: 'closed', outcome: 'recovered', pageStatus: 'resolved' });
    expect((await ports.incidents.get(member))?.pageStatus).toBe('triggered');
    await ports.incidents.update(member, { pageStatus: 'resolved' });
    await sweepGroups(ports);
    expect(await ports.incidents.get(member)).toMatchObject({ status: 'closed', outcome: 'recovered' });
  });

  test('is released when its leader broke off', async () => {
    await ports.incidents.update(leader, { status: 'failed' });
    await sweepGroups(ports);
    expect(await deliver()).toEqual(['opened']);
    expect(await ports.incidents.get(member)).toMatchObject({ status: 'investigating', apart: { why: 'leader-gone' } });
  });

  test('leaves by itself when its leader has another diagnosis by now', async () => {
    const [other, third] = [await page(3), await page(4)];
    const fact = (incidentId: string, service: string) =>
      PageFacts.parse({
        incidentId,
        openedAt: '2026-11-20T02:47:10.000Z',
        symptom: 'errors',
        service,
        environment: 'production',
      });
    const facts = { member: { ...fact(third, 'checkout'), callees: { payments: 1 } }, leader: fact(other, 'payments') };
    await joinGroup({ leader: other, member: third, because, cause, facts }, ports);
    const [first] = aDiagnosis().hypotheses;
    if (!first) throw new Error('no hypothesis');
    const found = {
      ...first,
      entity: cause,
      cause: 'replicas-zero' as const,
      confidence: 0.9,
      onset: '2026-11-20T02:46:00.000Z',
    };
    await ports.incidents.saveDiagnosis(other, aDiagnosis({ hypotheses: [found] }));
    await sweepGroups(ports);
    expect(published).toEqual([]);
    await ports.incidents.saveDiagnosis(
      other,
      aDiagnosis({ hypotheses: [{ ...found, entity: { kind: 'Deployment', name: 'web' } }] }),
    );
    clock.set('2026-11-20T02:49:00.000Z');
    await sweepGroups(ports);
    expect(published.map(({ detail }) => ('trigger' in detail ? detail.trigger.apart?.why : ''))).toEqual([
      'diagnosis-changed',
    ]);
  });

  test('leaves when a person calls the diagnosis of its leader wrong', async () => {
    expect(await reevaluateMembers(leader, undefined, ports)).toEqual([member]);
    expect(published[0]?.detail).toMatchObject({ trigger: { apart: { why: 'diagnosis-changed' } } });
  });
});

test('a page of a leader that is resolved resolves no page of a member', async () => {
  const [leader, member] = [await page(1), await page(2)];
  await join(leader, member);
  const update = { eventId: 'u-1', sourceId: 'PD-1', status: 'resolved' as const, at: '2026-11-20T02:50:00.000Z' };
  await applyPageUpdate(update, ports as unknown as Parameters<typeof applyPageUpdate>[1]).catch(() => undefined);
  expect([(await ports.incidents.get(leader))?.pageStatus, (await ports.incidents.get(member))?.pageStatus]).toEqual([
    'resolved',
    'triggered',
  ]);
});
