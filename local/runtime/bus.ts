// The embedded event bus: an event is on the disk before it is acknowledged, and stays there until its target took it. At least once, like
// EventBridge; whoever gets it twice must not mind. What a route starts is the caller's business.
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { InvalidInput, Misconfigured, WatchkeeperError } from '../../core/errors.ts';
import type { Disk } from './files.ts';

const Routes = z.object({
  source: z.string(),
  routes: z.array(
    z.object({
      name: z.string(),
      detailTypes: z.array(z.string()),
      target: z.union([z.strictObject({ stateMachine: z.string() }), z.strictObject({ function: z.string() })]),
    }),
  ),
});
type Routes = z.infer<typeof Routes>;
export type Target = Routes['routes'][number]['target'];

const closeGraceMs = 1000;

const Event = z.object({ id: z.string(), source: z.string(), detailType: z.string(), detail: z.unknown() });
type Event = z.infer<typeof Event>;

interface BusOptions {
  readonly routes: Routes;
  readonly disk: Disk;
  /** Gives the event's detail to a target. `eventId` is the same however often it is tried. */
  readonly deliver: (target: Target, detail: unknown, eventId: string) => Promise<void>;
  readonly onTrouble?: ((sentence: string) => void) | undefined;
}

export interface EmbeddedBus {
  /** Resolves once the event is on the disk; throws `Unavailable` where it is not. Delivery follows. */
  accept(event: Omit<Event, 'id'>): Promise<string>;
  /** Delivers what an earlier process accepted and did not get delivered. */
  resume(): Promise<void>;
  close(): Promise<void>;
}

/** Throws `Misconfigured` where the file holds no routes. */
export async function loadRoutes(file: URL): Promise<Routes> {
  try {
    return Routes.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (cause) {
    throw new Misconfigured(`${file.pathname} does not hold the routes of the bus.`, { cause });
  }
}

export function embeddedBus({ routes, disk, deliver, onTrouble }: BusOptions): EmbeddedBus {
  const closing = new AbortController();
  const deliveries = new Set<Promise<void>>();
  const fileOf = (event: Event) => `bus/${event.id}.json`;

  function dispatch(event: Event): void {
    const delivery = deliverUntilTaken(event)
      .catch((error: unknown) =>
        onTrouble?.(`Event ${event.detailType} is kept for the next start: ${sentence(error)}`),
      )
      .finally(() => deliveries.delete(delivery));
    deliveries.add(delivery);
  }

  async function deliverUntilTaken(event: Event): Promise<void> {
    for (let attempt = 0; !closing.signal.aborted; attempt += 1) {
      try {
        for (const target of targetsOf(event)) await deliver(target, event.detail, event.id);
        return await disk.remove(fileOf(event));
      } catch (error) {
        if (error instanceof InvalidInput) return setAside(event, error);
        if (attempt === 0) onTrouble?.(`Event ${event.detailType} is not delivered yet: ${sentence(error)}`);
        await sleep(Math.min(250 * 2 ** attempt, 30_000), undefined, { signal: closing.signal }).catch(() => undefined);
      }
    }
  }

  const targetsOf = (event: Event): readonly Target[] =>
    event.source === routes.source
      ? routes.routes.filter((route) => route.detailTypes.includes(event.detailType)).map((route) => route.target)
      : [];

  /** What EventBridge's dead-letter queue is for: kept for people, tried no more. */
  async function setAside(event: Event, error: InvalidInput): Promise<void> {
    await disk.write(`bus/refused/${event.id}.json`, JSON.stringify({ ...event, refused: error.message }));
    await disk.remove(fileOf(event));
    onTrouble?.(
      `Event ${event.detailType} was refused and set aside as bus/refused/${event.id}.json: ${error.message}`,
    );
  }

  return {
    async accept(accepted) {
      const event: Event = { id: randomUUID(), ...accepted };
      await disk.write(fileOf(event), JSON.stringify(event));
      dispatch(event);
      return event.id;
    },
    async resume() {
      for (const file of await disk.list('bus')) {
        const event = await disk.record(file, Event);
        if (event !== undefined) dispatch(event);
      }
    },
    async close() {
      closing.abort();
      // What is not taken by then is delivered by the next start.
      await Promise.race([Promise.allSettled(deliveries), sleep(closeGraceMs, undefined, { ref: false })]);
    },
  };
}

const sentence = (error: unknown): string =>
  error instanceof WatchkeeperError ? error.message : `something unexpected happened (${String(error)}).`;
