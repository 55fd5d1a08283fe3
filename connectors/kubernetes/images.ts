// Reads which images the pods of the paged service and of its neighbours run: one page a list, selected by the API server.
import * as z from 'zod';
import { amongClusters, type Scope } from '../../core/model/scope.ts';
import type { ImageInUse, ImagesInUse, MakeImages } from '../source-kind.ts';
import { type ClusterAccess, statusText } from './access.ts';
import { clustersOf } from './clusters.ts';
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
const Pods = z.looseObject({ items: z.array(z.unknown()) });

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
    (path) => path.includes('labelSelector=') || path.includes('/namespaces/'),
  );
  const replies = await Promise.all(lists.map((path) => cluster.request(path)));
  const images: ImageInUse[] = [];
  for (const reply of replies) {
    const page = Pods.safeParse(reply.body);
    if (reply.status !== 200 || !page.success)
      return { images: [], missing: [`the images of pods in ${cluster.name} (${statusText(reply)})`] };
    for (const item of page.data.items) {
      const pod = Pod.safeParse(item).data;
      const service = pod && whoseIs(pod.metadata, services, scope);
      if (pod === undefined || service === undefined) continue;
      const all = [...(pod.spec.initContainers ?? []), ...(pod.spec.containers ?? [])];
      images.push(...all.flatMap(({ image }) => (image ? [{ service, reference: image }] : [])));
    }
  }
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
