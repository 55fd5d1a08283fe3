export { type ClusterAccess, fromKubeconfig } from './access.ts';
export { kubernetesChanges } from './changes.ts';
export { fromEks } from './eks.ts';
export { kubernetesExecutor } from './executor.ts';
export { kubernetesLogs } from './logs.ts';
export { kubernetesSource } from './snapshot.ts';
export { kubernetesTargets } from './targets.ts';
