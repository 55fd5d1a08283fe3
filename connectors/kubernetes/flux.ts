// Reads deliveries from Flux: a Kustomization's history (Flux 2.7 and later) with the inventory of its objects, and which chart each revision of a
// Helm release was. Older versions of Flux record no times of their Kustomizations.
import * as z from 'zod';
import {
  type Delivery,
  isCommit,
  listed,
  Metadata,
  pageOf,
  part,
  shortened,
  text,
  time,
  workloadOf,
} from './delivery.ts';
import { type Chart, releaseKey } from './helm.ts';
import type { Kind } from './list.ts';

const flux = (kind: string, group: string, plural: string): Kind => ({
  kind: `Flux ${kind}`,
  path: `apis/${group}.toolkit.fluxcd.io/${plural}`,
  extension: true,
});
export const kustomizations = flux('Kustomization', 'kustomize', 'v1/kustomizations');
export const helmReleases = flux('HelmRelease', 'helm', 'v2/helmreleases');
export const gitRepositories = flux('GitRepository', 'source', 'v1/gitrepositories');

const Repository = z.object({ metadata: Metadata, spec: z.object({ url: z.string().max(500) }) });

/** A GitRepository's key and address. */
export function repositoryOf(item: unknown): readonly [key: string, url: string] | undefined {
  const read = Repository.safeParse(item);
  return read.success ? [`${read.data.metadata.namespace}/${read.data.metadata.name}`, read.data.spec.url] : undefined;
}

const HelmRelease = z.object({
  status: z.object({
    history: listed(
      z.object({
        name: z.string(),
        namespace: z.string(),
        version: z.number(),
        chartName: text(200),
        chartVersion: text(200),
      }),
      50,
    ),
  }),
});

export function chartsOf(item: unknown): (readonly [key: string, chart: Chart])[] {
  const read = HelmRelease.safeParse(item);
  if (!read.success) return [];
  return read.data.status.history.map(({ name, namespace, version, chartName, chartVersion }) => [
    releaseKey(namespace, name, version),
    { name: chartName, version: chartVersion },
  ]);
}

const Kustomization = z.object({
  metadata: Metadata,
  spec: z.object({
    targetNamespace: text(253),
    kubeConfig: z.unknown().optional(),
    sourceRef: z.object({ kind: text(63), name: text(253), namespace: text(253) }),
  }),
  status: part(
    z.object({
      lastAppliedRevision: text(300),
      history: listed(
        z.object({
          digest: text(100),
          firstReconciled: time,
          lastReconciledStatus: text(100),
          metadata: part(z.object({ revision: text(300), originRevision: text(300) })),
        }),
        20,
      ),
      inventory: part(z.object({ entries: listed(z.object({ id: z.string().max(600) }), 5000) })),
    }),
  ),
});

interface FluxRead {
  readonly deliveries: readonly Delivery[];
  /** It has applied a revision, and does not say when. */
  readonly isWithoutHistory: boolean;
}

export function fluxDeliveries(item: unknown, cluster: string, repositories: ReadonlyMap<string, string>): FluxRead {
  const read = Kustomization.safeParse(item);
  if (!read.success) return { deliveries: [], isWithoutHistory: false };
  const { metadata, spec, status } = read.data;
  const where = spec.kubeConfig === undefined ? cluster : undefined;
  const workloads = (status?.inventory?.entries ?? [])
    .flatMap(({ id }) => {
      // The form of an inventory's id is namespace_name_group_kind.
      const [namespace, name, , kind] = id.split('_');
      return workloadOf({ kind, name, namespace: namespace || undefined, cluster: where });
    })
    .slice(0);
  const { kind, name, namespace = metadata.namespace } = spec.sourceRef;
  const url = kind === 'GitRepository' ? repositories.get(`${namespace}/${name}`) : undefined;
  const history = status?.history ?? [];
  const deliveries = history.flatMap(({ digest, firstReconciled, lastReconciledStatus, metadata: of }): Delivery[] => {
    if (firstReconciled === undefined) return [];
    const { reference, commit } = revisionIn(of?.originRevision ?? of?.revision);
    const failed = lastReconciledStatus !== undefined && lastReconciledStatus !== 'ReconciliationSucceeded';
    const from = pageOf(url, undefined)?.replace(/^https?:\/\//, '') ?? name;
    return [
      {
        id: `flux/${cluster}/${metadata.namespace ?? '-'}/${metadata.name}@${digest ?? ''}/${new Date(firstReconciled).toISOString()}`,
        kind: 'deploy',
        started: firstReconciled,
        ended: firstReconciled,
        title: `Flux applied Kustomization ${metadata.name} at ${commit ? shortened(commit) : (reference ?? 'an unknown revision')} of ${from}${failed ? `, ${lastReconciledStatus}` : ''}`,
        author: 'Flux (automated)',
        commit,
        version: commit === undefined ? reference : undefined,
        link: pageOf(url, commit),
        workloads,
        place: { service: metadata.name, namespace: spec.targetNamespace, cluster: where },
      },
    ];
  });
  return { deliveries, isWithoutHistory: history.length === 0 && status?.lastAppliedRevision !== undefined };
}

/** `main@sha1:COMMIT`, and before Flux 2.0 `main/COMMIT`. */
function revisionIn(revision: string | undefined): {
  readonly reference?: string | undefined;
  readonly commit?: string | undefined;
} {
  const last = revision?.split(/[:/]/).at(-1);
  const isDigest = revision?.includes('sha256:') === true;
  return { reference: revision, commit: isCommit(last) && !isDigest ? last : undefined };
}
