// `npm run bench:lines`: one question of the logs specialist over millions of lines: in VictoriaLogs, which counts and groups them itself, and in pod
// logs, of which only the ends are read. The figures are of this machine at this moment.
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { place } from './lines/lines.ts';
import { type Counted, podLogsOf, victoriaLogsProgram, victoriaLogsWith } from './lines/servers.ts';

const help = `Asks one question about a service over millions of log lines, and measures requests, bytes read and memory.

  npm run bench:lines -- [--lines N]

  --lines N   lines of the five services together (default 5000000)
  --help      show this text

VictoriaLogs is built once through the Go module proxy (needs Go; about a minute) and kept under .cache/. The last line is lines=… aggregated_requests=…
aggregated_read_mb=… aggregated_rss_mb=… streamed_requests=… streamed_read_mb=… streamed_rss_mb=…; exit code 1 above 10 requests or 50 MB with
aggregation, above 256 MB of memory for pod logs, or if the failing database is not found.`;

const { values } = parseArgs({
  options: { lines: { type: 'string', default: '5000000' }, help: { type: 'boolean', default: false } },
});
const print = (text: string) => void process.stdout.write(`${text}\n`);

const investigator = new URL('lines/investigate.ts', import.meta.url).pathname;
/** As `npm start` sets it. */
const heap = ['--max-semi-space-size=8', '--heap-growing-percent=40'];

const Result = z.object({
  seconds: z.number(),
  rssMb: z.number(),
  lines: z.number(),
  found: z.string(),
  onset: z.string(),
  gaps: z.array(z.string()),
});

async function ask(name: string, server: Counted, source: object) {
  const folder = mkdtempSync(join(tmpdir(), 'lines-'));
  try {
    const config = join(folder, 'config.json');
    writeFileSync(config, JSON.stringify({ sources: { logs: source } }));
    const child = fork(investigator, { execArgv: [...heap] });
    const answer = new Promise((resolve, reject) => {
      child.once('message', resolve);
      child.once('exit', (code) => reject(new Error(`A process ended with ${code}.`)));
    });
    child.send({ config });
    const result = Result.parse(await answer);
    const measured = { ...result, requests: server.requests(), readMb: server.bytes() / 1e6 };
    print(`${name}: ${measured.lines} lines read in ${measured.seconds.toFixed(1)} s. First: ${measured.found}`);
    for (const gap of measured.gaps) print(`  ${gap}`);
    return measured;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const figures = (name: string, { requests, readMb, rssMb, seconds }: Awaited<ReturnType<typeof ask>>): string =>
  `${name}_requests=${requests} ${name}_read_mb=${readMb.toFixed(1)} ${name}_rss_mb=${rssMb.toFixed(0)} ${name}_seconds=${seconds.toFixed(1)}`;

async function main(): Promise<void> {
  if (values.help) return print(help);
  const count = Number(values.lines);
  const program = await victoriaLogsProgram();
  print(
    `Node ${process.version}, ${cpus().length} cores, load ${loadavg()[0]?.toFixed(1)}; ${count} lines of 5 services in 40 pods.`,
  );
  if (program === undefined) throw new Error('VictoriaLogs could not be built: this needs Go and its module proxy.');
  await using logs = await victoriaLogsWith(program, count);
  const aggregated = await ask('VictoriaLogs', logs, { kind: 'victorialogs', url: logs.url });
  await using api = await podLogsOf(count);
  const kubeconfig = join(mkdtempSync(join(tmpdir(), 'lines-')), 'kubeconfig.json');
  writeFileSync(
    kubeconfig,
    JSON.stringify({
      clusters: [{ name: place.cluster, cluster: { server: api.url, 'insecure-skip-tls-verify': true } }],
      users: [{ name: 'reader', user: { token: 'reader' } }],
      contexts: [{ name: place.cluster, context: { cluster: place.cluster, user: 'reader' } }],
      'current-context': place.cluster,
    }),
  );
  const streamed = await ask('Pod logs', api, { kind: 'kubernetes', kubeconfig, contexts: [place.cluster] });
  print(`lines=${count} ${figures('aggregated', aggregated)} ${figures('streamed', streamed)}`);
  const isWithin = aggregated.requests <= 10 && aggregated.readMb <= 50 && streamed.rssMb <= 256;
  const isFound = [aggregated, streamed].every(({ found }) => /ECONNREFUSED|payments-db|5432/.test(found));
  if (!isWithin || !isFound) process.exitCode = 1;
}

await main();
