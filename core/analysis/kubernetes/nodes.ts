// Finds unhealthy nodes by their conditions: not ready, under pressure, or with the kubelet or container runtime down.
import type { CauseCode } from '../../causes/causes.ts';
import type { FindingDraft } from '../../model/report-draft.ts';
import type { Cluster } from './cluster.ts';
import { clockTime, observed } from './finding.ts';

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
    return conditions
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
  });
}
