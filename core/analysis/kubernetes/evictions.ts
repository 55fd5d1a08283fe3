// Finds pods that a node evicted, and disruption budgets that allow no eviction.

import * as z from 'zod';
import type { FindingDraft } from '../../model/report-draft.ts';
import { LabelSelector, owns } from '../../selectors.ts';
import type { Cluster } from './cluster.ts';
import { clockTime, count, earliest, observed } from './finding.ts';
import type { Pod } from './objects.ts';

/** An evicted pod stays on record for days. An eviction older than this, in milliseconds, belongs to another incident. */
const lately = 2 * 3600_000;

/** Evictions by node, with the resource that ran short. A pod that exceeds its own limit of local storage is attributed to its workload. */
export function evictions(cluster: Cluster): FindingDraft[] {
  const evicted = cluster.pods.filter(({ status }) => status.reason === 'Evicted');
  const recent = evicted.filter((pod) => Date.parse(cluster.takenAt) - Date.parse(whenOf(cluster, pod) ?? '') < lately);
  const own = recent.filter(({ status }) =>
    /exceeds the (?:total )?limit|exceeded its local ephemeral storage/i.test(status.message ?? ''),
  );
  const byNode = Map.groupBy(
    recent.filter((pod) => !own.includes(pod)),
    ({ spec }) => spec.nodeName ?? '',
  );
  const byWorkload = Map.groupBy(own, (pod) =>
    JSON.stringify(cluster.ownerOf('Pod', pod.metadata.name, pod.metadata.namespace)),
  );
  return [
    ...[...byNode].flatMap(([node, pods]) => (node === '' ? [] : [byNodeFinding(cluster, node, pods)])),
    ...[...byWorkload.values()].flatMap((pods) => workloadFinding(cluster, pods)),
  ];
}

const whenOf = (cluster: Cluster, pod: Pod): string | undefined =>
  earliest([
    ...cluster
      .eventsOf('Pod', pod.metadata.name, pod.metadata.namespace)
      .flatMap(({ reason, firstTimestamp }) => (reason === 'Evicted' ? [firstTimestamp] : [])),
    ...pod.status.conditions.flatMap(({ type, lastTransitionTime }) =>
      type === 'DisruptionTarget' ? [lastTransitionTime] : [],
    ),
  ]) ??
  pod.status.startTime ??
  undefined;

function byNodeFinding(cluster: Cluster, node: string, pods: readonly Pod[]): FindingDraft {
  const onset = earliest(pods.map((pod) => whenOf(cluster, pod)));
  const short = /low on resource: ([\w-]+)/i.exec(pods[0]?.status.message ?? '')?.[1];
  return observed(cluster, {
    claim: `Node ${node} evicted ${count(pods.length, 'pod')}${clockTime(onset)}${short ? ` because it ran short of ${short}` : ''}.`,
    entity: { kind: 'Node', name: node, cluster: cluster.name },
    cause: 'node-pressure',
    confidence: 0.88,
    onset,
    lines: pods.map(({ metadata, status }) => `Pod ${metadata.name}: Evicted: ${status.message ?? ''}`),
    error: `evicted${short ? ` for want of ${short}` : ''}`,
  });
}

function workloadFinding(cluster: Cluster, pods: readonly Pod[]): FindingDraft[] {
  const [pod] = pods;
  if (!pod) return [];
  const entity = cluster.ownerOf('Pod', pod.metadata.name, pod.metadata.namespace);
  const onset = earliest(pods.map((one) => whenOf(cluster, one)));
  return [
    observed(cluster, {
      claim: `${count(pods.length, 'pod')} of ${entity.kind} ${entity.name} used more local storage than allowed and ${pods.length === 1 ? 'was' : 'were'} evicted${clockTime(onset)}.`,
      entity,
      cause: 'disk-full',
      confidence: 0.88,
      onset,
      lines: pods.map(({ metadata, status }) => `Pod ${metadata.name}: Evicted: ${status.message ?? ''}`),
      error: 'evicted over its limit of local storage',
    }),
  ];
}

const Budget = z.looseObject({
  spec: z.looseObject({
    selector: LabelSelector.nullish(),
  }),
  status: z.looseObject({
    disruptionsAllowed: z.number(),
    currentHealthy: z.number(),
    desiredHealthy: z.number(),
    expectedPods: z.number(),
  }),
});
const refuses = /violate the pod's disruption budget|disruption budget .{0,80}(?:needs|prevents)|Cannot evict pod/i;

/** A budget that allows no disruption matters only if something wants one: a refused drain, or a cordoned node with pods still on it. */
export function disruptionBudgets(cluster: Cluster): FindingDraft[] {
  const cordoned = new Set(
    cluster.nodes.filter(({ spec }) => spec?.unschedulable).map(({ metadata }) => metadata.name),
  );
  return cluster.items.flatMap((item) => {
    const parsed = item.kind === 'PodDisruptionBudget' ? Budget.safeParse(item) : undefined;
    if (!parsed?.success) return [];
    const { spec, status } = parsed.data;
    if (status.disruptionsAllowed > 0 || status.expectedPods === 0) return [];
    const pods = cluster.pods.filter(
      ({ metadata }) => metadata.namespace === item.metadata.namespace && owns(spec.selector, metadata.labels),
    );
    const refused = pods
      .flatMap(({ metadata }) => cluster.eventsOf('Pod', metadata.name, metadata.namespace))
      .concat(cluster.eventsOf('PodDisruptionBudget', item.metadata.name, item.metadata.namespace))
      .filter(({ message }) => refuses.test(message ?? ''));
    const stay = pods.filter(({ spec: { nodeName } }) => nodeName != null && cordoned.has(nodeName));
    const [pod] = pods;
    if (!pod || (refused.length === 0 && stay.length === 0)) return [];
    const entity = cluster.ownerOf('Pod', pod.metadata.name, pod.metadata.namespace);
    return [
      observed(cluster, {
        claim: `PodDisruptionBudget ${item.metadata.name} lets no pod of ${entity.kind} ${entity.name} go: ${status.currentHealthy} of ${status.desiredHealthy} that have to be healthy are.`,
        entity,
        cause: 'disruption-budget',
        role: refused.length > 0 ? 'cause' : 'symptom',
        severity: refused.length > 0 ? 'major' : 'minor',
        confidence: refused.length > 0 ? 0.8 : 0.5,
        onset: earliest(refused.map(({ firstTimestamp }) => firstTimestamp)),
        lines: [
          `PodDisruptionBudget ${item.metadata.name}: allowed 0, healthy ${status.currentHealthy}, wanted ${status.desiredHealthy}`,
          ...refused.slice(0, 3).map(({ reason, message }) => `${reason}: ${message}`),
          ...stay
            .slice(0, 3)
            .map(({ metadata, spec: { nodeName } }) => `Pod ${metadata.name} stays on cordoned node ${nodeName}`),
        ],
        error: `disruption budget ${item.metadata.name}`,
      }),
    ];
  });
}
