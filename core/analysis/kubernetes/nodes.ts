// Finds unhealthy nodes by their conditions (not ready, under pressure, or with the kubelet or container runtime down) and nodes at their limit of
// pods.
import type { CauseCode } from '../../causes/causes.ts';
import type { FindingDraft } from '../../model/report-draft.ts';
import type { Cluster } from './cluster.ts';
import { clockTime, count, observed } from './finding.ts';
import type { Node, Pod } from './objects.ts';
import { bytesOf } from './quantity.ts';

export function nodes(cluster: Cluster): FindingDraft[] {
  return cluster.nodes.flatMap((node) => {
    const entity = { kind: 'Node', name: node.metadata.name, cluster: cluster.name };
    const conditions = node.status?.conditions ?? [];
    const ready = conditions.find((one) => one.type === 'Ready');
    const warnings = cluster
      .eventsOf('Node', node.metadata.name, undefined)
      .filter((event) => event.type === 'Warning');
    if (ready && ready.status !== 'True') {
      const text = `${ready.reason ?? ''} ${ready.message ?? ''} ${warnings.map((event) => event.message ?? '').join(' ')}`;
      // "container runtime network not ready" concerns the network plugin; the runtime itself is working.
      const runtime = /container runtime(?! network)|PLEG|containerd/i;
      const cause: CauseCode = runtime.test(text)
        ? 'node-container-runtime'
        : /kubelet stopped posting/i.test(text)
          ? 'node-kubelet'
          : 'node-not-ready';
      return [
        observed(cluster, {
          claim:
            `Node ${node.metadata.name} is not ready${clockTime(ready.lastTransitionTime ?? undefined)}: ${ready.message ?? ready.reason ?? ''}`.slice(
              0,
              390,
            ),
          entity,
          cause,
          confidence: 0.93,
          onset: ready.lastTransitionTime ?? undefined,
          lines: [`Node ${node.metadata.name}: Ready ${ready.status} ${ready.reason ?? ''}: ${ready.message ?? ''}`],
          error: `${ready.reason ?? ''}: ${ready.message ?? ''}`,
        }),
      ];
    }
    const pressures = conditions
      .filter((one) => one.type.endsWith('Pressure') && one.status === 'True')
      .map((one) =>
        observed(cluster, {
          claim: `Node ${node.metadata.name} is under ${one.type}${clockTime(one.lastTransitionTime ?? undefined)}.`,
          entity,
          cause: 'node-pressure',
          severity: 'major',
          confidence: 0.85,
          onset: one.lastTransitionTime ?? undefined,
          lines: [`Node ${node.metadata.name}: ${one.type} True ${one.reason ?? ''}: ${one.message ?? ''}`],
        }),
      );
    return [...pressures, ...atPodLimit(cluster, node)];
  });
}

/** Pods that hold a place on the node: those that ended hold none. */
const podsOn = (cluster: Cluster, { metadata }: Node): readonly Pod[] =>
  cluster.pods.filter(
    ({ spec, status }) => spec.nodeName === metadata.name && !/^(?:Succeeded|Failed)$/.test(status.phase ?? ''),
  );

export interface PodPlaces {
  readonly taken: readonly Pod[];
  readonly limit: number;
}

/**
 * Undefined unless the node holds as many pods as it may. Where the snapshot lacks some namespaces, fewer pods are counted than run, so a full node
 * may be missed, but none is called full that is not.
 */
export function fullPlacesOf(cluster: Cluster, node: Node): PodPlaces | undefined {
  const limit = bytesOf(node.status?.allocatable.pods);
  const taken = podsOn(cluster, node);
  return limit > 0 && taken.length >= limit ? { taken, limit } : undefined;
}

function atPodLimit(cluster: Cluster, node: Node): FindingDraft[] {
  const places = fullPlacesOf(cluster, node);
  if (!places) return [];
  const { name } = node.metadata;
  const owners = Map.groupBy(places.taken, ({ metadata }) => {
    const owner = cluster.ownerOf('Pod', metadata.name, metadata.namespace);
    return `${owner.kind} ${owner.namespace ? `${owner.namespace}/` : ''}${owner.name}`;
  });
  const most = [...owners].map(([owner, { length }]) => ({ owner, length })).sort((a, b) => b.length - a.length);
  const [first] = most;
  const share = first && first.length > 1 ? `, ${first.length} of them of ${first.owner}` : '';
  return [
    observed(cluster, {
      claim: `Node ${name} is at its pod limit: it runs ${places.taken.length} of ${count(places.limit, 'pod')}${share}.`,
      entity: { kind: 'Node', name, cluster: cluster.name },
      cause: 'scheduling-node-full',
      severity: 'major',
      confidence: 0.85,
      lines: [
        `Node ${name}: ${places.taken.length} pods, allocatable ${places.limit}`,
        ...most.slice(0, 8).map(({ owner, length }) => `${count(length, 'pod')} of ${owner}`),
      ],
    }),
  ];
}
