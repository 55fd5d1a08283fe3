// Workloads that do not have what they should: scaled to zero, a rollout that does not finish, and what the newest revision changed.
import type { EntityRef } from '../../model/entity.ts';
import type { FindingDraft } from '../../specialists/finish.ts';
import type { Cluster } from './cluster.ts';
import { clockTime, observed } from './finding.ts';
import type { Container, Workload } from './objects.ts';

export function rollouts(cluster: Cluster): FindingDraft[] {
  return cluster.workloads.flatMap((workload) => [
    ...zero(cluster, workload),
    ...stuck(cluster, workload),
    ...revision(cluster, workload),
  ]);
}

const entityOf = (cluster: Cluster, workload: Workload): EntityRef => ({
  kind: workload.kind,
  name: workload.metadata.name,
  cluster: cluster.name,
  ...(workload.metadata.namespace ? { namespace: workload.metadata.namespace } : {}),
});

function zero(cluster: Cluster, workload: Workload): FindingDraft[] {
  if (workload.kind === 'DaemonSet' || workload.spec.replicas !== 0) return [];
  const called = cluster.services.some(
    (service) =>
      service.metadata.name === workload.metadata.name && service.metadata.namespace === workload.metadata.namespace,
  );
  return [
    observed(cluster, {
      claim: `${workload.kind} ${workload.metadata.name} is scaled to zero replicas${called ? ', although a Service leads to it' : ''}.`,
      entity: entityOf(cluster, workload),
      cause: 'replicas-zero',
      confidence: called ? 0.9 : 0.4,
      severity: called ? 'critical' : 'minor',
      lines: [`${workload.kind} ${workload.metadata.name}: spec.replicas 0`],
      error: 'replicas 0',
    }),
  ];
}

function stuck(cluster: Cluster, workload: Workload): FindingDraft[] {
  const progressing = workload.status?.conditions.find(
    (one) => one.type === 'Progressing' && one.reason === 'ProgressDeadlineExceeded',
  );
  if (!progressing) return [];
  return [
    observed(cluster, {
      claim: `The rollout of ${workload.kind} ${workload.metadata.name} does not finish${clockTime(progressing.lastTransitionTime ?? undefined)}: ${workload.status?.availableReplicas ?? 0} of ${workload.spec.replicas ?? 1} replicas available.`,
      entity: entityOf(cluster, workload),
      cause: 'rollout-stuck',
      role: 'symptom',
      severity: 'major',
      confidence: 0.6,
      onset: progressing.lastTransitionTime ?? undefined,
      lines: [
        `${workload.kind} ${workload.metadata.name}: Progressing False ProgressDeadlineExceeded: ${progressing.message ?? ''}`,
      ],
    }),
  ];
}

/** What the newest revision changed, said where it is recent or the workload is not well. */
function revision(cluster: Cluster, workload: Workload): FindingDraft[] {
  if (workload.kind !== 'Deployment') return [];
  const number = (one: Workload) => Number(one.metadata.annotations['deployment.kubernetes.io/revision'] ?? 0);
  const [newest, before] = cluster.replicaSets
    .filter(
      (set) =>
        set.metadata.namespace === workload.metadata.namespace &&
        set.metadata.ownerReferences.some((owner) => owner.name === workload.metadata.name),
    )
    .sort((a, b) => number(b) - number(a));
  if (!newest || !before) return [];
  const well = (workload.status?.availableReplicas ?? 0) >= (workload.spec.replicas ?? 1);
  if (well) return [];
  const differences = differ(before.spec.template.spec.containers, newest.spec.template.spec.containers);
  if (differences.length === 0) return [];
  return [
    observed(cluster, {
      claim: `Revision ${number(newest)} of ${workload.metadata.name} changed ${differences.slice(0, 3).join('; ')}${clockTime(newest.metadata.creationTimestamp ?? undefined)}.`,
      entity: entityOf(cluster, workload),
      role: 'context',
      severity: 'info',
      confidence: 0.8,
      onset: newest.metadata.creationTimestamp ?? undefined,
      lines: [
        `ReplicaSet ${before.metadata.name} (revision ${number(before)}) → ${newest.metadata.name} (revision ${number(newest)})`,
        ...differences,
      ],
    }),
  ];
}

/** Image, environment, resources and probes that differ, as `what: before → after`. */
export function differ(before: readonly Container[], after: readonly Container[]): string[] {
  return after.flatMap((container) => {
    const old = before.find((one) => one.name === container.name);
    if (!old) return [`container ${container.name} is new`];
    const env = (one: Container) => new Map(one.env.map(({ name, value }) => [name, value ?? '(from elsewhere)']));
    const [was, is] = [env(old), env(container)];
    const changed = (what: string, a: unknown, b: unknown) =>
      JSON.stringify(a) === JSON.stringify(b)
        ? []
        : [
            `${what}: ${typeof a === 'string' ? a : JSON.stringify(a)} → ${typeof b === 'string' ? b : JSON.stringify(b)}`,
          ];
    return [
      ...changed('image', old.image ?? '', container.image ?? ''),
      ...[...new Set([...was.keys(), ...is.keys()])].flatMap((name) =>
        changed(name, was.get(name) ?? '(not set)', is.get(name) ?? '(not set)'),
      ),
      ...changed('resources', old.resources, container.resources),
      ...changed('liveness probe', old.livenessProbe ?? null, container.livenessProbe ?? null),
      ...changed('readiness probe', old.readinessProbe ?? null, container.readinessProbe ?? null),
    ];
  });
}
