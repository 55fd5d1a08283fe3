// The conversation behind the HTTP contract of AgentCore Runtime, over real HTTP: the same handler, the same records, the same answers.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { BedrockAgentCoreClient } from '@aws-sdk/client-bedrock-agentcore';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { agentRuntime } from '../../connectors/agentcore/index.ts';
import { InvalidInput } from '../../core/errors.ts';
import { create, forward } from '../../lambdas/conversation/handler.ts';
import { type Served, serveInvocations } from '../../lambdas/invocations.ts';
import { bundle, serverEntry } from '../../lib/bundle.ts';
import { recordedWorld } from '../../local/compose.ts';
import { type Runtime, startRuntime } from '../../local/runtime/index.ts';
import { awsClient, serve } from '../server.ts';

const local = { host: '127.0.0.1', port: 0 };
const post = async ({ port }: Served, body: string, path = '/invocations') => {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', body });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
};
const ping = async ({ port }: Served) =>
  (await (await fetch(`http://127.0.0.1:${port}/ping`)).json()) as { status: string; time_of_last_update: number };

describe('the contract', () => {
  test('says that it is busy while it answers, and healthy again after', async () => {
    const gate = Promise.withResolvers<void>();
    const served = await serveInvocations(async (event) => gate.promise.then(() => event), local);
    expect(await ping(served)).toEqual({ status: 'Healthy', time_of_last_update: expect.any(Number) });
    const first = post(served, '{"a":1}');
    const second = post(served, '{"a":2}');
    await expect.poll(async () => (await ping(served)).status).toBe('HealthyBusy');
    gate.resolve();
    expect([await first, await second]).toEqual([
      { status: 200, body: { a: 1 } },
      { status: 200, body: { a: 2 } },
    ]);
    expect((await ping(served)).status).toBe('Healthy');
    await served.close();
  });

  test('refuses what is no invocation, and tells nobody how it failed inside', async () => {
    const served = await serveInvocations(async (event) => {
      if (event === 'bad') throw new InvalidInput('The payload does not fit.');
      throw new Error('password=hunter2 at /srv/secret.ts');
    }, local);
    expect(await post(served, 'no json')).toMatchObject({ status: 400, body: { error: 'The payload is not JSON.' } });
    expect(await post(served, `"${'x'.repeat(300_000)}"`)).toMatchObject({ status: 413 });
    expect(await post(served, '"bad"')).toEqual({
      status: 400,
      body: { error: 'The payload does not fit.', code: 'InvalidInput' },
    });
    expect(await post(served, '{}')).toEqual({
      status: 500,
      body: { error: 'It failed; the log shows the error.', code: 'Unexpected' },
    });
    expect(await post(served, '{}', '/elsewhere')).toMatchObject({ status: 404 });
    expect((await fetch(`http://127.0.0.1:${served.port}/invocations`)).status).toBe(405);
    await served.close();
  });
});

describe('a conversation held there', () => {
  let runtime: Runtime;
  let served: Served;
  beforeAll(async () => {
    runtime = await startRuntime({ makeWorld: recordedWorld([new URL('../../scenarios/', import.meta.url).pathname]) });
    served = await serveInvocations(create(runtime.ports), local);
  });
  afterAll(async () => {
    await served.close();
    await runtime.close();
  });
  const paged = async (): Promise<string> => {
    const body = JSON.parse(runtime.world.pages.find(({ id }) => id === 'cronjob-nightly-invoices')?.body ?? '{}');
    body.event.id = `E${Math.random()}`;
    body.event.data.id = `Q${body.event.id}`;
    const { sourceId } = await runtime.sendPage(JSON.stringify(body));
    return (await runtime.waitForIncident(sourceId, 'asked')).id;
  };
  const words = (eventId: string, incidentId: string, text: string) => ({
    eventId,
    at: new Date().toISOString(),
    kind: 'words',
    how: 'console',
    by: 'ada',
    text,
    incidentId,
  });

  test('answers in the thread, once for an event, by way of InvokeAgentRuntime with one session a thread', async () => {
    const incidentId = await paged();
    // What the service does between its API and the runtime: the session becomes a machine, the path the contract's.
    const service = await serve(async ({ body }) => {
      const answer = await fetch(`http://127.0.0.1:${served.port}/invocations`, { method: 'POST', body });
      return {
        status: answer.ok ? 200 : 424,
        headers: { 'content-type': 'application/json' },
        body: await answer.text(),
      };
    });
    await using _ = service;
    const arn = 'arn:aws:bedrock-agentcore:us-east-1:123456789012:runtime/watchkeeper-0123456789';
    const said = forward(agentRuntime({ arn, client: new BedrockAgentCoreClient(awsClient(service)) }));
    const say = (event: unknown) => said(event, {} as never);
    expect(await say(words('e1', incidentId, "what's the issue?"))).toEqual({ kind: 'answered' });
    expect(await say(words('e1', incidentId, "what's the issue?"))).toEqual({ kind: 'nothing' });
    expect(await say(words('e2', incidentId, 'why?'))).toEqual({ kind: 'answered' });
    const sessions = service.asked.map(({ headers }) => String(headers['x-amzn-bedrock-agentcore-runtime-session-id']));
    expect(new Set(sessions).size).toBe(1);
    expect(sessions[0]).toMatch(/^[0-9a-f]{64}$/);
    expect(decodeURIComponent(service.asked[0]?.path ?? '')).toBe(`/runtimes/${arn}/invocations`);
    const asked = await runtime.ports.memory.utterances({ incidentId, actor: 'ada' });
    expect(asked.map(({ text }) => text)).toEqual(["what's the issue?", 'why?']);
    await expect(say({ ...words('e3', incidentId, 'why?'), kind: 'shout' })).rejects.toMatchObject({
      code: 'InvalidInput',
    });
  });

  test('that cannot be reached is unavailable, so that the bus tries again', async () => {
    const away = await serve(() => ({ status: 424, headers: { 'content-type': 'application/json' }, body: '{}' }));
    await using _ = away;
    const said = forward(agentRuntime({ arn: 'arn:x', client: new BedrockAgentCoreClient(awsClient(away)) }));
    await expect(said(words('e1', 'inc-1', 'why?'), {} as never)).rejects.toMatchObject({ code: 'Unavailable' });
  });
});

describe('the bundle that is deployed', () => {
  let folder: string;
  let server: ChildProcess | undefined;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'watchkeeper-conversation-'));
  });
  afterAll(async () => {
    if (server && server.exitCode === null) {
      server.kill('SIGKILL');
      await once(server, 'exit');
    }
    await rm(folder, { recursive: true, force: true });
  });

  test('starts by itself, is healthy, refuses nonsense, and ends when it is told to', async () => {
    bundle(folder, serverEntry('conversation'), [{ from: 'policies', to: 'policies' }]);
    const port = await freePort();
    server = spawn(process.execPath, ['app.js'], {
      cwd: folder,
      env: { PATH: process.env.PATH, PORT: String(port), STAGE_REGION: 'eu-west-1' },
    });
    const running: Served = { port, close: async () => {} };
    await expect
      .poll(
        () =>
          ping(running).then(
            ({ status }) => status,
            () => 'away',
          ),
        { timeout: 20_000 },
      )
      .toBe('Healthy');
    // Composing needs the stage's environment: that it lacks here is said, and nothing else happens.
    expect(await post(running, '{"kind":"shout"}')).toMatchObject({ status: 500, body: { code: 'Misconfigured' } });
    server.kill('SIGTERM');
    expect((await once(server, 'exit'))[0]).toBe(0);
  });
});

async function freePort(): Promise<number> {
  const probe = await serveInvocations(async () => null, local);
  await probe.close();
  await sleep(10);
  return probe.port;
}
