// What failed on this machine while nobody waited for it is kept, said, and delivered again after a redrive.
import { expect, it, onTestFinished, vi } from 'vitest';
import { Unavailable } from '../../core/errors.ts';
import { embeddedBus, loadRoutes, redriveFolder, type Target } from '../../local/runtime/bus.ts';
import { memoryDisk } from '../../local/runtime/files.ts';

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
