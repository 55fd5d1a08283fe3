// Tells where a Service leads by the cluster's own lists of addresses: Endpoints, or EndpointSlices.
import * as z from 'zod';
import type { Cluster } from './cluster.ts';
import type { Service } from './objects.ts';

const Slice = z.looseObject({
  endpoints: z
    .array(
      z.looseObject({
        addresses: z.array(z.unknown()).nullish(),
        conditions: z.looseObject({ ready: z.boolean().nullish() }).nullish(),
      }),
    )
    .nullish(),
});

/** The number of ready addresses; undefined if the snapshot has no list for the Service. */
export function readyAddresses(cluster: Cluster, { metadata: { name, namespace } }: Service): number | undefined {
  const lists = cluster.endpoints.filter(({ metadata }) => metadata.name === name && metadata.namespace === namespace);
  const slices = cluster.items.flatMap((item) => {
    const isOwn =
      item.kind === 'EndpointSlice' &&
      item.metadata.namespace === namespace &&
      item.metadata.labels?.['kubernetes.io/service-name'] === name;
    const slice = isOwn ? Slice.safeParse(item).data : undefined;
    return slice ? [slice] : [];
  });
  if (lists.length + slices.length === 0) return undefined;
  return (
    lists.flatMap(({ subsets }) => subsets.flatMap(({ addresses }) => addresses ?? [])).length +
    slices.flatMap(({ endpoints }) => (endpoints ?? []).filter(({ conditions }) => conditions?.ready !== false)).length
  );
}

export const hasReadyEndpoints = (cluster: Cluster, service: Service): boolean =>
  (readyAddresses(cluster, service) ?? 0) > 0;
