// Every object before and after: what changed that nobody was to touch.
import { createHash } from 'node:crypto';
import { canonical } from '../../core/canonical.ts';
import type { ClusterApi } from './api.ts';
import { type ClusterObject, comparedKinds, Node, pathOf } from './objects.ts';

/** A digest of each object's wishes (not of its status), by kind and name. */
export type Inventory = ReadonlyMap<string, string>;

export async function takeInventory(api: ClusterApi, namespace: string): Promise<Inventory> {
  const lists = await Promise.all(
    comparedKinds.map(async (kind) => (await api.list(pathOf(kind, namespace))).map((one) => [kind, one] as const)),
  );
  return new Map(lists.flat().map(([kind, object]) => [`${kind}/${object.metadata.name}`, digestOf(object)]));
}

function digestOf({ metadata, status: _, ...rest }: ClusterObject): string {
  // Whether it is cordoned; its taints come and go with its state.
  if (rest.kind === 'Node') return String(Node.parse({ ...rest, metadata }).spec?.unschedulable ?? false);
  const { labels, annotations = {} } = metadata;
  // Written by controllers, not by people.
  const { 'deployment.kubernetes.io/revision': __, ...others } = annotations;
  return createHash('sha256')
    .update(canonical({ labels, annotations: others, ...rest }))
    .digest('hex');
}

/** What differs, in words. */
export function changesBetween(before: Inventory, after: Inventory): readonly string[] {
  const names = [...new Set([...before.keys(), ...after.keys()])].sort();
  return names.flatMap((name) => {
    const [old, now] = [before.get(name), after.get(name)];
    if (old === now) return [];
    return [`${name} ${old === undefined ? 'is new' : now === undefined ? 'is gone' : 'is another'}`];
  });
}
