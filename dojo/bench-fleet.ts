// `npm run bench:fleet`: investigates a page in a synthetic fleet and measures memory, processor time and requests: as the product reads it, and with
// every object of every cluster read. The figures are of this machine at this moment.
import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { type Fleet, sent } from './fleet/fleet.ts';

const help = `Investigates one page in a synthetic fleet of clusters behind an API server with full-sized objects.

  npm run bench:fleet -- [--clusters N] [--pods N] [--runs N] [--whole]

  --clusters N   number of clusters (default 15)
  --pods N       pods per cluster (default 3000)
  --runs N       investigations, each in its own process (default 3); the last line gives the medians
  --whole        also investigate with all objects of all clusters, for comparison
  --help         show this text

The last line is pods=… rss_mb=… cpu_s=… requests=… seconds=…; exit code 1 if an investigation missed the cause.`;

const { values } = parseArgs({
  options: {
    clusters: { type: 'string', default: '15' },
    pods: { type: 'string', default: '3000' },
    runs: { type: 'string', default: '3' },
    whole: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const print = (text: string) => void process.stdout.write(`${text}\n`);

const Result = z.object({
  seconds: z.number(),
  cpuSeconds: z.number(),
  rssMb: z.number(),
  found: z.string(),
  gaps: z.array(z.string()),
});
const Counted = z.object({ requests: z.number(), bytes: z.number() });

const investigator = new URL('fleet/investigate.ts', import.meta.url).pathname;
const apiServer = new URL('fleet/server.ts', import.meta.url).pathname;
const answer = async <Schema extends z.ZodType>(child: ChildProcess, schema: Schema): Promise<z.infer<Schema>> =>
  schema.parse(
    await new Promise((resolve, reject) => {
      child.once('message', resolve);
      child.once('exit', (code) => reject(new Error(`A process ended with ${code}.`)));
    }),
  );

async function investigate(fleet: Fleet, { port, ...place }: Place, read: 'scoped' | 'whole') {
  const counted = async () => Counted.parse(await (await fetch(`http://127.0.0.1:${port}/counted`)).json());
  await counted();
  const child = fork(investigator);
  const result = answer(child, Result);
  child.send({ fleet, config: place[read] });
  return { ...(await result), ...(await counted()) };
}
interface Place {
  readonly port: number;
  readonly scoped: string;
  readonly whole: string;
}
type Run = Awaited<ReturnType<typeof investigate>>;

/** Two configuration files: as users have it, and with every object read. */
function writeConfigs(folder: string, port: number, count: number): Pick<Place, 'scoped' | 'whole'> {
  const contexts = Array.from({ length: count }, (_, n) => `backend-${n + 1}`);
  const kubeconfig = join(folder, 'kubeconfig.json');
  const config = {
    clusters: contexts.map((name) => ({
      name,
      cluster: { server: `http://127.0.0.1:${port}/${name}/`, 'insecure-skip-tls-verify': true },
    })),
    users: [{ name: 'reader', user: { token: 'reader' } }],
    contexts: contexts.map((name) => ({ name, context: { cluster: name, user: 'reader' } })),
    'current-context': contexts[0],
  };
  writeFileSync(kubeconfig, JSON.stringify(config));
  const write = (name: string, more: object) => {
    const file = join(folder, name);
    writeFileSync(file, JSON.stringify({ sources: { fleet: { kind: 'kubernetes', kubeconfig, contexts, ...more } } }));
    return file;
  };
  return { scoped: write('scoped.json', {}), whole: write('whole.json', { readWholeUpTo: Number.MAX_SAFE_INTEGER }) };
}

function line(pods: number, runs: readonly Run[]): string {
  const median = (of: (run: Run) => number) => runs.map(of).sort((a, b) => a - b)[Math.floor(runs.length / 2)] ?? 0;
  return [
    `pods=${pods}`,
    `rss_mb=${median(({ rssMb }) => rssMb).toFixed(0)}`,
    `cpu_s=${median(({ cpuSeconds }) => cpuSeconds).toFixed(2)}`,
    `requests=${median(({ requests }) => requests)}`,
    `seconds=${median(({ seconds }) => seconds).toFixed(2)}`,
    `read_mb=${(median(({ bytes }) => bytes) / 1e6).toFixed(1)}`,
  ].join(' ');
}

async function main(): Promise<void> {
  if (values.help) return print(help);
  const paged = { cluster: 'backend-3', namespace: 'orders', service: 'order-api', neighbour: 'ledger' };
  const fleet: Fleet = { clusters: Number(values.clusters), podsPerCluster: Number(values.pods), paged };
  const pods = fleet.clusters * fleet.podsPerCluster;
  print(
    `Node ${process.version}, ${cpus().length} cores, load ${loadavg()[0]?.toFixed(1)}; ${fleet.clusters} clusters.`,
  );
  const server = fork(apiServer, [JSON.stringify(fleet)]);
  const { port } = await answer(server, sent);
  const folder = mkdtempSync(join(tmpdir(), 'fleet-'));
  const place: Place = { port, ...writeConfigs(folder, port, fleet.clusters) };
  try {
    if (values.whole) {
      const whole = await investigate(fleet, place, 'whole');
      print(`Every object read: ${line(pods, [whole])}; first: ${whole.found}`);
    }
    const runs: Run[] = [];
    for (let n = 0; n < Number(values.runs); n += 1) runs.push(await investigate(fleet, place, 'scoped'));
    for (const gap of runs[0]?.gaps ?? []) print(`Not read: ${gap}`);
    print(`First: ${runs[0]?.found}`);
    print(line(pods, runs));
    if (runs.some(({ found }) => !found.startsWith(`${paged.service}: image`))) process.exitCode = 1;
  } finally {
    server.disconnect();
    rmSync(folder, { recursive: true });
  }
}

await main();
