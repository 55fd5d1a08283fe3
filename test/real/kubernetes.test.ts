import { afterAll, beforeAll, describe, expect } from 'vitest';
import {
  kubernetesChanges,
  kubernetesExecutor,
  kubernetesLogs,
  kubernetesSource,
  kubernetesTargets,
} from '../../connectors/kubernetes/index.ts';
import { analyzeClusters } from '../../core/analysis/kubernetes/index.ts';
import type { ActionId } from '../../core/model/action.ts';
import type { Executor, ExecutorAction } from '../../core/ports/telemetry.ts';
import { aScope } from '../builders.ts';
import { type ControlPlane, clusterName, startControlPlane, until } from './kubernetes/control-plane.ts';
import { container, cronJob, deployment, jobSpec, listOf, missing, ownedIn, test } from './kubernetes/objects.ts';

// A real API server and a real controller manager: what we read from them, and what acting does to them.

const namespace = 'shop';
const clock = { now: () => new Date() };
const window = () => ({ start: new Date(Date.now() - 3600_000).toISOString(), end: new Date().toISOString() });
let plane: ControlPlane;
let actor: Executor;
let reader: Executor;

beforeAll(async () => {
  if (missing !== undefined) return;
  plane = await startControlPlane();
  actor = kubernetesExecutor({ clusters: [await plane.access('actor')], clock });
  reader = kubernetesExecutor({ clusters: [await plane.access('reader')], clock });
  await plane.apply('POST', 'api/v1/namespaces', { metadata: { name: namespace } });
  await plane.apply('POST', 'api/v1/nodes', { metadata: { name: 'tired' } });
  await plane.apply('POST', `apis/batch/v1/namespaces/${namespace}/cronjobs`, cronJob('nightly', 'Allow'));
  await plane.apply('POST', `apis/batch/v1/namespaces/${namespace}/cronjobs`, cronJob('careful', 'Forbid'));
  await plane.apply('POST', `apis/apps/v1/namespaces/${namespace}/deployments`, deployment('checkout'));
  await until('the controller made a pod', async () => (await podNames('checkout')).length === 1);
});
afterAll(async () => {
  await plane?.[Symbol.asyncDispose]();
});

const list = (path: string) => listOf(plane, path);
const ownedBy = (path: string, name: string) => ownedIn(plane, path, name);
const podNames = async (name: string) =>
  (await ownedBy(`api/v1/namespaces/${namespace}/pods`, name)).map(({ metadata }) => metadata.name);
const jobsOf = (name: string) => ownedBy(`apis/batch/v1/namespaces/${namespace}/jobs`, name);
const checkout = async () =>
  (await plane.get(`apis/apps/v1/namespaces/${namespace}/deployments/checkout`)) as {
    metadata: { generation: number; annotations: Record<string, string> };
    status: { observedGeneration?: number };
    spec: {
      template: { metadata: { annotations?: Record<string, string> }; spec: { containers: { image: string }[] } };
    };
  };
const isSeen = ({ metadata, status }: Awaited<ReturnType<typeof checkout>>) =>
  status.observedGeneration === metadata.generation;

const action = (
  id: ActionId,
  kind: string,
  name: string,
  key: string,
  parameters: ExecutorAction['parameters'] = {},
): ExecutorAction => ({
  incidentId: 'inc-1',
  id,
  target: { kind, name, namespace: kind === 'Node' ? '' : namespace, cluster: clusterName },
  parameters,
  idempotencyKey: key,
});
/** Only one of two at the same moment is done; the other is told so, or to try again. */
const twice = async (one: ExecutorAction) => {
  const outcomes = await Promise.allSettled([actor.execute(one), actor.execute(one)]);
  expect(outcomes.filter((outcome) => outcome.status === 'fulfilled' && outcome.value.kind === 'done')).toHaveLength(1);
  expect(await actor.execute(one)).toMatchObject({ kind: 'already-done' });
};

describe('rerunning a CronJob', () => {
  test('makes one Job, owned by the CronJob, however often and at once it is asked for', async () => {
    const rerun = action('rerun-cronjob', 'CronJob', 'nightly', 'inc-1:rerun');
    const outcomes = await Promise.all(Array.from({ length: 5 }, () => actor.execute(rerun)));
    expect(outcomes.filter(({ kind }) => kind === 'done')).toHaveLength(1);
    expect(outcomes.filter(({ kind }) => kind === 'already-done')).toHaveLength(4);
    expect(await actor.execute(rerun)).toMatchObject({ kind: 'already-done' });
    expect(await jobsOf('nightly')).toHaveLength(1);
    await until('the Job made its pod', async () => (await podNames('nightly')).length === 1);
  });
  test('makes another Job for another incident', async () => {
    expect(await actor.execute(action('rerun-cronjob', 'CronJob', 'nightly', 'inc-2:rerun'))).toMatchObject({
      kind: 'done',
    });
    expect(await jobsOf('nightly')).toHaveLength(2);
  });
  test('is remembered for an hour, also where the template removes a Job as soon as it ends', async () => {
    const cron = cronJob('fleeting', 'Allow', { ttlSecondsAfterFinished: 0 });
    await plane.apply('POST', `apis/batch/v1/namespaces/${namespace}/cronjobs`, cron);
    const rerun = action('rerun-cronjob', 'CronJob', 'fleeting', 'inc-1:fleeting');
    expect(await actor.execute(rerun)).toMatchObject({ kind: 'done' });
    const [job] = await jobsOf('fleeting');
    expect(job).toMatchObject({ spec: { ttlSecondsAfterFinished: 3600 } });
  });
  test('is refused while one runs and the CronJob forbids a second', async () => {
    const first = action('rerun-cronjob', 'CronJob', 'careful', 'inc-3:rerun');
    expect(await actor.execute(first)).toMatchObject({ kind: 'done' });
    expect(await actor.execute(action('rerun-cronjob', 'CronJob', 'careful', 'inc-4:rerun'))).toEqual({
      kind: 'refused',
      why: expect.stringMatching(/^CronJob careful forbids concurrent runs, and Job careful-\w+ is running\.$/),
    });
    const [running] = await jobsOf('careful');
    const path = `apis/batch/v1/namespaces/${namespace}/jobs/${running?.metadata.name}`;
    // The controller begins it in its own time, and what it has begun can then fail.
    const begun = async () => ((await plane.get(path)) as { status: { startTime?: string } }).status.startTime;
    await expect.poll(begun, { timeout: 20_000 }).toBeDefined();
    const at = new Date().toISOString().replace(/\.\d+/, '');
    await plane.apply('PATCH', `${path}/status`, {
      status: {
        active: 0,
        failed: 1,
        conditions: ['FailureTarget', 'Failed'].map((type) => ({ type, status: 'True', lastTransitionTime: at })),
      },
    });
    expect(await actor.execute(action('rerun-cronjob', 'CronJob', 'careful', 'inc-4:rerun'))).toMatchObject({
      kind: 'done',
    });
  });
  test('tried without doing it makes nothing, and says whether it would be taken', async () => {
    const before = (await jobsOf('nightly')).length;
    const trial = action('rerun-cronjob', 'CronJob', 'nightly', 'inc-5:rerun');
    expect(await actor.dryRun(trial)).toMatchObject({ kind: 'ok', detail: expect.stringContaining('would take it') });
    expect(await reader.dryRun(trial)).toMatchObject({
      kind: 'ok',
      detail: expect.stringContaining('asked by the one who acts'),
    });
    expect(await jobsOf('nightly')).toHaveLength(before);
  });
  test('that is not there is refused by its name; without the right to, too', async () => {
    expect(await actor.dryRun(action('rerun-cronjob', 'CronJob', 'nowhere', 'k'))).toEqual({
      kind: 'refused',
      why: `There is no CronJob ${namespace}/nowhere.`,
    });
    expect(await reader.execute(action('rerun-cronjob', 'CronJob', 'nightly', 'inc-6:rerun'))).toEqual({
      kind: 'refused',
      why: 'The Kubernetes API does not allow it.',
    });
  });
});

describe('a rollout', () => {
  test('is restarted once for a key', async () => {
    const restart = action('restart-rollout', 'Deployment', 'checkout', 'inc-1:restart');
    expect(await actor.execute(restart)).toMatchObject({ kind: 'done' });
    const after = await checkout();
    expect(after.spec.template.metadata.annotations).toHaveProperty(['kubectl.kubernetes.io/restartedAt']);
    expect(await actor.execute(restart)).toMatchObject({ kind: 'already-done' });
    expect((await checkout()).spec.template).toEqual(after.spec.template);
  });
  test('goes back to its last revision once for a key', async () => {
    const good = (await checkout()).spec.template.spec.containers[0]?.image;
    await plane.apply('PATCH', `apis/apps/v1/namespaces/${namespace}/deployments/checkout`, {
      spec: { template: { spec: { containers: [container({ image: 'registry.example.com/app:broken' })] } } },
    });
    await until('the new revision has its ReplicaSet', async () => {
      const sets = await ownedBy(`apis/apps/v1/namespaces/${namespace}/replicasets`, 'checkout');
      return sets.length >= 3 && isSeen(await checkout());
    });
    const rollback = action('rollback-rollout', 'Deployment', 'checkout', 'inc-1:rollback');
    expect(await actor.dryRun(rollback)).toEqual({ kind: 'ok', detail: expect.stringContaining('would take it') });
    expect((await checkout()).spec.template.spec.containers[0]?.image).toBe('registry.example.com/app:broken');
    const outcomes = await Promise.allSettled([actor.execute(rollback), actor.execute(rollback)]);
    expect(outcomes.filter((one) => one.status === 'fulfilled' && one.value.kind === 'done')).toHaveLength(1);
    expect((await checkout()).spec.template.spec.containers[0]?.image).toBe(good);
    expect(await actor.execute(rollback)).toMatchObject({ kind: 'already-done' });
    expect((await checkout()).spec.template.spec.containers[0]?.image).toBe(good);
    // And forward again, by the number of the revision that was left.
    const sets = await ownedBy(`apis/apps/v1/namespaces/${namespace}/replicasets`, 'checkout');
    const left = sets.find((set) => JSON.stringify(set).includes('app:broken'));
    const toRevision = Number(left?.metadata.annotations?.['deployment.kubernetes.io/revision']);
    const forward = (revision: number, key: string) =>
      action('rollback-rollout', 'Deployment', 'checkout', key, { toRevision: revision, undo: true });
    await until('the controller saw the rollback', async () => isSeen(await checkout()));
    expect(await actor.execute(forward(999, 'inc-1:nowhere'))).toMatchObject({
      kind: 'refused',
      why: 'Deployment checkout has no revision 999 to go back to.',
    });
    expect(await actor.execute(forward(toRevision, 'inc-1:forward'))).toMatchObject({ kind: 'done' });
    expect((await checkout()).spec.template.spec.containers[0]?.image).toBe('registry.example.com/app:broken');
    await until('the controller saw it', async () => isSeen(await checkout()));
    const stale = action('rollback-rollout', 'Deployment', 'checkout', 'inc-2:stale', { fromRevision: toRevision });
    expect(await actor.execute(stale)).toMatchObject({ kind: 'refused', why: expect.stringContaining('any more') });
    // Also what was done before the last thing is remembered.
    const restart = action('restart-rollout', 'Deployment', 'checkout', 'inc-1:restart');
    expect(await actor.execute(restart)).toMatchObject({ kind: 'already-done' });
  });
  test('that is paused, or replaces nothing by itself, is left', async () => {
    const spec = {
      selector: { matchLabels: { app: 'idle' } },
      template: { metadata: { labels: { app: 'idle' } }, spec: { containers: [container()] } },
    };
    const apps = `apis/apps/v1/namespaces/${namespace}`;
    const metadata = { name: 'idle' };
    await plane.apply('POST', `${apps}/deployments`, { metadata, spec: { ...spec, replicas: 0, paused: true } });
    await plane.apply('POST', `${apps}/daemonsets`, {
      metadata,
      spec: { ...spec, updateStrategy: { type: 'OnDelete' } },
    });
    for (const [id, kind, why] of [
      ['restart-rollout', 'Deployment', 'paused'],
      ['rollback-rollout', 'Deployment', 'paused'],
      ['restart-rollout', 'DaemonSet', 'OnDelete'],
    ] as const)
      expect(await actor.execute(action(id, kind, 'idle', `inc-1:${id}`))).toEqual({
        kind: 'refused',
        why: expect.stringContaining(why),
      });
  });
  test('that has no earlier revision, or is not there, is refused by its name', async () => {
    await plane.apply('POST', `apis/apps/v1/namespaces/${namespace}/deployments`, deployment('young'));
    await until('the controller saw it', async () => {
      const outcome = await actor.dryRun(action('rollback-rollout', 'Deployment', 'young', 'k')).catch(() => undefined);
      return outcome?.kind === 'refused' && outcome.why === 'Deployment young has no earlier revision to go back to.';
    });
    for (const id of ['restart-rollout', 'rollback-rollout'] as const)
      expect(await actor.execute(action(id, 'Deployment', 'nowhere', 'k'))).toEqual({
        kind: 'refused',
        why: `There is no Deployment ${namespace}/nowhere.`,
      });
  });
});

describe('a Job that failed', () => {
  const path = `apis/batch/v1/namespaces/${namespace}/jobs`;
  const failed = async (name: string) => {
    await plane.apply('POST', path, { metadata: { name, labels: { team: 'billing' } }, spec: jobSpec });
    const at = new Date().toISOString().replace(/\.\d+/, '');
    await until('the controller began it', async () => {
      const { status } = (await plane.get(`${path}/${name}`)) as { status: { startTime?: string } };
      return status.startTime !== undefined;
    });
    await plane.apply('PATCH', `${path}/${name}/status`, {
      status: {
        active: 0,
        failed: 1,
        conditions: ['FailureTarget', 'Failed'].map((type) => ({ type, status: 'True', lastTransitionTime: at })),
      },
    });
  };
  const named = async (name: string) =>
    (await list(path)).filter(({ metadata }) => metadata.name.startsWith(name) && metadata.name !== name);
  test('runs again as a Job of its own, once for a key, and its pods are its own', async () => {
    await failed('import');
    const rerun = action('rerun-job', 'Job', 'import', 'inc-1:rerun-job');
    expect(await actor.dryRun(rerun)).toMatchObject({ kind: 'ok', detail: expect.stringContaining('would take it') });
    expect(await named('import')).toEqual([]);
    await twice(rerun);
    const [again, ...more] = await named('import');
    expect(more).toEqual([]);
    expect(again).toMatchObject({ metadata: { labels: { team: 'billing' } } });
    await until('it made its pod', async () => (await podNames(again?.metadata.name ?? '')).length === 1);
  });
  test('is left where it did not fail, or where a CronJob decides', async () => {
    await plane.apply('POST', path, { metadata: { name: 'busy' }, spec: jobSpec });
    expect(await actor.execute(action('rerun-job', 'Job', 'busy', 'k'))).toEqual({
      kind: 'refused',
      why: 'Job busy has not failed.',
    });
    const [job] = await jobsOf('nightly');
    expect(await actor.execute(action('rerun-job', 'Job', job?.metadata.name ?? '', 'k'))).toMatchObject({
      kind: 'refused',
      why: expect.stringContaining('belongs to a CronJob'),
    });
  });
});

describe('a workload that needs more', () => {
  const path = `apis/apps/v1/namespaces/${namespace}/deployments/greedy`;
  const greedy = async () =>
    (await plane.get(path)) as {
      spec: {
        replicas: number;
        template: { spec: { containers: { resources: { limits: { memory: string }; requests: object } }[] } };
      };
    };
  const limit = async () => (await greedy()).spec.template.spec.containers[0]?.resources.limits.memory;
  test('is scaled from what was seen and from nothing else, once, and back again', async () => {
    const resources = { limits: { memory: '128Mi' }, requests: { memory: '64Mi' } };
    await plane.apply('POST', `apis/apps/v1/namespaces/${namespace}/deployments`, deployment('greedy', { resources }));
    const up = action('scale-workload', 'Deployment', 'greedy', 'inc-1:scale', { from: 1, to: 2 });
    expect(await actor.dryRun(up)).toMatchObject({ kind: 'ok' });
    expect((await greedy()).spec.replicas).toBe(1);
    await twice(up);
    await until('there are two pods', async () => (await podNames('greedy')).length === 2);
    expect(await actor.execute({ ...up, idempotencyKey: 'inc-2:scale' })).toEqual({
      kind: 'refused',
      why: 'Deployment greedy has 2 replicas and not 1 any more.',
    });
    await twice(action('scale-workload', 'Deployment', 'greedy', 'inc-1:scale:undo', { from: 2, to: 1, undo: true }));
    await until('there is one pod', async () => (await podNames('greedy')).length === 1);
  });
  test('gets its memory limit raised, and back', async () => {
    const by = { container: 'main', from: '128Mi', to: '256Mi' };
    const raise = action('raise-memory-limit', 'Deployment', 'greedy', 'inc-1:memory', by);
    await twice(raise);
    expect(await limit()).toBe('256Mi');
    expect(await actor.execute({ ...raise, idempotencyKey: 'inc-2:memory' })).toMatchObject({
      kind: 'refused',
      why: 'The memory limit of main in Deployment greedy is 256Mi and not 128Mi any more.',
    });
    const undo = { container: 'main', from: '256Mi', to: '128Mi', undo: true };
    await twice(action('raise-memory-limit', 'Deployment', 'greedy', 'inc-1:memory:undo', undo));
    expect(await limit()).toBe('128Mi');
  });
  test('is left where the API server itself would not take it', async () => {
    const by = { container: 'main', from: '128Mi', to: '32Mi' };
    expect(await actor.dryRun(action('raise-memory-limit', 'Deployment', 'greedy', 'k', by))).toMatchObject({
      kind: 'refused',
      why: expect.stringContaining('must be less than or equal to memory limit'),
    });
  });
  test('shows what bounds it, to those who decide and to those who act', async () => {
    await plane.apply('POST', `api/v1/namespaces/${namespace}/resourcequotas`, {
      metadata: { name: 'few' },
      spec: { hard: { 'count/configmaps': '50' } },
    });
    const target = { kind: 'Deployment', name: 'greedy', namespace, cluster: clusterName };
    for (const user of ['reader', 'actor'] as const) {
      const targets = kubernetesTargets({ clusters: [await plane.access(user)] });
      const { objects, without } = await targets.around(target, { incidentId: 'inc-1' });
      expect(without).toEqual([]);
      expect(new Set(objects.map(({ kind }) => kind))).toEqual(new Set(['Pod', 'ResourceQuota', 'Node']));
    }
    const stranger = kubernetesTargets({ clusters: [await plane.access('stranger')] });
    expect((await stranger.around(target, { incidentId: 'inc-1' })).without).toContain('ResourceQuota');
  });
});

describe('a node', () => {
  const node = async () => (await plane.get('api/v1/nodes/tired')) as { spec: { unschedulable?: boolean } };
  test('is cordoned once, by those who may, and uncordoned', async () => {
    const cordon = action('cordon-node', 'Node', 'tired', 'inc-1:cordon');
    expect(await reader.execute(cordon)).toMatchObject({ kind: 'refused' });
    await twice(cordon);
    expect((await node()).spec.unschedulable).toBe(true);
    expect(await actor.execute({ ...cordon, idempotencyKey: 'inc-2:cordon' })).toEqual({
      kind: 'refused',
      why: 'Node tired is cordoned already.',
    });
    await twice(action('uncordon-node', 'Node', 'tired', 'inc-1:uncordon'));
    expect((await node()).spec.unschedulable).toBeUndefined();
  });
});

describe('a stuck pod', () => {
  test('is deleted, and its controller makes another', async () => {
    const [name = ''] = await podNames('checkout');
    const remove = action('delete-stuck-pod', 'Pod', name, 'inc-1:delete');
    expect(await actor.dryRun(remove)).toMatchObject({ kind: 'ok' });
    expect(await podNames('checkout')).toContain(name);
    expect(await actor.execute(remove)).toMatchObject({ kind: 'done' });
    await until('another pod is there', async () => {
      const names = await podNames('checkout');
      return names.length > 0 && !names.includes(name);
    });
    expect(await actor.execute(remove)).toMatchObject({ kind: 'already-done' });
  });
  test('of a StatefulSet is deleted once, although the next one has its name', async () => {
    const spec = {
      serviceName: 'db',
      selector: { matchLabels: { app: 'db' } },
      template: {
        metadata: { labels: { app: 'db' } },
        spec: { terminationGracePeriodSeconds: 0, containers: [container()] },
      },
    };
    await plane.apply('POST', `apis/apps/v1/namespaces/${namespace}/statefulsets`, { metadata: { name: 'db' }, spec });
    const uidNow = async () =>
      (await list(`api/v1/namespaces/${namespace}/pods`)).find(({ metadata }) => metadata.name === 'db-0')?.metadata
        .uid;
    await until('db-0 is there', async () => (await uidNow()) !== undefined);
    const first = await uidNow();
    const remove = action('delete-stuck-pod', 'Pod', 'db-0', 'inc-1:db-0');
    expect(await actor.execute(remove)).toMatchObject({ kind: 'done' });
    await until('there is a new db-0', async () => ![undefined, first].includes(await uidNow()));
    const second = await uidNow();
    expect(await actor.execute(remove)).toEqual({
      kind: 'already-done',
      detail: 'The pod that was meant is gone; Pod db-0 is a new one.',
    });
    expect(await uidNow()).toBe(second);
    expect(await actor.execute({ ...remove, idempotencyKey: 'inc-2:db-0' })).toMatchObject({ kind: 'done' });
  });
  test('that nothing would make again is left', async () => {
    await plane.apply('POST', `api/v1/namespaces/${namespace}/pods`, {
      metadata: { name: 'alone' },
      spec: { containers: [container()] },
    });
    expect(await actor.execute(action('delete-stuck-pod', 'Pod', 'alone', 'k'))).toMatchObject({ kind: 'refused' });
    expect((await list(`api/v1/namespaces/${namespace}/pods`)).map(({ metadata }) => metadata.name)).toContain('alone');
  });
});

describe('changes', () => {
  test('are the rollouts that the cluster remembers, and not what only restarts', async () => {
    const path = `apis/apps/v1/namespaces/${namespace}/deployments`;
    await plane.apply('POST', path, deployment('ledger'));
    const revisions = async () => (await ownedBy(`apis/apps/v1/namespaces/${namespace}/replicasets`, 'ledger')).length;
    await until('there is a first revision', async () => (await revisions()) === 1);
    await plane.apply('PATCH', `${path}/ledger`, {
      spec: { template: { spec: { containers: [container({ image: 'registry.example.com/app:2' })] } } },
    });
    await until('there is a second revision', async () => (await revisions()) === 2);
    const source = kubernetesChanges({ clusters: [await plane.access('reader')], clock });
    const observed = await source.observe(aScope({ window: window() }), {});
    const changes = observed.kind === 'data' ? observed.data : [];
    expect(changes.filter(({ service }) => service === 'ledger')).toMatchObject([
      { kind: 'deploy', version: '2', title: expect.stringContaining('app:1 → registry.example.com/app:2') },
    ]);
  });
});

describe('a snapshot', () => {
  test('of a cluster without Secrets misses nothing', async () => {
    const source = kubernetesSource({ clusters: [await plane.access('reader')], clock });
    expect(await source.observe(aScope(), {})).toMatchObject({ kind: 'data', missing: [] });
  });
  const secret = 'hunter2-is-no-secret';

  test("shows what is broken, by a reader's rights, and no value of a Secret", async () => {
    await plane.apply('POST', `api/v1/namespaces/${namespace}/secrets`, {
      metadata: { name: 'database' },
      stringData: { password: secret },
    });
    const [name = ''] = await podNames('checkout');
    await plane.apply('PATCH', `api/v1/namespaces/${namespace}/pods/${name}/status`, {
      status: {
        phase: 'Pending',
        containerStatuses: [
          {
            name: 'main',
            image: 'registry.example.com/app:1',
            imageID: '',
            ready: false,
            restartCount: 0,
            state: {
              waiting: {
                reason: 'ImagePullBackOff',
                message:
                  'Back-off pulling image "registry.example.com/app:1": rpc error: code = NotFound desc = failed to resolve reference "registry.example.com/app:1": not found',
              },
            },
          },
        ],
      },
    });
    const source = kubernetesSource({ clusters: [await plane.access('reader')], clock });
    const observed = await source.observe(aScope(), {});
    if (observed.kind === 'gap') throw new Error(observed.gap.reason);
    expect(observed.missing ?? []).toEqual([]);
    const [snapshot] = observed.data;
    const kinds = new Set(snapshot?.items.map(({ kind }) => kind));
    expect([...kinds]).toEqual(
      expect.arrayContaining(['Pod', 'Deployment', 'ReplicaSet', 'CronJob', 'Job', 'Secret', 'Service', 'Endpoints']),
    );
    const text = JSON.stringify(observed.data);
    expect(text).not.toContain(secret);
    expect(text).not.toContain(Buffer.from(secret).toString('base64'));
    const findings = analyzeClusters(observed.data);
    expect(findings).toContainEqual(
      expect.objectContaining({
        cause: 'image-not-found',
        entity: expect.objectContaining({ kind: 'Deployment', name: 'checkout', namespace, cluster: clusterName }),
      }),
    );
  });
  test('says which kinds it may not read, and that no log could be', async () => {
    const strangers = [await plane.access('stranger')];
    const source = kubernetesSource({ clusters: strangers, clock });
    const notAllowed = { kind: 'gap', gap: { reason: expect.stringContaining('not allowed') } };
    expect(await source.observe(aScope(), {})).toMatchObject(notAllowed);
    expect(await kubernetesLogs({ clusters: strangers }).observe(aScope({ window: window() }), {})).toMatchObject(
      notAllowed,
    );
    const group = 'apis/rbac.authorization.k8s.io/v1';
    await plane.apply('POST', `${group}/clusterroles`, {
      metadata: { name: 'pods' },
      rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['list'] }],
    });
    await plane.apply('POST', `${group}/clusterrolebindings`, {
      metadata: { name: 'pods' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'pods' },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'stranger' }],
    });
    await until('the right is known', async () => {
      const observed = await source.observe(aScope(), {});
      return observed.kind === 'data';
    });
    const observed = await source.observe(aScope(), {});
    expect(observed).toMatchObject({ missing: [expect.stringMatching(/backend-1: .*Event \(not allowed\)/)] });
  });
});

test('an API server that is away is tried again, not taken for an answer', async () => {
  await plane.stopApiServer();
  await expect(actor.execute(action('rerun-cronjob', 'CronJob', 'nightly', 'inc-7:rerun'))).rejects.toThrow(
    'The Kubernetes API did not carry it out',
  );
  const source = kubernetesSource({ clusters: [await plane.access('reader')], clock });
  expect(await source.observe(aScope(), {})).toMatchObject({
    kind: 'gap',
    gap: { reason: expect.stringContaining('no answer') },
  });
});
