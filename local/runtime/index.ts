// The embedded runtime: it runs the state machine file and the handlers of lambdas/ in one process, with everything that they need. It starts,
// resumes unfinished executions, accepts pages and closes; other modules show the steps to people.
import { mkdirSync, statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { longSessions } from '../../core/diagnosis/long/sessions.ts';
import { Impossible, InvalidInput, Unavailable, WatchkeeperError } from '../../core/errors.ts';
import type { Incident } from '../../core/model/incident.ts';
import type { ServiceCatalog } from '../../core/ports/catalog.ts';
import type { Ports } from '../../core/ports/index.ts';
import { compose, tables } from '../compose.ts';
import { type Feed, feed as newFeed } from '../feed.ts';
import { atPresent, sendPage as postPage, signedHeaders, sourceIdOf, vary } from '../paging.ts';
import { openPeople, type People } from '../people.ts';
import type { Pages } from '../server/api.ts';
import { startFront } from '../server/front.ts';
import { fromGatewayResult, toGatewayEvent } from '../server/gateway.ts';
import { type RunningServer, startServer } from '../server/index.ts';
import type { MakeWorld, World } from '../world.ts';
import { awsEndpoint } from './aws-endpoint.ts';
import { type EmbeddedBus, embeddedBus, loadRoutes, type Target } from './bus.ts';
import { daily } from './daily.ts';
import { damage, lookAtFiles, stopActing } from './damage.ts';
import { type Executions, executions, type InvokeFunction } from './executions.ts';
import { type Disk, folderDisk, memoryDisk } from './files.ts';
import { localFunctions } from './functions.ts';
import { journal, type Running } from './journal.ts';
import { lockFolder } from './lock.ts';
import { loadMachine } from './machine.ts';
import { webhookSecret } from './secret.ts';
import { checkStore } from './store-check.ts';
import { sweeper } from './sweeper.ts';
import { openTables } from './tables.ts';

const statemachines = new URL('../../statemachines/', import.meta.url);
/** How long the name of an ended execution is remembered, so that a redelivered bus event starts nothing. */
const rememberEndedDays = 14;
/** Few, because one process computes for all investigations. */
const defaultConcurrent = 4;
/** The interval between sweeps of the queue of waiting pages. */
const sweepMs = 20_000;

export interface RuntimeOptions {
  readonly makeWorld: MakeWorld;
  /** The folder of all data; absent, the data is in memory for the life of the process. */
  readonly data?: string | undefined;
  /** The port of the HTTP server on 127.0.0.1, 0 for any free one; absent, there is no server (pages go directly to the handler). */
  readonly port?: number | undefined;
  /** The person who starts it, and who decides if the configuration names no approvers. Absent, the user of this process; only with a server. */
  readonly owner?: { readonly name: string; readonly slack?: string | undefined } | undefined;
  /** Called with one sentence for each problem that the runtime waits out or sets aside. */
  readonly onTrouble?: ((sentence: string) => void) | undefined;
  readonly hooks?: Hooks | undefined;
  /** Whether every call to the world is recorded for a replay (`npm run replay`). */
  readonly record?: boolean | undefined;
  /** Concurrent investigations (default 4); further pages wait in a queue. */
  readonly concurrent?: number | undefined;
}

/** Hooks for measurements and deliberate faults: awaited at each state, and around each call of a function. */
export interface Hooks {
  readonly entered?: (at: Running) => void | Promise<void>;
  readonly left?: (at: Running) => void | Promise<void>;
  readonly invoke?: (name: string, payload: unknown, invoke: InvokeFunction) => Promise<unknown>;
  readonly disk?: (disk: Disk) => Disk;
  /** Awaited before each call to the tables: `PutItem`, `UpdateItem`, … If it throws, the call fails. */
  readonly table?: (call: string) => void | Promise<void>;
  /** The time limit of a function, in place of statemachines/time-limits.json. */
  readonly limitMs?: (name: string) => number;
}

export type Milestone = 'diagnosed' | 'asked' | 'ended';

export interface Runtime {
  /** Undefined without a server. */
  readonly url: string | undefined;
  /** The people who may use the server; undefined without one. */
  readonly people: People | undefined;
  readonly ports: Ports;
  readonly world: World;
  readonly feed: Feed;
  readonly pages: Pages;
  /** Resumes the work of an earlier process; returns the number of resumed investigations. Call it once, after starting to watch. */
  resume(): Promise<number>;
  /** Signs a webhook body and passes it to our own endpoint. */
  sendPage(body: string): Promise<{ readonly sourceId: string }>;
  /**
   * The latest incident of that source once it reached the milestone. `asked` also resolves if the incident ended without an approval request, or
   * joined another incident.
   */
  waitForIncident(sourceId: string, until: Milestone, timeoutMs?: number): Promise<Incident>;
  close(): Promise<void>;
}

/** Throws `Misconfigured` for errors that the operator can fix: a port in use, a folder that another process uses, an unreadable world. */
export async function startRuntime(options: RuntimeOptions): Promise<Runtime> {
  // Handlers log one JSON line per call, for CloudWatch; here people read the timeline.
  process.env.POWERTOOLS_LOG_LEVEL ??= 'SILENT';
  const opened = new Opened();
  try {
    return await boot(options, opened);
  } catch (error) {
    await opened.closeAll();
    throw error;
  }
}

async function boot(options: RuntimeOptions, opened: Opened): Promise<Runtime> {
  const { data, hooks } = options;
  const onTrouble = options.onTrouble ?? (() => undefined);
  if (data !== undefined) opened.add(lockFolder(data, onTrouble));
  const damaged = damage(onTrouble);
  const plainDisk = data === undefined ? memoryDisk() : folderDisk(data, damaged.report);
  const disk = hooks?.disk?.(plainDisk) ?? plainDisk;
  const store = data === undefined ? undefined : await checkStore(join(data, 'tables'), new Date());
  for (const aside of store?.asides ?? []) damaged.report(aside);
  const folder = data === undefined ? undefined : join(data, 'tables');
  const db = opened.keep(await openTables(folder, tables, hooks?.table));
  opened.keep(damaged);
  const feed = newFeed();

  let functions: InvokeFunction = () =>
    Promise.reject(new Impossible('A function was called before the boot was over.'));
  const invoke: InvokeFunction = async (name, payload) => {
    try {
      return await (hooks?.invoke ? hooks.invoke(name, payload, functions) : functions(name, payload));
    } catch (error) {
      // The timeline shows our own error sentences; unexpected errors go to the operator of this process.
      if (!(error instanceof WatchkeeperError)) onTrouble(`The function ${name} failed unexpectedly: ${String(error)}`);
      throw error;
    }
  };
  const book = journal(disk);
  const run = opened.keep(
    executions({
      machine: await loadMachine('incident', new URL('incident.asl.json', statemachines)),
      journal: book,
      invoke,
      clock: { now: () => new Date() },
      waitMs: () => composed.world.waitMs,
      onEntered: hooks?.entered,
      onLeft: hooks?.left,
      onTrouble,
      onEnded: ({ outcome }) => {
        if (outcome.kind === 'failed') sweeps.soon();
      },
      onUnheard: (name, payload, error) => bus.keep({ function: name }, payload, error),
      onStopped: (last, failure) => reportStopped(last, failure, invoke, onTrouble),
    }),
  );
  const bus: EmbeddedBus = opened.keep(
    embeddedBus({
      routes: await loadRoutes(new URL('bus-routes.json', statemachines)),
      disk,
      deliver: (target, detail, eventId) => deliver(target, detail, eventId, run, invoke),
      onTrouble,
    }),
  );
  const aws = opened.keep(await awsEndpoint({ bus, executions: run }));
  const secret = await webhookSecret(disk);
  const composed = await compose({
    records: db.calls,
    aws,
    disk,
    feed,
    makeWorld: options.makeWorld,
    record: options.record ?? false,
    onTrouble,
    concurrent: options.concurrent ?? defaultConcurrent,
    learnedFolder: await folderIn(data, 'knowledge', disk),
    webhookSecret: secret,
    executions: run,
    invoke,
  });
  opened.add(() => composed.flush());
  const { world, chat } = composed;
  const people =
    options.port === undefined
      ? undefined
      : await openPeople(disk, options.owner ?? { name: userInfo().username }, () => new Date());
  const owned =
    people === undefined
      ? composed.ports
      : { ...composed.ports, catalog: ownedCatalog(composed.ports.catalog, people) };
  const ports = { ...owned, longRunner: longRunnerOf(owned, world.longSeconds, opened, onTrouble) };
  const closing = new AbortController();
  const pause = (ms: number) => sleep(ms, undefined, { signal: closing.signal }).catch(() => undefined);
  functions = localFunctions({ ...ports, pause }, hooks?.limitMs);
  if (store !== undefined && store.kind !== 'whole') {
    const lost = `the store was damaged and ${store.kind === 'anew' ? 'begun anew' : 'mended'} at the start; look at what it holds, then take the switch off`;
    await stopActing(lost, ports);
    onTrouble(`The kill switch is on: ${lost}.`);
  }
  await damaged.open({ ports, invoke });
  const sweeping = setInterval(() => {
    invoke('tend-line', { how: 'sweep' }).catch(() => undefined);
  }, sweepMs);
  sweeping.unref();
  opened.add(() => clearInterval(sweeping));

  let looking: Promise<void> | undefined;
  opened.add(async () => {
    closing.abort();
    await looking;
  });
  const sweeps = opened.keep(sweeper(() => invoke('sweep-incidents', {}), onTrouble));

  let server: RunningServer | undefined;
  const send = (body: string) => (server ? postPage(server.url, body, secret) : invokeWebhook(body, secret, invoke));
  const pages = pagesOf(world, ports, send);
  if (options.port !== undefined && people !== undefined) {
    const api = { ports, chat, pages, people };
    let front: RunningServer | undefined;
    const parts = { invoke, feed, onTrouble, people, api, shownPort: () => front?.port };
    // Deliberate faults in the disk or the functions must affect the webhook too, so with them there is no front thread.
    const isInFront = data !== undefined && hooks?.disk === undefined && hooks?.invoke === undefined;
    server = opened.keep(await startServer(isInFront ? 0 : options.port, parts));
    if (isInFront) {
      front = opened.keep(await inFrontOf(server, options.port, data, { ports, bus, onTrouble }));
      server = front;
    }
    await disk.write('runtime.json', JSON.stringify({ url: server.url }));
  }
  return {
    url: server?.url,
    people,
    ports,
    world,
    feed,
    pages,
    async resume() {
      await book.prune(new Date(Date.now() - rememberEndedDays * 24 * 3600 * 1000));
      const resumed = await run.resume();
      await bus.resume();
      if (data !== undefined)
        opened.keep(
          daily(
            () => functions('anchor-audit', {}),
            (error) => onTrouble(troubleOf(error)),
          ),
        );
      if (data !== undefined && world.documents !== undefined)
        opened.keep(synced(world.documents, (sentence) => onTrouble(sentence)));
      if (data !== undefined) looking = lookAtFiles(data, disk, closing.signal).catch(() => undefined);
      sweeps.start();
      return resumed.length;
    },
    sendPage: send,
    async waitForIncident(sourceId, until, timeoutMs = 60_000) {
      const incident = await waitFor(sourceId, until, timeoutMs, ports, feed);
      if (until === 'ended' && incident.execution !== undefined) await run.ended(incident.execution);
      return incident;
    },
    close: () => opened.closeAll(),
  };
}

/** Long investigations run in the background of this process. After a restart, the waiting state begins them again. */
function longRunnerOf(
  ports: Ports,
  seconds: number | undefined,
  opened: Opened,
  onTrouble: (sentence: string) => void,
): Ports['longRunner'] {
  if (seconds === undefined) return undefined;
  const sessions = opened.keep(
    longSessions(ports, { onTrouble: (error) => onTrouble(`The further investigation: ${String(error)}`) }),
  );
  return {
    seconds,
    start: async (job) => void sessions.start(job),
    stop: async (session) => sessions.stop(session),
  };
}

/** The sentence about a failed daily anchor of the audit. */
const troubleOf = (error: unknown): string =>
  error instanceof WatchkeeperError ? error.message : `The audit could not be anchored: ${String(error)}`;

/** Copies documents now, and again every few hours. A failure stops nothing: the last good copies stay. */
function synced({ everyHours, sync }: NonNullable<World['documents']>, onTrouble: (sentence: string) => void) {
  let running: Promise<void> | undefined;
  const run = () => {
    running ??= sync()
      .then(
        (sentences) => {
          for (const one of sentences) onTrouble(`Documents: ${one}`);
        },
        (error: unknown) => onTrouble(`Documents could not be copied: ${String(error)}`),
      )
      .finally(() => {
        running = undefined;
      });
  };
  run();
  const timer = setInterval(run, everyHours * 3_600_000);
  timer.unref();
  return {
    async close() {
      clearInterval(timer);
      // What is half copied is read again at the next start.
      await Promise.race([running, sleep(1000, undefined, { ref: false })]);
    },
  };
}

const ownersGroup = 'the owner and invited approvers';
/** If the catalogue names no approvers, the owner and the people invited as approvers may decide. */
const ownedCatalog = (catalog: ServiceCatalog, people: People): ServiceCatalog => ({
  async load() {
    const loaded = await catalog.load();
    if (loaded.approvers.length > 0) return loaded;
    const ids = people.list().flatMap(({ id, isApprover }) => (isApprover ? [id] : []));
    // A group, so that a person who is invited after a question was asked may still answer it.
    return { ...loaded, groups: { ...loaded.groups, [ownersGroup]: ids }, approvers: [`group:${ownersGroup}`] };
  },
});

/** A separate thread accepts pages, so that an investigation in progress delays none. */
async function inFrontOf(
  inner: RunningServer,
  port: number,
  data: string,
  { ports, bus, onTrouble }: { ports: Ports; bus: EmbeddedBus; onTrouble: (sentence: string) => void },
): Promise<RunningServer> {
  const secrets = [...(await ports.secrets.pagerDutyWebhook())];
  const kept = (id: string) => (error: unknown) => onTrouble(`Event ${id} waits for the next start: ${String(error)}`);
  const onAccepted = (id: string) => void bus.deliver(id).catch(kept(id));
  return startFront({ port, inner: inner.port, data, secrets, onTrouble, onAccepted });
}

async function folderIn(data: string | undefined, name: string, disk: Disk): Promise<string | undefined> {
  if (data === undefined) return undefined;
  const folder = join(data, name);
  const isFile = statSync(folder, { throwIfNoEntry: false })?.isDirectory() === false;
  if (isFile) await disk.setAside(name, 'is a file where a folder should be');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return folder;
}

async function deliver(
  target: Target,
  detail: unknown,
  eventId: string,
  run: Executions,
  invoke: InvokeFunction,
): Promise<void> {
  if ('stateMachine' in target) await run.start(eventId, detail);
  else await invoke(target.function, detail);
}

/** If an execution fails where no catcher of the state machine applies, this reports it to people. */
async function reportStopped(
  last: Running,
  failure: { readonly error: string; readonly cause: string },
  invoke: InvokeFunction,
  onTrouble: (sentence: string) => void,
): Promise<void> {
  try {
    await invoke('report-failure', {
      execution: last.name,
      state: { ...(last.input as object), failure: { Error: failure.error, Cause: failure.cause } },
    });
  } catch (error) {
    onTrouble(`The investigation ${last.name} stopped at ${last.state} (${failure.error}): ${String(error)}`);
  }
}

/** Calls the handler directly, as API Gateway would. */
async function invokeWebhook(body: string, secret: string, invoke: InvokeFunction): Promise<{ sourceId: string }> {
  const sourceId = sourceIdOf(body);
  const request = {
    method: 'POST',
    path: '/pagerduty',
    query: '',
    headers: signedHeaders(body, secret),
    body: Buffer.from(body),
    sourceIp: '127.0.0.1',
  };
  const reply = fromGatewayResult(await invoke('pagerduty-webhook', toGatewayEvent(request, new Date())));
  if (reply.status >= 300) throw new Unavailable(`The page was not accepted (HTTP ${reply.status}).`);
  return { sourceId };
}

function pagesOf(world: World, ports: Ports, send: Runtime['sendPage']): Pages {
  return {
    scenarios: () => world.pages.map(({ id, title }) => ({ id, title })),
    send(scenario, options) {
      const page = world.pages.find(({ id }) => id === scenario);
      if (page === undefined) throw new InvalidInput(`There is no scenario ${scenario} here.`);
      const now = new Date();
      return send(options.vary ? vary(page.body, now, () => ports.ids.next()) : atPresent(page.body, now));
    },
  };
}

const reached = (incident: Incident, until: Milestone, diagnosed: boolean): boolean => {
  const ended = incident.status === 'closed' || incident.status === 'failed';
  switch (until) {
    case 'diagnosed':
      return diagnosed || ended || incident.status === 'grouped';
    case 'asked':
      return incident.status === 'awaiting-approval' || ended || incident.status === 'grouped';
    case 'ended':
      return ended;
  }
};

function waitFor(sourceId: string, until: Milestone, timeoutMs: number, ports: Ports, feed: Feed): Promise<Incident> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      unwatch();
    };
    const look = async () => {
      const incident = await ports.incidents.findBySource(sourceId);
      if (incident === undefined) return;
      const diagnosed = until === 'diagnosed' && (await ports.incidents.diagnosis(incident.id)) !== undefined;
      if (!reached(incident, until, diagnosed)) return;
      stop();
      resolve(incident);
    };
    const lookOrFail = () => {
      look().catch((error: unknown) => {
        stop();
        reject(error);
      });
    };
    const timer = setTimeout(() => {
      stop();
      reject(new Unavailable(`The incident of ${sourceId} was not ${until} within ${timeoutMs} ms.`));
    }, timeoutMs);
    const unwatch = feed.watch((event) => {
      if (event.kind === 'incident' && event.incident.sourceId === sourceId) lookOrFail();
    });
    lookOrFail();
  });
}

/** Open resources, to be closed in reverse order. */
class Opened {
  readonly #closers: (() => void | Promise<void>)[] = [];

  add(close: () => void | Promise<void>): void {
    this.#closers.push(close);
  }

  keep<T extends { close(): void | Promise<void> }>(thing: T): T {
    this.add(() => thing.close());
    return thing;
  }

  async closeAll(): Promise<void> {
    for (const close of this.#closers.splice(0).reverse()) await close();
  }
}
