import { describe, expect, it, onTestFinished } from 'vitest';
import { InvalidInput, Unavailable } from '../../../core/errors.ts';
import { embeddedBus, loadRoutes, type Target } from '../../../local/runtime/bus.ts';
import { type Disk, memoryDisk } from '../../../local/runtime/files.ts';

const routes = await loadRoutes(new URL('../../../statemachines/bus-routes.json', import.meta.url));
const triggered = { source: 'watchkeeper', detailType: 'incident.triggered', detail: { n: 1 } };

interface Delivered {
  readonly target: Target;
  readonly detail: unknown;
  readonly id: string;
}

function bus(disk: Disk, deliver: (delivered: Delivered) => void | Promise<void>) {
  const trouble: string[] = [];
  const made = embeddedBus({
    routes,
    disk,
    deliver: async (target, detail, id) => deliver({ target, detail, id }),
    onTrouble: (sentence) => trouble.push(sentence),
  });
  onTestFinished(() => made.close());
  return { ...made, trouble };
}

const until = async (what: () => boolean | Promise<boolean>): Promise<void> => {
  while (!(await what())) await new Promise((resolve) => setTimeout(resolve, 5));
};

describe('the embedded bus', () => {
  it('delivers by the routes of the file, and to nobody what has no route', async () => {
    const delivered: Delivered[] = [];
    const disk = memoryDisk();
    const { accept } = bus(disk, (each) => void delivered.push(each));
    const id = await accept(triggered);
    await accept({ ...triggered, detailType: 'incident.updated', detail: { n: 2 } });
    await accept({ ...triggered, detailType: 'something.else' });
    await accept({ ...triggered, source: 'somebody.else' });
    await until(async () => (await disk.list('bus')).length === 0);
    expect(delivered).toEqual([
      { target: { stateMachine: 'incident' }, detail: { n: 1 }, id },
      { target: { function: 'incident-update' }, detail: { n: 2 }, id: expect.any(String) },
    ]);
  });

  it('has an event on the disk before it acknowledges, and delivers it after a crash', async () => {
    const disk = memoryDisk();
    const never = bus(disk, () => new Promise(() => undefined));
    const id = await never.accept(triggered);

    const delivered: Delivered[] = [];
    const next = bus(disk, (each) => void delivered.push(each));
    await next.resume();
    await until(async () => (await disk.list('bus')).length === 0);
    expect(delivered.map((each) => each.id)).toEqual([id]);
  });

  it('does not acknowledge what the disk did not take', async () => {
    const full: Disk = { ...memoryDisk(), write: () => Promise.reject(new Unavailable('The disk is full.')) };
    const delivered: Delivered[] = [];
    await expect(bus(full, (each) => void delivered.push(each)).accept(triggered)).rejects.toThrow('The disk is full.');
    expect(delivered).toEqual([]);
  });

  it('tries again what a target could not take yet', async () => {
    let tries = 0;
    const disk = memoryDisk();
    const { accept, trouble } = bus(disk, () => {
      tries += 1;
      if (tries === 1) throw new Unavailable('Not now.');
    });
    await accept(triggered);
    await until(async () => (await disk.list('bus')).length === 0);
    expect(tries).toBe(2);
    expect(trouble).toEqual(['Event incident.triggered is not delivered yet: Not now.']);
  });

  it('sets aside what will never be taken, with the reason', async () => {
    const disk = memoryDisk();
    const { accept, trouble } = bus(disk, () => {
      throw new InvalidInput('The payload does not fit.');
    });
    const id = await accept(triggered);
    await until(() => trouble.length > 0);
    expect(await disk.list('bus')).toEqual([]);
    expect(JSON.parse((await disk.read(`bus/refused/${id}.json`))!)).toMatchObject({
      detail: { n: 1 },
      refused: 'The payload does not fit.',
    });
  });
});
