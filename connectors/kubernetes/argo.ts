// Reads deliveries from Argo CD's Application objects (argoproj.io/v1alpha1): the history of successful syncs, and the last operation if it failed or
// still runs. An Application may deploy to another cluster than its own.
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
import type { Kind } from './list.ts';

/** Applications are large (each lists its resources twice), so a page holds few. */
export const applications: Kind = {
  kind: 'Argo CD Application',
  path: 'apis/argoproj.io/v1alpha1/applications',
  extension: true,
  pageSize: 200,
};

const Origin = z.object({ repoURL: text(500), chart: text(200), path: text(300) });
const By = z.object({ username: text(100), automated: z.boolean().optional().catch(undefined) });
const Sync = z.object({
  id: z.number().catch(0),
  revision: text(200),
  revisions: listed(z.string().max(200), 20),
  source: part(Origin),
  sources: listed(Origin, 20),
  deployedAt: time,
  deployStartedAt: time,
  initiatedBy: part(By),
});
type Sync = z.infer<typeof Sync>;
const Resource = z.object({ kind: text(63), name: text(253), namespace: text(253) });
const Application = z.object({
  metadata: Metadata,
  spec: part(z.object({ destination: part(z.object({ name: text(253), server: text(300), namespace: text(253) })) })),
  status: part(
    z.object({
      history: listed(Sync, 1000),
      resources: listed(Resource, 5000),
      operationState: part(
        z.object({
          phase: text(20),
          message: text(200),
          startedAt: time,
          finishedAt: time,
          operation: part(z.object({ initiatedBy: part(By) })),
          syncResult: part(Sync),
        }),
      ),
    }),
  ),
});
type Application = z.infer<typeof Application>;

export function argoDeliveries(item: unknown, cluster: string, clusters: readonly string[]): Delivery[] {
  const read = Application.safeParse(item);
  if (!read.success) return [];
  const { metadata, spec, status } = read.data;
  const place = {
    service: metadata.name,
    namespace: spec?.destination?.namespace,
    cluster: destinationOf(spec?.destination, cluster, clusters),
  };
  const workloads = (status?.resources ?? [])
    .flatMap(({ kind, name, namespace }) =>
      workloadOf({ kind, name, namespace: namespace ?? place.namespace, cluster: place.cluster }),
    )
    .slice(0);
  const id = `argo-cd/${cluster}/${metadata.namespace ?? '-'}/${metadata.name}`;
  const common = { place, workloads };
  const last = status?.operationState;
  const history = (status?.history ?? []).toSorted((a, b) => (a.deployedAt ?? 0) - (b.deployedAt ?? 0));
  const deliveries = history.flatMap((sync, index): Delivery[] => {
    const { deployedAt } = sync;
    if (deployedAt === undefined) return [];
    const before = history[index - 1];
    const { origin, revision, isSame } = differenceOf(sync, before);
    const started = sync.deployStartedAt ?? deployedAt;
    const isLast = last?.finishedAt !== undefined && Math.abs(last.finishedAt - deployedAt) < 5000;
    const author = authorOf(sync.initiatedBy ?? (isLast ? last?.operation?.initiatedBy : undefined));
    const what = isSame ? 'synced again' : 'synced';
    return [
      {
        ...common,
        id: `${id}@${sync.id}`,
        kind: isSame ? 'config' : 'deploy',
        started: Math.min(started, deployedAt),
        ended: deployedAt,
        title: `Argo CD ${what} Application ${metadata.name} to ${wordsOf(origin, revision)}`,
        author,
        ...revisionOf(origin, revision),
      },
    ];
  });
  return [...deliveries, ...unfinished(read.data, { ...common, id })];
}

/** An operation that failed or runs may have changed some of its objects, and is not in the history. */
function unfinished(
  { metadata, status }: Application,
  common: Pick<Delivery, 'id' | 'place' | 'workloads'>,
): Delivery[] {
  const { phase, message, startedAt, finishedAt, operation, syncResult } = status?.operationState ?? {};
  if (startedAt === undefined || !['Failed', 'Error', 'Running', 'Terminating'].includes(phase ?? '')) return [];
  const { origin, revision } = syncResult ? differenceOf(syncResult, undefined) : {};
  const how = phase === 'Running' || phase === 'Terminating' ? 'is running' : `failed${message ? ` (${message})` : ''}`;
  return [
    {
      ...common,
      id: `${common.id}@${new Date(startedAt).toISOString()}`,
      kind: 'deploy',
      started: startedAt,
      ended: finishedAt ?? startedAt,
      title: `Argo CD's sync of Application ${metadata.name} to ${wordsOf(origin, revision)} ${how}`,
      author: authorOf(operation?.initiatedBy),
      ...revisionOf(origin, revision),
    },
  ];
}

/** The first source whose revision differs from the sync before; a commit rather than a chart's version. */
function differenceOf(
  sync: Sync,
  before: Sync | undefined,
): {
  readonly origin?: z.infer<typeof Origin> | undefined;
  readonly revision?: string | undefined;
  readonly isSame: boolean;
} {
  const all = pairsOf(sync);
  const old = before && pairsOf(before);
  const changed = old ? all.filter((pair, index) => JSON.stringify(pair) !== JSON.stringify(old[index])) : all;
  const candidates = changed.length > 0 ? changed : all;
  const chosen = candidates.find(({ revision }) => isCommit(revision)) ?? candidates[0];
  return { ...chosen, isSame: old !== undefined && changed.length === 0 };
}

const pairsOf = ({ source, sources, revision, revisions }: Sync) =>
  sources.length > 0
    ? sources.map((origin, index) => ({ origin, revision: revisions[index] }))
    : [{ origin: source, revision }];

const revisionOf = (origin: z.infer<typeof Origin> | undefined, revision: string | undefined) => ({
  commit: isCommit(revision) ? revision : undefined,
  version: isCommit(revision) ? undefined : revision,
  link: pageOf(origin?.repoURL, revision),
});

const wordsOf = (origin: z.infer<typeof Origin> | undefined, revision: string | undefined): string => {
  const what = origin?.chart === undefined ? '' : `chart ${origin.chart} `;
  const where = pageOf(origin?.repoURL, undefined)?.replace(/^https?:\/\//, '');
  return `${what}${revision === undefined ? 'an unknown revision' : shortened(revision)}${where ? ` of ${where}` : ''}`;
};

const authorOf = (by: z.infer<typeof By> | undefined): string | undefined =>
  by?.username ?? (by?.automated ? 'Argo CD (automated)' : undefined);

/** Undefined if the destination is another cluster than ours under names that we know; then the place does not narrow anything. */
function destinationOf(
  destination: { readonly name?: string | undefined; readonly server?: string | undefined } | undefined,
  own: string,
  clusters: readonly string[],
): string | undefined {
  const { name, server } = destination ?? {};
  if (name === 'in-cluster' || server === 'https://kubernetes.default.svc') return own;
  const bare = (name ?? server)?.split('/').at(-1);
  return clusters.find((one) => one === name) ?? clusters.find((one) => one.split('/').at(-1) === bare);
}
