// Finds workloads whose pods had to make room for pods of a higher priority, and names what took their place and why it outranks them.
import * as z from 'zod';
import type { EntityRef } from '../../model/entity.ts';
import type { FindingDraft } from '../../model/report-draft.ts';
import { type Cluster, replicasOf } from './cluster.ts';
import { firstTimeOf } from './event-times.ts';
import { clockTime, count, earliest, observed } from './finding.ts';
import type { KubernetesEvent, Pod } from './objects.ts';

const Priority = z.looseObject({ priority: z.number().nullish(), priorityClassName: z.string().nullish() });
const PriorityClass = z.looseObject({ value: z.number(), globalDefault: z.boolean().nullish() });

export function preemption(cluster: Cluster): FindingDraft[] {
  const events = cluster.events.filter(
    ({ reason, involvedObject }) => reason === 'Preempted' && involvedObject.kind === 'Pod',
  );
  const groups = Map.groupBy(events, ({ involvedObject: { name, namespace }, metadata }) => {
    const owner = cluster.ownerOf('Pod', name ?? '', namespace ?? metadata.namespace);
    return `${owner.kind}/${owner.namespace}/${owner.name}`;
  });
  return [...groups.values()].flatMap((group) => preempted(cluster, group) ?? []);
}

function preempted(cluster: Cluster, events: readonly KubernetesEvent[]): FindingDraft | undefined {
  const [event] = events;
  if (!event) return undefined;
  const { name, namespace } = event.involvedObject;
  const entity = cluster.ownerOf('Pod', name ?? '', namespace ?? event.metadata.namespace);
  const workload = cluster.workloads.find(
    (one) =>
      one.kind === entity.kind && one.metadata.name === entity.name && one.metadata.namespace === entity.namespace,
  );
  // Its pods found another place in the meantime.
  if (workload && replicasOf(workload).available >= replicasOf(workload).desired) return undefined;
  const onset = earliest(events.map(firstTimeOf));
  const takers = takersOf(cluster, events, entity, onset);
  const [taker] = takers;
  const owner = taker && cluster.ownerOf('Pod', taker.metadata.name, taker.metadata.namespace);
  const priority = taker && Priority.safeParse(taker.spec).data;
  const by = owner
    ? `pods of ${owner.kind} ${owner.namespace ? `${owner.namespace}/` : ''}${owner.name}`
    : 'other pods';
  const rank = priority?.priorityClassName ? `, which have priority class ${priority.priorityClassName}` : '';
  const made = classOf(cluster, priority?.priorityClassName ?? undefined);
  return observed(cluster, {
    claim: `${count(events.length, 'pod')} of ${entity.kind} ${entity.name} had to make room for ${by}${clockTime(onset)}${rank}${made.suffix}.`,
    entity,
    cause: 'preempted',
    confidence: 0.94,
    onset,
    lines: [
      ...events.slice(0, 4).map((one) => `Pod ${one.involvedObject.name}: Preempted: ${one.message ?? ''}`),
      ...takers.slice(0, 2).map((pod) => {
        const { priorityClassName, priority: value } = Priority.safeParse(pod.spec).data ?? {};
        return `Pod ${pod.metadata.name}: priority ${value ?? 0} (${priorityClassName ?? 'no class'})`;
      }),
      ...made.lines,
    ],
    error: 'preempted by pods of a higher priority',
  });
}

/** The pods that took the place: those that the events name, or else newer pods of a higher priority on the same nodes. */
function takersOf(
  cluster: Cluster,
  events: readonly KubernetesEvent[],
  victim: EntityRef,
  onset: string | undefined,
): readonly Pod[] {
  const messages = events.map(({ message }) => message ?? '').join('\n');
  const named = cluster.pods.filter(
    ({ metadata }) =>
      messages.includes(`${metadata.namespace}/${metadata.name} `) ||
      (typeof metadata.uid === 'string' && messages.includes(metadata.uid)),
  );
  if (named.length > 0) return named;
  const nodes = new Set(events.flatMap(({ message }) => /on node (\S+)/.exec(message ?? '')?.[1] ?? []));
  return cluster.pods
    .filter(({ spec, metadata }) => {
      const owner = cluster.ownerOf('Pod', metadata.name, metadata.namespace);
      const isNew = Date.parse(metadata.creationTimestamp ?? '') >= Date.parse(onset ?? '') - 10 * 60_000;
      return (
        nodes.has(spec.nodeName ?? '') &&
        isNew &&
        (Priority.safeParse(spec).data?.priority ?? 0) > 0 &&
        !(owner.name === victim.name && owner.namespace === victim.namespace)
      );
    })
    .toSorted(
      (a, b) => (Priority.safeParse(b.spec).data?.priority ?? 0) - (Priority.safeParse(a.spec).data?.priority ?? 0),
    );
}

function classOf(cluster: Cluster, name: string | undefined): { readonly suffix: string; readonly lines: string[] } {
  const item = cluster.items.find((one) => one.kind === 'PriorityClass' && one.metadata.name === name);
  const parsed = PriorityClass.safeParse(item).data;
  if (!item || !parsed) return { suffix: '', lines: [] };
  const created = item.metadata.creationTimestamp;
  const since = typeof created === 'string' ? clockTime(created) : '';
  return {
    suffix: parsed.globalDefault ? `, the default of the cluster${since}` : '',
    lines: [
      `PriorityClass ${item.metadata.name}: value ${parsed.value}${parsed.globalDefault ? ', default for all pods' : ''}${since}`,
    ],
  };
}
