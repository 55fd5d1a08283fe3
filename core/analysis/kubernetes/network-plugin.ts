// Finds nodes on which the network plugin is not ready, so that no pod can be created there. The fault is that of the plugin's DaemonSet and not that of
// the workloads whose pods wait.
import type { FindingDraft } from '../../model/report-draft.ts';
import { type Cluster, replicasOf } from './cluster.ts';
import { firstTimeOf } from './event-times.ts';
import { clockTime, count, earliest, observed } from './finding.ts';
import type { Pod, Workload } from './objects.ts';

/** DaemonSets of Calico, Cilium, the AWS and Azure plugins, Flannel, Weave, Antrea, kindnet, kube-router, OVN and Multus. */
const plugin =
  /^(?:calico-node|cilium|aws-node|azure-(?:cni|cns)|(?:kube-)?flannel(?:-ds)?|weave-net|antrea-agent|kindnet|kube-router|ovn(?:kube|s)?-.*|kube-ovn-.*|(?:kube-)?multus(?:-ds)?|canal)$/;
/** What kubelets and plugins write if the plugin of the node does not answer. */
const pluginWords =
  /network plugin is not ready|cni plugin not initialized|cni config uninitialized|NetworkPluginNotReady|plugin type="[\w-]+" failed|networkPlugin cni failed|calico\/node (?:container )?is running|cilium.{0,40}(?:socket|api client timeout)|127\.0\.0\.1:50051/i;

export function networkPlugins(cluster: Cluster): FindingDraft[] {
  return cluster.workloads.flatMap((workload) => {
    if (workload.kind !== 'DaemonSet' || !plugin.test(workload.metadata.name)) return [];
    const { desired, available } = replicasOf(workload);
    return available >= desired ? [] : findingsOf(cluster, workload);
  });
}

const isReady = ({ status }: Pod): boolean =>
  status.containerStatuses.length > 0 && status.containerStatuses.every(({ ready }) => ready);

function findingsOf(cluster: Cluster, daemonSet: Workload): FindingDraft[] {
  const entity = cluster.entityOf(daemonSet);
  const own = cluster.podsOf(entity);
  const lacking = new Set(own.filter((pod) => !isReady(pod)).flatMap(({ spec }) => spec.nodeName ?? []));
  const waiting = cluster.pods.filter(
    (pod) => !own.includes(pod) && lacking.has(pod.spec.nodeName ?? '') && isCreating(pod),
  );
  const events = waiting.flatMap((pod) =>
    cluster
      .eventsOf('Pod', pod.metadata.name, pod.metadata.namespace)
      .filter(({ message }) => pluginWords.test(message ?? '')),
  );
  if (waiting.length === 0) return [];
  const onset = earliest([...events.map(firstTimeOf), ...waiting.map(({ metadata }) => metadata.creationTimestamp)]);
  const nodes = [...lacking].sort().slice(0, 3).join(', ');
  const owners = Map.groupBy(waiting, ({ metadata }) => {
    const owner = cluster.ownerOf('Pod', metadata.name, metadata.namespace);
    return `${owner.kind}/${owner.namespace}/${owner.name}`;
  });
  const lines = [
    `DaemonSet ${entity.name}: ${replicasOf(daemonSet).available} of ${replicasOf(daemonSet).desired} available; not ready on ${nodes}`,
    ...waiting.slice(0, 4).map((pod) => `Pod ${pod.metadata.name}: ContainerCreating on node ${pod.spec.nodeName}`),
    ...events.slice(0, 3).map(({ reason, message }) => `Event ${reason}: ${message}`),
  ];
  return [
    observed(cluster, {
      claim: `The network plugin ${entity.name} is not ready on node ${nodes}${clockTime(onset)}, so that ${count(waiting.length, 'pod')} cannot be created there.`,
      entity,
      cause: 'pods-unavailable',
      confidence: events.length > 0 ? 0.93 : 0.8,
      onset,
      lines,
      error: events[0]?.message ?? `network plugin ${entity.name} is not ready`,
    }),
    ...[...owners.values()].flatMap(([pod]) => {
      if (pod === undefined) return [];
      const owner = cluster.ownerOf('Pod', pod.metadata.name, pod.metadata.namespace);
      return [
        observed(cluster, {
          claim: `Pods of ${owner.kind} ${owner.name} wait on node ${pod.spec.nodeName}, where the network plugin ${entity.name} is not ready.`,
          entity: owner,
          role: 'symptom' as const,
          confidence: 0.85,
          onset,
          lines,
          dependency: entity,
        }),
      ];
    }),
  ];
}

/** A pod on the node whose containers wait for the pod itself. */
const isCreating = ({ metadata, status }: Pod): boolean =>
  !metadata.deletionTimestamp &&
  status.containerStatuses.length > 0 &&
  status.containerStatuses.every(({ state }) =>
    /^(?:ContainerCreating|PodInitializing)$/.test(state?.waiting?.reason ?? ''),
  );
