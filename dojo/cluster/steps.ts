// Carries out the steps of a fault, and takes back what they changed.
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { InvalidInput, Unavailable } from '../../core/errors.ts';
import type { ClusterApi } from './api.ts';
import type { Step } from './fault.ts';
import type { Grounds } from './guards.ts';
import { ClusterObject, pathOf } from './objects.ts';
import type { LiveWorld } from './world.ts';

export interface Means {
  readonly api: ClusterApi;
  readonly grounds: Grounds;
  readonly world: LiveWorld;
  /** Absent where nodes are not simulated. */
  readonly silence?: ((node: string, isSilent: boolean) => Promise<void>) | undefined;
  /** How to take back what was done, the latest last. */
  readonly undo: (() => Promise<unknown>)[];
  /** A number that no object of this round has had. */
  readonly nextNumber: () => number;
}

export async function carryOut(steps: readonly Step[], means: Means): Promise<void> {
  for (const step of steps) await carryOutOne(step, means);
}

const split = (ref: string): readonly [kind: string, name: string] => {
  const [kind = '', name = ''] = ref.split('/');
  return [kind, name];
};

const CronJob = ClusterObject.extend({
  spec: z.looseObject({
    jobTemplate: z.looseObject({ metadata: z.looseObject({}).optional(), spec: z.looseObject({}) }),
  }),
});

async function carryOutOne(step: Step, means: Means): Promise<void> {
  const { api, grounds, world, silence, undo } = means;
  const { namespace } = grounds;
  const at = (ref: string) => pathOf(...([split(ref)[0], namespace, split(ref)[1]] as const));
  if ('patch' in step) {
    const before = await existing(api, at(step.patch));
    await grounds.change('PATCH', at(step.patch), step.with);
    undo.push(() => putBack(before, at(step.patch), means));
  } else if ('restart' in step) {
    const annotations = { 'kubectl.kubernetes.io/restartedAt': new Date().toISOString() };
    await grounds.change('PATCH', at(step.restart), { spec: { template: { metadata: { annotations } } } });
  } else if ('create' in step) {
    const object = ClusterObject.parse(step.create);
    const [kind, name] = [object.kind ?? '', object.metadata.name];
    await grounds.change('POST', pathOf(kind, namespace), object);
    undo.push(() => grounds.change('DELETE', pathOf(kind, namespace, name)).catch(() => undefined));
  } else if ('delete' in step) {
    const before = await existing(api, at(step.delete));
    await grounds.change('DELETE', at(step.delete), { propagationPolicy: 'Background' });
    undo.push(() =>
      grounds.change('POST', pathOf(split(step.delete)[0], namespace), asNew(before)).catch(() => undefined),
    );
  } else if ('run' in step) {
    const cron = CronJob.parse(await existing(api, at(step.run)));
    const { name, uid } = cron.metadata;
    const owner = { apiVersion: 'batch/v1', kind: 'CronJob', name, uid, controller: true, blockOwnerDeletion: true };
    const { spec, metadata } = cron.spec.jobTemplate;
    const job = {
      metadata: { ...metadata, name: `${name}-${29_400_000 + means.nextNumber()}`, ownerReferences: [owner] },
      spec,
    };
    await grounds.change('POST', pathOf('Job', namespace), job);
  } else if ('silenceNode' in step) {
    if (silence === undefined) throw new InvalidInput('Nodes of this cluster are not simulated.');
    await silence(step.silenceNode, true);
    undo.push(() => silence(step.silenceNode, false));
  } else if ('cordon' in step) {
    const nodes = (await api.list('api/v1/nodes')).map(({ metadata }) => metadata.name);
    for (const node of step.cordon === 'all' ? nodes : [step.cordon]) {
      await grounds.change('PATCH', `api/v1/nodes/${node}`, { spec: { unschedulable: true } });
      undo.push(() => grounds.change('PATCH', `api/v1/nodes/${node}`, { spec: { unschedulable: null } }));
    }
  } else if ('until' in step) {
    const fired = await world.when(
      ({ firing }) => firing.some(({ labels }) => labels.alertname === step.until),
      40_000,
    );
    if (fired === undefined) throw new Unavailable(`The alert ${step.until} did not fire.`);
  } else await sleep(step.wait * 1000);
}

async function existing(api: ClusterApi, path: string): Promise<ClusterObject> {
  const found = await api.find(path);
  if (found === undefined) throw new InvalidInput(`There is no ${path}.`);
  return found;
}

/** Without what only one life of an object has. */
function asNew({ metadata, status: _, ...rest }: ClusterObject): object {
  const { name, labels, annotations } = metadata;
  return { ...rest, metadata: { name, labels, annotations } };
}

async function putBack(before: ClusterObject, path: string, { api, grounds }: Means): Promise<void> {
  const now = await api.find(path);
  if (now === undefined) return;
  const { resourceVersion } = now.metadata;
  await grounds.change('PUT', path, { ...before, metadata: { ...before.metadata, resourceVersion } });
}
