// Changes a workload: its pod template, whose change replaces its pods, or its number of replicas.
import * as z from 'zod';
import { Unavailable } from '../../core/errors.ts';
import {
  accepted,
  annotated,
  type Call,
  changed,
  dry,
  keyAnnotation,
  keysOf,
  Meta,
  type Outcome,
  patched,
  read,
  strategicMerge,
  targetOf,
  withKey,
} from './call.ts';

const plural: Readonly<Record<string, string>> = {
  Deployment: 'deployments',
  StatefulSet: 'statefulsets',
  DaemonSet: 'daemonsets',
};
const Revision = z.looseObject({ metadata: Meta, spec: z.looseObject({ template: z.looseObject({}) }) });
const ReplicaSets = z.looseObject({ items: z.array(Revision) });
const Container = z.looseObject({
  name: z.string(),
  resources: z.looseObject({ limits: z.looseObject({ memory: z.unknown() }).nullish() }).nullish(),
});
const Workload = z.looseObject({
  metadata: Meta,
  spec: z.looseObject({
    replicas: z.number().nullish(),
    template: z.looseObject({ spec: z.looseObject({ containers: z.array(Container) }).nullish() }).nullish(),
    paused: z.boolean().nullish(),
    updateStrategy: z.looseObject({ type: z.string().nullish() }).nullish(),
  }),
  status: z.looseObject({ observedGeneration: z.number().nullish() }).nullish(),
});
export async function restartRollout(call: Call): Promise<Outcome> {
  const path = workloadPath(call);
  if (path === undefined) return notAWorkload(call);
  const found = await read(call, path, Workload);
  if (found.kind === 'refused') return found;
  const { metadata } = found.object;
  if (keysOf(metadata).includes(call.key)) return { kind: 'already-done', detail: 'This restart was begun before.' };
  const held = heldBack(call, found.object);
  if (held) return held;
  const patch = {
    // The patch applies only to the version that we read: a concurrent change makes the API server refuse it.
    metadata: { resourceVersion: metadata.resourceVersion, annotations: { [keyAnnotation]: withKey(metadata, call) } },
    spec: { template: { metadata: { annotations: { 'kubectl.kubernetes.io/restartedAt': call.now.toISOString() } } } },
  };
  const reply = await call.cluster.request(`${path}${dry(call)}`, {
    method: 'PATCH',
    body: patch,
    contentType: strategicMerge,
  });
  return accepted(call, reply, `${call.action.target.kind} ${call.action.target.name} is being restarted.`);
}

export async function rollbackRollout(call: Call): Promise<Outcome> {
  const { namespace, name } = targetOf(call);
  if (call.action.target.kind !== 'Deployment')
    return { kind: 'refused', why: 'Only a Deployment keeps the revisions that a rollback needs.' };
  const path = `apis/apps/v1/namespaces/${namespace}/deployments/${name}`;
  const found = await read(call, path, Workload);
  if (found.kind === 'refused') return found;
  const { metadata, status } = found.object;
  if (keysOf(metadata).includes(call.key)) return { kind: 'already-done', detail: 'This rollback was begun before.' };
  const held = heldBack(call, found.object);
  if (held) return held;
  // Until the controller has created a revision of the newest template, the newest revision is not the running one.
  if ((status?.observedGeneration ?? 0) < metadata.generation)
    throw new Unavailable(`The last change of Deployment ${name} has not become a revision yet.`);
  const sets = await read(call, `apis/apps/v1/namespaces/${namespace}/replicasets`, ReplicaSets);
  if (sets.kind === 'refused') return sets;
  const [current, ...earlier] = sets.object.items
    .filter((set) => set.metadata.ownerReferences.some((owner) => owner.uid === metadata.uid))
    .sort((a, b) => revisionOf(b) - revisionOf(a));
  const { fromRevision, toRevision } = call.action.parameters;
  if (current && fromRevision !== undefined && revisionOf(current) !== fromRevision) {
    const why = `Deployment ${name} is at revision ${revisionOf(current)} and not at ${fromRevision} any more.`;
    return { kind: 'refused', why };
  }
  const previous = toRevision === undefined ? earlier[0] : earlier.find((set) => revisionOf(set) === toRevision);
  if (!current || !previous) {
    const which = toRevision === undefined ? 'earlier revision' : `revision ${toRevision}`;
    return { kind: 'refused', why: `Deployment ${name} has no ${which} to go back to.` };
  }
  const template = withoutHash(previous.spec.template);
  const patch = [
    // The generation counts changes of the spec; the resource version would also change with each status of a rollout.
    { op: 'test', path: '/metadata/generation', value: metadata.generation },
    { op: 'replace', path: '/spec/template', value: template },
    annotated(metadata, call),
  ];
  const reply = await patched(call, path, patch);
  if (reply.status === 422) {
    const now = await read(call, path, Workload);
    if (now.kind === 'found' && now.object.metadata.generation !== metadata.generation)
      throw new Unavailable(`Deployment ${name} was changed at the same moment.`);
  }
  return accepted(
    call,
    reply,
    `Deployment ${name} goes back from revision ${revisionOf(current)} to ${revisionOf(previous)}.`,
  );
}

/** Scales only from the planned number of replicas: the API server tests the number within the same patch. */
export async function scaleWorkload(call: Call): Promise<Outcome> {
  const { from, to } = call.action.parameters;
  const { kind, name } = call.action.target;
  const at = await workloadFor(call);
  if ('kind' in at) return at;
  const { path, workload } = at;
  if (keysOf(workload.metadata).includes(call.key)) return { kind: 'already-done', detail: 'It was scaled so before.' };
  const now = workload.spec.replicas ?? 1;
  if (now !== from) return { kind: 'refused', why: `${kind} ${name} has ${now} replicas and not ${from} any more.` };
  const patch = [
    { op: 'test', path: '/spec/replicas', value: from },
    { op: 'replace', path: '/spec/replicas', value: to },
    annotated(workload.metadata, call),
  ];
  return changed(call, path, patch, `${kind} ${name} is scaled from ${from} to ${to} replicas.`);
}

/** Raises the limit only from the planned limit. */
export async function raiseMemoryLimit(call: Call): Promise<Outcome> {
  const { container, from, to } = call.action.parameters;
  const { kind, name } = call.action.target;
  const at = await workloadFor(call);
  if ('kind' in at) return at;
  const { path, workload } = at;
  if (keysOf(workload.metadata).includes(call.key))
    return { kind: 'already-done', detail: 'This limit was set before.' };
  const held = heldBack(call, workload);
  if (held) return held;
  const containers = workload.spec.template?.spec?.containers ?? [];
  const index = containers.findIndex((one) => one.name === container);
  const now = containers[index]?.resources?.limits?.memory;
  if (now === undefined || String(now) !== from) {
    const why = `The memory limit of ${container} in ${kind} ${name} is ${now ?? 'not set'} and not ${from} any more.`;
    return { kind: 'refused', why };
  }
  const pod = `/spec/template/spec/containers/${index}`;
  const patch = [
    { op: 'test', path: `${pod}/name`, value: container },
    { op: 'test', path: `${pod}/resources/limits/memory`, value: now },
    { op: 'replace', path: `${pod}/resources/limits/memory`, value: to },
    annotated(workload.metadata, call),
  ];
  const detail = `The memory limit of ${container} in ${kind} ${name} goes from ${from} to ${to}; its pods are replaced.`;
  return changed(call, path, patch, detail);
}

async function workloadFor(
  call: Call,
): Promise<{ readonly path: string; readonly workload: z.infer<typeof Workload> } | Outcome> {
  const path = workloadPath(call);
  if (path === undefined) return notAWorkload(call);
  const found = await read(call, path, Workload);
  return found.kind === 'refused' ? found : { path, workload: found.object };
}

/** The API server accepts a new template even if it would have no effect. */
function heldBack({ action }: Call, { spec }: z.infer<typeof Workload>): Outcome | undefined {
  const { kind, name } = action.target;
  if (spec.paused === true)
    return { kind: 'refused', why: `The rollout of ${kind} ${name} is paused: nothing would be replaced.` };
  if (spec.updateStrategy?.type === 'OnDelete')
    return { kind: 'refused', why: `${kind} ${name} replaces its pods only when each is deleted (OnDelete).` };
  return undefined;
}

const revisionOf = (set: z.infer<typeof Revision>): number =>
  Number(set.metadata.annotations['deployment.kubernetes.io/revision'] ?? 0);

function workloadPath(call: Call): string | undefined {
  const resource = plural[call.action.target.kind];
  const { namespace, name } = targetOf(call);
  return resource && `apis/apps/v1/namespaces/${namespace}/${resource}/${name}`;
}
const notAWorkload = ({ action }: Call): Outcome => ({
  kind: 'refused',
  why: `A ${action.target.kind} has no pods that could be replaced.`,
});

/** The template without the label that its ReplicaSet added. */
function withoutHash(template: Record<string, unknown>): Record<string, unknown> {
  const parsed = z
    .looseObject({ metadata: z.looseObject({ labels: z.record(z.string(), z.string()).optional() }).optional() })
    .parse(template);
  const { 'pod-template-hash': _, ...labels } = parsed.metadata?.labels ?? {};
  return { ...template, metadata: { ...parsed.metadata, labels } };
}
