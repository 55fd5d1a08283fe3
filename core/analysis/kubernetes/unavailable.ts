// Reports every workload that has fewer available pods than it wants, with its newest warning. More specific analyzers say why; this one makes sure
// that no workload that is down stays unmentioned.
import type { EntityRef } from '../../model/entity.ts';
import type { FindingDraft } from '../../model/report-draft.ts';
import { type Cluster, replicasOf } from './cluster.ts';
import { firstTimeOf, newestOf } from './event-times.ts';
import { clockTime, earliest, observed } from './finding.ts';
import type { KubernetesEvent, Pod, Workload } from './objects.ts';

/** `found` are the findings of the other analyzers. A workload with a severe finding of its own, or as the target of one, has its finding already. */
export function unavailable(cluster: Cluster, found: readonly FindingDraft[]): FindingDraft[] {
  const reported = new Set(
    found
      .filter(
        ({ role, severity, cause, confidence }) =>
          role === 'cause' && severity === 'critical' && cause !== undefined && confidence >= 0.6,
      )
      .flatMap(({ entity, dependency }) => [entity, ...(dependency ? [dependency] : [])].map(keyOf)),
  );
  return cluster.workloads.flatMap((workload) => {
    const entity = cluster.entityOf(workload);
    const { desired, available } = replicasOf(workload);
    if (available >= desired || reported.has(keyOf(entity)) || workload.status === undefined) return [];
    const pods = cluster.podsOf(entity);
    const waiting = pods.filter((pod) => !isReady(pod));
    const newest = newestOf(warningsOf(cluster, workload, waiting));
    const onset = sinceOf(workload, waiting) ?? (newest && firstTimeOf(newest));
    const node = nodeOf(cluster, waiting);
    const why = newest ? `newest Warning: ${newest.reason ?? ''}: ${newest.message ?? ''}` : stateOf(waiting);
    return [
      observed(cluster, {
        claim: `${entity.kind} ${entity.name}: ${available} of ${desired} available${clockTime(onset)}; ${why}`,
        entity,
        cause: 'pods-unavailable',
        role: 'symptom',
        severity: available === 0 ? 'critical' : 'major',
        confidence: 0.8,
        onset,
        lines: [
          `${entity.kind} ${entity.name}: ${available} of ${desired} available, ${pods.length} pods`,
          ...waiting.slice(0, 4).map((pod) => `Pod ${pod.metadata.name}: ${stateOf([pod])}`),
          ...(newest ? [`Event ${newest.reason ?? ''}: ${newest.message ?? ''}`] : []),
        ],
        ...(newest?.message ? { error: newest.message } : {}),
        ...(node === undefined ? {} : { dependency: { kind: 'Node', name: node, cluster: cluster.name } }),
      }),
    ];
  });
}

const keyOf = ({ kind, namespace, name }: EntityRef): string => `${kind}/${namespace ?? ''}/${name}`;

const isReady = ({ status }: Pod): boolean =>
  status.containerStatuses.length > 0 &&
  status.containerStatuses.every(({ ready }) => ready) &&
  status.conditions.every(({ type, status: state }) => type !== 'Ready' || state === 'True');

/** Warnings about the workload, its ReplicaSets and its pods that are not ready. */
function warningsOf(cluster: Cluster, workload: Workload, waiting: readonly Pod[]): readonly KubernetesEvent[] {
  const { kind, metadata } = workload;
  const sets = cluster.replicaSets.filter(({ metadata: set }) =>
    set.ownerReferences.some((owner) => owner.kind === kind && owner.name === metadata.name),
  );
  return [
    ...cluster.eventsOf(kind, metadata.name, metadata.namespace),
    ...sets.flatMap((set) => cluster.eventsOf('ReplicaSet', set.metadata.name, set.metadata.namespace)),
    ...waiting.flatMap((pod) => cluster.eventsOf('Pod', pod.metadata.name, pod.metadata.namespace)),
  ].filter(({ type }) => type === 'Warning');
}

function sinceOf({ status }: Workload, waiting: readonly Pod[]): string | undefined {
  const lost = (status?.conditions ?? []).find(({ type, status: is }) => type === 'Available' && is === 'False');
  return (
    lost?.lastTransitionTime ??
    earliest(
      waiting.map(
        ({ status: { conditions }, metadata }) =>
          conditions.find(({ type, status: is }) => type === 'Ready' && is === 'False')?.lastTransitionTime ??
          metadata.creationTimestamp,
      ),
    )
  );
}

/** The one node on which all waiting pods are, if it is not ready. */
function nodeOf(cluster: Cluster, waiting: readonly Pod[]): string | undefined {
  const names = new Set(waiting.map(({ spec }) => spec.nodeName ?? ''));
  const [name] = names;
  const node = names.size === 1 ? cluster.nodes.find(({ metadata }) => metadata.name === name) : undefined;
  const ready = node?.status?.conditions.find(({ type }) => type === 'Ready');
  return ready && ready.status !== 'True' ? name : undefined;
}

function stateOf(pods: readonly Pod[]): string {
  const [pod] = pods;
  if (!pod) return 'no pod of it exists';
  const waits = [...pod.status.initContainerStatuses, ...pod.status.containerStatuses].find(
    ({ state }) => state?.waiting?.reason,
  )?.state?.waiting;
  if (waits) return `${waits.reason}${waits.message ? `: ${waits.message}` : ''}`;
  return pod.status.reason ?? `${pod.status.phase ?? 'unknown'}, not ready`;
}
