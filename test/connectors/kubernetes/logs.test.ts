import { expect, test } from 'vitest';
import { fromKubeconfig, kubernetesLogs } from '../../../connectors/kubernetes/index.ts';
import type { LogRecord } from '../../../core/model/telemetry.ts';
import { aScope } from '../../builders.ts';
import { serve, type TestServer } from '../../server.ts';

const window = { start: '2026-11-20T02:00:00.000Z', end: '2026-11-20T03:00:00.000Z' };
const clusterAt = (server: TestServer) =>
  fromKubeconfig({
    text: JSON.stringify({
      clusters: [{ name: 'backend', cluster: { server: server.url, 'insecure-skip-tls-verify': true } }],
      users: [{ name: 'reader', user: { token: 't' } }],
      contexts: [{ name: 'backend', context: { cluster: 'backend', user: 'reader' } }],
      'current-context': 'backend',
    }),
  });
const pod = (name: string, ...containerStatuses: object[]) => ({
  metadata: { name, namespace: 'shop', labels: { app: 'checkout' } },
  status: { containerStatuses },
});
const running = { name: 'main', ready: true, restartCount: 0, state: { running: {} } };

/** An API server with these pods; `log` answers for `pod/container`, with `previous/` before it for the run before. */
const withPods = (pods: readonly object[], log: (of: string) => { readonly status?: number; readonly body?: string }) =>
  serve(({ path }) => {
    const [, name, query] = /\/pods\/([^/]+)\/log\?(.*)$/.exec(path) ?? [];
    if (name === undefined) return { body: JSON.stringify({ items: pods }) };
    const asked = new URLSearchParams(query);
    return log(`${asked.has('previous') ? 'previous/' : ''}${name}/${asked.get('container')}`);
  });

test('the run before a restart is read, too; lines are put in order, without those after the window', async () => {
  const restarted = { name: 'main', ready: false, restartCount: 3, state: { waiting: { reason: 'CrashLoopBackOff' } } };
  await using server = await withPods([pod('a', running), pod('b', restarted)], (of) => ({
    body:
      of === 'previous/b/main'
        ? '2026-11-20T02:10:00.000000001Z panic: no route\nno time here\n'
        : '2026-11-20T02:05:00Z ready\n2026-11-20T04:00:00Z too late\n',
  }));
  const observed = await kubernetesLogs({ clusters: await clusterAt(server) }).observe(aScope({ window }), {});
  if (observed.kind === 'gap') throw new Error(observed.gap.reason);
  const records: LogRecord[] = [];
  for await (const record of observed.data) records.push(record);
  expect(records.map(({ timestamp, message, labels }) => [timestamp, labels.pod, message])).toEqual([
    ['2026-11-20T02:05:00.000Z', 'a', 'ready'],
    ['2026-11-20T02:10:00.000Z', 'b', 'panic: no route'],
  ]);
  expect(records[1]?.labels).toEqual({
    cluster: 'backend',
    namespace: 'shop',
    pod: 'b',
    container: 'main',
    service: 'checkout',
  });
  expect(observed.missing).toEqual([]);
});

test('logs that could not be read are counted by reason; a container that never ran has none', async () => {
  const never = { name: 'main', ready: false, restartCount: 0, state: { waiting: { reason: 'ImagePullBackOff' } } };
  await using server = await withPods(
    [pod('a', running), pod('b', running), pod('c', running), pod('d', never)],
    (of) => (of === 'a/main' ? { body: '2026-11-20T02:05:00Z ready\n' } : { status: of === 'b/main' ? 403 : 500 }),
  );
  const observed = await kubernetesLogs({ clusters: await clusterAt(server) }).observe(aScope({ window }), {});
  expect(observed).toMatchObject({
    kind: 'data',
    missing: ['backend: 1 of 3 logs (not allowed)', 'backend: 1 of 3 logs (status 500)'],
  });
});

test('pods that say nothing are no gap, and no answer at all is one', async () => {
  await using server = await withPods([pod('a', running)], () => ({ body: '' }));
  const logs = kubernetesLogs({ clusters: await clusterAt(server) });
  expect(await logs.observe(aScope({ window }), {})).toMatchObject({ kind: 'data', missing: [] });
  await server[Symbol.asyncDispose]();
  expect(await logs.observe(aScope({ window }), {})).toMatchObject({
    kind: 'gap',
    gap: { reason: 'No pod log could be read: backend: pods (no answer).' },
  });
});
test('a log of which the first lines were left out says so at the first that is there', async () => {
  const lines = Array.from({ length: 2000 }, (_, n) => `2026-11-20T02:10:00.${String(n).padStart(9, '0')}Z line ${n}`);
  await using server = await withPods([pod('a', running), pod('b', running)], (of) => ({
    body: `${(of === 'a/main' ? lines : lines.slice(1)).join('\n')}\n`,
  }));
  const observed = await kubernetesLogs({ clusters: await clusterAt(server) }).observe(aScope({ window }), {});
  if (observed.kind === 'gap') throw new Error(observed.gap.reason);
  const cut: LogRecord[] = [];
  for await (const one of observed.data) if (one.cut) cut.push(one);
  expect(cut.map(({ labels, message }) => [labels.pod, message])).toEqual([['a', 'line 0']]);
});

test('a kubelet that is down costs one wait, and its node is named as silent', async () => {
  const on = (name: string, nodeName: string) => ({ ...pod(name, running), spec: { nodeName } });
  const names = Array.from({ length: 30 }, (_, n) => `dead-${n}`);
  const pods = [...names.map((name) => on(name, 'node-1')), on('alive', 'node-2')];
  await using server = await serve(({ path }) => {
    const [, name] = /\/pods\/([^/]+)\/log\?/.exec(path) ?? [];
    if (name === undefined) return { body: JSON.stringify({ items: pods }) };
    return name === 'alive' ? { body: '2026-11-20T02:05:00Z ready\n' } : { status: 504, body: 'dial tcp: i/o timeout' };
  });
  const observed = await kubernetesLogs({ clusters: await clusterAt(server) }).observe(aScope({ window }), {});
  if (observed.kind === 'gap') throw new Error(observed.gap.reason);
  const lines: string[] = [];
  for await (const { message } of observed.data) lines.push(message);
  expect(lines).toEqual(['ready']);
  expect(server.asked.filter(({ path }) => path.includes('/dead-')).length).toBeLessThanOrEqual(8);
  expect(observed.missing).toContainEqual(expect.stringMatching(/logs \(their node does not answer\)/));
});

test('logs that take too long end at the time limit', async () => {
  const pods = Array.from({ length: 20 }, (_, n) => pod(`p${n}`, running));
  await using server = await serve(({ path }) =>
    path.includes('/log?') ? new Promise(() => undefined) : { body: JSON.stringify({ items: pods }) },
  );
  const source = kubernetesLogs({ clusters: await clusterAt(server), withinMs: 300 });
  const observed = await source.observe(aScope({ window }), {});
  expect(observed).toMatchObject({ kind: 'gap', gap: { reason: expect.stringContaining('no time was left') } });
});
