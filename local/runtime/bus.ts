// The embedded event bus: an event is on disk before it is acknowledged, and stays there until its target accepts it. It delivers at least once,
// like EventBridge, so a target must tolerate duplicates. The caller decides what a route starts.
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { InvalidInput, Misconfigured, StepTimeout, Unavailable, WatchkeeperError } from '../../core/errors.ts';
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
/** The number of attempts after an unexpected error, over about a minute; if a dependency is unavailable, attempts continue until it is back. */
const maxTries = 8;
const isHopeless = (error: unknown, attempt: number): boolean =>
  error instanceof InvalidInput ||
  (attempt + 1 >= maxTries && !(error instanceof Unavailable || error instanceof StepTimeout));
const refusedFolder = 'bus/refused';
const refusedFile = ({ id }: { readonly id: string }): string => `${refusedFolder}/${id}.json`;

const Event = z.object({
  id: z.string(),
  source: z.string(),
  detailType: z.string(),
  detail: z.unknown(),
  /** The target of an asynchronous invocation that no rule routed. */
  target: z.strictObject({ function: z.string() }).optional(),
});
type Event = z.infer<typeof Event>;

interface BusOptions {
  readonly routes: Routes;
  readonly disk: Disk;
  /** Passes the event's detail to a target. `eventId` is the same for all attempts. */
  readonly deliver: (target: Target, detail: unknown, eventId: string) => Promise<void>;
  readonly onTrouble?: ((sentence: string) => void) | undefined;
  /** The pause after this many attempts. */
  readonly pauseMs?: ((attempt: number) => number) | undefined;
}

export interface EmbeddedBus {
  /** Resolves once the event is on disk; throws `Unavailable` if it cannot be written. Delivery follows. */
  accept(event: Omit<Event, 'id'>): Promise<string>;
  /** Stores an asynchronous invocation that failed, for a later redelivery. */
  keep(target: { readonly function: string }, detail: unknown, error: unknown): Promise<void>;
  /** Delivers an event that is already on disk. */
  deliver(id: string): Promise<void>;
  /** Delivers the events that an earlier process accepted but did not deliver. */
  resume(): Promise<void>;
  close(): Promise<void>;
}

/** Throws `Misconfigured` if the file holds no routes. */
export async function loadRoutes(file: URL): Promise<Routes> {
  try {
    return Routes.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (cause) {
    throw new Misconfigured(`${file.pathname} does not hold the routes of the bus.`, { cause });
  }
}

export function embeddedBus({
  routes,
  disk,
  deliver,
  onTrouble,
  pauseMs = (attempt) => Math.min(250 * 2 ** attempt, 30_000),
}: BusOptions): EmbeddedBus {
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
        if (isHopeless(error, attempt)) return setAside(event, error);
        if (attempt === 0) onTrouble?.(`Event ${event.detailType} is not delivered yet: ${sentence(error)}`);
        await sleep(pauseMs(attempt), undefined, { signal: closing.signal }).catch(() => undefined);
      }
    }
  }

  const targetsOf = (event: Event): readonly Target[] => {
    if (event.target !== undefined) return [event.target];
    return event.source === routes.source
      ? routes.routes.filter((route) => route.detailTypes.includes(event.detailType)).map((route) => route.target)
      : [];
  };

  /** Like EventBridge's dead-letter queue: the event is kept for people, without further attempts. */
  async function setAside(event: Event, error: unknown): Promise<void> {
    await disk.write(refusedFile(event), JSON.stringify({ ...event, refused: sentence(error) }));
    await disk.remove(fileOf(event));
    onTrouble?.(`Event ${event.detailType} was refused and set aside as ${refusedFile(event)}: ${sentence(error)}`);
  }

  return {
    async keep(target, detail, error) {
      await setAside({ id: randomUUID(), source: routes.source, detailType: 'invocation', detail, target }, error);
    },
    async accept(accepted) {
      const event: Event = { id: randomUUID(), ...accepted };
      await disk.write(fileOf(event), JSON.stringify(event));
      dispatch(event);
      return event.id;
    },
    async deliver(id) {
      const event = await disk.record(`bus/${id}.json`, Event);
      if (event !== undefined) dispatch(event);
    },
    async resume() {
      for (const file of await disk.list('bus')) {
        const event = await disk.record(file, Event);
        if (event !== undefined) dispatch(event);
      }
    },
    async close() {
      closing.abort();
      // The next start delivers the events that are not accepted by then.
      await Promise.race([Promise.allSettled(deliveries), sleep(closeGraceMs, undefined, { ref: false })]);
    },
  };
}

const sentence = (error: unknown): string =>
  error instanceof WatchkeeperError ? error.message : `something unexpected happened (${String(error)}).`;

/**
 * Moves events from the dead letters back, for the next start to deliver. At any moment an event is in one of the two places; at worst it is
 * delivered twice.
 */
export async function redriveFolder(
  disk: Disk,
  dryRun: boolean,
): Promise<readonly { readonly what: string; readonly refused: string }[]> {
  const found: { what: string; refused: string }[] = [];
  for (const file of await disk.list(refusedFolder)) {
    const kept = await disk.record(file, Event.extend({ refused: z.string().default('no reason is known') }));
    if (kept === undefined) continue;
    const { refused, ...event } = kept;
    found.push({ what: event.target?.function ?? event.detailType, refused });
    if (dryRun) continue;
    await disk.write(`bus/${event.id}.json`, JSON.stringify(event));
    await disk.remove(file);
  }
  return found;
}
