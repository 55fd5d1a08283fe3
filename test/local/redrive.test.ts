// What failed on this machine while nobody waited for it is kept, said, and delivered again after a redrive.
import { expect, it, onTestFinished, vi } from 'vitest';
import { type HandleButtonPorts, handleButton } from '../../core/conversation/handle-button.ts';
import { Unavailable } from '../../core/errors.ts';
import { Utterance } from '../../core/model/utterance.ts';
import { Catalog } from '../../core/ports/catalog.ts';
import { embeddedBus, loadRoutes, redriveFolder, type Target } from '../../local/runtime/bus.ts';
import { memoryDisk } from '../../local/runtime/files.ts';
import { anApproval, anIncident } from '../builders.ts';
import { testClock } from '../contract/records.ts';
import { storesForTests } from '../stores.ts';

const routes = await loadRoutes(new URL('../../statemachines/bus-routes.json', import.meta.url));

function bus(deliver: (target: Target, detail: unknown) => Promise<void>, disk = memoryDisk()) {
  const trouble: string[] = [];
  const made = embeddedBus({
    routes,
    disk,
    deliver,
    onTrouble: (sentence) => trouble.push(sentence),
    pauseMs: () => 1,
  });
  onTestFinished(() => made.close());
  return { bus: made, disk, trouble };
}

it('an invocation that failed is kept under its function, and goes to it again once it was put back', async () => {
  const delivered: unknown[] = [];
  const { bus: first, disk, trouble } = bus(async () => undefined);
  await first.keep({ function: 'tell-progress' }, { incidentId: 'inc-1' }, new Unavailable('The thread is away.'));
  expect(trouble[0]).toContain('The thread is away.');
  expect(await redriveFolder(disk, true)).toEqual([{ what: 'tell-progress', refused: 'The thread is away.' }]);
  expect(await disk.list('bus')).toEqual([]);
  await redriveFolder(disk, false);
  expect(await redriveFolder(disk, false)).toEqual([]);
  const next = bus(async (target, detail) => void delivered.push([target, detail]), disk);
  await next.bus.resume();
  await vi.waitFor(() => expect(delivered).toEqual([[{ function: 'tell-progress' }, { incidentId: 'inc-1' }]]));
  await vi.waitFor(async () => expect(await disk.list('bus')).toEqual([]));
});

it('what nobody foresaw is set aside after some tries, what is away is tried on', async () => {
  let tries = 0;
  const { bus: made, disk } = bus(async (_, detail) => {
    tries += 1;
    throw (detail as { away?: boolean }).away ? new Unavailable('away') : new TypeError('x is undefined');
  });
  const said = { source: routes.source, detailType: 'conversation.said' };
  await made.accept({ ...said, detail: {} });
  await made.accept({ ...said, detail: { away: true } });
  await vi.waitFor(async () => expect(await disk.list('bus/refused')).toHaveLength(1));
  expect(await disk.list('bus')).toHaveLength(1);
  expect(tries).toBeGreaterThan(8);
});

const open = storesForTests();

it.each([
  ['03:05:00', 'decided', /^approved by U1/],
  ['03:20:00', 'pending', /^The question expired .* You pressed the button in time, at 02:50 UTC/],
])(
  'a press that nobody could hear counts after a redrive at %s as long as its question is open',
  async (at, state, says) => {
    const clock = testClock('02:50:00');
    const { approvals, incidents, audit } = await open(clock);
    await incidents.open(anIncident());
    await approvals.request(anApproval(), 'task-token');
    const resumed: unknown[] = [];
    const said: (string | undefined)[] = [];
    const ports: HandleButtonPorts = {
      approvals,
      incidents,
      audit,
      clock,
      catalog: { load: async () => Catalog.parse({ environments: {} }) },
      workflow: {
        resume: async (_, output) => {
          resumed.push(output);
          return 'resumed';
        },
      },
      replies: { reply: () => Promise.reject(new Unavailable('expired_url')) },
      chat: { publish: async () => undefined },
    };
    const { bus: broken, disk } = bus(async () => {
      throw new TypeError('conversation is broken');
    });
    const press: Utterance = {
      kind: 'press',
      eventId: 'press-1',
      at: clock.now().toISOString(),
      by: 'U1',
      place: { channel: 'C1', threadTs: '1763606820.000100' },
      replyTo: 'https://hooks.slack.com/actions/1',
      approvalId: anApproval().id,
      verdict: 'approve',
    };
    await broken.accept({ source: routes.source, detailType: 'conversation.said', detail: press });
    await vi.waitFor(async () => expect(await disk.list('bus/refused')).toHaveLength(1));
    broken.close();
    clock.set(at);
    await redriveFolder(disk, false);
    const { bus: mended } = bus(async (_, detail) => {
      const heard = Utterance.parse(detail);
      if (heard.kind === 'press') said.push((await handleButton(heard, ports))?.headline);
    }, disk);
    await mended.resume();
    await vi.waitFor(() => expect(said).toEqual([expect.stringMatching(says)]));
    expect((await approvals.get(anApproval().id))?.state).toBe(state);
    expect(resumed).toHaveLength(state === 'decided' ? 1 : 0);
  },
);
