// Decides which services of the settings a question is about. A service without a place is included only if it was paged, if it is a neighbour, or
// if nobody knows which service was paged: a source of a whole account would otherwise read every service for each question.
import { amongClusters, isWithin, type Scope } from '../../core/model/scope.ts';

export interface Place {
  readonly cluster?: string | undefined;
  readonly namespace?: string | undefined;
}
export type Places = Readonly<Record<string, Place>>;

/** The services within the scope: the paged one first, then its neighbours, then the others. */
export function servicesWithin(scope: Scope, services: readonly string[], places: Places): string[] {
  const clusters = Object.values(places).flatMap(({ cluster }) => cluster ?? []);
  const known = amongClusters(scope, clusters);
  const rankOf = (service: string): number =>
    service === scope.service ? 0 : scope.neighbours.includes(service) ? 1 : 2;
  const includes = (service: string): boolean => {
    if (scope.reach === 'neighbours') return scope.neighbours.includes(service);
    if (rankOf(service) < 2 || scope.reach === 'everywhere') return true;
    const place = places[service];
    return place === undefined ? scope.service === undefined : isWithin(known, { ...place, service });
  };
  return services.filter(includes).sort((a, b) => rankOf(a) - rankOf(b));
}

export const placeOf = (places: Places, service: string): { cluster?: string; namespace?: string } => {
  const { cluster, namespace } = places[service] ?? {};
  return { ...(cluster === undefined ? {} : { cluster }), ...(namespace === undefined ? {} : { namespace }) };
};
