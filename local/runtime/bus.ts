// The embedded event bus: an event is on the disk before it is acknowledged, and stays there until its target took it. At least once, like
// EventBridge; whoever gets it twice must not mind. What a route starts is the caller's business.
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
/** What nobody foresaw is tried so often, over about a minute; what is away, until it is there. */
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
  /** Of what was handed to a function without a rule: where it goes. */
  target: z.strictObject({ function: z.string() }).optional(),
});
type Event = z.infer<typeof Event>;

interface BusOptions {
  readonly routes: Routes;
  readonly disk: Disk;
  /** Gives the event's detail to a target. `eventId` is the same however often it is tried. */
  readonly deliver: (target: Target, detail: unknown, eventId: string) => Promise<void>;
  readonly onTrouble?: ((sentence: string) => void) | undefined;
  /** How long it waits after so many tries. */
  readonly pauseMs?: ((attempt: number) => number) | undefined;
}

export interface EmbeddedBus {
  /** Resolves once the event is on the disk; throws `Unavailable` where it is not. Delivery follows. */
  accept(event: Omit<Event, 'id'>): Promise<string>;
  /** Keeps what a function failed at that nobody waits for, to be given to it again. */
  keep(target: { readonly function: string }, detail: unknown, error: unknown): Promise<void>;
  /** Delivers an event that is on the disk already. */
  deliver(id: string): Promise<void>;
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

  /** What EventBridge's dead-letter queue is for: kept for people, tried no more. */
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
      // What is not taken by then is delivered by the next start.
      await Promise.race([Promise.allSettled(deliveries), sleep(closeGraceMs, undefined, { ref: false })]);
    },
  };
}

const sentence = (error: unknown): string =>
  error instanceof WatchkeeperError ? error.message : `something unexpected happened (${String(error)}).`;

/** Puts what was set aside back, for the next start to deliver. It is in one of the two places at any moment, and delivered twice at worst. */
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
