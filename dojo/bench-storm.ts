// `npm run bench:storm`: sends a thousand pages within a minute to the embedded runtime, which runs in a process of its own. It measures how long
// accepting a page takes during investigations, the number of investigations, lost pages, and the cost of an incident. The figures are of this
// machine and moment.
import { type ChildProcess, fork } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { Misconfigured, WatchkeeperError } from '../core/errors.ts';
import { signedHeaders } from '../local/paging.ts';
import { quantile } from './score.ts';
import { pageBody, StormCase, writeWorld } from './storm/pages.ts';

const help = `Sends a storm of pages to a Watchkeeper and measures their handling.

  npm run bench:storm -- [--case one-cause|unrelated] [--pages N] [--seconds N] [--concurrent N] [--patience N]

  --case NAME      one-cause: a service fails and all its callers page; unrelated: services without calls between them page
                   (default: one after the other)
  --pages N        number of pages (default 1000)
  --seconds N      duration of the storm, in seconds (default 60)
  --concurrent N   concurrent investigations (default: the runtime's limit)
  --patience N     longest wait for the last answer after the last page, in seconds (default 1800)
  --profile DIR    write a CPU profile of the server to DIR
  --help           show this text

The last line of a case is pages=… accepted=… investigations=… lost=… failed=… oldest_wait_s=… rss_mb=…; exit code 1 if a page was
lost or failed.`;

const server = new URL('storm/server.ts', import.meta.url).pathname;
const print = (text: string) => void process.stdout.write(`${text}\n`);

interface Options {
  readonly cases: readonly StormCase[];
  readonly pages: number;
  readonly seconds: number;
  readonly concurrent: number | undefined;
  readonly patienceSeconds: number;
  readonly profile: string | undefined;
}

const Up = z.object({ kind: z.literal('up'), url: z.string(), secret: z.string() });
const ProcessState = z.object({
  kind: z.literal('stand'),
  cpuSeconds: z.number(),
  rssMb: z.number(),
  executions: z.number(),
  investigations: z.number(),
  answered: z.number(),
  oldestSeconds: z.number(),
  byStatus: z.record(z.string(), z.number()),
  troubles: z.array(z.string()),
});
type ProcessState = z.infer<typeof ProcessState>;
const Progress = z.object({ kind: z.literal('progress'), answered: z.number() });

function nextMessage<Schema extends z.ZodType>(child: ChildProcess, schema: Schema): Promise<z.infer<Schema>> {
  return new Promise((resolve, reject) => {
    const gone = () => reject(new Misconfigured('The server ended by itself.'));
    const listen = (message: unknown) => {
      const parsed = schema.safeParse(message);
      if (!parsed.success) return;
      child.off('message', listen);
      child.off('exit', gone);
      resolve(parsed.data);
    };
    child.on('message', listen);
    child.once('exit', gone);
  });
}

const stateOf = (child: ChildProcess): Promise<ProcessState> => {
  const message = nextMessage(child, ProcessState);
  child.send('stand');
  return message;
};

/** Cheap for the server, unlike `standOf`, which reads every incident. */
const answeredOf = async (child: ChildProcess): Promise<number> => {
  const message = nextMessage(child, Progress);
  child.send('progress');
  return (await message).answered;
};

/** Sends a page and returns the milliseconds until it was accepted. Like PagerDuty, it sends a refused page again. */
async function send(url: string, secret: string, body: string): Promise<number | undefined> {
  const begun = performance.now();
  for (let tries = 0; tries < 5; tries += 1) {
    const taken = await fetch(`${url}/pagerduty`, { method: 'POST', headers: signedHeaders(body, secret), body })
      .then(({ ok }) => ok)
      .catch(() => false);
    if (taken) return performance.now() - begun;
    await sleep(1000);
  }
  return undefined;
}

const openStatuses = ['waiting', 'investigating', 'acting', 'verifying'];
const openOf = ({ byStatus }: ProcessState) => openStatuses.reduce((sum, status) => sum + (byStatus[status] ?? 0), 0);
const allOf = ({ byStatus }: ProcessState) => Object.values(byStatus).reduce((sum, count) => sum + count, 0);

async function run(storm: StormCase, options: Options): Promise<boolean> {
  const { pages, seconds } = options;
  const folder = mkdtempSync(join(tmpdir(), 'watchkeeper-storm-'));
  const folders = writeWorld(storm, pages, join(folder, 'world'));
  mkdirSync(join(folder, 'data'));
  const orders = join(folder, 'orders.json');
  writeFileSync(orders, JSON.stringify({ data: join(folder, 'data'), folders, concurrent: options.concurrent }));
  const profiling = options.profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${options.profile}`];
  const child = fork(server, [orders], { execArgv: [...process.execArgv, ...profiling] });
  try {
    const { url, secret } = await nextMessage(child, Up);
    const before = await stateOf(child);
    const begunAt = Date.now();
    const sending: Promise<number | undefined>[] = [];
    for (let n = 0; n < pages; n += 1) {
      const due = begunAt + (n * seconds * 1000) / pages;
      if (due > Date.now()) await sleep(due - Date.now());
      sending.push(send(url, secret, pageBody(storm, n, new Date())));
    }
    const latencies = (await Promise.all(sending)).filter((one) => one !== undefined).sort((a, b) => a - b);
    let state = await stateOf(child);
    const accepted = latencies.length;
    const sent = state;
    let readAt = Date.now();
    const until = Date.now() + options.patienceSeconds * 1000;
    while (Date.now() < until && (allOf(state) < accepted || openOf(state) > 0)) {
      await sleep(500);
      if ((await answeredOf(child)) >= accepted || Date.now() - readAt > 10_000) {
        state = await stateOf(child);
        readAt = Date.now();
      }
    }
    const drained = (Date.now() - begunAt) / 1000;
    const cpu = state.cpuSeconds - before.cpuSeconds;
    for (const trouble of state.troubles) print(`trouble: ${trouble}`);
    const lost = accepted - (allOf(state) - openOf(state));
    const failed = state.byStatus.failed ?? 0;
    print(
      `${storm}: ${JSON.stringify(state.byStatus)} when all was over after ${drained.toFixed(0)} s; ${JSON.stringify(sent.byStatus)} after the last page`,
    );
    print(
      `accept_p50_ms=${quantile(latencies, 0.5).toFixed(0)} accept_p95_ms=${quantile(latencies, 0.95).toFixed(0)} cpu_s=${cpu.toFixed(1)} cpu_s_per_incident=${(cpu / Math.max(1, accepted)).toFixed(3)}`,
    );
    print(
      `pages=${pages} accepted=${accepted} investigations=${state.investigations} lost=${lost} failed=${failed} oldest_wait_s=${state.oldestSeconds} rss_mb=${state.rssMb}`,
    );
    return lost === 0 && failed === 0 && accepted === pages;
  } finally {
    if (child.exitCode === null) {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.send('stop');
      await Promise.race([gone, sleep(15_000).then(() => child.kill('SIGKILL'))]);
    }
    rmSync(folder, { recursive: true, force: true });
  }
}

function readOptions(args: readonly string[]): Options | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      case: { type: 'string' },
      pages: { type: 'string', default: '1000' },
      seconds: { type: 'string', default: '60' },
      concurrent: { type: 'string' },
      patience: { type: 'string', default: '1800' },
      profile: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const number = (name: 'pages' | 'seconds' | 'concurrent' | 'patience') => {
    const value = Number(values[name]);
    if (Number.isInteger(value) && value >= 1 && value <= 100_000) return value;
    throw new Misconfigured(`--${name} takes a whole number from 1, not "${values[name]}".`);
  };
  const named = values.case === undefined ? StormCase.options : [StormCase.safeParse(values.case).data];
  const cases = named.filter((one) => one !== undefined);
  if (cases.length === 0)
    throw new Misconfigured(`--case takes ${StormCase.options.join(' or ')}, not "${values.case}".`);
  return {
    cases,
    pages: number('pages'),
    seconds: number('seconds'),
    concurrent: values.concurrent === undefined ? undefined : number('concurrent'),
    patienceSeconds: number('patience'),
    profile: values.profile,
  };
}

try {
  const options = readOptions(process.argv.slice(2));
  if (options === 'help') print(help);
  else {
    print(
      `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, load ${loadavg()[0]?.toFixed(1)}`,
    );
    for (const storm of options.cases) if (!(await run(storm, options))) process.exitCode = 1;
  }
} catch (error) {
  process.stderr.write(
    `${error instanceof WatchkeeperError || error instanceof TypeError ? error.message : `Something unexpected: ${String(error)}`}\n`,
  );
  process.exitCode = 1;
}
