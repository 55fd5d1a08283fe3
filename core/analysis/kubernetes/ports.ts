// Finds two containers of one pod that listen on the same port. Containers of a pod share its network, so only one of them can run.
import type { FindingDraft } from '../../model/report-draft.ts';
import type { Cluster } from './cluster.ts';
import { observed } from './finding.ts';
import type { Pod } from './objects.ts';

export function ports(cluster: Cluster): FindingDraft[] {
  return cluster.workloads.flatMap((workload) => {
    const entity = cluster.entityOf(workload);
    const listening = workload.spec.template.spec.containers.flatMap((container) =>
      container.ports.map((port) => ({
        container: container.name,
        port: `${port.containerPort}/${port.protocol ?? 'TCP'}`,
      })),
    );
    const shared = [...Map.groupBy(listening, ({ port }) => port)].filter(
      ([, ones]) => new Set(ones.map(({ container }) => container)).size > 1,
    );
    return shared.map(([port, ones]) => {
      const names = [...new Set(ones.map(({ container }) => container))];
      const restarting = restartingOf(cluster.podsOf(entity), names);
      return observed(cluster, {
        claim: `Containers ${names.join(' and ')} of ${workload.kind} ${workload.metadata.name} both listen on port ${port}${restarting === undefined ? '' : `, and ${restarting} does not stay up`}.`,
        entity,
        cause: 'port-conflict',
        // A declared port is only information. If one of the containers keeps restarting, both really use the port.
        confidence: restarting === undefined ? 0.6 : 0.94,
        severity: restarting === undefined ? 'major' : 'critical',
        lines: [
          ...ones.map(
            (one) => `${workload.kind} ${workload.metadata.name}: container ${one.container}: port ${one.port}`,
          ),
          ...(restarting === undefined ? [] : [`container ${restarting} restarts or waits`]),
        ],
        error: `two containers on port ${port}`,
      });
    });
  });
}

function restartingOf(pods: readonly Pod[], names: readonly string[]): string | undefined {
  return pods
    .flatMap((pod) => pod.status.containerStatuses)
    .find(
      (status) =>
        names.includes(status.name) &&
        (status.restartCount > 0 || status.state?.waiting?.reason === 'CrashLoopBackOff'),
    )?.name;
}
