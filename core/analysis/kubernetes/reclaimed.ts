// Finds nodes that their provider took back: a spot or preemptible instance that ended, or an instance that is gone. The node's object is often
// deleted by then; its events stay. Pods that ran there are found by their evictions at that time.
import * as z from 'zod';
import type { EntityRef } from '../../model/entity.ts';
import type { FindingDraft } from '../../model/report-draft.ts';
import type { Cluster } from './cluster.ts';
import { firstTimeOf } from './event-times.ts';
import { clockTime, count, earliest, observed } from './finding.ts';
import type { KubernetesEvent } from './objects.ts';

/** Reasons of Karpenter, the AWS and GCP termination handlers, AKS and the node controller. */
const reasons =
  /^(?:SpotInterrupted|SpotITN|InstanceSpotInterrupted|TerminatingOnInterruption|InstanceTerminating|InstanceStopping|PreemptScheduled|VMEventScheduled|NodePreempted|TerminationRequested|ScheduledEvent|ASGLifecycle)$/;
const words =
  /spot interruption|spot instance .{0,40}(?:terminat|interrupt|reclaim)|preemptible .{0,40}(?:terminat|preempt)|instance (?:is being |was |has been )?(?:reclaimed|preempted|terminated)|does not exist in the cloud provider/i;

/** How long before and after the notice pods of the node are evicted, in milliseconds. */
const around = 10 * 60_000;

export interface Reclaimed {
  readonly node: string;
  /** RFC 3339. */
  readonly at: string | undefined;
  readonly events: readonly KubernetesEvent[];
  /** The workloads that lost pods there. */
  readonly workloads: readonly EntityRef[];
}

export function reclaimedNodes(cluster: Cluster): readonly Reclaimed[] {
  const notices = cluster.events.filter(
    ({ involvedObject, reason, message }) =>
      involvedObject.kind === 'Node' && (reasons.test(reason ?? '') || words.test(message ?? '')),
  );
  return [...Map.groupBy(notices, ({ involvedObject }) => involvedObject.name ?? '')]
    .filter(([node]) => node !== '' && !isReady(cluster, node))
    .map(([node, events]) => {
      const at = earliest(events.map(firstTimeOf));
      return { node, at, events, workloads: lostOn(cluster, node, at) };
    });
}

export const reclaimed = (cluster: Cluster): FindingDraft[] =>
  reclaimedNodes(cluster).map(({ node, at, events, workloads }) => {
    const names = workloads.map(({ name }) => name);
    const lost = names.length === 0 ? '' : `, with pods of ${names.slice(0, 3).join(', ')}`;
    const nominated = cluster.events.find(({ reason }) => reason === 'Nominated')?.message;
    return observed(cluster, {
      claim: `Node ${node} was taken back by its provider${clockTime(at)}${lost}${nominated ? '; a new node is on its way' : ''}.`,
      entity: { kind: 'Node', name: node, cluster: cluster.name },
      cause: 'node-reclaimed',
      confidence: workloads.length > 0 ? 0.94 : 0.7,
      severity: workloads.length > 0 ? 'critical' : 'major',
      onset: at,
      lines: [
        ...events.slice(0, 4).map(({ reason, message }) => `Node ${node}: ${reason}: ${message ?? ''}`),
        ...(names.length > 0
          ? [`evicted at that time: ${count(names.length, 'workload')} (${names.slice(0, 5).join(', ')})`]
          : []),
        ...(nominated ? [`Nominated: ${nominated}`] : []),
      ],
      error: `node taken back: ${events[0]?.reason ?? ''}`,
    });
  });

const isReady = (cluster: Cluster, name: string): boolean =>
  cluster.nodes
    .find(({ metadata }) => metadata.name === name)
    ?.status?.conditions.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;

const leaves = new Set(['Evicted', 'TaintManagerEviction', 'NodeShutdown', 'Killing', 'Disrupted']);
const Source = z.looseObject({ host: z.string().nullish() });

/** Rollouts kill pods everywhere, so a kill has to name the node. */
function isThere(event: KubernetesEvent, node: string): boolean {
  const host = Source.safeParse(event.source).data?.host;
  return host ? host === node : event.reason !== 'Killing';
}

/** Workloads with a pod that left at that time and is gone, or that is still recorded on the node. */
function lostOn(cluster: Cluster, node: string, at: string | undefined): readonly EntityRef[] {
  const gone = cluster.events.filter(
    (event) =>
      event.involvedObject.kind === 'Pod' &&
      leaves.has(event.reason ?? '') &&
      isThere(event, node) &&
      Math.abs(Date.parse(firstTimeOf(event) ?? '') - Date.parse(at ?? '')) < around &&
      !cluster.has('Pod', event.involvedObject.name ?? '', event.involvedObject.namespace ?? undefined),
  );
  const owners = [
    ...gone.map(({ involvedObject: { name, namespace }, metadata }) =>
      cluster.ownerOf('Pod', name ?? '', namespace ?? metadata.namespace),
    ),
    ...cluster.pods
      .filter(({ spec }) => spec.nodeName === node)
      .map(({ metadata }) => cluster.ownerOf('Pod', metadata.name, metadata.namespace)),
  ];
  return [...new Map(owners.map((one) => [`${one.kind}/${one.namespace}/${one.name}`, one])).values()];
}
