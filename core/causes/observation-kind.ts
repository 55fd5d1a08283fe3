// Kinds of observations that something is healthy. They refute causes and are not findings; the checks of causes read them by kind.
import * as z from 'zod';

/**
 * `image-pulled`: after pods of the entity failed to pull an image, a node pulled that very image. `registry-answers`: another image of the same
 * registry was pulled. `no-cpu-limit`: no container of the entity has a CPU limit. `kubelet-reported`: the node's kubelet reported to the cluster.
 * `image-runs-elsewhere`: another pod runs the image that pods of the entity cannot pull. `endpoints-ready`: the Service lists ready addresses.
 * `all-pods-available`: every desired pod of the entity is available. `pod-scheduled`: the cluster's scheduler placed a pod. `traffic-steady`: the
 * entity's traffic was measured and did not rise. `none-throttled`: requests or invocations were measured and none was throttled. `no-failover`: the
 * database's events of two weeks were read, and none since the baseline is a failover or restart. `targets-healthy`: the load balancer finds all
 * targets of the group healthy.
 */
export const ObservationKind = z.enum([
  'image-pulled',
  'image-runs-elsewhere',
  'endpoints-ready',
  'registry-answers',
  'no-cpu-limit',
  'kubelet-reported',
  'all-pods-available',
  'pod-scheduled',
  'traffic-steady',
  'none-throttled',
  'no-failover',
  'targets-healthy',
]);
export type ObservationKind = z.infer<typeof ObservationKind>;
