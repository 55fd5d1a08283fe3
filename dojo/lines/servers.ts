// The servers of the benchmark: VictoriaLogs with all lines behind a proxy that counts, and an API server that gives the ends of pod logs.
import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { lineAt, place, podNames } from './lines.ts';

const run = promisify(execFile);
const version = 'v1.52.1';
const batch = 50_000;

export interface Counted extends AsyncDisposable {
  readonly url: string;
  readonly requests: () => number;
  readonly bytes: () => number;
}

async function counted(
  listener: (
    path: string,
    body: Buffer,
    headers: Record<string, string>,
  ) => Promise<{ readonly status: number; readonly body: Buffer }>,
): Promise<Counted> {
  let requests = 0;
  let bytes = 0;
  const listening: RequestListener = async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    requests += 1;
    const type = request.headers['content-type'];
    const answer = await listener(
      request.url ?? '/',
      Buffer.concat(chunks),
      type === undefined ? {} : { 'content-type': type },
    );
    bytes += answer.body.length;
    response.writeHead(answer.status).end(answer.body);
  };
  const server = createServer(listening);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${address.port}`,
    requests: () => requests,
    bytes: () => bytes,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Builds VictoriaLogs once through the Go module proxy; undefined without Go. */
export async function victoriaLogsProgram(): Promise<string | undefined> {
  const folder = join(import.meta.dirname, '..', '..', '.cache', `victoria-logs-${version}`);
  const file = join(folder, 'victoria-logs');
  if (existsSync(file)) return file;
  const env = { ...process.env, GOBIN: folder, GOFLAGS: '' };
  const built = await run('go', ['install', `github.com/VictoriaMetrics/VictoriaLogs/app/victoria-logs@${version}`], {
    env,
  }).catch(() => undefined);
  return built === undefined ? undefined : file;
}

/** VictoriaLogs with `count` lines. */
export async function victoriaLogsWith(program: string, count: number): Promise<Counted> {
  const stack = new AsyncDisposableStack();
  const dir = mkdtempSync(join(tmpdir(), 'watchkeeper-lines-'));
  stack.defer(() => rmSync(dir, { recursive: true, force: true }));
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  const url = `http://127.0.0.1:${port}`;
  const options = [
    `-storageDataPath=${dir}`,
    `-httpListenAddr=127.0.0.1:${port}`,
    '-retentionPeriod=100y',
    '-memory.allowedPercent=20',
  ];
  const server = spawn(program, options, { stdio: 'ignore' });
  stack.defer(async () => {
    const ended = new Promise((resolve) => server.once('exit', resolve));
    server.kill('SIGKILL');
    await ended;
  });
  for (let tries = 0; !(await fetch(`${url}/health`).catch(() => undefined))?.ok; tries += 1) {
    if (tries > 100) throw new Error('VictoriaLogs did not become ready.');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  for (let from = 0; from < count; from += batch) {
    const lines = Array.from({ length: Math.min(batch, count - from) }, (_, n) => {
      const { at, message, ...line } = lineAt(from + n, count);
      return JSON.stringify({ _time: new Date(at).toISOString(), _msg: message, ...place, ...line });
    });
    const sent = await fetch(`${url}/insert/jsonline?_stream_fields=cluster,namespace,service,pod,level`, {
      method: 'POST',
      body: lines.join('\n'),
    });
    if (!sent.ok) throw new Error(`VictoriaLogs did not take the lines: ${sent.status}.`);
  }
  await fetch(`${url}/internal/force_flush`);
  const proxy = stack.use(
    await counted(async (path, body, headers) => {
      const answer = await fetch(url + path, { method: 'POST', headers, body: new Uint8Array(body) });
      return { status: answer.status, body: Buffer.from(await answer.arrayBuffer()) };
    }),
  );
  return { ...proxy, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

/** The API of a cluster whose pods wrote `count` lines together. */
export async function podLogsOf(count: number): Promise<Counted> {
  const pods = podNames.map(({ service, pod }) => ({
    metadata: { name: pod, namespace: place.namespace, labels: { app: service } },
    spec: { nodeName: 'node-1' },
    status: { containerStatuses: [{ name: 'app', ready: true, restartCount: 0, state: { running: {} } }] },
  }));
  return counted(async (path) => {
    const { pathname, searchParams } = new URL(path, 'http://api');
    const pod = /\/pods\/([^/]+)\/log$/.exec(pathname)?.[1];
    if (pod === undefined) {
      const [, label, values = ''] = /^(\S+) in \((.*)\)$/.exec(searchParams.get('labelSelector') ?? '') ?? [];
      const items = pods.filter(
        ({ metadata }) => label === undefined || (label === 'app' && values.split(',').includes(metadata.labels.app)),
      );
      return { status: 200, body: Buffer.from(JSON.stringify({ kind: 'PodList', items })) };
    }
    const wanted = Number(searchParams.get('tailLines') ?? Number.MAX_SAFE_INTEGER);
    const lines: string[] = [];
    for (let n = count - 1; n >= 0 && lines.length < wanted; n -= 1) {
      const line = lineAt(n, count);
      if (line.pod === pod) lines.push(`${new Date(line.at).toISOString()} ${line.message}`);
    }
    return { status: 200, body: Buffer.from(`${lines.reverse().join('\n')}\n`) };
  });
}
