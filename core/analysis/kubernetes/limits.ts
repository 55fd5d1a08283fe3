// Finds limits on a workload: an autoscaler at its maximum, and a network policy that blocks all callers.

import * as z from 'zod';
import type { EntityRef } from '../../model/entity.ts';
import type { FindingDraft } from '../../model/report-draft.ts';
import type { KubernetesObject } from '../../model/telemetry.ts';
import { LabelSelector, selects } from '../../selectors.ts';
import type { Cluster } from './cluster.ts';
import { newestOf } from './event-times.ts';
import { clockTime, observed } from './finding.ts';
import type { Workload } from './objects.ts';

const Autoscaler = z.looseObject({
  spec: z.looseObject({
    maxReplicas: z.number(),
    scaleTargetRef: z.looseObject({ kind: z.string(), name: z.string() }),
  }),
  status: z.looseObject({
    currentReplicas: z.number().nullish(),
    desiredReplicas: z.number().nullish(),
    conditions: z
      .array(
        z.looseObject({
          type: z.string(),
          status: z.string(),
          reason: z.string().nullish(),
          message: z.string().nullish(),
          lastTransitionTime: z.string().nullish(),
        }),
      )
      .nullish(),
  }),
});

export function autoscalers(cluster: Cluster): FindingDraft[] {
  return cluster.items.flatMap((item) => {
    const parsed = Autoscaler.safeParse(item);
    if (item.kind !== 'HorizontalPodAutoscaler' || !parsed.success) return [];
    const { spec, status } = parsed.data;
    const idle = status.conditions?.find(({ type, status: is }) => type === 'ScalingActive' && is === 'False');
    if (idle && idle.reason !== 'ScalingDisabled') return [withoutMetrics(cluster, item, spec.scaleTargetRef, idle)];
    const limited = status.conditions?.find(
      (one) => one.type === 'ScalingLimited' && one.status === 'True' && one.reason === 'TooManyReplicas',
    );
    // The replica count may equal the maximum by chance; the condition says that the autoscaler wants more.
    if (!limited || (status.currentReplicas ?? 0) < spec.maxReplicas) return [];
    const { kind, name } = spec.scaleTargetRef;
    const { namespace } = item.metadata;
    return [
      observed(cluster, {
        claim: `${kind} ${name} runs all ${spec.maxReplicas} replicas that its autoscaler may give it${clockTime(limited.lastTransitionTime ?? undefined)}, and needs more.`,
        entity: { kind, name, cluster: cluster.name, ...(namespace ? { namespace } : {}) },
        cause: 'hpa-at-limit',
        confidence: 0.85,
        onset: limited.lastTransitionTime ?? undefined,
        lines: [
          `HorizontalPodAutoscaler ${item.metadata.name}: replicas ${status.currentReplicas} of at most ${spec.maxReplicas}`,
          `ScalingLimited ${limited.reason}: ${limited.message ?? ''}`,
        ],
        error: `${kind} ${name} at maxReplicas`,
      }),
    ];
  });
}

/**
 * An autoscaler that gets no figures. That alone harms nobody, so it is context here; core/diagnosis makes it the cause if its workload needs more
 * replicas.
 */
function withoutMetrics(
  cluster: Cluster,
  { metadata }: KubernetesObject,
  { kind, name }: { readonly kind: string; readonly name: string },
  {
    reason,
    message,
    lastTransitionTime,
  }: {
    reason?: string | null | undefined;
    message?: string | null | undefined;
    lastTransitionTime?: string | null | undefined;
  },
): FindingDraft {
  const { namespace } = metadata;
  const warning = newestOf(
    cluster.eventsOf('HorizontalPodAutoscaler', metadata.name, namespace).filter(({ type }) => type === 'Warning'),
  );
  const text = [message, warning?.message].filter(Boolean).join('; ');
  const why = /missing request for (\w+)/i.exec(text)?.[1];
  const explanation = why === undefined ? (reason ?? 'it gets no metrics') : `its containers request no ${why}`;
  return observed(cluster, {
    claim: `The autoscaler of ${kind} ${name} cannot count${clockTime(lastTransitionTime ?? undefined)}: ${explanation}.`,
    entity: { kind, name, cluster: cluster.name, ...(namespace ? { namespace } : {}) },
    cause: 'autoscaler-without-metrics',
    role: 'context',
    severity: 'info',
    confidence: 0.9,
    onset: lastTransitionTime ?? undefined,
    lines: [
      `HorizontalPodAutoscaler ${metadata.name}: ScalingActive False ${reason ?? ''}: ${message ?? ''}`,
      ...(warning ? [`Event ${warning.reason}: ${warning.message}`] : []),
    ],
    error: `autoscaler without metrics: ${explanation}`,
  });
}

const Policy = z.looseObject({
  spec: z.looseObject({
    podSelector: LabelSelector,
    policyTypes: z.array(z.string()).nullish(),
    ingress: z
      .array(
        z.looseObject({
          from: z
            .array(
              z.looseObject({
                podSelector: LabelSelector.nullish(),
                namespaceSelector: z.unknown().optional(),
                ipBlock: z.unknown().optional(),
              }),
            )
            .nullish(),
        }),
      )
      .nullish(),
  }),
});

/** Policies that select a workload with a Service and block every pod in its namespace, if no other policy allows one. */
export function networkPolicies(cluster: Cluster): FindingDraft[] {
  const policies = cluster.items.flatMap((item) => {
    const parsed = Policy.safeParse(item);
    return item.kind === 'NetworkPolicy' && parsed.success ? [{ item, spec: parsed.data.spec }] : [];
  });
  return cluster.workloads.flatMap((workload) => {
    const own = workload.spec.template.metadata?.labels ?? {};
    const selecting = policies.filter(
      ({ item, spec }) =>
        item.metadata.namespace === workload.metadata.namespace &&
        (spec.policyTypes ?? ['Ingress']).includes('Ingress') &&
        selects(spec.podSelector, own),
    );
    const closed = selecting.filter(({ spec }) => !letsIn(spec, cluster, workload));
    const [first] = closed;
    if (
      !first ||
      closed.length < selecting.length ||
      !cluster.has('Service', workload.metadata.name, workload.metadata.namespace)
    )
      return [];
    return [policyFinding(cluster, workload, first.item)];
  });
}

function policyFinding(cluster: Cluster, workload: Workload, policy: KubernetesObject): FindingDraft {
  const entity: EntityRef = cluster.entityOf(workload);
  const made = typeof policy.metadata.creationTimestamp === 'string' ? policy.metadata.creationTimestamp : undefined;
  return observed(cluster, {
    claim: `NetworkPolicy ${policy.metadata.name} selects the pods of ${entity.name} and lets no pod of their namespace in.`,
    entity,
    cause: 'network-policy',
    severity: 'major',
    // Some services have callers only from elsewhere, or none.
    confidence: 0.7,
    onset: made,
    lines: [`NetworkPolicy ${policy.metadata.name}${made === undefined ? '' : ` of ${made}`}: no rule lets a pod in`],
    error: `network policy ${policy.metadata.name}`,
  });
}

function letsIn({ ingress }: z.infer<typeof Policy>['spec'], cluster: Cluster, workload: Workload): boolean {
  const otherWorkloads = cluster.workloads.filter(
    (one) => one !== workload && one.metadata.namespace === workload.metadata.namespace,
  );
  return (ingress ?? []).some(({ from }) => {
    if (!from || from.length === 0) return true;
    return from.some(({ podSelector, namespaceSelector, ipBlock }) => {
      if (namespaceSelector !== undefined || ipBlock !== undefined || !podSelector) return true;
      return otherWorkloads.some((one) => selects(podSelector, one.spec.template.metadata?.labels));
    });
  });
}
