// Does the work of `npm start` after its options are read: it boots the runtime, sends the demo page, shows events in the terminal, and stops on
// request. main.ts handles the errors that it throws.
import { userInfo } from 'node:os';
import { WatchkeeperError } from '../core/errors.ts';
import type { Incident } from '../core/model/incident.ts';
import { checkSources } from './check.ts';
import { liveWorld, readConfigFile, recordedWorld } from './compose.ts';
import { demoScenario } from './demo.ts';
import { defaultData, type StartOptions } from './options.ts';
import { atPresent, sourceIdOf, vary } from './paging.ts';
import { type Runtime, startRuntime } from './runtime/index.ts';
import { linkTo } from './server/index.ts';
import { styleFor } from './terminal/style.ts';
import { watchInTerminal } from './terminal/watch.ts';
import type { MakeWorld } from './world.ts';

const scenariosFolder = new URL('../scenarios/', import.meta.url).pathname;
const style = styleFor(process.stdout, process.env);
const print = (line: string) => void process.stdout.write(`${line}\n`);
const complain = (line: string) => void process.stderr.write(`${line}\n`);

/** The world to observe, the data folder, and the first page to send. */
interface Plan {
  readonly makeWorld: MakeWorld;
  readonly data: string;
  readonly record: boolean;
  /** Concurrent investigations; absent, the runtime's default. */
  readonly concurrent?: number | undefined;
  readonly description: string;
  /** Slack user id of the person who starts it, if the configuration has it. */
  readonly slackOwner?: string | undefined;
  readonly firstPage: (runtime: Runtime) => string | undefined;
  /** Sentences about the sources that do not answer now. */
  readonly check: (runtime: Runtime) => Promise<readonly string[]>;
}

async function plan(options: StartOptions): Promise<Plan> {
  if (options.config !== undefined) {
    const config = await readConfigFile(options.config, process.env);
    const data = options.data ?? config.dataDir ?? defaultData;
    const record = options.record || (config.recording ?? false);
    const concurrent = config.admission?.concurrent;
    const slackOwner = config.slack?.owner;
    if (config.scenarios !== undefined) {
      return {
        makeWorld: recordedWorld(config.scenarios, config),
        data,
        record,
        concurrent,
        description: 'in a recorded world: acting changes nothing real',
        slackOwner,
        firstPage: () => undefined,
        check: async () => [],
      };
    }
    return {
      makeWorld: liveWorld(config),
      data,
      record,
      concurrent,
      description: `at what ${options.config} names`,
      slackOwner,
      firstPage: () => undefined,
      check: ({ world }) => checkSources(world.telemetry, config.sources, new Date()),
    };
  }
  const own = options.scenarios.length > 0;
  return {
    makeWorld: recordedWorld(own ? options.scenarios : [scenariosFolder]),
    data: options.data ?? defaultData,
    record: options.record,
    description: 'in a recorded world: acting changes nothing real',
    firstPage: ({ world }) => {
      const demo = world.pages.find((page) => page.id === demoScenario) ?? world.pages[0];
      return options.demo ? (own ? world.pages[0] : demo)?.body : undefined;
    },
    check: async () => [],
  };
}

/** Resolves to the exit code. */
export async function start(options: StartOptions): Promise<number> {
  const { makeWorld, data, record, concurrent, description, slackOwner, firstPage, check } = await plan(options);
  const { username } = userInfo();
  const runtime = await startRuntime({
    makeWorld,
    data,
    port: options.port,
    record,
    concurrent,
    owner: { name: username, slack: slackOwner },
    onTrouble: (sentence) => complain(style.yellow(sentence)),
  });
  const interactive = process.stdin.isTTY === true && process.stdout.isTTY === true;
  const terminal = watchInTerminal({
    feed: runtime.feed,
    ports: runtime.ports,
    print,
    style,
    width: Math.max(60, Math.min(process.stdout.columns || 110, 140)),
    input: interactive ? process.stdin : undefined,
    person: runtime.people?.owner.id ?? username,
  });
  const link = await runtime.people?.invite({ name: username });
  const address = link === undefined ? runtime.url : linkTo(runtime.url ?? '', link.linkToken);
  print(style.bold(`Watchkeeper is up: ${address}`));
  print(style.dim(`The link signs you in as ${username}, once. Others get one of their own: npm run invite -- NAME`));
  print(
    style.dim(
      `It keeps its records in ${data} and watches ${description}. Ctrl-C stops it; the next start resumes the work.`,
    ),
  );
  void slackStatus(runtime).then((notice) => notice === undefined || print(style.dim(notice)));
  const stopped = new Promise<number>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve(0));
  });
  try {
    void check(runtime).then((complaints) => complaints.map((each) => complain(style.yellow(each))));
    const resumed = await runtime.resume();
    if (resumed > 0)
      print(`Going on with ${resumed} unfinished ${resumed === 1 ? 'investigation' : 'investigations'}.`);
    const page = firstPage(runtime);
    const sent = page === undefined ? undefined : await pageOnce(runtime, page);
    if (sent === undefined) print(`Waiting for pages at ${runtime.url}/pagerduty`);
    if (sent === undefined) return await stopped;
    if (sent.known !== undefined) terminal.show(sent.known);
    return await follow(runtime, sent.sourceId, options.once, interactive, stopped);
  } finally {
    await terminal.close();
    await runtime.close();
  }
}

/** The Slack workspaces whose people may decide, in words; undefined if Slack is not configured. */
async function slackStatus({ world }: Runtime): Promise<string | undefined> {
  if (world.userDirectory === undefined) return undefined;
  return world.userDirectory.origin().then(
    ({ teams }) =>
      teams.length === 0
        ? 'Slack does not say which workspace its token is for: nobody there can decide. Add it under slack.teams.'
        : `In Slack, people of the workspace ${teams.join(', ')} can talk to Watchkeeper; it ignores bots, guests and other organisations.`,
    (error: unknown) =>
      `${error instanceof WatchkeeperError ? error.message : String(error)} Until it does, Watchkeeper ignores messages there.`,
  );
}

/** Sends a page unless its incident is still open; after a closed incident, it sends the same error of another night. */
async function pageOnce(runtime: Runtime, body: string): Promise<Paged> {
  const sourceId = sourceIdOf(body);
  const known = await runtime.ports.incidents.findBySource(sourceId);
  if (known === undefined) return runtime.sendPage(atPresent(body, new Date()));
  if (known.status === 'closed' || known.status === 'failed') {
    return runtime.sendPage(vary(body, new Date(), () => runtime.ports.ids.next()));
  }
  return { sourceId, known };
}

interface Paged {
  readonly sourceId: string;
  /** The incident, if it was already open. */
  readonly known?: Incident;
}

/** Prints the next steps for the person; resolves to the exit code when it is time to stop. */
async function follow(
  runtime: Runtime,
  sourceId: string,
  once: boolean,
  interactive: boolean,
  stopped: Promise<number>,
): Promise<number> {
  const settled = runtime.waitForIncident(sourceId, once && interactive ? 'ended' : 'asked', 24 * 3600 * 1000);
  const first = await Promise.race([settled, stopped]);
  if (typeof first === 'number') return first;
  if (once) return exitCodeOf(first);
  print(`\n${style.bold(`Timeline, evidence and answers: ${runtime.url}`)}`);
  return stopped;
}

const exitCodeOf = (incident: Incident): number => (incident.status === 'failed' ? 1 : 0);
