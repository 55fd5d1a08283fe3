// A real Jaeger with its storage in memory, which gets the traces of a small shop from an exporter's request. The contract is that of the double.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readEntries } from '../../../connectors/configured.ts';
import { jaegerSources } from '../../../connectors/jaeger/source.ts';
import { checkSource } from '../../../local/sources.ts';
import { aScope } from '../../builders.ts';
import { tracesContract } from '../../contract/traces.ts';
import { otlp, shopTraces } from '../../traces.ts';

const end = Math.floor(Date.now() / 60_000) * 60_000;
const shop = { start: end - 90 * 60_000, onset: end - 30 * 60_000, end };
const freePort = () =>
  new Promise<number>((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
let server: ChildProcess;
let url: string;

beforeAll(async () => {
  const dir = execFileSync(new URL('build.sh', import.meta.url).pathname, { encoding: 'utf8' }).trim();
  const ports = await Promise.all(Array.from({ length: 8 }, freePort));
  const [query, admin, otlpHttp, otlpGrpc, grpc, collector, collectorGrpc, sampling] = ports.map(
    (port) => `127.0.0.1:${port}`,
  );
  url = `http://${query}`;
  server = spawn(
    `${dir}/jaeger`,
    [
      `--query.http-server.host-port=${query}`,
      `--query.grpc-server.host-port=${grpc}`,
      `--admin.http.host-port=${admin}`,
      `--collector.otlp.http.host-port=${otlpHttp}`,
      `--collector.otlp.grpc.host-port=${otlpGrpc}`,
      `--collector.http-server.host-port=${collector}`,
      `--collector.grpc-server.host-port=${collectorGrpc}`,
      `--http-server.host-port=${sampling}`,
      '--processor.jaeger-compact.server-host-port=127.0.0.1:0',
      '--processor.jaeger-binary.server-host-port=127.0.0.1:0',
      '--processor.zipkin-compact.server-host-port=127.0.0.1:0',
    ],
    { stdio: 'ignore', env: { ...process.env, SPAN_STORAGE_TYPE: 'memory' } },
  );
  const until = async (work: () => Promise<boolean>) => {
    for (let tries = 0; tries < 150; tries += 1) {
      if (await work().catch(() => false)) return;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    throw new Error('Jaeger did not become ready.');
  };
  await until(async () => {
    const sent = await fetch(`http://${otlpHttp}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ resourceSpans: otlp(shopTraces(shop)) }),
    });
    return sent.ok;
  });
  await until(async () => (await (await fetch(`${url}/api/services`)).text()).includes('pricing'));
  await new Promise((resolve) => setTimeout(resolve, 500));
});
afterAll(() => {
  server?.kill();
});

tracesContract({ source: () => jaegerSources({ url }).traces, shop });

describe('a real Jaeger', () => {
  const window = { start: new Date(shop.start).toISOString(), end: new Date(end).toISOString() };
  test('counts calls', async () => {
    const observed = await jaegerSources({ url }).calls.observe(aScope({ window }), {});
    expect(observed).toMatchObject({ kind: 'data', data: [{ from: 'web', to: 'cart' }] });
  });
  test('answers the check', async () => {
    const [source] = readEntries({ it: { kind: 'jaeger', url } }, { place: 'stage' });
    if (source === undefined) throw new Error('There is no source.');
    const means = { clock: { now: () => new Date() }, secret: () => undefined };
    expect(await checkSource(source, means)).toMatchObject({
      kind: 'answers',
      sees: ['traces: 4 services', 'calls: 1 in the last hour'],
    });
  });
  test('a service that it does not have is missing', async () => {
    const observed = await jaegerSources({ url }).traces.observe(aScope({ window, service: 'nobody' }), {});
    expect(observed).toMatchObject({
      kind: 'data',
      data: [],
      missing: ['traces of nobody: no service has this name here (it has 4 services: cart, pricing, stock, web)'],
    });
  });
});
