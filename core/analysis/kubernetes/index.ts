// Runs every Kubernetes analyzer over every snapshot. To add an analyzer, add an entry here and its test.

import type { FindingDraft } from '../../model/report-draft.ts';
import type { KubernetesSnapshot } from '../../model/telemetry.ts';
import { admission } from './admission.ts';
import { withChangedPorts } from './changed-ports.ts';
import { type Cluster, indexCluster } from './cluster.ts';
import { configuredRoutes } from './configured-routes.ts';
import { crashes } from './crashes.ts';
import { dns } from './dns.ts';
import { disruptionBudgets, evictions } from './evictions.ts';
import { images } from './images.ts';
import { jobs } from './jobs.ts';
import { autoscalers, networkPolicies } from './limits.ts';
import { mesh } from './mesh.ts';
import { networkPlugins } from './network-plugin.ts';
import { blockedCalls } from './network-policies.ts';
import { nodes } from './nodes.ts';
import { ports } from './ports.ts';
import { preemption } from './preemption.ts';
import { probes } from './probes.ts';
import { reclaimed } from './reclaimed.ts';
import { refusals } from './refusals.ts';
import { rollouts } from './rollouts.ts';
import { routes } from './routes.ts';
import { scheduling } from './scheduling.ts';
import { environment, services } from './services.ts';
import { starting } from './starting.ts';
import { unavailable } from './unavailable.ts';
import { volumes } from './volumes.ts';
import { webhooks } from './webhooks.ts';

const analyzers: readonly ((cluster: Cluster) => FindingDraft[])[] = [
  images,
  scheduling,
  volumes,
  admission,
  webhooks,
  refusals,
  preemption,
  starting,
  crashes,
  probes,
  services,
  environment,
  ports,
  dns,
  routes,
  configuredRoutes,
  mesh,
  autoscalers,
  networkPolicies,
  blockedCalls,
  rollouts,
  jobs,
  nodes,
  networkPlugins,
  reclaimed,
  evictions,
  disruptionBudgets,
];

/** Pure: snapshots in, findings out, in the order of the table. */
export function analyzeClusters(snapshots: readonly KubernetesSnapshot[]): FindingDraft[] {
  return snapshots.flatMap((snapshot) => {
    const cluster = indexCluster(snapshot);
    const found = withChangedPorts(
      cluster,
      analyzers.flatMap((analyze) => analyze(cluster)),
    );
    return [...found, ...unavailable(cluster, found)];
  });
}

/** Changes that the clusters record themselves. */
export { revisionChanges } from './changes.ts';
/** Recovery signals of the entities in focus. */
export { health } from './health.ts';
/** Healthy observations that refute causes. */
export { observationsOf } from './observations.ts';
/** The call graph that the clusters show. */
export { topologyOf } from './topology.ts';
