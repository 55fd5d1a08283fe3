// Finds pods that no node accepts. The scheduler's message counts nodes by reason. The cause is the reason that excludes most nodes and that a
// change to the pod or to one node would remove. Taints of control-plane nodes are deliberate and do not count.
import type { CauseCode } from '../../causes/causes.ts';
import type { FindingDraft } from '../../model/report-draft.ts';
import type { Cluster } from './cluster.ts';
import { pinnedTo, schedulersWords, selectedBy, volumePlacesOf } from './feasibility.ts';
import { clockTime, count, earliest, observed } from './finding.ts';
import { fullPlacesOf } from './nodes.ts';
import type { Pod } from './objects.ts';
import { type Reclaimed, reclaimedNodes } from './reclaimed.ts';
import { volumeCause } from './volumes.ts';

const reasons: readonly (readonly [pattern: RegExp, cause: CauseCode, problem: string])[] = [
  [
    /(\d+) node\(s\) didn't (?:match pod|satisfy existing pods) anti-affinity rules/,
    'scheduling-pod-anti-affinity',
    'its anti-affinity rules leave no node',
  ],
  [/(\d+) Insufficient cpu/, 'scheduling-insufficient-cpu', 'it requests more CPU than any node has free'],
  [/(\d+) Insufficient memory/, 'scheduling-insufficient-memory', 'it requests more memory than any node has free'],
  [/(\d+) Too many pods/, 'scheduling-node-full', 'the nodes are at their limit of pods'],
  [
    /(\d+) node\(s\) didn't match pod topology spread constraints(?! \(missing)/,
    'scheduling-topology-spread',
    'its topology spread constraints leave no node',
  ],
  [
    /(\d+) node\(s\) didn't match pod topology spread constraints \(missing required label\)/,
    'scheduling-topology-spread',
    'its topology spread constraints name a label that these nodes do not have',
  ],
  [
    /(\d+) (?:Insufficient (?!cpu|memory)[\w./-]+|node\(s\) didn't have free ports|node\(s\) exceed max volume count)/,
    'scheduling-insufficient-resource',
    'it requests something that no node has free',
  ],
  [/(\d+) node\(s\) were unschedulable/, 'scheduling-node-cordoned', 'the nodes it may run on are cordoned'],
];

/** Taints that Kubernetes sets itself, or that deliberately keep workloads off the control plane. */
const ownTaint = /control-plane|master|unschedulable|not-ready|unreachable/;

export function scheduling(cluster: Cluster): FindingDraft[] {
  const pending = cluster.pods.filter((pod) => pod.status.phase === 'Pending' && !pod.spec.nodeName);
  const groups = Map.groupBy(pending, (pod) => {
    const owner = cluster.ownerOf('Pod', pod.metadata.name, pod.metadata.namespace);
    return `${owner.kind}/${owner.namespace}/${owner.name}`;
  });
  const lost = reclaimedNodes(cluster);
  return [...groups.values()].flatMap((pods) => {
    const [pod] = pods;
    return pod ? [finding(cluster, pod, pods, lost)] : [];
  });
}

function finding(cluster: Cluster, pod: Pod, pods: readonly Pod[], lost: readonly Reclaimed[]): FindingDraft {
  const entity = cluster.ownerOf('Pod', pod.metadata.name, pod.metadata.namespace);
  const events = pods
    .flatMap((one) => cluster.eventsOf('Pod', one.metadata.name, one.metadata.namespace))
    .filter((event) => event.reason === 'FailedScheduling');
  const unschedulable = pod.status.conditions.find((one) => one.type === 'PodScheduled' && one.status === 'False');
  const logged = events.at(-1)?.message ?? unschedulable?.message ?? '';
  // The scheduler sets this condition, and it outlasts the events. Without events, the reasons are computed from the specs.
  const workedOut = logged === '' && unschedulable ? schedulersWords(cluster, pod) : undefined;
  const message = workedOut ?? logged;
  // The pods replace pods of a node that is gone: the lost node is why they wait, not what they ask for.
  const gone = lost.find(({ workloads }) =>
    workloads.some(
      ({ kind, name, namespace }) => kind === entity.kind && name === entity.name && namespace === entity.namespace,
    ),
  );
  const judged =
    gone !== undefined
      ? replacing(gone.node)
      : message === '' && unschedulable
        ? unexplained
        : judge(cluster, pod, message);
  const { cause, problem } = judged;
  const confidence = workedOut === undefined ? judged.confidence : Math.min(judged.confidence, 0.85);
  // If the scheduler reports nothing, the problem is on the control plane's node, not in the waiting pods.
  const controlPlane = cluster.nodes.find((node) => isControlPlane(node.metadata.labels));
  const silent = cause === 'scheduler-down';
  const scheduler = controlPlane
    ? { kind: 'Node', name: controlPlane.metadata.name, cluster: cluster.name }
    : { kind: 'Cluster', name: cluster.name, cluster: cluster.name };
  const onset = earliest([...events.map((event) => event.firstTimestamp), pod.metadata.creationTimestamp]);
  return observed(cluster, {
    claim: `${count(pods.length, 'pod')} of ${entity.kind} ${entity.name} cannot be scheduled${clockTime(onset)}: ${problem}${notAdded(cluster, pods)}.`,
    entity: silent ? scheduler : entity,
    ...(silent ? { dependency: entity } : {}),
    ...(gone ? { dependency: { kind: 'Node', name: gone.node, cluster: cluster.name } } : {}),
    cause,
    role: cause === undefined || gone !== undefined ? 'symptom' : 'cause',
    confidence,
    onset,
    lines: [
      ...pods.map((one) => `Pod ${one.metadata.name}: Pending, not assigned to a node`),
      ...(logged ? [`FailedScheduling: ${logged}`] : ['no scheduling event']),
      ...(workedOut === undefined ? [] : [`worked out from the specs of the pod and the nodes: ${workedOut}`]),
      ...(pod.spec.nodeSelector ? [`nodeSelector: ${JSON.stringify(pod.spec.nodeSelector)}`] : []),
      ...cluster.nodes.filter((node) => node.spec?.unschedulable).map((node) => `Node ${node.metadata.name}: cordoned`),
      ...(cause === 'scheduling-node-full' ? fullNodes(cluster) : []),
    ],
    error: message || 'no scheduling event',
  });
}

const fullNodes = (cluster: Cluster): string[] =>
  cluster.nodes.flatMap((node) => {
    const places = fullPlacesOf(cluster, node);
    return places ? [`Node ${node.metadata.name}: ${places.taken.length} of ${count(places.limit, 'pod')}`] : [];
  });

interface Judged {
  readonly cause: CauseCode | undefined;
  readonly problem: string;
  readonly confidence: number;
}

/** Why the cluster autoscaler adds no node for the pods, as the end of a sentence; empty if it does not say. */
function notAdded(cluster: Cluster, pods: readonly Pod[]): string {
  const refusal = pods
    .flatMap(({ metadata }) => cluster.eventsOf('Pod', metadata.name, metadata.namespace))
    .find(({ reason }) => reason === 'NotTriggerScaleUp');
  const limit =
    /max(?:imum)? node group size reached|in backoff after failed scale-up|max cluster .{0,30}limit reached/i.exec(
      refusal?.message ?? '',
    )?.[0];
  return limit === undefined ? '' : `, and no node can be added: ${limit}`;
}

const replacing = (node: string): Judged => ({
  cause: 'pods-unavailable',
  problem: `node ${node}, on which they ran, was taken back, and the other nodes have no room`,
  confidence: 0.8,
});

const unexplained: Judged = {
  cause: undefined,
  problem: 'the scheduler found no node for it, and its reason is not recorded any more',
  confidence: 0.6,
};

function judge(cluster: Cluster, pod: Pod, message: string): Judged {
  if (message === '') {
    return { cause: 'scheduler-down', problem: 'the scheduler has said nothing about it', confidence: 0.85 };
  }
  if (/persistentvolumeclaim|unbound immediate/i.test(message)) {
    const { cause, problem } = volumeCause(cluster, pod);
    return { cause, problem, confidence: cause === undefined ? 0.6 : 0.9 };
  }
  if (/volume node affinity conflict/i.test(message)) {
    const places = volumePlacesOf(cluster, pod);
    // Nodes elsewhere always conflict, so another reason counts only if a node may use the volume.
    const isOnly = !reasons.some(([pattern]) => pattern.test(message));
    if ((places === undefined && isOnly) || places?.nodes.length === 0)
      return {
        cause: 'volume-zone-mismatch',
        problem: places
          ? `its volume ${places.volume} may only be used in ${places.where}, where no node is`
          : 'its volume may not be used where the nodes are',
        confidence: places ? 0.94 : 0.85,
      };
    if (places?.nodes.every(({ spec }) => spec?.unschedulable))
      return {
        cause: 'scheduling-node-cordoned',
        problem: `the only nodes that may use its volume ${places.volume} are cordoned`,
        confidence: 0.9,
      };
  }
  const pinned = pinnedTo(cluster, pod);
  // If nodes satisfy the selector, something else excludes the pod from them; the selector is not the cause.
  if (
    /didn't match Pod's node affinity\/selector|didn't match node selector|(?<!volume )node affinity/i.test(message)
  ) {
    if (pinned !== undefined && pinned.length > 0 && pinned.every((node) => node.spec?.unschedulable))
      return {
        cause: 'scheduling-node-cordoned',
        problem: 'the only nodes it may run on are cordoned',
        confidence: 0.9,
      };
    if (pinned === undefined)
      return {
        cause: 'scheduling-node-affinity',
        problem: 'no ready node satisfies its node affinity',
        confidence: 0.7,
      };
    if (pinned.length === 0)
      return selectedBy(cluster, pod).length === 0
        ? {
            cause: 'scheduling-node-selector',
            problem: 'no node carries the labels of its node selector',
            confidence: 0.92,
          }
        : { cause: 'scheduling-node-affinity', problem: 'no node satisfies its node affinity', confidence: 0.9 };
  }
  const counted = reasons
    .flatMap(([pattern, cause, problem]) => {
      const nodes = Number(pattern.exec(message)?.[1] ?? 0);
      return nodes > 0 ? [{ cause, problem, nodes }] : [];
    })
    // Cordoned nodes do not matter if the pod could not run on them anyway.
    .filter(
      ({ cause }) => cause !== 'scheduling-node-cordoned' || !pinned || pinned.some((node) => node.spec?.unschedulable),
    )
    .sort((a, b) => b.nodes - a.nodes);
  const [best] = counted;
  // Older schedulers say "had taint {key: value}, that the pod didn't tolerate".
  const taints = [...message.matchAll(/(\d+) node\(s\) had (?:untolerated )?taint(?:s|\(s\))? ?\{?([^},]*)/g)].filter(
    ([, , key]) => !ownTaint.test(key ?? ''),
  );
  const tainted = taints.reduce((sum, [, nodes]) => sum + Number(nodes), 0);
  if (tainted > (best?.nodes ?? 0))
    return { cause: 'scheduling-taint', problem: 'it does not tolerate a taint of the nodes', confidence: 0.9 };
  if (best) return { cause: best.cause, problem: best.problem, confidence: 0.9 };
  return { cause: undefined, problem: message.replace(/ preemption:.*$/, '').slice(0, 200), confidence: 0.5 };
}

/** Labels that kubeadm and older installers put on control-plane nodes. */
const isControlPlane = (labels: Readonly<Record<string, string>>): boolean =>
  'node-role.kubernetes.io/control-plane' in labels ||
  'node-role.kubernetes.io/master' in labels ||
  labels['kubernetes.io/role'] === 'master';
