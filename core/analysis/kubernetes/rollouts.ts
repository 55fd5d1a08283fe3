// Finds workloads without their pods: scaled to zero, a rollout that does not finish, and the changes of the newest revision.
import * as z from 'zod';
import type { EntityRef } from '../../model/entity.ts';
import type { FindingDraft } from '../../model/report-draft.ts';
import { type Cluster, replicasOf } from './cluster.ts';
import { hasReadyEndpoints } from './endpoints.ts';
import { clockTime, observed } from './finding.ts';
import { Workload } from './objects.ts';
import { describeDifference, templateDifferences } from './template-diff.ts';

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
  const called = leadsNowhere(cluster, workload);
  const scaled = cluster
    .eventsOf(workload.kind, workload.metadata.name, workload.metadata.namespace)
    .findLast((event) => event.reason === 'ScalingReplicaSet' && /^scaled down .* to 0\b/i.test(event.message ?? ''));
  const onPurpose = !called && scaled === undefined;
  return [
    observed(cluster, {
      claim: `${workload.kind} ${workload.metadata.name} is scaled to zero replicas${called ? ', although a Service leads to it' : ''}.`,
      entity: entityOf(cluster, workload),
      ...(onPurpose ? { role: 'context' as const } : { cause: 'replicas-zero' as const }),
      confidence: called ? 0.9 : 0.4,
      severity: called ? 'critical' : onPurpose ? 'info' : 'minor',
      onset: scaled?.firstTimestamp ?? undefined,
      lines: [
        `${workload.kind} ${workload.metadata.name}: spec.replicas 0`,
        ...(scaled ? [`Event ${scaled.reason}: ${scaled.message}`] : []),
      ],
      error: 'replicas 0',
    }),
  ];
}

/** Whether a Service selects this workload's pods and has no others. The idle colour of a blue-green pair is at zero on purpose. */
function leadsNowhere(cluster: Cluster, workload: Workload): boolean {
  const { name, namespace } = workload.metadata;
  const labels = workload.spec.template.metadata?.labels ?? {};
  return cluster.services.some((service) => {
    if (service.metadata.namespace !== namespace) return false;
    const selector = Object.entries(service.spec.selector ?? {});
    const selects = (of: Readonly<Record<string, string>>) =>
      selector.length > 0 && selector.every(([label, value]) => of[label] === value);
    const its = service.metadata.name === name || selects(labels);
    if (!its || hasReadyEndpoints(cluster, service)) return false;
    return !cluster.pods.some((pod) => pod.metadata.namespace === namespace && selects(pod.metadata.labels));
  });
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

/** The changes of the newest revision, reported only if the workload lacks replicas. */
function revision(cluster: Cluster, workload: Workload): FindingDraft[] {
  const [newest, before] = revisionsOf(cluster, workload);
  if (!newest || !before) return [];
  const { desired, available } = replicasOf(workload);
  if (available >= desired) return [];
  const differences = templateDifferences(before.spec.template, newest.spec.template).map(describeDifference);
  if (differences.length === 0) return [];
  const onset = wentLive(workload, newest, before, true);
  return [
    observed(cluster, {
      claim: `Revision ${revisionOf(newest)} of ${workload.metadata.name} changed ${differences.slice(0, 3).join('; ')}${clockTime(onset)}.`,
      entity: entityOf(cluster, workload),
      role: 'context',
      severity: 'info',
      confidence: 0.8,
      onset,
      lines: [
        `${workload.kind === 'Deployment' ? 'ReplicaSet' : 'ControllerRevision'} ${before.metadata.name} (revision ${revisionOf(before)}) → ${newest.metadata.name} (revision ${revisionOf(newest)})`,
        ...differences,
      ],
    }),
  ];
}

/**
 * Time at which a revision went live. A ReplicaSet older than its predecessor was rolled back to; only the Deployment records that time, and only
 * for its newest revision.
 */
export function wentLive(workload: Workload, after: Workload, before: Workload, isNewest: boolean): string | undefined {
  const [made, madeBefore] = [after, before].map(({ metadata }) => Date.parse(metadata.creationTimestamp ?? ''));
  if (made === undefined || Number.isNaN(made)) return undefined;
  if (!(madeBefore !== undefined && madeBefore > made)) return after.metadata.creationTimestamp ?? undefined;
  const progressing = workload.status?.conditions.find(({ type }) => type === 'Progressing');
  const lastUpdateTime = progressing?.lastUpdateTime;
  return isNewest && typeof lastUpdateTime === 'string' && !Number.isNaN(Date.parse(lastUpdateTime))
    ? lastUpdateTime
    : undefined;
}

export const revisionOf = (set: Workload): number =>
  Number(set.metadata.annotations['deployment.kubernetes.io/revision'] ?? 0);

const ControllerRevision = z.looseObject({ revision: z.number(), data: z.looseObject({ spec: z.unknown() }) });

/** Revisions of a workload, newest first: ReplicaSets of a Deployment, ControllerRevisions of a StatefulSet or DaemonSet. */
export function revisionsOf(cluster: Cluster, workload: Workload): readonly Workload[] {
  const { kind, metadata } = workload;
  const sets = kind === 'Deployment' ? cluster.replicaSets : controllerRevisions(cluster);
  return sets
    .filter(
      (set) =>
        set.metadata.namespace === metadata.namespace &&
        set.metadata.ownerReferences.some((owner) => owner.kind === kind && owner.name === metadata.name),
    )
    .toSorted((a, b) => revisionOf(b) - revisionOf(a));
}

/** Converts ControllerRevisions to workloads: the template comes from the stored data, the revision number from its own field. */
function controllerRevisions(cluster: Cluster): Workload[] {
  return cluster.items.flatMap((item) => {
    const kept = item.kind === 'ControllerRevision' ? ControllerRevision.safeParse(item) : undefined;
    if (!kept?.success) return [];
    const annotations = { 'deployment.kubernetes.io/revision': String(kept.data.revision) };
    const workload = Workload.safeParse({
      kind: 'ReplicaSet',
      metadata: { ...item.metadata, annotations },
      spec: kept.data.data.spec,
    });
    return workload.success ? [workload.data] : [];
  });
}
