// The parts of a question about the system that its answers share: its place, its period, and the form of an answer.
import type { SystemQuestion } from '../../language/parse-system.ts';
import type { Period, StatedPeriod } from '../../language/stated-period.ts';
import type { Incident } from '../../model/incident.ts';
import { type Reach, type Scope, withoutIncidentId } from '../../model/scope.ts';
import type { SystemAnswer } from '../../model/system-answer.ts';
import { findService } from '../../ports/catalog.ts';
import type { Ports } from '../../ports/index.ts';
import { type Asking, windowOf } from './ask-sources.ts';
import type { Directory, Named } from './names.ts';

export type { SystemAnswer };

export type SystemPorts = Pick<Ports, 'catalog' | 'incidents' | 'clock'> &
  Partial<Pick<Ports, 'callGraph'>> & { readonly telemetry: Asking };

export interface Asked {
  readonly question: SystemQuestion;
  readonly stated: StatedPeriod;
  readonly named: Named;
  readonly directory: Directory;
  /** The incident that the conversation is about. */
  readonly incident: Incident | undefined;
  readonly now: Date;
}

export const periodOr = ({ stated, now }: Asked, ms: number, words: string): Period =>
  stated.period ?? { startMs: now.getTime() - ms, endMs: now.getTime(), words };

interface Place {
  readonly service?: string | undefined;
  readonly cluster?: string | undefined;
  readonly namespace?: string | undefined;
}

/** The names under which sources can have a service: its own, its aliases, its workloads. */
export function namesOfService(service: string, { catalog }: Directory): string[] {
  const { aliases = [], workloads = [] } = (catalog && findService(catalog, service)) ?? {};
  return [...new Set([service, ...aliases, ...workloads.map((one) => one.split('/').at(-1) ?? '')])];
}

/** A scope for one service alone, wherever it runs. */
export function scopeOfService(service: string, asked: Asked, period: Period): Scope {
  const { directory, named } = asked;
  const only = named.clusters.length === 1 ? named.clusters[0] : undefined;
  return scopeAt({ service, cluster: only }, namesOfService(service, directory), 'neighbours', asked, period);
}

/** A scope for everything at a place; without a place, for all that the sources can read. */
export function scopeAround(place: Place, asked: Asked, period: Period): Scope {
  const reach: Reach =
    place.cluster === undefined ? 'everywhere' : place.namespace === undefined ? 'cluster' : 'neighbourhood';
  return scopeAt(place, [], reach, asked, period);
}

const scopeAt = (
  { service, cluster, namespace }: Place,
  neighbours: readonly string[],
  reach: Reach,
  { incident, named }: Asked,
  period: Period,
): Scope => ({
  incidentId: incident?.id ?? withoutIncidentId,
  ...(named.environments.length === 1 ? { environment: named.environments[0] } : {}),
  ...(cluster === undefined ? {} : { cluster }),
  ...(namespace === undefined ? {} : { namespace }),
  ...(service === undefined ? {} : { service }),
  neighbours,
  reach,
  window: windowOf(period),
});

/** Where the named service, cluster or namespace is; more than one place if the catalogue has several. */
export function placesOf(asked: Asked): Place[] {
  const { named, directory, incident } = asked;
  const services = directory.catalog?.services ?? [];
  const placements = services.flatMap((service) =>
    service.placements.map((placement) => ({ ...placement, service: service.name })),
  );
  const fits = placements.filter(
    (one) =>
      (named.services.length === 0 || named.services.includes(one.service)) &&
      (named.namespaces.length === 0 || named.namespaces.includes(one.namespace)) &&
      (named.clusters.length === 0 || named.clusters.includes(one.cluster)) &&
      (named.environments.length === 0 || named.environments.includes(one.environment)),
  );
  if (named.services.length > 0 || named.namespaces.length > 0) {
    const own = new Map(fits.map(({ cluster, namespace }) => [`${cluster}/${namespace}`, { cluster, namespace }]));
    if (own.size > 0) return [...own.values()];
    const cluster = named.clusters[0] ?? incident?.place?.cluster;
    return [{ cluster, ...(named.namespaces[0] === undefined ? {} : { namespace: named.namespaces[0] }) }];
  }
  if (named.clusters.length > 0) return named.clusters.map((cluster) => ({ cluster }));
  if (incident?.place?.cluster !== undefined)
    return [{ cluster: incident.place.cluster, namespace: incident.place.namespace }];
  return [{}];
}

/** The services that the question names; without a name, that of the incident. */
export function servicesOf({ named, incident }: Asked): readonly string[] {
  if (named.services.length > 0) return named.services;
  if (named.unknown.length > 0) return named.unknown.slice(0, 2);
  return incident?.place?.service === undefined ? [] : [incident.place.service];
}

export const notRead = (gaps: readonly string[]): string[] =>
  [...new Set(gaps)].slice(0, 6).map((gap) => `Not read: ${gap}`);

export const distinct = (lines: readonly string[]): string[] => [...new Set(lines)];
