// Defines the action that drains a cordoned node: its pods are evicted within their disruption budgets, and their controllers start them elsewhere. A
// step of plans; it mends no cause by itself.
import * as z from 'zod';
import type { Impact } from '../../model/action.ts';
import type { KubernetesObject } from '../../model/telemetry.ts';
import type { ActionDefinition, ImpactInput, Planned, Surroundings } from '../action-definition.ts';
import { verb } from '../action-words.ts';
import { maxShownPods, parseShownPods, ShownPods, shownPods } from '../shown-pods.ts';
import { isCordoned, isReadyNode, planned, refused, unlimited, unread } from '../workload-limits.ts';

const Pod = z.looseObject({
  metadata: z.looseObject({
    annotations: z.record(z.string(), z.string()).nullish(),
    ownerReferences: z.array(z.looseObject({ kind: z.string(), controller: z.boolean().nullish() })).nullish(),
  }),
  spec: z
    .looseObject({
      nodeName: z.string().nullish(),
      volumes: z
        .array(z.looseObject({ emptyDir: z.looseObject({ medium: z.string().nullish() }).nullish() }))
        .nullish(),
    })
    .nullish(),
  status: z.looseObject({ phase: z.string().nullish() }).nullish(),
});

/**
 * The pods of the node that a drain evicts. As with `kubectl drain`, pods of DaemonSets, static pods and finished pods stay; so do those of Kubernetes'
 * own namespaces, in which Watchkeeper never acts.
 */
export function drainablePods(node: string, around: readonly KubernetesObject[]): KubernetesObject[] {
  return around.filter((one) => {
    const { data } = one.kind === 'Pod' ? Pod.safeParse(one) : {};
    if (data === undefined || data.spec?.nodeName !== node) return false;
    const owner = data.metadata.ownerReferences?.find(({ controller }) => controller === true)?.kind;
    const isStatic = data.metadata.annotations?.['kubernetes.io/config.mirror'] !== undefined || owner === 'Node';
    const isOver = data.status?.phase === 'Succeeded' || data.status?.phase === 'Failed';
    return owner !== 'DaemonSet' && !isStatic && !isOver && !(one.metadata.namespace ?? '').startsWith('kube-');
  });
}

function plan(surroundings: Surroundings): Planned {
  const { target, around } = surroundings;
  const { name } = target.metadata;
  const blind = unread(surroundings, ['Pod', 'Node']);
  if (blind) return blind;
  const others = around.filter(
    (one) => one.kind === 'Node' && one.metadata.name !== name && isReadyNode(one) && !isCordoned(one),
  );
  if (others.length === 0) return refused(`No other node is ready and takes the pods of Node ${name}.`);
  const pods = drainablePods(name, around);
  if (pods.length === 0) return refused(`Node ${name} runs no pod that could move.`);
  if (pods.length > maxShownPods)
    return refused(
      `Node ${name} runs ${pods.length} pods that would move, and a question shows ${maxShownPods} at most.`,
    );
  for (const pod of pods) {
    const { metadata, spec } = Pod.parse(pod);
    if (!metadata.ownerReferences?.some(({ controller }) => controller === true))
      return refused(`Pod ${pod.metadata.name} has no controller that would start it elsewhere.`);
    if (spec?.volumes?.some(({ emptyDir }) => emptyDir != null && emptyDir.medium !== 'Memory'))
      return refused(`Pod ${pod.metadata.name} keeps data on the node (emptyDir), and an eviction deletes it.`);
  }
  return planned({ pods: shownPods(pods) });
}

const count = (pods: unknown): number => parseShownPods(String(pods))?.length ?? 0;
const impact = ({ parameters }: ImpactInput): Impact => ({ pods: count(parameters.pods), callers: [] });

export const drainNode: ActionDefinition<'drain-node', 'kubernetes'> = {
  id: 'drain-node',
  executor: 'kubernetes',
  stakes: 'high-stakes',
  kinds: ['Node'],
  verbs: {
    does: ['drain *', 'evict the pods of *', 'evict the pods on *'],
    undoes: [],
    nouns: ['drain'],
    targetWords: [],
    taught: verb('drain', '(drain|draining)'),
  },
  mends: [],
  rulesOut: [],
  needsChange: false,
  parameters: z.strictObject({ pods: ShownPods }),
  limits: { ...unlimited, needsTarget: true, plan },
  reversible: false,
  settleSeconds: 60,
  title: (target, { pods }) => `Evict ${count(pods)} pods from Node ${target.name} in ${target.cluster}`,
  blastRadius: (target) =>
    `Evicts the named pods of ${target.name} within their disruption budgets; their controllers start them on other nodes.`,
  inverse: () => 'Evicted pods do not come back to the node; their controllers start them on other nodes.',
  verify: (target) => `Do the pods that ran on ${target.name} run well on other nodes?`,
  impact,
};
