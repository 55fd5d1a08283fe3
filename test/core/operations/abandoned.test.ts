// Incidents whose execution ended without closing them: taken over by the next page, or ended by a sweep. In doubt they are left alone.
import { beforeEach, describe, expect, test } from 'vitest';
import { Unavailable } from '../../../core/errors.ts';
import { openIncident } from '../../../core/intake/open-incident.ts';
import type { Incident } from '../../../core/model/incident.ts';
import type { Message } from '../../../core/model/message.ts';
import { reportFailure } from '../../../core/operations/report-failure.ts';
import { sweepIncidents } from '../../../core/operations/sweep-incidents.ts';
import type { ExecutionState } from '../../../core/ports/executions.ts';
import { anAction, anApproval, anIncident, aTrigger, at } from '../../builders.ts';
import { parallel, testClock } from '../../contract/records.ts';
import { storesForTests } from '../../stores.ts';

const open = storesForTests();
type Ports = Parameters<typeof openIncident>[1] & Parameters<typeof sweepIncidents>[1];
let ports: Ports;
let said: Message[];
let notes: string[];
let resumed: unknown[];
let states: Map<string, ExecutionState>;
let clock: ReturnType<typeof testClock>;
beforeEach(async () => {
  clock = testClock();
  let id = 0;
  said = [];
  notes = [];
  resumed = [];
  states = new Map();
  const { incidents, approvals, ledger } = await open(clock);
  ports = {
    incidents,
    approvals,
    ledger,
    clock,
    ids: { next: () => `${++id}` },
    executions: { state: async (name) => states.get(name) ?? 'running', running: async () => new Set() },
    workflow: {
      resume: async (_, output) => {
        resumed.push(output);
        return 'resumed';
      },
    },
    chat: { publish: async (message) => void said.push(message) },
    pager: {
      alerts: async () => ({ kind: 'data', alerts: [] }),
      mark: async () => ({ kind: 'written' }),
      statusUpdate: async () => ({ kind: 'written' }),
      note: async (_, text) => {
        notes.push(text);
        return { kind: 'written' };
      },
    },
  };
});

const begin = (execution: string, over: Parameters<typeof aTrigger>[0] = {}) =>
  openIncident({ trigger: aTrigger(over), execution }, ports);
const again = (execution: string) => begin(execution, { eventId: `event-of-${execution}` });
const sweep = () => sweepIncidents(undefined, ports);
const timeline = async (id: string) => (await ports.incidents.timeline(id)).map(({ kind, text }) => `${kind}: ${text}`);
const statusOf = async ({ id }: Incident) => (await ports.incidents.get(id))?.status;
const lines = () => said.flatMap((message) => [message.headline, ...message.lines]).join('\n');

describe('the next page of an incident that its execution left open', () => {
  test.each(['failed', 'succeeded'] as const)('takes it over where that execution %s', async (state) => {
    const { incident } = await begin('e-1');
    states.set('e-1', state);
    said = [];
    const taken = await again('e-2');
    expect(taken.opening).toEqual({ kind: 'opened' });
    expect(taken.incident).toMatchObject({
      id: incident.id,
      execution: 'e-2',
      status: 'investigating',
      takenOver: { from: 'e-1', left: 'investigating' },
    });
    const sentence = 'The previous investigation ended without a result; the new page starts the investigation again.';
    expect(await timeline(incident.id)).toContain(`note: ${sentence}`);
    expect(said[0]).toMatchObject({
      headline: 'Investigating it again: CronJob nightly-invoices failed',
      lines: [sentence],
    });
  });

  test.each(['running', 'unknown', 'absent'] as const)('joins it where that execution is %s', async (state) => {
    const { incident } = await begin('e-1');
    states.set('e-1', state);
    expect((await again('e-2')).opening).toMatchObject({ kind: 'joined', incidentId: incident.id });
    expect(await ports.incidents.get(incident.id)).toMatchObject({ execution: 'e-1' });
  });

  test('takes it over where nothing is known of that execution after five minutes', async () => {
    const { incident } = await begin('e-1');
    states.set('e-1', 'absent');
    clock.set('02:53:00');
    expect((await again('e-2')).incident).toMatchObject({ id: incident.id, execution: 'e-2' });
  });

  test('is one of many that come at once: one takes it over, the others join that one', async () => {
    const { incident } = await begin('e-0');
    states.set('e-0', 'failed');
    const all = await parallel(8, (n) => again(`e-${n + 1}`));
    expect(all.filter(({ opening }) => opening.kind === 'opened')).toHaveLength(1);
    expect(new Set(all.map((one) => one.incident.id))).toEqual(new Set([incident.id]));
  });

  test('tried again by the execution that took over, goes on with it and withdraws what it had not', async () => {
    const { incident } = await begin('e-1');
    await ports.approvals.request(anApproval({ incidentId: incident.id }), 'token');
    states.set('e-1', 'failed');
    // It took over and died before it did anything else.
    clock.set('02:47:30');
    await ports.incidents.takeOver(incident, { from: 'e-1', to: 'e-2', at: at('02:47:30') });
    const taken = await again('e-2');
    expect(taken.opening).toEqual({ kind: 'opened' });
    expect(await again('e-2')).toEqual(taken);
    expect(await ports.approvals.ofIncident(incident.id)).toMatchObject([{ state: 'expired' }]);
    expect((await timeline(incident.id)).filter((line) => line.includes('withdrawn'))).toHaveLength(1);
  });

  test('also where the very same event is delivered again', async () => {
    await begin('e-1');
    states.set('e-1', 'failed');
    expect((await begin('e-2')).opening).toEqual({ kind: 'opened' });
  });

  test('another way in opens one of its own, where nobody works on the first', async () => {
    const { incident } = await begin('e-1');
    states.set('e-1', 'failed');
    const other = await begin('e-2', { kind: 'mention', sourceId: 'C1:1.2', eventId: 'said-1' });
    expect(other.opening).toEqual({ kind: 'opened' });
    expect(other.incident.id).not.toBe(incident.id);
  });

  test('meets a claim whose incident was never written, and is looked into', async () => {
    // Died between its first write and its second.
    const { incidents } = ports;
    await incidents.open(anIncident({ id: 'inc-half', execution: 'e-1' }));
    states.set('e-1', 'failed');
    expect((await again('e-2')).incident).toMatchObject({ id: 'inc-half', execution: 'e-2' });
  });
});

describe('a sweep', () => {
  test('leaves one to its leader that is part of another incident', async () => {
    const [leader, member] = [await begin('e-1'), await begin('e-2', { sourceId: 'PD-2', eventId: 'event-2' })];
    await ports.incidents.join(member.incident.id, {
      leader: leader.incident.id,
      because: { kind: 'same-thing', thing: 'checkout' },
      at: at('02:47:05'),
    });
    states.set('e-2', 'succeeded');
    expect((await sweep()).ended).toEqual([]);
    expect(await statusOf(member.incident)).toBe('grouped');
  });

  test('ends what nobody works on, tells the thread and the page, and frees the source', async () => {
    const { incident } = await begin('e-1');
    states.set('e-1', 'failed');
    said = [];
    expect(await sweep()).toEqual({ open: 1, unknown: 0, ended: [incident.id], failed: [] });
    expect(await statusOf(incident)).toBe('failed');
    expect(said[0]).toMatchObject({
      kind: 'failure',
      headline: 'The investigation broke off: CronJob nightly-invoices failed',
      lines: [
        'The investigation ended without a result, and nobody works on the incident.',
        'Please take over, or ask me here to investigate again.',
      ],
    });
    expect(notes).toHaveLength(1);
    expect(await timeline(incident.id)).toContain(
      'failure: The investigation ended without a result, and nobody works on the incident.',
    );
    const next = await again('e-2');
    expect(next.opening).toEqual({ kind: 'opened' });
    expect(next.incident.id).not.toBe(incident.id);
    expect(await sweep()).toEqual({ open: 1, unknown: 0, ended: [], failed: [] });
  });

  test.each([
    ['running', 0],
    ['unknown', 1],
    ['absent', 0],
  ] as const)('leaves one alone whose execution is %s', async (state, unknown) => {
    const { incident } = await begin('e-1');
    states.set('e-1', state);
    expect(await sweep()).toEqual({ open: 1, unknown, ended: [], failed: [] });
    expect(await statusOf(incident)).toBe('investigating');
  });

  test('asks for none that is known to run', async () => {
    await begin('e-1');
    states.set('e-1', 'failed');
    ports = { ...ports, executions: { ...ports.executions, running: async () => new Set(['e-1']) } };
    expect((await sweep()).ended).toEqual([]);
  });

  test('withdraws the open question, and says that nobody waits for it', async () => {
    const { incident } = await begin('e-1');
    await ports.approvals.request(anApproval({ incidentId: incident.id }), 'token');
    await ports.incidents.update(incident.id, { status: 'awaiting-approval' });
    states.set('e-1', 'failed');
    await sweep();
    expect(await ports.approvals.ofIncident(incident.id)).toMatchObject([{ state: 'expired' }]);
    expect(lines()).toContain(
      `The question "${anApproval().question}" is withdrawn: no investigation waits for the answer.`,
    );
  });

  describe('of what was approved says what is known', () => {
    const key = anApproval().action.idempotencyKey;
    const approved = async () => {
      const { incident } = await begin('e-1');
      const { id } = await ports.approvals.request(anApproval({ incidentId: incident.id }), 'token');
      await ports.approvals.decide(id, { verdict: 'approve', by: 'ana', at: at('02:47:10') });
      await ports.incidents.update(incident.id, { status: 'acting' });
      states.set('e-1', 'failed');
      return incident;
    };
    const start = (incidentId: string) =>
      ports.ledger.begin({ key, incidentId, action: anAction(), at: at('02:47:20') });

    test('not begun', async () => {
      await approved();
      await sweep();
      expect(lines()).toContain(`ana had approved "${anApproval().question}"; it had not been begun.`);
    });
    test('begun, and how that went is not known', async () => {
      await start((await approved()).id);
      await sweep();
      expect(lines()).toContain('it was begun. It is unknown whether that took effect');
    });
    test('done', async () => {
      await start((await approved()).id);
      await ports.ledger.finish(key, { kind: 'already-done', detail: 'It ran.' });
      await sweep();
      expect(lines()).toContain('; it was done.');
    });
    test('refused after all', async () => {
      await start((await approved()).id);
      await ports.ledger.finish(key, { kind: 'refused', why: 'The kill switch is on.', policies: [] });
      await sweep();
      expect(lines()).toContain('; it was not done.');
    });
  });

  test('says that it may have acted where it was taught to', async () => {
    const { incident } = await begin('e-1');
    await ports.incidents.update(incident.id, { status: 'acting' });
    states.set('e-1', 'failed');
    await sweep();
    expect(lines()).toContain('It broke off while it acted. It is unknown whether that took effect');
  });

  test('leaves open what nobody can be told of, and ends it the next time', async () => {
    const { incident } = await begin('e-1');
    states.set('e-1', 'failed');
    const { chat, pager } = ports;
    const gap = { kind: 'gap', gap: { source: 'pagerduty', reason: 'Away.' } } as const;
    ports = {
      ...ports,
      chat: { publish: async () => Promise.reject(new Unavailable('down')) },
      pager: { ...pager, note: async () => gap },
    };
    expect(await sweep()).toMatchObject({ ended: [], failed: [incident.id] });
    expect(await statusOf(incident)).toBe('investigating');
    ports = { ...ports, chat, pager };
    expect((await sweep()).ended).toEqual([incident.id]);
  });

  test('does not end one that a page took over meanwhile', async () => {
    const { incident } = await begin('e-1');
    states.set('e-1', 'failed');
    const { pager } = ports;
    ports = {
      ...ports,
      pager: {
        ...pager,
        note: async (...args) => {
          await ports.incidents.takeOver(incident, { from: 'e-1', to: 'e-2', at: at('02:47:30') });
          return pager.note(...args);
        },
      },
    };
    expect((await sweep()).ended).toEqual([]);
    expect(await ports.incidents.get(incident.id)).toMatchObject({ status: 'investigating', execution: 'e-2' });
  });

  test('twice at once ends it once', async () => {
    const { incident } = await begin('e-1');
    states.set('e-1', 'failed');
    const swept = await parallel(4, sweep);
    expect(swept.flatMap(({ ended }) => ended)).toEqual([incident.id]);
    expect((await timeline(incident.id)).filter((line) => line.startsWith('failure:'))).toHaveLength(1);
  });

  test('of one execution looks at the incident of its page alone', async () => {
    const [first, second] = [await begin('e-1'), await begin('e-2', { sourceId: 'PD-2', eventId: 'event-2' })];
    states.set('e-1', 'failed');
    states.set('e-2', 'failed');
    const swept = await sweepIncidents({ execution: 'e-2', sourceId: 'PD-2' }, ports);
    expect(swept.ended).toEqual([second.incident.id]);
    expect(await statusOf(first.incident)).toBe('investigating');
    // One that joined has no incident of its own.
    expect((await sweepIncidents({ execution: 'e-9', sourceId: 'PD-1' }, ports)).open).toBe(0);
  });

  test('brings an answer to the workflow that did not get there, once', async () => {
    const { incident } = await begin('e-1');
    const { id } = await ports.approvals.request(anApproval({ incidentId: incident.id }), 'token');
    await ports.incidents.update(incident.id, { status: 'awaiting-approval' });
    await ports.approvals.decide(id, { verdict: 'approve', by: 'ana', at: at('02:47:00') });
    clock.set('02:47:10');
    await sweep();
    expect(resumed).toEqual([]);
    clock.set('02:47:40');
    await sweep();
    await sweep();
    expect(resumed).toMatchObject([{ kind: 'approved', by: 'ana' }]);
  });
});

describe('a failure that is reported', () => {
  const failed = (over: object = {}) => ({
    trigger: aTrigger(),
    failure: { Error: 'Unavailable', Cause: '' },
    execution: 'e-1',
    ...over,
  });

  test('of an opening that had written the incident ends it', async () => {
    const { incident } = await begin('e-1');
    await reportFailure(failed(), ports);
    expect(await statusOf(incident)).toBe('failed');
  });

  test('of an execution that joined leaves the incident of the other alone', async () => {
    const { incident } = await begin('e-0');
    await reportFailure(failed(), ports);
    expect(await statusOf(incident)).toBe('investigating');
  });

  test('withdraws the question that was open', async () => {
    const { incident } = await begin('e-1');
    await ports.approvals.request(anApproval({ incidentId: incident.id }), 'token');
    await reportFailure(failed({ incident }), ports);
    expect(await ports.approvals.ofIncident(incident.id)).toMatchObject([{ state: 'expired' }]);
  });

  test('of an execution whose incident was taken over ends nothing and says nothing', async () => {
    const { incident } = await begin('e-1');
    await ports.incidents.takeOver(incident, { from: 'e-1', to: 'e-2', at: at('02:47:30') });
    said = [];
    await reportFailure(failed({ incident }), ports);
    expect(await statusOf(incident)).toBe('investigating');
    expect(said).toEqual([]);
  });
});
