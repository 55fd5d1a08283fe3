// Evicts the pods that an approval showed, and no others: all of a node within their disruption budgets, or those of a workload in batches. An action
// needs several calls; each reads from the cluster which of the shown pods are still there, so that no call repeats what another did. The Eviction
// API holds back a pod whose budget allows no disruption (https://kubernetes.io/docs/concepts/scheduling-eviction/api-eviction/).
import * as z from 'zod';
import { parseShownPods, type ShownPod } from '../../core/remediation/shown-pods.ts';
import { type Call, failed, Meta, type Outcome, read, targetOf } from './call.ts';

const Pod = z.looseObject({
  metadata: Meta,
  spec: z.looseObject({ nodeName: z.string().nullish() }).nullish(),
  status: z
    .looseObject({ conditions: z.array(z.looseObject({ type: z.string(), status: z.string() })).nullish() })
    .nullish(),
});
type Pod = z.infer<typeof Pod>;
const Pods = z.looseObject({ items: z.array(Pod) });
const Node = z.looseObject({ metadata: Meta, spec: z.looseObject({ unschedulable: z.boolean().nullish() }).nullish() });
const Deployment = z.looseObject({
  metadata: Meta,
  spec: z.looseObject({
    replicas: z.number().nullish(),
    selector: z.looseObject({ matchLabels: z.record(z.string(), z.string()).nullish() }).nullish(),
  }),
  status: z
    .looseObject({
      observedGeneration: z.number().nullish(),
    })
    .nullish(),
});

/** Evicts the shown pods that still run on the cordoned node. */
export async function drainNode(call: Call): Promise<Outcome> {
  const { name } = targetOf(call);
  const shown = parseShownPods(String(call.action.parameters.pods));
  if (shown === undefined) return { kind: 'refused', why: 'The list of pods cannot be read.' };
  const node = await read(call, `api/v1/nodes/${name}`, Node);
  if (node.kind === 'refused') return node;
  if (node.object.spec?.unschedulable !== true && !call.dryRun)
    return { kind: 'refused', why: `Node ${name} is not cordoned: evicted pods could come back to it.` };
  const found = await read(call, `api/v1/pods?fieldSelector=spec.nodeName%3D${name}`, Pods);
  if (found.kind === 'refused') return found;
  return evict(call, shown, present(found.object.items, shown), shown.length, `Node ${name}`);
}

/** Evicts the next shown pods of the workload once all of its pods are ready. */
export async function restartInBatches(call: Call): Promise<Outcome> {
  const { namespace, name } = targetOf(call);
  const shown = parseShownPods(String(call.action.parameters.pods));
  const batch = Number(call.action.parameters.batch);
  if (shown === undefined || !(batch >= 1)) return { kind: 'refused', why: 'The list of pods cannot be read.' };
  const path = `apis/apps/v1/namespaces/${namespace}/deployments/${name}`;
  const found = await read(call, path, Deployment);
  if (found.kind === 'refused') return found;
  const pods = await read(call, `api/v1/namespaces/${namespace}/pods`, Pods);
  if (pods.kind === 'refused') return pods;
  const left = present(pods.object.items, shown);
  const { spec, status, metadata } = found.object;
  const wanted = spec.replicas ?? 1;
  // The pods themselves count: the status of the Deployment can lag behind an eviction.
  const labels = Object.entries(spec.selector?.matchLabels ?? {});
  const ready = pods.object.items.filter(
    (pod) => isReady(pod) && labels.length > 0 && labels.every(([key, value]) => pod.metadata.labels[key] === value),
  ).length;
  const isSettled = (status?.observedGeneration ?? 0) >= metadata.generation && ready >= wanted;
  if (!isSettled && !call.dryRun)
    return {
      kind: 'going',
      detail: `${left.length} of ${shown.length} pods are left; ${ready} of ${wanted} are ready.`,
    };
  return evict(call, shown, left, batch, `Deployment ${name}`);
}

const isReady = ({ metadata, status }: Pod): boolean =>
  !metadata.deletionTimestamp &&
  status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') === true;

const present = (pods: readonly Pod[], shown: readonly ShownPod[]): Pod[] =>
  pods.filter(({ metadata }) =>
    shown.some(
      (one) =>
        one.name === metadata.name &&
        one.namespace === String(metadata.namespace ?? '') &&
        metadata.uid.startsWith(one.uid),
    ),
  );

async function evict(
  call: Call,
  shown: readonly ShownPod[],
  left: readonly Pod[],
  most: number,
  from: string,
): Promise<Outcome> {
  if (left.length === 0) return { kind: 'done', detail: `The ${shown.length} pods of ${from} were evicted.` };
  const waiting = left.filter(({ metadata }) => metadata.deletionTimestamp);
  const next = left.filter((pod) => !waiting.includes(pod)).slice(0, Math.max(0, most - waiting.length));
  let held = 0;
  for (const { metadata } of next) {
    const namespace = String(metadata.namespace ?? '');
    const path = `api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(metadata.name)}/eviction`;
    const body = {
      apiVersion: 'policy/v1',
      kind: 'Eviction',
      metadata: { name: metadata.name, namespace },
      // The precondition is the uid of the observed pod, so that a new pod of the same name is not evicted.
      deleteOptions: { preconditions: { uid: metadata.uid }, ...(call.dryRun ? { dryRun: ['All'] } : {}) },
    };
    const reply = await call.cluster.request(`${path}${call.dryRun ? '?dryRun=All' : ''}`, { method: 'POST', body });
    if (reply.status === 429) held += 1;
    else if (call.dryRun && reply.status === 403)
      return { kind: 'done', detail: 'the pods are there; whether they may be evicted is asked by the one who acts.' };
    // Gone meanwhile, or replaced by a pod of the same name.
    else if (reply.status !== 404 && reply.status !== 409 && (reply.status < 200 || reply.status > 299))
      return failed(reply);
  }
  const budget = held === 0 ? '' : ` The disruption budget holds ${held} of them back for now.`;
  if (call.dryRun) return { kind: 'done', detail: `the API server would evict the pods of ${from}.${budget}` };
  return {
    kind: 'going',
    detail: `${left.length} of ${shown.length} pods of ${from} were left at the last look.${budget}`,
  };
}
