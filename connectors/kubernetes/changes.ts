// The Changes port on what the clusters themselves remember: the revisions of Deployments, and the deliveries of Argo CD, Helm and Flux. A rollout
// that a delivery caused is one change, with the delivery's author, commit and link.
import { revisionChanges } from '../../core/analysis/kubernetes/index.ts';
import { type EntityRef, sameWorkload } from '../../core/model/entity.ts';
import { amongClusters, isWithin, type Scope } from '../../core/model/scope.ts';
import type { Change } from '../../core/model/telemetry.ts';
import type { Source } from '../../core/ports/telemetry.ts';
import type { Clock } from '../../core/ports/world.ts';
import { formatList } from '../../core/wording.ts';
import type { ClusterAccess } from './access.ts';
import { configVersions } from './config-versions.ts';
import type { Delivery } from './delivery.ts';
import { readDeliveries } from './gitops.ts';
import { revisionsSource } from './snapshot.ts';

/** Deliveries are read after the revisions, and a specialist has 20 seconds. */
const revisionsMs = 9000;

export function kubernetesChanges(parts: {
  readonly clusters: readonly ClusterAccess[];
  readonly clock: Clock;
  /** Pods of all clusters together up to which every revision is read. */
  readonly wholeUpTo?: number | undefined;
  /** Milliseconds for the list of one kind of deliveries. */
  readonly withinMs?: number;
}): Source<'changes'> {
  const revisions = revisionsSource({ ...parts, withinMs: revisionsMs });
  return {
    async observe(scope, query) {
      const observed = await revisions.observe(scope, query);
      const snapshots = observed.kind === 'data' ? observed.data : [];
      const { clusters, withinMs = 8000 } = parts;
      const [read, versions] = await Promise.all([
        readDeliveries(clusters, scope, snapshots, withinMs),
        configVersions(
          clusters,
          amongClusters(
            scope,
            clusters.map(({ name }) => name),
          ),
          snapshots,
          withinMs,
        ),
      ]);
      if (observed.kind === 'gap' && read.tools.length === 0)
        return { kind: 'gap', gap: { ...observed.gap, source: 'changes' } };
      const within = amongClusters(
        scope,
        parts.clusters.map(({ name }) => name),
      );
      const rollouts = revisionChanges(snapshots, scope.window).filter(({ entity, service }) =>
        isWithin(within, { cluster: entity?.cluster, namespace: entity?.namespace, service }),
      );
      const known = formatList(['rollouts', ...read.tools.map((tool) => `deliveries of ${tool}`)]);
      return {
        kind: 'data',
        data: [...combined(rollouts, read.deliveries, scope), ...versions.changes].toSorted(
          (a, b) => Date.parse(a.at) - Date.parse(b.at) || a.id.localeCompare(b.id),
        ),
        query:
          observed.kind === 'data'
            ? `revisions of Deployments, ConfigMaps and Secrets${read.tools.map((tool) => `, ${tool}`).join('')} in ${observed.query}`
            : read.tools.join(', '),
        missing: [
          ...(observed.kind === 'gap' ? [observed.gap.reason] : (observed.missing ?? [])),
          ...read.missing,
          ...versions.missing,
          `Only ${known} are known, as the clusters remember them: no ${read.tools.length === 0 ? 'commits, ' : ''}flags or infrastructure.`,
        ],
        bytes: (observed.kind === 'data' ? observed.bytes : 0) + read.bytes + versions.bytes,
      };
    },
  };
}

/** A rollout belongs to a delivery if it began at most this long before or after it; clocks differ, and a controller needs time to act. */
const slack = 60_000;

function combined(rollouts: readonly Change[], deliveries: readonly Delivery[], scope: Scope): Change[] {
  const caused = new Set<Delivery>();
  const named = new Map<string, Delivery[]>();
  for (const delivery of deliveries)
    for (const name of new Set(delivery.workloads.map((one) => one.name))) {
      const those = named.get(name) ?? [];
      those.push(delivery);
      named.set(name, those);
    }
  const explained = rollouts.map((rollout): Change => {
    const at = Date.parse(rollout.at);
    const causes = (named.get(rollout.service ?? '') ?? []).filter(
      ({ workloads, started, ended }) =>
        started - slack <= at &&
        at <= ended + slack &&
        workloads.some((one) => rollout.entity !== undefined && sameWorkload(one, rollout.entity)),
    );
    const [cause] = causes.sort((a, b) => Math.abs(a.started - at) - Math.abs(b.started - at));
    if (cause === undefined) return rollout;
    caused.add(cause);
    return {
      ...rollout,
      ...known(cause),
      ...(rollout.version && { version: rollout.version }),
      title: `${rollout.title.slice(0, 180)}. ${cause.title}`.slice(0, 300),
    };
  });
  const [start, end] = [Date.parse(scope.window.start), Date.parse(scope.window.end)];
  return [...explained, ...deliveries.filter((one) => !caused.has(one)).map((one) => changeOf(one, scope))]
    .filter(({ at }) => Date.parse(at) >= start && Date.parse(at) <= end)
    .sort((a, b) => Date.parse(a.at) - Date.parse(b.at) || a.id.localeCompare(b.id));
}

/** A delivery without a rollout that we know. Among several workloads, the paged one comes first, then its neighbours. */
function changeOf(delivery: Delivery, scope: Scope): Change {
  const { workloads, place } = delivery;
  const near = (name: string) => (name === scope.service ? 2 : scope.neighbours.includes(name) ? 1 : 0);
  const [first, ...rest] = workloads.toSorted((a, b) => near(b.name) - near(a.name));
  const isSubject = first !== undefined && (rest.length === 0 || near(first.name) > 0);
  return {
    id: delivery.id,
    kind: delivery.kind,
    at: new Date(delivery.started).toISOString(),
    service: isSubject ? first.name : place.service,
    title: `${delivery.title}${onWhat(first, rest)}`.slice(0, 300),
    ...known(delivery),
    ...(isSubject && { entity: first }),
  };
}

function onWhat(first: EntityRef | undefined, rest: readonly EntityRef[]): string {
  if (first === undefined) return '';
  const names = [first, ...rest].slice(0, 3).map(({ kind, name }) => `${kind} ${name}`);
  const more = rest.length + 1 - names.length;
  return `, on ${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

const known = ({ author, commit, version, link }: Delivery): Partial<Change> => ({
  ...(author && { author }),
  ...(commit && { commit }),
  ...(version && { version }),
  ...(link && { link }),
});
