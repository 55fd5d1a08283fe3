// Reads deliveries of all delivery tools from the clusters. A tool that a cluster lacks gives nothing and is no gap; a tool whose objects may not be
// read is a gap that names the right.
import * as z from 'zod';
import type { EntityRef } from '../../core/model/entity.ts';
import { amongClusters, isWithin, type Scope } from '../../core/model/scope.ts';
import type { KubernetesSnapshot } from '../../core/model/telemetry.ts';
import type { ClusterAccess } from './access.ts';
import { applications, argoDeliveries } from './argo.ts';
import { type Delivery, Metadata, workloadOf } from './delivery.ts';
import { chartsOf, fluxDeliveries, gitRepositories, helmReleases, kustomizations, repositoryOf } from './flux.ts';
import { type Chart, helmDelivery, helmWorkloads, releaseOf, releases } from './helm.ts';
import { eachObject, type Kind } from './list.ts';

export interface Deliveries {
  readonly deliveries: readonly Delivery[];
  /** The tools that answered with at least one object. */
  readonly tools: readonly string[];
  readonly missing: readonly string[];
  readonly bytes: number;
}

type Take = (item: Readonly<Record<string, unknown>>) => void;
/** Deliveries of one answer; of more, those of the paged service and its neighbours first, then the newest. */
const maxDeliveries = 2000;

/**
 * Applications and Kustomizations are read from every cluster, because they may deploy to another one; releases only from the clusters in scope whose
 * Deployments were read. `snapshots` are these Deployments.
 */
export async function readDeliveries(
  all: readonly ClusterAccess[],
  scope: Scope,
  snapshots: readonly KubernetesSnapshot[],
  withinMs: number,
): Promise<Deliveries> {
  const names = all.map(({ name }) => name);
  const within = amongClusters(scope, names);
  const window = { start: Date.parse(scope.window.start), end: Date.parse(scope.window.end) };
  const answers = await Promise.all(
    all.map(async (cluster) => {
      const reading = readerOf(cluster, withinMs);
      const inWindow = (one: Pick<Delivery, 'started' | 'ended'>) =>
        one.ended >= window.start && one.started <= window.end;
      const isInScope =
        isWithin(within, { cluster: cluster.name }) &&
        (snapshots.length === 0 || snapshots.some((one) => one.cluster === cluster.name));
      const [argo, helm, flux] = await Promise.all([
        argoOf(reading, cluster.name, names, inWindow),
        isInScope ? helmOf(reading, cluster.name, snapshots, inWindow) : [],
        fluxOf(reading, cluster.name, inWindow),
      ]);
      return { found: [...argo, ...helm, ...flux], ...reading };
    }),
  );
  const found = answers
    .flatMap((one) => one.found)
    .filter((one) => placesOf(one).some((place) => isWithin(within, place)))
    .map((one) => ({ one, near: isNear(one, scope) ? 1 : 0 }))
    .sort((a, b) => b.near - a.near || b.one.ended - a.one.ended)
    .map(({ one }) => one);
  const cut = found.length - maxDeliveries;
  return {
    deliveries: found.slice(0, maxDeliveries),
    tools: [...new Set(answers.flatMap(({ tools }) => [...tools]))].sort(),
    missing: [
      ...answers.flatMap(({ missing }) => missing.sort()),
      ...(cut > 0 ? [`${cut} of ${found.length} deliveries, the oldest of other services`] : []),
    ],
    bytes: answers.reduce((sum, { size }) => sum + size.bytes, 0),
  };
}

const isNear = ({ workloads, place }: Delivery, { service, neighbours }: Scope): boolean =>
  [place.service, ...workloads.map(({ name }) => name)].some((name) => name === service || neighbours.includes(name));

const placesOf = ({ workloads, place }: Delivery) =>
  workloads.length > 0 ? workloads.map(({ name, ...where }) => ({ ...where, service: name })) : [place];

type Reader = ReturnType<typeof readerOf>;
function readerOf(cluster: ClusterAccess, withinMs: number) {
  const missing: string[] = [];
  const tools = new Set<string>();
  const size = { bytes: 0 };
  return {
    missing,
    tools,
    size,
    async each(kind: Kind, take: Take, tool?: string): Promise<void> {
      const { bytes, failed } = await eachObject(cluster, { ...kind, withinMs }, (item) => {
        if (tool !== undefined) tools.add(tool);
        take(item);
      });
      size.bytes += bytes;
      if (failed === undefined || (failed.forbidden && (await isAbsent(cluster, kind)))) return;
      const right = failed.forbidden ? `; the right to list ${resourceOf(kind)} is missing` : '';
      missing.push(`${cluster.name}: ${kind.kind} (${failed.why}${right})`);
    },
  };
}

const Resources = z.object({ resources: z.array(z.object({ name: z.string() })) });

/** An API server refuses before it looks whether a kind exists; every user may ask which kinds exist. */
async function isAbsent(cluster: ClusterAccess, { path, extension }: Kind): Promise<boolean> {
  if (!extension) return false;
  const slash = path.lastIndexOf('/');
  const reply = await cluster.request(path.slice(0, slash));
  const known = Resources.safeParse(reply.body);
  return (
    reply.status === 404 ||
    (reply.status === 200 && known.success && known.data.resources.every(({ name }) => name !== path.slice(slash + 1)))
  );
}

/** As a ClusterRole names it: `applications.argoproj.io`. */
function resourceOf({ path }: Kind): string {
  const [root, group] = path.split('/');
  const plural = path.split('/').at(-1) ?? path;
  return root === 'apis' ? `${plural}.${group}` : plural;
}

type InWindow = (one: Pick<Delivery, 'started' | 'ended'>) => boolean;

async function argoOf(
  { each }: Reader,
  cluster: string,
  clusters: readonly string[],
  inWindow: InWindow,
): Promise<Delivery[]> {
  const found: Delivery[] = [];
  await each(
    applications,
    (item) => {
      found.push(...argoDeliveries(item, cluster, clusters).filter(inWindow));
    },
    'Argo CD',
  );
  return found;
}

const Annotated = z.object({ metadata: Metadata.extend({ annotations: z.record(z.string(), z.string()).nullish() }) });

async function helmOf(
  { each }: Reader,
  cluster: string,
  snapshots: readonly KubernetesSnapshot[],
  inWindow: InWindow,
): Promise<Delivery[]> {
  const found: Omit<Delivery, 'workloads'>[] = [];
  await each(
    releases,
    (item) => {
      found.push(...helmDelivery(item, cluster).filter(inWindow));
    },
    'Helm',
  );
  if (found.length === 0) return [];
  const workloads = new Map<string, EntityRef[]>();
  const add = (kind: string, item: unknown) => {
    const read = Annotated.safeParse(item);
    if (!read.success) return;
    const { name, namespace, annotations } = read.data.metadata;
    const release = releaseOf({ namespace }, annotations);
    if (release === undefined) return;
    const those = workloads.get(release) ?? [];
    those.push(...workloadOf({ kind, name, namespace, cluster }));
    workloads.set(release, those);
  };
  for (const { cluster: name, items } of snapshots)
    for (const item of name === cluster ? items : []) if (item.kind === 'Deployment') add(item.kind, item);
  const charts = new Map<string, Chart>();
  await Promise.all([
    ...helmWorkloads.map((kind) => each(kind, (item) => add(kind.kind, item))),
    each(helmReleases, (item) => {
      for (const [key, chart] of chartsOf(item)) charts.set(key, chart);
    }),
  ]);
  return found.map((one) => {
    const { namespace, service } = one.place;
    const chart = charts.get(one.id.slice(`helm/${cluster}/`.length));
    return {
      ...one,
      ...(chart && { title: `${one.title}, chart ${chart.name} ${chart.version}`, version: chart.version }),
      workloads: workloads.get(`${namespace ?? '-'}/${service}`) ?? [],
    };
  });
}

async function fluxOf({ each, missing }: Reader, cluster: string, inWindow: InWindow): Promise<Delivery[]> {
  const items: unknown[] = [];
  await each(kustomizations, (item) => items.push(item), 'Flux');
  if (items.length === 0) return [];
  const repositories = new Map<string, string>();
  await each(gitRepositories, (item) => {
    const repository = repositoryOf(item);
    if (repository) repositories.set(...repository);
  });
  const read = items.map((item) => fluxDeliveries(item, cluster, repositories));
  const without = read.filter(({ isWithoutHistory }) => isWithoutHistory).length;
  if (without > 0)
    missing.push(`${cluster}: when ${without} of ${items.length} Flux Kustomizations were applied (no status.history)`);
  return read.flatMap(({ deliveries }) => deliveries).filter(inWindow);
}
