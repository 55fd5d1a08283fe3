// `npm run dojo -- --cluster local`: rounds in a real cluster, and their scoreboard.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { Misconfigured } from '../../core/errors.ts';
import { liveWorld, readConfigFile } from '../../local/compose.ts';
import { startRuntime } from '../../local/runtime/index.ts';
import { quantile } from '../score.ts';
import { randomOf } from '../worlds/random.ts';
import { clusterApi } from './api.ts';
import { startCluster } from './control-plane.ts';
import { loadFaults, type NamedFault } from './fault.ts';
import { refuseOthers } from './guards.ts';
import { startNodeAgent } from './node-agent.ts';
import { List } from './objects.ts';
import { keepRecording } from './recording.ts';
import { playRound, type Round, type Stage } from './round.ts';

export interface ClusterOptions {
  /** `local`, or a context of the kubeconfig. */
  readonly cluster: string;
  readonly rounds: number;
  readonly nodes: number;
  readonly seed: string;
  /** Only faults whose name begins so. */
  readonly fault: string | undefined;
  /** Where failed rounds are kept as scenarios. */
  readonly keep: string | undefined;
}

const faultsDir = join(import.meta.dirname, '../faults');
const shopFile = join(import.meta.dirname, 'shop.yaml');
const people = ['ada', 'ben'];
/** In place of the minutes that an action settles: the simulated nodes are quicker than real ones. */
const settleMs = 6000;

export async function runInCluster(options: ClusterOptions, print: (line: string) => void): Promise<readonly Round[]> {
  const all = await loadFaults(faultsDir);
  const isLocal = options.cluster === 'local';
  const named = all.filter(({ name }) => options.fault === undefined || name.startsWith(options.fault));
  if (named.length === 0) throw new Misconfigured(`No fault of dojo/faults begins with "${options.fault}".`);
  const skipped = named.filter(({ needs }) => needs.includes(isLocal ? 'real-node' : 'simulated-node'));
  const faults = named.filter((one) => !skipped.includes(one));
  for (const { name } of skipped)
    print(`skipped  ${name}: it needs ${isLocal ? 'a real node, and those here are simulated' : 'simulated nodes'}.`);
  await using open = isLocal ? await openLocal(options.nodes) : await openNamed(options.cluster);
  const dir = mkdtempSync(join(tmpdir(), 'watchkeeper-dojo-run-'));
  const runtime = await startRuntime({
    makeWorld: async (ground) => ({
      ...(await liveWorld(await configIn(dir, open.operator, open.api.context))(ground)),
      waitMs: settleMs,
    }),
    onTrouble: (sentence) => print(`trouble  ${sentence}`),
  });
  try {
    await runtime.resume();
    const shop = List.parse(parse(readFileSync(shopFile, 'utf8'))).items;
    let numbers = 0;
    const nextNumber = () => {
      numbers += 1;
      return numbers;
    };
    const stage: Stage = { api: open.api, local: open.local, runtime, shop, people, nextNumber };
    const rounds: Round[] = [];
    for (const [place, fault] of chosen(faults, options).entries()) {
      const round = await playRound(stage, fault, randomOf(`${options.seed}/${place}`), place + 1);
      rounds.push(round);
      print(lineOf(round));
      if (options.keep !== undefined && !isRight(round) && round.recording !== undefined) {
        const { kept, page, fault: played } = round.recording;
        await keepRecording(join(options.keep, `${fault.name}-${options.seed}-${place + 1}`), kept, played, page);
      }
    }
    return rounds;
  } finally {
    await runtime.close();
    rmSync(dir, { recursive: true, force: true });
  }
}

/** Each fault once, in an order drawn by the seed, before any comes again. */
function chosen(faults: readonly NamedFault[], { rounds, seed }: ClusterOptions): readonly NamedFault[] {
  const random = randomOf(seed);
  const drawn: NamedFault[] = [];
  while (drawn.length < rounds) drawn.push(...random.shuffled(faults));
  return drawn.slice(0, rounds);
}

type Opened = Pick<Stage, 'api' | 'local'> & { readonly operator: string } & AsyncDisposable;

async function openLocal(nodes: number): Promise<Opened> {
  const dir = mkdtempSync(join(tmpdir(), 'watchkeeper-dojo-node-'));
  const agent = await startNodeAgent(dir);
  try {
    const cluster = await startCluster(nodes, agent.port);
    const stop = stopWith(cluster);
    return {
      api: cluster.admin,
      operator: cluster.operator,
      local: { cluster, agent },
      async [Symbol.asyncDispose]() {
        stop();
        await cluster[Symbol.asyncDispose]();
        await agent[Symbol.asyncDispose]();
        rmSync(dir, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await agent[Symbol.asyncDispose]();
    rmSync(dir, { recursive: true, force: true });
    throw error;
  }
}

/** An interrupted run leaves no process behind. */
function stopWith(cluster: AsyncDisposable): () => void {
  const end = () => void cluster[Symbol.asyncDispose]().then(() => process.exit(130));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, end);
  return () => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, end);
  };
}

async function openNamed(context: string): Promise<Opened> {
  const api = clusterApi(context);
  await refuseOthers(api);
  return { api, operator: api.kubeconfig, async [Symbol.asyncDispose]() {} };
}

async function configIn(dir: string, kubeconfig: string, cluster: string) {
  writeFileSync(join(dir, 'kubeconfig'), kubeconfig, { mode: 0o600 });
  const budgets = { actsPerHour: 500, actsPerIncident: 3, samePerDay: 4, podsPerHour: 10_000 };
  writeFileSync(
    join(dir, 'catalog.yaml'),
    stringify({
      environments: { production: { level: 'run' } },
      clusters: [{ name: cluster, environment: 'production' }],
      approvers: people,
      budgets,
    }),
  );
  writeFileSync(
    join(dir, 'config.yaml'),
    stringify({ kubernetes: { kubeconfig: './kubeconfig', contexts: [cluster] }, catalog: './catalog.yaml' }),
  );
  return readConfigFile(join(dir, 'config.yaml'), {});
}

const isRight = ({ answer, problem, remedied, harm }: Round): boolean =>
  problem === undefined &&
  answer?.isCauseRight === true &&
  answer.isEntityRight &&
  (answer.offer === 'right' || answer.offer === 'rightly-none') &&
  remedied !== false &&
  harm.length === 0;

function lineOf(round: Round): string {
  const { fault, alert, answer, remedied, harm, notes, problem, innocent } = round;
  if (problem !== undefined || answer === undefined) return `problem  ${fault}: ${problem}`;
  const parts = [
    `${alert} → ${answer.said}`,
    `offer ${answer.offer}${answer.offered === undefined ? '' : ` (${answer.offered})`}`,
    ...(answer.offer === 'missing' ? [answer.decided] : []),
    ...(remedied === undefined
      ? []
      : [remedied ? `remedied, verified ${answer.verified}` : `not remedied, verified ${answer.verified}`]),
    ...notes,
    ...(innocent === undefined ? [] : [`innocent deploy of ${innocent}`]),
    ...harm,
  ];
  return `${isRight(round) ? 'right ' : 'wrong '}  ${fault}: ${parts.join('; ')} [${(answer.diagnosedMs / 1000).toFixed(1)} s]`;
}

/** The scoreboard; its last line is for programs. */
export function boardOf(rounds: readonly Round[]): string {
  const played = rounds.filter(({ problem }) => problem === undefined);
  const groups = [...new Set(played.map(({ group }) => group))].sort();
  const isFound = ({ answer }: Round) => answer?.isCauseRight === true && answer.isEntityRight;
  const rows = groups.map((group) => {
    const own = played.filter((one) => one.group === group);
    return `  ${group.padEnd(16)} ${own.filter(isFound).length} of ${own.length} right`;
  });
  const answers = played.flatMap(({ answer }) => answer ?? []);
  const median = (of: readonly number[]) =>
    (
      quantile(
        [...of].sort((a, b) => a - b),
        0.5,
      ) / 1000
    ).toFixed(1);
  const count = (holds: (round: Round) => boolean) => played.filter(holds).length;
  const remediable = count(({ answer }) => answer?.offer === 'right' || answer?.offer === 'missing');
  const notes = played.flatMap((one) => one.notes);
  const noted = [...new Set(notes)].map((note) => `  ${note}: ${notes.filter((one) => one === note).length}`);
  return [
    ...rows,
    `right cause=${count(({ answer }) => answer?.isCauseRight === true)} right entity=${count(({ answer }) => answer?.isEntityRight === true)} of ${played.length}; not played=${rounds.length - played.length}`,
    `offers: right=${count(({ answer }) => answer?.offer === 'right')} none, rightly=${count(({ answer }) => answer?.offer === 'rightly-none')} useless=${count(({ answer }) => answer?.offer === 'useless')} harmful=${count(({ answer }) => answer?.offer === 'harmful')} missing=${count(({ answer }) => answer?.offer === 'missing')}; remediable and remedied: ${count(({ remedied }) => remedied === true)} of ${remediable}`,
    `median time to page ${median(played.flatMap(({ pagedMs }) => pagedMs ?? []))} s, from page to diagnosis ${median(answers.map(({ diagnosedMs }) => diagnosedMs))} s`,
    ...noted,
    `faults=${played.length} right=${count(isFound)} remedied=${count(({ remedied }) => remedied === true)} harm=${played.reduce((sum, { harm }) => sum + harm.length, 0)} median_s=${median(answers.map(({ diagnosedMs }) => diagnosedMs))}`,
  ].join('\n');
}
