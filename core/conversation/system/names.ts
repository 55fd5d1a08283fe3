// Finds the services, clusters and namespaces that a question names, by the catalogue, the call graph and past incidents. A word with one typo is
// read as the one name that it is near; a name that nobody knows is returned as such.
import { abbreviations } from '../../language/grammar/abbreviations.ts';
import { distanceOf } from '../../language/grammar/typos.ts';
import { systemIntents } from '../../language/intents/system.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Ports } from '../../ports/index.ts';

export interface Directory {
  /** The service's own name, by each name in lower case. */
  readonly services: ReadonlyMap<string, string>;
  readonly clusters: readonly {
    readonly name: string;
    readonly aliases: readonly string[];
    readonly region?: string | undefined;
  }[];
  readonly namespaces: ReadonlySet<string>;
  /** Environments by name and alias. */
  readonly environments: ReadonlyMap<string, string>;
  readonly catalog: Catalog | undefined;
}

export interface Named {
  readonly services: readonly string[];
  readonly clusters: readonly string[];
  readonly namespaces: readonly string[];
  readonly environments: readonly string[];
  /** Words that can only be names, and that nobody knows. */
  readonly unknown: readonly string[];
  /** Corrections of typos, in words. */
  readonly notes: readonly string[];
}

type NamePorts = Pick<Ports, 'catalog' | 'incidents'> & Partial<Pick<Ports, 'callGraph'>>;

export async function directoryOf({ catalog, incidents, callGraph }: NamePorts): Promise<Directory> {
  const [loaded, seen, past] = await Promise.all([
    catalog.load().catch(() => undefined),
    callGraph?.all().catch(() => []) ?? [],
    incidents.list(100).catch(() => []),
  ]);
  const services = new Map<string, string>();
  const add = (name: string | undefined, own = name) => {
    if (name && own && !services.has(name.toLowerCase())) services.set(name.toLowerCase(), own);
  };
  for (const { name } of loaded?.services ?? []) add(name);
  for (const { name, aliases, workloads } of loaded?.services ?? [])
    for (const other of [...aliases, ...workloads.map((one) => one.split('/').at(-1) ?? '')]) add(other, name);
  for (const { dependsOn } of loaded?.services ?? []) for (const one of dependsOn) add(one);
  for (const { from, to } of seen) for (const one of [from, to]) add(one);
  for (const { place } of past) add(place?.service);
  const clusters = new Map((loaded?.clusters ?? []).map((one) => [one.name, one]));
  const others = [
    ...(loaded?.services ?? []).flatMap(({ placements }) => placements.map(({ cluster }) => cluster)),
    ...past.flatMap(({ place }) => place?.cluster ?? []),
  ];
  return {
    services,
    clusters: [
      ...clusters.values(),
      ...[...new Set(others)].filter((name) => !clusters.has(name)).map((name) => ({ name, aliases: [] })),
    ],
    namespaces: new Set([
      ...(loaded?.services ?? []).flatMap(({ placements }) => placements.map(({ namespace }) => namespace)),
      ...past.flatMap(({ place }) => place?.namespace ?? []),
    ]),
    environments: new Map(
      Object.entries(loaded?.environments ?? {}).flatMap(([name, { aliases }]) =>
        [name, ...aliases].map((one) => [one.toLowerCase(), name] as const),
      ),
    ),
    catalog: loaded,
  };
}

/** Words that are no names: those of the grammar, and small words. */
const plain: ReadonlySet<string> = new Set([
  ...(JSON.stringify(
    systemIntents.map(({ sentences, mentions = [], unless = [], slots }) => [sentences, mentions, unless, slots]),
  ).match(/[a-z][a-z0-9]*/g) ?? []),
  ...Object.keys(abbreviations),
  ...'a an the of for in on at to from by per with and or but vs versus me us our we you your my i it its this that these those them they he she there here all any some each every only just also too please pls plz thanks hey hi hello ok okay can could would will shall may might must do does did has have had be been is are was were am being not no yes now then so as if than like about around over under during within until till ago current currently latest recent right moment moments time times day days week weeks month months hour hours minute minutes min mins second seconds average avg mean max maximum min minimum highest lowest peak top total sum count number value values graph chart plot table list line lines trend service services system systems cluster clusters namespace namespaces environment region regions workload workloads deployment deployments pod pods container containers node nodes app application api production want need know think look looks looking see get got give tell show bit much many more less high higher low lower fast slow good bad up down out off again still yet ever first one two three old new ratio rate percent percentage usage use used using consumption level levels going doing happening on prod watchkeeper bot guys team folks quick question cant cannot dont doesnt didnt isnt arent wont wasnt havent start started starting stuck fine alive actually really currently versus side between both'.split(
    ' ',
  ),
]);

/** `text`: the question without its words about time. */
export function namesIn(text: string, directory: Directory): Named {
  const words = [...text.matchAll(/[\p{L}\p{N}_](?:[\w.:/-]*[\p{L}\p{N}_])?/gu)].map(([word]) => word);
  const found = {
    services: new Set<string>(),
    clusters: new Set<string>(),
    namespaces: new Set<string>(),
    environments: new Set<string>(),
    unknown: new Set<string>(),
    notes: new Set<string>(),
  };
  for (const [place, word] of words.entries()) {
    const lower = word.toLowerCase();
    const service =
      directory.services.get(lower) ?? directory.services.get(`${lower}-${words[place + 1]?.toLowerCase()}`);
    const cluster = clusterNamed(lower, directory);
    const kind = words[place + 1]?.toLowerCase();
    const isNamespace = [...directory.namespaces].some((one) => one.toLowerCase() === lower);
    if (cluster !== undefined) found.clusters.add(cluster);
    else if (isNamespace && (service === undefined || kind === 'namespace' || words[place - 1]?.toLowerCase() === 'in'))
      found.namespaces.add(lower);
    else if (service !== undefined) found.services.add(service);
    else if (directory.environments.has(lower)) found.environments.add(directory.environments.get(lower) ?? lower);
    else if (!plain.has(lower) && !/^\d/.test(lower) && lower.length > 1) guess(word, directory, found);
  }
  return {
    services: [...found.services],
    clusters: [...found.clusters],
    namespaces: [...found.namespaces],
    environments: [...found.environments],
    unknown: [...found.unknown],
    notes: [...found.notes],
  };
}

function guess(
  word: string,
  directory: Directory,
  found: { readonly services: Set<string>; readonly unknown: Set<string>; readonly notes: Set<string> },
): void {
  const near = nearestTo(word, directory.services);
  if (near === undefined) {
    found.unknown.add(word);
    return;
  }
  found.services.add(near);
  found.notes.add(`I read ${word} as ${near}.`);
}

/** The one service whose name is one letter away, or two for long names. */
function nearestTo(word: string, services: ReadonlyMap<string, string>): string | undefined {
  const lower = word.toLowerCase();
  if (lower.length < 4) return undefined;
  const allowed = lower.length >= 8 ? 2 : 1;
  const ranked = [...services]
    .filter(([name]) => Math.abs(name.length - lower.length) <= allowed && name[0] === lower[0])
    .map(([name, own]) => ({ own, distance: distanceOf(name, lower) }))
    .filter(({ distance }) => distance <= allowed)
    .sort((a, b) => a.distance - b.distance);
  const best = ranked.filter(({ distance }) => distance === ranked[0]?.distance);
  return new Set(best.map(({ own }) => own)).size === 1 ? best[0]?.own : undefined;
}

export const clusterNamed = (word: string, { clusters }: Pick<Directory, 'clusters'>): string | undefined =>
  clusters.find(({ name, aliases }) => [name, ...aliases].some((one) => one.toLowerCase() === word.toLowerCase()))
    ?.name;

/** The clusters whose name, alias or region begins with or contains the word as a part: `eu`, `us-east`. */
export function clustersLike(word: string, { clusters }: Pick<Directory, 'clusters'>): string[] {
  const lower = word.toLowerCase();
  const parts = (name: string) => name.toLowerCase().split(/[-_./]/);
  return clusters
    .filter(
      ({ name, aliases, region }) =>
        [name, ...aliases].some((one) => one.toLowerCase() === lower || parts(one).includes(lower)) ||
        region?.toLowerCase() === lower ||
        region?.toLowerCase().startsWith(`${lower}-`),
    )
    .map(({ name }) => name);
}
