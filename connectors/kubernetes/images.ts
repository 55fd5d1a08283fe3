// Reads which images the pods of the paged service and of its neighbours run, selected by the API server.
import * as z from 'zod';
import { amongClusters, type Scope } from '../../core/model/scope.ts';
import type { ImageInUse, ImagesInUse, MakeImages } from '../source-kind.ts';
import type { ClusterAccess } from './access.ts';
import { clustersOf } from './clusters.ts';
import { eachObject } from './list.ts';
import { listsFor, serviceOf } from './logs.ts';
import type { KubernetesSettings } from './manifest.ts';

const Containers = z
  .array(z.looseObject({ image: z.string().max(600).nullish() }))
  .max(100)
  .nullish();
const Pod = z.looseObject({
  metadata: z.looseObject({ name: z.string(), labels: z.record(z.string(), z.string()).nullish() }),
  spec: z.looseObject({ containers: Containers, initContainers: Containers }),
});

export const images: MakeImages<KubernetesSettings> = async (settings, { secret, aws }) => {
  const clusters = await clustersOf(settings, secret('reader'), aws);
  return (scope) => imagesIn(clusters, scope);
};

export async function imagesIn(clusters: readonly ClusterAccess[], asked: Scope): Promise<ImagesInUse> {
  const scope: Scope = {
    ...amongClusters(
      asked,
      clusters.map(({ name }) => name),
    ),
    reach: 'neighbourhood',
  };
  const read = await Promise.all(clusters.map((cluster) => imagesOf(cluster, scope)));
  return { images: read.flatMap((one) => one.images), missing: read.flatMap((one) => one.missing) };
}

async function imagesOf(cluster: ClusterAccess, scope: Scope): Promise<ImagesInUse> {
  const services = new Set([...(scope.service === undefined ? [] : [scope.service]), ...scope.neighbours]);
  // Without a namespace, the last list is of all pods of the cluster, of which nobody knows whose they are.
  const lists = listsFor(cluster, scope).filter(
    ({ path, labels }) => labels !== undefined || path.includes('/namespaces/'),
  );
  const images: ImageInUse[] = [];
  const answers = await Promise.all(
    lists.map((list) =>
      eachObject(cluster, list, (item) => {
        const pod = Pod.safeParse(item).data;
        const service = pod && whoseIs(pod.metadata, services, scope);
        if (pod === undefined || service === undefined) return;
        const all = [...(pod.spec.initContainers ?? []), ...(pod.spec.containers ?? [])];
        images.push(...all.flatMap(({ image }) => (image ? [{ service, reference: image }] : [])));
      }),
    ),
  );
  const failed = answers.find((one) => one.failed !== undefined)?.failed;
  if (failed !== undefined) return { images: [], missing: [`the images of pods in ${cluster.name} (${failed.why})`] };
  return { images, missing: [] };
}

/** The service by its labels, or by the beginning of its name, which is its workload's; the longest name counts. */
function whoseIs(
  { name, labels }: { readonly name: string; readonly labels?: Record<string, string> | null | undefined },
  services: ReadonlySet<string>,
  scope: Scope,
): string | undefined {
  const labelled = serviceOf({ labels }, scope);
  if (labelled !== undefined && services.has(labelled)) return labelled;
  return [...services].filter((one) => name.startsWith(`${one}-`)).sort((a, b) => b.length - a.length)[0];
}
