import { beforeEach, describe, expect, test } from 'vitest';
import { diskEvidence } from '../../../connectors/disk/index.ts';
import { knowledgeIndex } from '../../../connectors/knowledge-index/index.ts';
import { Unavailable } from '../../../core/errors.ts';
import { applyPageUpdate } from '../../../core/intake/apply-page-update.ts';
import { openIncident } from '../../../core/intake/open-incident.ts';
import type { Message } from '../../../core/model/message.ts';
import type { ExecutionState } from '../../../core/ports/executions.ts';
import { memoryDisk } from '../../../local/runtime/files.ts';
import { anApproval, aTrigger, at } from '../../builders.ts';
import { parallel, testClock } from '../../contract/records.ts';
import { storesForTests } from '../../stores.ts';

const open = storesForTests();
const clock = testClock();

type Ports = Parameters<typeof openIncident>[1] & Parameters<typeof applyPageUpdate>[1];
let ports: Ports;
let said: Message[];
/** Of executions; the others run. */
let states: Map<string, ExecutionState>;
beforeEach(async () => {
  let id = 0;
  said = [];
  const { incidents, approvals, ledger } = await open(clock);
  states = new Map();
  ports = {
    incidents,
    approvals,
    ledger,
    executions: { state: async (name) => states.get(name) ?? 'running', running: async () => new Set() },
    evidence: diskEvidence(memoryDisk()),
    telemetry: { knowledge: knowledgeIndex([]) },
    clock,
    ids: { next: () => `${++id}` },
    chat: { publish: async (message) => void said.push(message) },
  };
});
const begin = (execution: string, over: Parameters<typeof aTrigger>[0] = {}) =>
  openIncident({ trigger: aTrigger(over), execution }, ports);
const timeline = async (id: string) => (await ports.incidents.timeline(id)).map(({ kind, text }) => `${kind}: ${text}`);

describe('a page', () => {
  test('opens an incident and tells the thread', async () => {
    const { opening, incident } = await begin('e-1');
    expect(opening).toEqual({ kind: 'opened' });
    expect(await ports.incidents.get(incident.id)).toEqual(incident);
    expect(said).toMatchObject([{ kind: 'opened', headline: 'Investigating: CronJob nightly-invoices failed' }]);
    expect(await timeline(incident.id)).toEqual(['opened: CronJob nightly-invoices failed. The investigation begins.']);
  });

  test('tried again by the same execution opens what it opened', async () => {
    const first = await begin('e-1');
    const again = await begin('e-1');
    expect(again).toEqual(first);
    expect(await timeline(first.incident.id)).toHaveLength(1);
  });

  test('from Slack is answered in its thread', async () => {
    await begin('e-1', { slack: { channel: 'C1', threadTs: '1.2', user: 'U1' } });
    expect(said[0]?.slack).toEqual({ channel: 'C1', threadTs: '1.2' });
  });

  test('is worked on also when the thread cannot be told', async () => {
    const chat = {
      publish: async () => {
        throw new Unavailable('down');
      },
    };
    const { opening, incident } = await openIncident({ trigger: aTrigger(), execution: 'e-1' }, { ...ports, chat });
    expect(opening.kind).toBe('opened');
    expect(await timeline(incident.id)).toContain('gap: The thread did not receive the notice that work has begun.');
  });

  test('with a title as long as it may be is told within the limits', async () => {
    await begin('e-1', { title: 'x '.repeat(500) });
    expect(said[0]?.headline.length).toBeLessThanOrEqual(300);
  });
});

describe('same event', () => {
  test('delivered twice at once opens one incident', async () => {
    const all = await parallel(5, (n) => begin(`e-${n}`));
    expect(all.filter(({ opening }) => opening.kind === 'opened')).toHaveLength(1);
    expect(new Set(all.map(({ incident }) => incident.id)).size).toBe(1);
  });

  test('delivered again after the incident is over opens no second one', async () => {
    const first = await begin('e-1');
    await ports.incidents.update(first.incident.id, { status: 'closed' });
    const { opening } = await begin('e-2');
    expect(opening).toMatchObject({ kind: 'joined', incidentId: first.incident.id });
  });
});

describe('same incident', () => {
  test('another event for an open page joins it and leaves a line', async () => {
    const first = await begin('e-1');
    const { opening } = await begin('e-2', { eventId: 'event-2' });
    expect(opening).toMatchObject({ kind: 'joined', incidentId: first.incident.id });
    expect((await timeline(first.incident.id)).at(-1)).toContain('Another event for the same alert (event-2)');
    expect(said).toHaveLength(1);
  });

  test('a page that is triggered again after it was resolved is open again', async () => {
    const { incident } = await begin('e-1');
    await ports.incidents.update(incident.id, { pageStatus: 'resolved' });
    await begin('e-2', { eventId: 'event-2' });
    expect((await ports.incidents.get(incident.id))?.pageStatus).toBe('triggered');
  });

  test('a page that comes back after the incident is over is a new incident', async () => {
    const first = await begin('e-1');
    await ports.incidents.update(first.incident.id, { status: 'closed' });
    const second = await begin('e-2', { eventId: 'event-2' });
    expect(second.opening).toEqual({ kind: 'opened' });
    expect(second.incident.id).not.toBe(first.incident.id);
  });

  test('another page with the same words is another incident', async () => {
    const first = await begin('e-1');
    const second = await begin('e-2', { eventId: 'event-2', sourceId: 'PD-2' });
    expect(second.incident.id).not.toBe(first.incident.id);
  });
});

describe('an alert that came another way', () => {
  const message = (over: Parameters<typeof aTrigger>[0]) =>
    begin('e-2', { kind: 'alert-message', eventId: 'm-1', sourceId: 'slack-C1-1.2', ...over });
  const details = { service: 'checkout', cluster: 'prod-eu' };

  test('joins the page about the same alert of the same thing', async () => {
    const first = await begin('e-1', { title: 'HighErrorRate', details });
    expect((await message({ title: '[FIRING:1] HighErrorRate', details })).opening).toMatchObject({
      kind: 'joined',
      incidentId: first.incident.id,
    });
  });

  test.each([
    ['another service', { ...details, service: 'search' }],
    ['another cluster', { ...details, cluster: 'prod-us' }],
    ['nothing but the title', {}],
  ])('is another incident with %s', async (_, other) => {
    await begin('e-1', { title: 'HighErrorRate', details });
    expect((await message({ title: 'HighErrorRate', details: other })).opening).toEqual({ kind: 'opened' });
  });
});

describe('a page that someone else updates', () => {
  const update = (status: 'acknowledged' | 'resolved' | 'triggered', eventId = `event-${status}`) =>
    applyPageUpdate({ eventId, sourceId: 'PD-1', status, at: at('02:50:00'), by: 'Ana' }, ports);
  const pageStatus = async (id: string) => (await ports.incidents.get(id))?.pageStatus;

  test('is told in the timeline, once an event', async () => {
    const { incident } = await begin('e-1');
    expect(await update('acknowledged')).toEqual({ kind: 'updated', incidentId: incident.id });
    await update('acknowledged');
    expect(await pageStatus(incident.id)).toBe('acknowledged');
    expect((await timeline(incident.id)).slice(1)).toEqual([
      'note: The page was acknowledged by Ana at 2026-11-20T02:50:00.000Z.',
    ]);
  });

  test('and let go of is triggered again', async () => {
    const { incident } = await begin('e-1');
    await update('acknowledged');
    await update('triggered');
    expect(await pageStatus(incident.id)).toBe('triggered');
  });

  test('stays resolved when an acknowledgement comes late', async () => {
    const { incident } = await begin('e-1');
    await update('resolved');
    await update('acknowledged');
    expect(await pageStatus(incident.id)).toBe('resolved');
  });

  test('is shown in the thread, and to whoever is still asked', async () => {
    const { incident } = await begin('e-1');
    await ports.approvals.request(anApproval({ incidentId: incident.id }), 'task-token');
    said = [];
    await update('acknowledged');
    expect(said).toMatchObject([{ key: `opened-${incident.id}`, small: ['The page is acknowledged.'] }]);
    said = [];
    await update('resolved');
    expect(said).toMatchObject([
      { key: `opened-${incident.id}`, small: ['The page is resolved.'] },
      { kind: 'question', approval: { approvalId: anApproval().id } },
    ]);
    expect(said[1]?.lines[0]).toBe(
      'The page was resolved by Ana at 02:50 UTC, after this was asked. The action may no longer be necessary.',
    );
  });

  test('that cannot be shown is on record all the same', async () => {
    const { incident } = await begin('e-1');
    await ports.approvals.request(anApproval({ incidentId: incident.id }), 'task-token');
    ports = { ...ports, chat: { publish: async () => Promise.reject(new Unavailable('down')) } };
    expect(await update('resolved')).toEqual({ kind: 'updated', incidentId: incident.id });
    expect(await pageStatus(incident.id)).toBe('resolved');
  });

  test('and is unknown here is ignored, and says so', async () => {
    expect(await update('resolved')).toEqual({ kind: 'ignored', reason: 'No incident here belongs to PD-1.' });
  });
});
