// A plan through the whole of the embedded runtime: offered, asked with every step, approved, carried out step by step, verified and reported; stopped
// in the middle by words, and taken back by words.
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { handleUtterance } from '../../core/conversation/handle-utterance.ts';
import type { Approval } from '../../core/model/action.ts';
import type { Message } from '../../core/model/message.ts';
import { answerApproval } from '../../core/remediation/answer.ts';
import { recordedWorld } from '../../local/compose.ts';
import { atPresent } from '../../local/paging.ts';
import { type Hooks, type Runtime, startRuntime } from '../../local/runtime/index.ts';

const recording = new URL('../../scenarios/image-pull-failure', import.meta.url).pathname;
const opened: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});

const List = z.looseObject({ items: z.array(z.unknown()) });
const autoscaler = (selectPolicy: string) => ({
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'search-api', namespace: 'search', uid: '5b1f0a52-0000-4000-8000-000000000001' },
  spec: {
    minReplicas: 2,
    maxReplicas: 8,
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'search-api' },
    behavior: { scaleUp: { selectPolicy }, scaleDown: { selectPolicy } },
  },
});

/** The recording of a version that cannot be pulled, with an autoscaler that somebody disabled. */
function scenario(): string {
  const folder = mkdtempSync(join(tmpdir(), 'watchkeeper-plan-'));
  opened.push(() => rmSync(folder, { recursive: true, force: true }));
  cpSync(recording, folder, { recursive: true });
  const put = (from: string, to: string, selectPolicy: string) => {
    const { items, ...list } = List.parse(JSON.parse(readFileSync(join(folder, from), 'utf8')));
    mkdirSync(join(folder, to, '..'), { recursive: true });
    writeFileSync(join(folder, to), JSON.stringify({ ...list, items: [...items, autoscaler(selectPolicy)] }));
  };
  const cluster = 'kubernetes/backend-2.json';
  put(`after/rollback-rollout/${cluster}`, `after/enable-autoscaler/${cluster}`, 'Max');
  put(`after/rollback-rollout/${cluster}`, `after/rollback-rollout/${cluster}`, 'Disabled');
  put(cluster, cluster, 'Disabled');
  // Noise of the recording that goes on after the rollback.
  const logs = readFileSync(join(folder, 'logs.ndjson'), 'utf8').split('\n');
  writeFileSync(join(folder, 'logs.ndjson'), logs.filter((line) => !line.includes('shedding load')).join('\n'));
  return folder;
}

async function started(hooks?: Hooks): Promise<Runtime & { readonly messages: Message[] }> {
  const make = recordedWorld([scenario()]);
  const messages: Message[] = [];
  const runtime = await startRuntime({
    hooks,
    makeWorld: async (ground) => ({
      ...(await make(ground)),
      chat: { publish: async (message) => void messages.push(message) },
    }),
  });
  opened.push(() => runtime.close());
  await runtime.sendPage(atPresent(runtime.world.pages[0]?.body ?? '', new Date()));
  return Object.assign(runtime, { messages });
}

async function question(runtime: Runtime, nth: number): Promise<Approval> {
  const { incidents, approvals } = runtime.ports;
  const find = async () => (await approvals.ofIncident((await incidents.list(1))[0]?.id ?? ''))[nth - 1];
  await expect.poll(async () => (await find())?.state, { timeout: 30_000 }).toBe('pending');
  const found = await find();
  if (found === undefined) throw new Error('Nothing was asked.');
  return found;
}
const approve = async ({ id, approvers }: Approval, { ports }: Runtime) => {
  for (const by of ['ana', 'ben', 'cleo'].slice(0, approvers))
    await answerApproval({ approvalId: id, verdict: 'approve', by }, ports);
};
const say = (text: string, incidentId: string, runtime: Runtime) =>
  handleUtterance(
    {
      kind: 'words',
      how: 'console',
      eventId: `said-${text}`,
      at: new Date().toISOString(),
      by: 'ana',
      text,
      incidentId,
    },
    runtime.ports,
  );
const closed = async (incidentId: string, { ports }: Runtime) => {
  await expect.poll(async () => (await ports.incidents.get(incidentId))?.status, { timeout: 30_000 }).toBe('closed');
  return (await ports.incidents.timeline(incidentId)).map(({ event }) => event);
};

describe('a plan', { timeout: 60_000 }, () => {
  test('is offered, asked with every step, carried out, verified and reported', async () => {
    const runtime = await started();
    const asked = await question(runtime, 1);
    expect(asked.plan?.plan.id).toBe('rollback-then-autoscaler');
    const find = () => runtime.messages.find(({ kind }) => kind === 'question');
    await expect.poll(find).toBeDefined();
    const shown = find();
    expect(shown?.lines.filter((line) => /^\d\. /.test(line))).toHaveLength(3);
    await approve(asked, runtime);
    const events = await closed(asked.incidentId, runtime);
    expect(events.flatMap((event) => (event.type === 'ActionFinished' ? [event.action.id] : []))).toEqual([
      'rollback-rollout',
      'enable-autoscaler',
    ]);
    expect(events.flatMap((event) => (event.type === 'PlanMoved' ? [event.to] : []))).toEqual([
      'step-done',
      'step-done',
      'step-done',
      'finished',
    ]);
    expect(events).toContainEqual(expect.objectContaining({ type: 'VerificationFinished', verdict: 'recovered' }));
    const result = runtime.messages.find(({ headline }) => headline.startsWith('All 3 steps are through'));
    expect(result?.lines.map((line) => line.split(/[ :]/)[0])).toEqual(['Roll', 'Watch', 'Enable']);
    expect(runtime.messages.find(({ kind }) => kind === 'closing')?.lines.join(' ')).toContain(
      'Done: Roll Deployment search/search-api back and enable its autoscaler again, approved by ana and ben',
    );
  });

  test('is stopped in the middle by words, says what is done and left, and is taken back by words', async () => {
    let id = '';
    let runtime: Awaited<ReturnType<typeof started>> | undefined;
    let isStopped = false;
    runtime = await started({
      async entered({ state }) {
        if (state !== 'PlanWait' || isStopped || runtime === undefined) return;
        isStopped = true;
        await say('stop the plan', id, runtime);
      },
    });
    const asked = await question(runtime, 1);
    id = asked.incidentId;
    await approve(asked, runtime);
    const half = await question(runtime, 2);
    expect(half.plan?.about).toBe('half-done');
    const latest = () => runtime.messages.findLast(({ kind }) => kind === 'question');
    await expect.poll(() => latest()?.headline).toContain('half done');
    const message = latest();
    expect(message?.headline).toMatch(/it is half done\. Go on, or take it back\?$/);
    expect(message?.approval?.buttons?.map(({ label }) => label)).toEqual([
      'Go on',
      'Take it back',
      'Leave it as it is',
    ]);
    // Each step once; only what was done is taken back, and one person may do that.
    for (const step of asked.plan?.plan.steps ?? [])
      expect(message?.lines.filter((line) => line.includes(step.title))).toHaveLength(1);
    expect(message?.lines).toContain('0 of 2 people said to go on; one is enough to take it back.');
    const back = message?.facts?.find(({ name }) => name === 'Can be taken back')?.value;
    expect(back).toMatch(/^Yes: Roll Deployment search\/search-api .* forward again to revision 18$/);
    await say('take it back', id, runtime);
    const events = await closed(id, runtime);
    expect(events.findLast((event) => event.type === 'IncidentConcluded')).toMatchObject({
      basis: { kind: 'plan', text: expect.stringMatching(/^The plan was taken back\. ana said to take it back\./) },
    });
    // It did something, and the version that does not start is there again.
    expect((await runtime.ports.incidents.get(id))?.outcome).toBe('needs-person');
  });
});
