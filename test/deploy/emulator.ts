// An AWS emulator of somebody else's making (ministack, from PyPI) on loopback, in a virtual environment under .cache/. It runs the
// bundled functions on the Node of this process and knows nothing of the machine's environment.
import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pythonPackage } from '../python.ts';

export interface Emulator extends AsyncDisposable {
  readonly url: string;
  /** What the CDK and the AWS SDK need to find it. */
  readonly environment: Readonly<Record<string, string>>;
}

/** `functions`: what every function finds in its environment besides its own. */
export async function startEmulator(
  logFile: string,
  functions: Readonly<Record<string, string>> = {},
): Promise<Emulator> {
  const bin = await pythonPackage('ministack', '1.5.33');
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const temporary = await mkdtemp(join(tmpdir(), 'watchkeeper-emulator-'));
  await mkdir(dirname(logFile), { recursive: true });
  const emulator = spawn(join(bin, 'ministack'), {
    env: {
      ...functions,
      PATH: `${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin`,
      HOME: temporary,
      TMPDIR: temporary,
      STATE_DIR: join(temporary, 'state'),
      BIND_HOST: '127.0.0.1',
      GATEWAY_PORT: String(port),
      LAMBDA_EXECUTOR: 'local',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const log = createWriteStream(logFile);
  emulator.stdout.pipe(log, { end: false });
  emulator.stderr.pipe(log, { end: false });
  const stop = async () => {
    const ended = emulator.exitCode ?? new Promise((resolve) => emulator.once('exit', resolve));
    emulator.kill('SIGTERM');
    const killer = setTimeout(() => emulator.kill('SIGKILL'), 5000);
    await ended;
    clearTimeout(killer);
    log.end();
    await rm(temporary, { recursive: true, force: true });
  };
  try {
    await ready(url, () => emulator.exitCode);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url,
    environment: {
      AWS_ENDPOINT_URL: url,
      AWS_ENDPOINT_URL_S3: url,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
    },
    [Symbol.asyncDispose]: stop,
  };
}

async function ready(url: string, exitCode: () => number | null): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (Date.now() < deadline) {
    if (exitCode() !== null) throw new Error(`The emulator ended with ${exitCode()} before it was ready.`);
    const answer = await fetch(`${url}/_ministack/health`).catch(() => undefined);
    if (answer?.ok) return;
    await sleep(200);
  }
  throw new Error('The emulator was not ready within a minute.');
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('There is no free port.');
  return address.port;
}
