// Pods that no node takes. The scheduler's message counts nodes by reason; the reason that keeps the most nodes away, and that a change to
// the pod or one node would lift, is the cause. Taints of control-plane nodes are there on purpose.
import type { CauseCode } from '../../model/causes.ts';
import type { FindingDraft } from '../../specialists/finish.ts';
import type { Cluster } from './cluster.ts';
import { clockTime, count, earliest, observed } from './finding.ts';
import type { Pod } from './objects.ts';
import { volumeCause } from './volumes.ts';

const reasons: readonly (readonly [pattern: RegExp, cause: CauseCode, says: string])[] = [
  [
    /(\d+) node\(s\) didn't match pod anti-affinity rules/,
    'scheduling-pod-anti-affinity',
    'its anti-affinity rules leave no node',
  ],
  [/(\d+) Insufficient cpu/, 'scheduling-insufficient-cpu', 'it requests more CPU than any node has free'],
  [/(\d+) Insufficient memory/, 'scheduling-insufficient-memory', 'it requests more memory than any node has free'],
  [/(\d+) node\(s\) were unschedulable/, 'scheduling-node-cordoned', 'the nodes it may run on are cordoned'],
];

/** Taints that Kubernetes sets itself, or that keep workloads off the control plane on purpose. */
const ownTaint = /control-plane|master|unschedulable|not-ready|unreachable/;

export function scheduling(cluster: Cluster): FindingDraft[] {
  const pending = cluster.pods.filter((pod) => pod.status.phase === 'Pending' && !pod.spec.nodeName);
  const groups = Map.groupBy(pending, (pod) => {
    const owner = cluster.ownerOf('Pod', pod.metadata.name, pod.metadata.namespace);
    return `${owner.kind}/${owner.namespace}/${owner.name}`;
  });
  return [...groups.values()].flatMap((pods) => {
    const [pod] = pods;
    return pod ? [finding(cluster, pod, pods)] : [];
  });
}

function finding(cluster: Cluster, pod: Pod, pods: readonly Pod[]): FindingDraft {
  const entity = cluster.ownerOf('Pod', pod.metadata.name, pod.metadata.namespace);
  const events = pods
    .flatMap((one) => cluster.eventsOf('Pod', one.metadata.name, one.metadata.namespace))
    .filter((event) => event.reason === 'FailedScheduling');
  const unschedulable = pod.status.conditions.find((one) => one.type === 'PodScheduled' && one.status === 'False');
  const message = events.at(-1)?.message ?? unschedulable?.message ?? '';
  const { cause, says, confidence } = judge(cluster, pod, message);
  // A scheduler that says nothing is a matter of the control plane's node, not of the pods that wait.
  const controlPlane = cluster.nodes.find((node) => isControlPlane(node.metadata.labels));
  const silent = cause === 'scheduler-down' && controlPlane !== undefined;
  const onset = earliest([...events.map((event) => event.firstTimestamp), pod.metadata.creationTimestamp]);
  return observed(cluster, {
    claim: `${count(pods.length, 'pod')} of ${entity.kind} ${entity.name} cannot be scheduled${clockTime(onset)}: ${says}.`,
    entity: silent ? { kind: 'Node', name: controlPlane.metadata.name, cluster: cluster.name } : entity,
    ...(silent ? { towards: entity } : {}),
    cause,
    confidence,
    onset,
    lines: [
      ...pods.map((one) => `Pod ${one.metadata.name}: Pending, not assigned to a node`),
      ...(message ? [`FailedScheduling: ${message}`] : ['no scheduling event']),
      ...(pod.spec.nodeSelector ? [`nodeSelector: ${JSON.stringify(pod.spec.nodeSelector)}`] : []),
      ...cluster.nodes.filter((node) => node.spec?.unschedulable).map((node) => `Node ${node.metadata.name}: cordoned`),
    ],
    error: message || 'no scheduling event',
  });
}

function judge(cluster: Cluster, pod: Pod, message: string): { cause: CauseCode; says: string; confidence: number } {
  if (message === '') {
    return { cause: 'scheduler-down', says: 'the scheduler has said nothing about it', confidence: 0.85 };
  }
  if (/persistentvolumeclaim|volume node affinity|unbound immediate/i.test(message)) {
    return { ...volumeCause(cluster, pod), confidence: 0.9 };
  }
  if (/didn't match Pod's node affinity\/selector|didn't match node selector|node affinity/i.test(message)) {
    const pinned = pinnedTo(cluster, pod);
    const cordoned = pinned?.some((node) => node.spec?.unschedulable);
    const tainted = pinned?.some((node) =>
      node.spec?.taints?.some((taint) => taint.effect !== 'PreferNoSchedule' && !ownTaint.test(taint.key)),
    );
    // Where nodes satisfy the selector, what keeps the pod off those nodes is in the way, not the selector.
    if (tainted)
      return {
        cause: 'scheduling-taint',
        says: 'it does not tolerate a taint of the nodes it may run on',
        confidence: 0.9,
      };
    if (cordoned)
      return { cause: 'scheduling-node-cordoned', says: 'the only nodes it may run on are cordoned', confidence: 0.9 };
    if (pinned === undefined)
      return { cause: 'scheduling-node-affinity', says: 'no ready node satisfies its node affinity', confidence: 0.9 };
    if (pinned.length === 0)
      return {
        cause: 'scheduling-node-selector',
        says: 'no node carries the labels of its node selector',
        confidence: 0.92,
      };
  }
  const counted = reasons
    .flatMap(([pattern, cause, says]) => {
      const nodes = Number(pattern.exec(message)?.[1] ?? 0);
      return nodes > 0 ? [{ cause, says, nodes }] : [];
    })
    .sort((a, b) => b.nodes - a.nodes);
  const [best] = counted;
  const taints = [...message.matchAll(/(\d+) node\(s\) had untolerated taint(?:s|\(s\))? ?\{?([^},]*)/g)].filter(
    ([, , key]) => !ownTaint.test(key ?? ''),
  );
  const tainted = taints.reduce((sum, [, nodes]) => sum + Number(nodes), 0);
  if (tainted > (best?.nodes ?? 0) || (tainted > 0 && !best))
    return { cause: 'scheduling-taint', says: 'it does not tolerate a taint of the nodes', confidence: 0.9 };
  if (best) return { cause: best.cause, says: best.says, confidence: 0.9 };
  return { cause: 'scheduling-taint', says: 'no node takes it', confidence: 0.4 };
}

/** Nodes whose labels satisfy the pod's selector; undefined without one. */
function pinnedTo(cluster: Cluster, pod: Pod): readonly Cluster['nodes'][number][] | undefined {
  const selector = Object.entries(pod.spec.nodeSelector ?? {});
  if (selector.length === 0) return undefined;
  return cluster.nodes.filter((node) => selector.every(([label, value]) => node.metadata.labels[label] === value));
}

/** Labels that kubeadm and older installers give the nodes of the control plane. */
const isControlPlane = (labels: Readonly<Record<string, string>>): boolean =>
  'node-role.kubernetes.io/control-plane' in labels ||
  'node-role.kubernetes.io/master' in labels ||
  labels['kubernetes.io/role'] === 'master';
