// Observations that refute a cause and are no findings: what a source sees to be well. Checks of causes read them by kind.
import * as z from 'zod';

/**
 * `image-pulled`: a node pulled the very image that pods of the entity cannot pull, and after they failed to. `registry-answers`: another image of the same
 * registry was pulled. `no-cpu-limit`: no container of the entity has a CPU limit. `kubelet-reported`: the kubelet of the node reported to the
 * cluster. `all-pods-available`: every pod that the entity should have is available. `pod-scheduled`: the scheduler of the cluster placed a pod.
 */
export const ObservationKind = z.enum([
  'image-pulled',
  'registry-answers',
  'no-cpu-limit',
  'kubelet-reported',
  'all-pods-available',
  'pod-scheduled',
]);
export type ObservationKind = z.infer<typeof ObservationKind>;
