import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect } from 'vitest';
import type { DynamoStores } from '../../connectors/dynamodb/index.ts';
import { anIncident } from '../builders.ts';
import { answer, asked, type Course, courseOn, inShop, run } from '../core/remediation/plans/course.ts';
import { diagnosed } from '../core/remediation/world.ts';
import { storesForTests } from '../stores.ts';
import { type ControlPlane, startControlPlane, until } from './kubernetes/control-plane.ts';
import { deployment, missing, test } from './kubernetes/objects.ts';

// Whole plans on a real API server with its real controllers and disruption budgets. The test plays the scheduler and the kubelets.

const clock = { now: () => new Date() };
const open = storesForTests();
const namespace = 'shop';
const apps = `apis/apps/v1/namespaces/${namespace}/deployments`;
const pods = `api/v1/namespaces/${namespace}/pods`;
let plane: ControlPlane;
let stores: DynamoStores;
let course: Course;

interface Pod {
  readonly metadata: { readonly name: string; readonly uid: string; readonly deletionTimestamp?: string };
  readonly spec: { readonly nodeName?: string };
  readonly status: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}
interface Node {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly unschedulable?: boolean };
}
const listed = async <T>(path: string) => ((await plane.get(path)) as { readonly items: readonly T[] }).items;
const isReady = ({ metadata, status }: Pod) =>
  metadata.deletionTimestamp === undefined &&
  status.conditions?.some((one) => one.type === 'Ready' && one.status === 'True') === true;

let turn = 0;
/** Binds what is pending, readies what is bound, and ends what is to end. */
async function play(): Promise<void> {
  const nodes = (await listed<Node>('api/v1/nodes')).filter(({ spec }) => spec.unschedulable !== true);
  for (const pod of await listed<Pod>(pods)) {
    const path = `${pods}/${pod.metadata.name}`;
    if (pod.metadata.deletionTimestamp !== undefined) {
      await plane.apply('DELETE', path, { gracePeriodSeconds: 0 });
    } else if (pod.spec.nodeName === undefined) {
      turn += 1;
      const name = nodes[turn % nodes.length]?.metadata.name;
      const target = { apiVersion: 'v1', kind: 'Node', name };
      await plane.apply('POST', `${path}/binding`, { metadata: { name: pod.metadata.name }, target });
    } else if (!isReady(pod)) {
      const status = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] };
      await plane.apply('PATCH', `${path}/status`, { status });
    }
  }
}
let playing: Promise<void> | undefined;
let over = false;
const loop = async () => {
  while (!over) {
    await play().catch(() => undefined);
    await sleep(150);
  }
};

beforeAll(async () => {
  if (missing !== undefined) return;
  plane = await startControlPlane();
  await plane.apply('POST', 'api/v1/namespaces', { metadata: { name: namespace } });
  for (const name of ['node-1', 'node-2', 'node-3']) {
    await plane.apply('POST', 'api/v1/nodes', { metadata: { name } });
    const status = { conditions: [{ type: 'Ready', status: 'True' }], allocatable: { memory: '8Gi', pods: '50' } };
    await plane.apply('PATCH', `api/v1/nodes/${name}/status`, { status });
  }
  playing = loop();
});
afterAll(async () => {
  over = true;
  await playing;
  await plane?.[Symbol.asyncDispose]();
});

beforeEach(async () => {
  if (missing !== undefined) return;
  stores = await open(clock);
  course = courseOn(stores, clock, { ...(await plane.access('actor')), name: 'backend-1' });
  await stores.incidents.open(anIncident());
});
afterEach(async () => {
  if (missing !== undefined) return;
  await plane.apply('DELETE', `${apps}/checkout`, { propagationPolicy: 'Background' });
  await until('the pods are gone', async () => (await listed<Pod>(pods)).length === 0);
});

const running = async () => (await listed<Pod>(pods)).filter(isReady);
async function make(replicas: number, over: object = {}): Promise<readonly Pod[]> {
  const made = deployment('checkout');
  await plane.apply('POST', apps, { ...made, spec: { ...made.spec, replicas, ...over } });
  await until('all pods are ready', async () => (await running()).length === replicas);
  await until('the status says so', async () => {
    const { status } = (await plane.get(`${apps}/checkout`)) as { status: { readyReplicas?: number } };
    return status.readyReplicas === replicas;
  });
  return running();
}
const uids = (some: readonly Pod[]) => some.map(({ metadata }) => metadata.uid).toSorted();

describe('on a real API server', { timeout: 240_000 }, () => {
  test('a node is drained within a real disruption budget, its pods run elsewhere, and it is uncordoned', async () => {
    const before = await make(6);
    await plane.apply('POST', `apis/policy/v1/namespaces/${namespace}/poddisruptionbudgets`, {
      metadata: { name: 'checkout' },
      spec: { minAvailable: 5, selector: { matchLabels: { app: 'checkout' } } },
    });
    await until('the budget is counted', async () => {
      const budget = (await plane.get(`apis/policy/v1/namespaces/${namespace}/poddisruptionbudgets/checkout`)) as {
        status?: { disruptionsAllowed?: number };
      };
      return budget.status?.disruptionsAllowed === 1;
    });
    const onNode = before.filter(({ spec }) => spec.nodeName === 'node-1');
    const input = diagnosed({
      entity: { kind: 'Node', name: 'node-1', namespace: '', cluster: 'backend-1' },
      cause: 'node-pressure',
    });
    const decision = await asked(input, course);
    expect(decision.plan?.plan.affects.pods).toBe(onNode.length);
    let least = 6;
    const end = await run(await answer(input, decision, 'approve', course), course, async () => {
      await sleep(250);
      least = Math.min(least, (await running()).length);
    });
    expect(end.remediation).toMatchObject({ kind: 'done' });
    expect(least).toBeGreaterThanOrEqual(5);
    const now = await running();
    expect(now).toHaveLength(6);
    // The pods of other nodes are the same as before.
    for (const uid of uids(before.filter((pod) => !onNode.includes(pod)))) expect(uids(now)).toContain(uid);
    for (const uid of uids(onNode)) expect(uids(now)).not.toContain(uid);
    const node = (await plane.get('api/v1/nodes/node-1')) as Node;
    expect(node.spec.unschedulable).toBeUndefined();
    await plane.apply('DELETE', `apis/policy/v1/namespaces/${namespace}/poddisruptionbudgets/checkout`, {});
  });

  test('a Deployment with strategy Recreate is restarted in batches, and never has fewer ready pods than before', async () => {
    const before = await make(4, { strategy: { type: 'Recreate' } });
    const input = diagnosed({ entity: inShop('Deployment', 'checkout'), cause: 'memory-leak' });
    const decision = await asked(input, course);
    expect(decision.plan?.plan.id).toBe('scaled-restart');
    let least = 4;
    const end = await run(await answer(input, decision, 'approve', course), course, async () => {
      await sleep(250);
      least = Math.min(least, (await running()).length);
    });
    expect(end.remediation).toMatchObject({ kind: 'done' });
    expect(least).toBeGreaterThanOrEqual(4);
    await until('it has as many pods as before', async () => (await running()).length === 4);
    for (const uid of uids(before)) expect(uids(await running())).not.toContain(uid);
  });

  test('a rollback and the autoscaler: rolled back, verified, enabled again, and taken back when it is stopped', async () => {
    await make(2);
    const image = (version: number) => ({
      spec: { template: { spec: { containers: [{ name: 'main', image: `registry.example.com/app:${version}` }] } } },
    });
    await plane.apply('PATCH', `${apps}/checkout`, image(2));
    await until('the new revision runs', async () => {
      const { status } = (await plane.get(`${apps}/checkout`)) as {
        status: { updatedReplicas?: number; readyReplicas?: number; replicas?: number };
      };
      return status.updatedReplicas === 2 && status.readyReplicas === 2 && status.replicas === 2;
    });
    const scalers = `apis/autoscaling/v2/namespaces/${namespace}/horizontalpodautoscalers`;
    await plane.apply('POST', scalers, {
      metadata: { name: 'checkout' },
      spec: {
        minReplicas: 2,
        maxReplicas: 4,
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'checkout' },
        behavior: { scaleUp: { selectPolicy: 'Disabled' }, scaleDown: { selectPolicy: 'Disabled' } },
      },
    });
    const input = diagnosed({ entity: inShop('Deployment', 'checkout'), cause: 'code-change', changeId: 'c-1' });
    const decision = await asked(input, course);
    expect(decision.plan?.plan.id).toBe('rollback-then-autoscaler');
    const end = await run(await answer(input, decision, 'approve', course), course, () => sleep(250));
    expect(end.remediation).toMatchObject({ kind: 'done' });
    const scaler = (await plane.get(`${scalers}/checkout`)) as { spec: { behavior: object } };
    expect(scaler.spec.behavior).toMatchObject({
      scaleUp: { selectPolicy: 'Max' },
      scaleDown: { selectPolicy: 'Max' },
    });
    const { spec } = (await plane.get(`${apps}/checkout`)) as {
      spec: { template: { spec: { containers: { image: string }[] } } };
    };
    expect(spec.template.spec.containers[0]?.image).toBe('registry.example.com/app:1');
    await plane.apply('DELETE', `${scalers}/checkout`, {});
  });
});
