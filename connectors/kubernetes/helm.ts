// Reads deliveries from Helm's releases: Secrets of the type helm.sh/release.v1, of which only the metadata is requested, so that no value and no
// manifest leaves the API server. One Secret is one revision of a release.
import * as z from 'zod';
import type { EntityRef } from '../../core/model/entity.ts';
import { type Delivery, listed, Metadata, text } from './delivery.ts';
import type { Kind } from './list.ts';

export const releases: Kind = {
  kind: 'Helm release',
  path: 'api/v1/secrets',
  fields: 'type=helm.sh/release.v1',
  labels: 'owner=helm',
  metadataOnly: true,
};

const seconds = z
  .string()
  .regex(/^\d{9,11}$/)
  .transform((value) => Number(value) * 1000)
  .optional()
  .catch(undefined);
const Release = z.object({
  metadata: Metadata.extend({
    labels: z.object({
      name: z.string().min(1).max(253),
      owner: z.literal('helm'),
      status: text(30),
      version: z.string().regex(/^\d{1,9}$/),
      createdAt: seconds,
      modifiedAt: seconds,
    }),
    managedFields: listed(z.object({ manager: text(100) }), 20),
  }),
});

/** A release's revision as a chart, where Flux says which one it is. */
export interface Chart {
  readonly name?: string | undefined;
  readonly version?: string | undefined;
}
export const releaseKey = (namespace: string | undefined, name: string, revision: number | string): string =>
  `${namespace ?? '-'}/${name}@${revision}`;

/** A hook may run for minutes before Helm changes the first workload. */
const longest = 10 * 60_000;

export function helmDelivery(item: unknown, cluster: string): Omit<Delivery, 'workloads'>[] {
  const read = Release.safeParse(item);
  if (!read.success) return [];
  const { metadata } = read.data;
  const { name, status = 'unknown', version, createdAt, modifiedAt } = metadata.labels;
  const created = metadata.creationTimestamp ?? createdAt;
  const removed = status === 'uninstalled' || status === 'uninstalling';
  // `modifiedAt` of a superseded revision is the time of its successor; only the newest revision's own state ended then.
  const ended = status === 'deployed' || status === 'failed' ? modifiedAt : undefined;
  const started = removed ? (modifiedAt ?? created) : created;
  if (started === undefined) return [];
  const manager = metadata.managedFields[0]?.manager;
  const what = removed
    ? 'uninstalled'
    : version === '1'
      ? 'installed'
      : status === 'failed'
        ? 'failed to bring'
        : 'brought';
  const state = status.startsWith('pending') ? `, ${status}` : '';
  return [
    {
      id: `helm/${cluster}/${releaseKey(metadata.namespace, name, version)}`,
      kind: 'deploy',
      started,
      ended: Math.max(started, Math.min(ended ?? started + longest, started + longest)),
      title: `Helm ${what} revision ${version} of release ${name}${state}`,
      author: manager === undefined || /^helm$/i.test(manager) ? undefined : manager,
      place: { service: name, namespace: metadata.namespace, cluster },
    },
  ];
}

/** Kinds whose objects Helm labels. Deployments are read for their revisions in any case. */
export const helmWorkloads: readonly Kind[] = [
  { kind: 'StatefulSet', path: 'apis/apps/v1/statefulsets' },
  { kind: 'DaemonSet', path: 'apis/apps/v1/daemonsets' },
].map((one) => ({ ...one, labels: 'app.kubernetes.io/managed-by=Helm', metadataOnly: true }));

/** The release that an object belongs to, as `namespace/name`. */
export function releaseOf(
  { namespace }: Pick<EntityRef, 'namespace'>,
  annotations: Readonly<Record<string, string>> | null | undefined,
): string | undefined {
  const name = annotations?.['meta.helm.sh/release-name'];
  return name && `${annotations?.['meta.helm.sh/release-namespace'] ?? namespace ?? '-'}/${name}`;
}
