// Chooses the sources of a question by the service catalogue: the service's own entry beats that of its cluster, which beats the defaults. A question
// that nothing routes goes to every source. Pure; merged.ts asks the chosen sources.
import type { Consultation } from '../model/report.ts';
import type { Match, Scope, VendorUse } from '../model/scope.ts';
import { type Catalog, findService, type SourceNames } from './catalog.ts';
import { signals } from './signals.ts';
import type { Signal } from './telemetry.ts';

/** The parts of the catalogue that route questions. */
export type Routing = Pick<Catalog, 'defaults' | 'clusters' | 'services'> & Partial<Pick<Catalog, 'vendors'>>;

export interface Route {
  readonly source: string;
  /** The part of the question for this source. */
  readonly scope: Scope;
  readonly neighboursOnly: boolean;
}

export interface Routes {
  readonly by: Consultation['by'];
  readonly routes: readonly Route[];
  readonly notAsked: readonly string[];
  /** Names in the catalogue that no source has. */
  readonly unknown: readonly string[];
}

/** `sources`: the names of all sources that give the signal. */
export function routesOf(asked: Signal, scope: Scope, routing: Routing, sources: readonly string[]): Routes {
  const { routedAs } = signals[asked];
  const signal = routedAs ?? asked;
  const paged = choose(signal, { service: scope.service, cluster: scope.cluster }, routing);
  const ofPaged = paged?.names ?? sources;
  const users = new Map<string, string[]>(ofPaged.map((name) => [name, []]));
  for (const neighbour of scope.neighbours) {
    const own = choose(signal, { service: neighbour, near: scope.cluster }, routing);
    // A neighbour that nothing routes, such as a database outside of the catalogue, is asked for where the paged service is.
    for (const name of own?.names ?? ofPaged) users.set(name, [...(users.get(name) ?? []), neighbour]);
  }
  const vendors = signal === 'status' ? vendorsInUse(scope, routing) : [];
  for (const { status } of vendors) users.set(status, users.get(status) ?? []);
  // A source that the catalogue names for vendors alone has nothing to say about services that use none of them.
  const ofVendors = signal === 'status' ? (routing.vendors ?? []).map(({ status }) => status) : [];
  for (const name of ofVendors)
    if (!vendors.some(({ status }) => status === name) && !paged?.names.includes(name)) users.delete(name);
  const routes = [...users].flatMap(([source, neighbours]): Route[] => {
    if (!sources.includes(source)) return [];
    const used = vendors.filter(({ status }) => status === source).map(({ status: _, ...use }) => use);
    const neighboursOnly = used.length === 0 && !ofPaged.includes(source);
    const services = [...(scope.service === undefined ? [] : [scope.service]), ...neighbours];
    const match = matchesIn(source, services, routing);
    const repositories = repositoriesIn(services, routing);
    const resources = resourcesIn(services, routing);
    return [
      {
        source,
        neighboursOnly,
        scope: {
          ...scope,
          neighbours,
          ...(neighboursOnly && scope.reach !== 'everywhere' ? { reach: 'neighbours' } : {}),
          ...(match === undefined ? {} : { match }),
          ...(repositories === undefined ? {} : { repositories }),
          ...(resources === undefined ? {} : { resources }),
          ...(used.length === 0 ? {} : { vendors: used }),
        },
      },
    ];
  });
  return {
    by: paged?.by ?? 'all',
    routes,
    notAsked: sources.filter((name) => !users.has(name)),
    // A source of the signal that it is routed as need not give it.
    unknown: routedAs === undefined ? [...users.keys()].filter((name) => !sources.includes(name)) : [],
  };
}

/** The vendors that the paged service and the services that it depends on depend on, by the catalogue. */
function vendorsInUse(
  { service, neighbours }: Pick<Scope, 'service' | 'neighbours'>,
  routing: Routing,
): readonly (VendorUse & { readonly status: string })[] {
  const entry = service === undefined ? undefined : findService(routing, service);
  const near = service === undefined ? neighbours : [service, ...(entry?.dependsOn ?? [])];
  return (routing.vendors ?? []).flatMap((vendor) => {
    const usedBy = near.filter((name) => findService(routing, name)?.dependsOn.includes(vendor.name));
    return usedBy.length === 0 ? [] : [{ ...vendor, usedBy }];
  });
}

interface Place {
  readonly service: string | undefined;
  readonly cluster?: string | undefined;
  /** The cluster of the paged service, if the neighbour's own is not known otherwise. */
  readonly near?: string | undefined;
}

/** Undefined if nothing routes the signal there. */
function choose(
  signal: Signal,
  { service: name, cluster, near }: Place,
  routing: Routing,
): { readonly by: Exclude<Consultation['by'], 'all'>; readonly names: readonly string[] } | undefined {
  const entry = name === undefined ? undefined : findService(routing, name);
  const own = entry?.sources[signal];
  if (own !== undefined) return { by: 'service', names: own };
  const placed = [...new Set((entry?.placements ?? []).map((place) => place.cluster))];
  const nearby = near !== undefined && (placed.length === 0 || placed.includes(near)) ? near : undefined;
  const only = cluster ?? nearby;
  const clusters = only === undefined ? placed : [only];
  const routed = clusters.map((one) => ofCluster(one, routing)?.[signal]);
  const fallback = routing.defaults[signal];
  if (routed.some((names) => names !== undefined)) {
    const names = new Set(routed.flatMap((one) => one ?? fallback ?? []));
    return { by: 'cluster', names: [...names] };
  }
  return fallback === undefined ? undefined : { by: 'defaults', names: fallback };
}

const ofCluster = (name: string, { clusters }: Routing): SourceNames | undefined =>
  clusters.find((one) => one.name === name || one.aliases.includes(name))?.sources;

function matchesIn(
  source: string,
  services: readonly string[],
  routing: Routing,
): Readonly<Record<string, Match>> | undefined {
  const found = services.flatMap((service) => {
    const { match: all = {} } = findService(routing, service) ?? {};
    const match = Object.hasOwn(all, source) ? all[source] : undefined;
    return match === undefined ? [] : [[service, match] as const];
  });
  return found.length === 0 ? undefined : Object.fromEntries(found);
}

function repositoriesIn(services: readonly string[], routing: Routing): Readonly<Record<string, string>> | undefined {
  const found = services.flatMap((service) => {
    const repository = findService(routing, service)?.repository;
    return repository === undefined ? [] : [[service, repository] as const];
  });
  return found.length === 0 ? undefined : Object.fromEntries(found);
}

function resourcesIn(
  services: readonly string[],
  routing: Routing,
): Readonly<Record<string, readonly string[]>> | undefined {
  const found = services.flatMap((service) => {
    const names = (findService(routing, service)?.resources ?? []).flatMap((one) => Object.values(one));
    return names.length === 0 ? [] : [[service, names] as const];
  });
  return found.length === 0 ? undefined : Object.fromEntries(found);
}

/** A name in the catalogue and its place there: `services.web.sources.logs`. */
export interface NamedAt {
  readonly name: string;
  readonly at: string;
}

/** Every name of a source in the catalogue. */
export function sourcesNamedIn({ defaults, clusters, services, vendors = [] }: Routing): NamedAt[] {
  const inTable = (at: string, sources: SourceNames): NamedAt[] =>
    Object.entries(sources).flatMap(([signal, names]) => names.map((name) => ({ name, at: `${at}.${signal}` })));
  return [
    ...inTable('defaults', defaults),
    ...clusters.flatMap((one) => inTable(`clusters.${one.name}.sources`, one.sources)),
    ...services.flatMap((one) => [
      ...inTable(`services.${one.name}.sources`, one.sources),
      ...Object.keys(one.match).map((name) => ({ name, at: `services.${one.name}.match` })),
    ]),
    ...vendors.map(({ name, status }) => ({ name: status, at: `vendors.${name}.status` })),
  ];
}

interface Configured {
  readonly name: string;
  readonly signals: readonly Signal[];
}

/**
 * Sentences about names that no source has. Empty if the catalogue fits. A configuration without any source observes nothing, so nothing is compared.
 */
export function misroutedIn(routing: Routing, configured: readonly Configured[]): string[] {
  if (configured.length === 0) return [];
  const known = configured.map(({ name }) => name).join(', ');
  return sourcesNamedIn(routing)
    .filter(({ name }) => !configured.some((one) => one.name === name))
    .map(({ name, at }) => `${at} names ${name}, but no source has that name: there are ${known}`);
}

/** Sentences about sources that are named for a signal that their kind does not give: the route leads nowhere, which may change with a version. */
export const unservedIn = (routing: Routing, configured: readonly Configured[]): string[] =>
  sourcesNamedIn(routing).flatMap(({ name, at }) => {
    const source = configured.find((one) => one.name === name);
    const signal = at.split('.').at(-1) ?? '';
    const serves = source === undefined || signal === 'match' || source.signals.some((one) => one === signal);
    return serves ? [] : [`${at} names ${name}, which gives ${source.signals.join(', ')} and no ${signal}`];
  });
