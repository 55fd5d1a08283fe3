// Debian's Prometheus on loopback with a loaded history: promtool makes blocks of OpenMetrics text, and the server reads them.
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { stringify } from 'yaml';

const run = promisify(execFile);

export interface Prometheus extends AsyncDisposable {
  readonly url: string;
}

/** `history`: OpenMetrics text with times. `rules`: groups of rules, as Prometheus reads them. */
export async function startPrometheus(history: string, rules: readonly object[] = []): Promise<Prometheus> {
  const folder = await mkdtemp(join(tmpdir(), 'watchkeeper-prometheus-'));
  const data = join(folder, 'data');
  await writeFile(join(folder, 'history.om'), history);
  await writeFile(join(folder, 'rules.yml'), stringify({ groups: rules }));
  await writeFile(
    join(folder, 'prometheus.yml'),
    stringify({ global: { evaluation_interval: '1s' }, rule_files: ['rules.yml'] }),
  );
  await run('promtool', ['tsdb', 'create-blocks-from', 'openmetrics', join(folder, 'history.om'), data]);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const server = spawn(
    'prometheus',
    [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${data}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--storage.tsdb.retention.time=10y',
    ],
    { stdio: 'ignore' },
  );
  const stop = async () => {
    const ended = server.exitCode ?? new Promise((resolve) => server.once('exit', resolve));
    server.kill();
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  for (let tries = 0; tries < 100; tries += 1) {
    const ready = await fetch(`${url}/-/ready`).catch(() => undefined);
    if (ready?.ok) return { url, [Symbol.asyncDispose]: stop };
    await sleep(200);
  }
  await stop();
  throw new Error('Prometheus did not become ready.');
}

const freePort = () =>
  new Promise<number>((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
