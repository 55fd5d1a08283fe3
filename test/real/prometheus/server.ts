// Debian's Prometheus on a free port, and programs whose metrics come from libraries that others wrote.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export const freePort = () =>
  new Promise<number>((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });

export async function until(what: string, is: () => Promise<boolean>, seconds = 60): Promise<void> {
  for (let tries = 0; tries < seconds * 5; tries += 1) {
    if (await is().catch(() => false)) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`Not within ${seconds} s: ${what}.`);
}

interface Running extends AsyncDisposable {
  readonly url: string;
}

export interface Target {
  readonly url: string;
  /** Labels that the scrape adds. */
  readonly labels: Readonly<Record<string, string>>;
}

/** Scrapes the targets each second. */
export async function prometheusWith(targets: readonly Target[]): Promise<Running> {
  const dir = mkdtempSync(join(tmpdir(), 'watchkeeper-prometheus-'));
  const jobs = Map.groupBy(targets, ({ labels }) => labels.job ?? 'all');
  const configuration = {
    global: { scrape_interval: '1s', scrape_timeout: '1s' },
    scrape_configs: [...jobs].map(([job, those]) => ({
      job_name: job,
      static_configs: those.map(({ url, labels: { job: _, ...labels } }) => ({ targets: [new URL(url).host], labels })),
    })),
  };
  writeFileSync(join(dir, 'prometheus.yml'), JSON.stringify(configuration));
  const port = await freePort();
  const server = spawn(
    'prometheus',
    [
      `--config.file=${join(dir, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(dir, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    { stdio: 'ignore' },
  );
  const url = `http://127.0.0.1:${port}`;
  await until('Prometheus is ready', async () => (await fetch(`${url}/-/ready`)).ok);
  return { url, [Symbol.asyncDispose]: () => stopped(server, () => rmSync(dir, { recursive: true, force: true })) };
}

async function stopped(child: ChildProcess, after: () => void = () => {}): Promise<void> {
  if (child.exitCode === null) {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  }
  after();
}

const cache = join(import.meta.dirname, '..', '..', '..', '.cache');

/** An HTTP server on Node whose metrics are those of express-prom-bundle and prom-client: `/` answers 200, `/fail` 500. */
export async function nodeProgram(): Promise<Running> {
  const folder = join(cache, 'express-prom-bundle-8.0.0');
  if (!existsSync(join(folder, 'installed'))) {
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'package.json'), '{"private":true}');
    await run('npm', ['install', '--silent', '--no-audit', 'express-prom-bundle@8.0.0', 'prom-client@15.1.3'], {
      cwd: folder,
    });
    await writeFile(join(folder, 'installed'), '');
  }
  await writeFile(
    join(folder, 'program.cjs'),
    `const bundle = require('express-prom-bundle');
const client = require('prom-client');
client.collectDefaultMetrics();
const measure = bundle({ includeMethod: true, includePath: true, autoregister: false });
require('node:http').createServer((request, response) => {
  request.originalUrl = request.url;
  request.path = request.url;
  if (request.url === '/metrics') return client.register.metrics().then((text) => response.end(text));
  measure(request, response, () => response.writeHead(request.url === '/fail' ? 500 : 200).end());
}).listen(Number(process.argv[2]), '127.0.0.1');
`,
  );
  return program(process.execPath, (port) => [join(folder, 'program.cjs'), String(port)]);
}

/** A Flask program whose metrics are those of prometheus_flask_exporter: `/` answers 200, `/fail` 500. */
export async function flaskProgram(): Promise<Running> {
  const folder = join(cache, 'prometheus_flask_exporter-0.23.1');
  const python = join(folder, 'bin', 'python');
  if (!existsSync(join(folder, 'installed'))) {
    await run('python3', ['-m', 'venv', folder]);
    await run(join(folder, 'bin', 'pip'), [
      'install',
      '--quiet',
      'prometheus_flask_exporter==0.23.1',
      'flask==3.0.3',
      'prometheus_client==0.20.0',
    ]);
    await writeFile(join(folder, 'installed'), '');
  }
  await writeFile(
    join(folder, 'program.py'),
    `import sys
from flask import Flask
from prometheus_flask_exporter import PrometheusMetrics
app = Flask(__name__)
metrics = PrometheusMetrics(app)
@app.route('/')
def fine():
    return 'ok'
@app.route('/fail')
def fail():
    return 'no', 500
app.run(host='127.0.0.1', port=int(sys.argv[1]))
`,
  );
  return program(python, (port) => [join(folder, 'program.py'), String(port)]);
}

async function program(command: string, argumentsOf: (port: number) => string[]): Promise<Running> {
  const port = await freePort();
  const child = spawn(command, argumentsOf(port), { stdio: 'ignore' });
  const url = `http://127.0.0.1:${port}`;
  await until(`${command} answers`, async () => (await fetch(`${url}/metrics`)).ok);
  return { url, [Symbol.asyncDispose]: () => stopped(child) };
}
