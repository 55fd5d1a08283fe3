// Groups workloads of a fleet into services. A label names a service only if it says the same everywhere: a chart's name (`redis`), or one label on
// all workloads of a team, names none. What stays ambiguous is a doubt, not a proposal.
import type { Catalog, CatalogService } from '../../ports/catalog.ts';
import type { Inventory } from './inventory.ts';
import { isName, same, withoutEnvironment } from './names.ts';

export type Workload = Inventory['workloads'][number];

export interface Group {
  readonly name: string;
  readonly known: CatalogService | undefined;
  readonly workloads: readonly Workload[];
  /** Other names that the labels give the service. */
  readonly otherNames: readonly string[];
}

export interface Doubt {
  readonly about: string;
  readonly says: string;
  readonly at: readonly string[];
}

/** Labels and annotations that name a service on purpose, the same in every cluster. */
const explicitKeys = ['backstage.io/kubernetes-id', 'tags.datadoghq.com/service'];
/** Labels that often, but not always, name a service. */
const nameKey = 'app.kubernetes.io/name';
const usualKeys = [nameKey, 'app.kubernetes.io/instance', 'meta.helm.sh/release-name', 'app', 'k8s-app'];
const componentKeys = ['app.kubernetes.io/component', 'component'];

export const labelOf = ({ labels, podLabels }: Workload, key: string): string | undefined =>
  labels[key] ?? podLabels[key];

const nameIn = (workload: Workload, key: string): string | undefined => {
  const value = labelOf(workload, key);
  return value !== undefined && isName(value) ? value : undefined;
};

export const placeOf = ({ cluster, kind, namespace, name }: Workload): string =>
  `${cluster}: ${kind} ${namespace}/${name}`;

export function groupWorkloads(
  workloads: readonly Workload[],
  catalog: Catalog,
): { readonly groups: readonly Group[]; readonly doubts: readonly Doubt[] } {
  const base = (name: string) => withoutEnvironment(name, catalog.environments);
  const byLabel = new Map<string, Workload[]>();
  const labelled = (key: string, value: string): readonly Workload[] => byLabel.get(`${key}=${value}`) ?? [];
  for (const workload of workloads)
    for (const key of [...explicitKeys, ...usualKeys]) {
      const value = nameIn(workload, key);
      if (value === undefined) continue;
      const at = `${key}=${value}`;
      append(byLabel, at, workload);
    }
  const fits = new Map<string, boolean>();
  const namesOne = (key: string, value: string): boolean => {
    const at = `${key}=${value}`;
    const known = fits.get(at) ?? isOneService(labelled(key, value), { key, value }, base);
    fits.set(at, known);
    return known;
  };
  const newName = (workload: Workload): string => {
    for (const key of explicitKeys) {
      const value = nameIn(workload, key);
      if (value !== undefined) return value;
    }
    for (const key of usualKeys) {
      const value = nameIn(workload, key);
      if (value !== undefined && namesOne(key, value)) return base(value);
    }
    return base(workload.name);
  };

  const doubts: Doubt[] = [];
  const known = new Map<CatalogService, Workload[]>();
  const fresh = new Map<string, Workload[]>();
  for (const workload of workloads) {
    if (!isName(workload.name)) continue;
    const found = cataloguedAs(workload, catalog, base);
    if (found.kind === 'service') append(known, found.service, workload);
    else if (found.kind === 'doubt') doubts.push(found.doubt);
    else append(fresh, newName(workload), workload);
  }

  const groups: Group[] = [...known].map(([service, own]) => groupOf(service.name, service, own, namesOne));
  for (const [name, own] of fresh) {
    const namespaces = new Set(own.map(({ namespace }) => base(namespace)));
    if (namespaces.size > 1 && !own.every((one) => explicitKeys.some((key) => nameIn(one, key) === name)))
      doubts.push({
        about: name,
        says: `workloads of this name run in ${namespaces.size} namespaces (${[...namespaces].slice(0, 4).join(', ')}${namespaces.size > 4 ? ', …' : ''}), so it may be several services; name the one that you mean`,
        at: own.map(placeOf),
      });
    else groups.push(groupOf(name, undefined, own, namesOne));
  }
  return { groups, doubts };
}

/** Whether all workloads with a label's value are parts of one service. */
function isOneService(
  workloads: readonly Workload[],
  { key, value }: { readonly key: string; readonly value: string },
  base: (name: string) => string,
): boolean {
  if (new Set(workloads.map(({ namespace }) => base(namespace))).size > 1) return false;
  return [...Map.groupBy(workloads, ({ cluster, namespace }) => `${cluster}/${namespace}`).values()].every((beside) => {
    if (beside.length === 1) return true;
    const instances = new Set(beside.flatMap((one) => nameIn(one, 'app.kubernetes.io/instance') ?? []));
    // A release of several charts, or a label of a team, holds several names.
    const names = new Set(beside.flatMap((one) => nameIn(one, nameKey) ?? []));
    if (instances.size > 1 || names.size > 1) return false;
    const parts = beside.every(
      (one) =>
        same(one.name, value) ||
        one.name.toLowerCase().startsWith(`${value.toLowerCase()}-`) ||
        (key === nameKey && componentKeys.some((component) => labelOf(one, component) !== undefined)),
    );
    const images = new Set(beside.flatMap((one) => imageRepository(one.images[0]) ?? []));
    return parts || images.size === 1;
  });
}

/** `registry/team/web:1.2@sha256:…` becomes `registry/team/web`. */
export const imageRepository = (image: string | undefined): string | undefined =>
  image?.split('@')[0]?.replace(/:[^/:]*$/, '') || undefined;

type Catalogued =
  | { readonly kind: 'service'; readonly service: CatalogService }
  | { readonly kind: 'doubt'; readonly doubt: Doubt }
  | { readonly kind: 'unknown' };

/** The service of the catalogue that a workload belongs to. Its own place there counts; elsewhere the namespace has to be the same. */
function cataloguedAs(workload: Workload, catalog: Catalog, base: (name: string) => string): Catalogued {
  const { cluster, namespace, kind, name } = workload;
  const explicit = explicitKeys.flatMap((key) => nameIn(workload, key) ?? []);
  const labels = usualKeys.flatMap((key) => nameIn(workload, key) ?? []);
  const named = (service: CatalogService, names: readonly string[]) =>
    [service.name, ...service.aliases].some((one) => names.some((other) => same(one, other)));
  const lists = (service: CatalogService) =>
    service.workloads.some((one) => one === `${kind}/${name}`) || named(service, [name, base(name)]);
  const clusterNames = (wanted: string) => {
    const entry = catalog.clusters.find((one) => one.name === wanted || one.aliases.includes(wanted));
    return entry === undefined ? [wanted] : [entry.name, ...entry.aliases];
  };
  const placed = ({ placements }: CatalogService) =>
    placements.some((one) => one.namespace === namespace && clusterNames(cluster).includes(one.cluster));
  const byName = catalog.services.filter((one) => named(one, explicit));
  const [first] = byName;
  if (first !== undefined && byName.length === 1) return { kind: 'service', service: first };
  const here = catalog.services.filter(placed);
  const candidates = [here.filter(lists), here.filter((one) => named(one, labels)), catalog.services.filter(lists)];
  const chosen = candidates.find((services) => services.length > 0) ?? [];
  const [service] = chosen;
  if (service === undefined) return { kind: 'unknown' };
  if (chosen.length > 1)
    return doubt(
      workload,
      service.name,
      `it fits ${chosen.map((one) => one.name).join(' and ')}; list it under workloads of one of them`,
    );
  const near =
    service.placements.length === 0 || service.placements.some((one) => base(one.namespace) === base(namespace));
  return near
    ? { kind: 'service', service }
    : doubt(
        workload,
        service.name,
        `a workload of this name runs in the namespace ${namespace}, where the catalogue does not place ${service.name}; add the placement if it is the same service`,
      );
}

const doubt = (workload: Workload, about: string, says: string): Catalogued => ({
  kind: 'doubt',
  doubt: { about, says, at: [placeOf(workload)] },
});

function groupOf(
  name: string,
  known: CatalogService | undefined,
  workloads: readonly Workload[],
  namesOne: (key: string, value: string) => boolean,
): Group {
  const said = workloads.flatMap((one) => [
    ...explicitKeys.flatMap((key) => nameIn(one, key) ?? []),
    ...usualKeys.flatMap((key) => {
      const value = nameIn(one, key);
      return value !== undefined && namesOne(key, value) ? [value] : [];
    }),
  ]);
  return { name, known, workloads, otherNames: [...new Set(said)].filter((one) => !same(one, name)) };
}

function append<Key, Value>(map: Map<Key, Value[]>, key: Key, value: Value): void {
  const values = map.get(key);
  if (values === undefined) map.set(key, [value]);
  else values.push(value);
}
