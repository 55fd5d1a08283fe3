// Writes a scope as matchers, so that the server selects. Each alternative is a query of its own; what it returns is checked again.
import { amongClusters, type Scope } from '../../core/model/scope.ts';
import { among, isUsable, named, type Roles } from './promql.ts';

/** Names in one matcher. */
const maxNames = 50;
export const platform = ['kube-system', 'kube-node-lease', 'istio-system'];

export interface Place {
  readonly matchers: readonly string[];
}

interface Server {
  readonly clusterLabel: string;
  /** The clusters that its series name, and the one of series that name none. */
  readonly clusters: readonly string[];
}

/** The paged service and its neighbours as the server can select them. */
export const namesIn = ({ service, neighbours }: Scope): string[] =>
  [...(service === undefined ? [] : [service]), ...neighbours].filter(isUsable).slice(0, maxNames);

const clusterIn = (scope: Scope, { clusterLabel, clusters }: Server): string[] => {
  const { cluster } = amongClusters(scope, clusters);
  return cluster === undefined || !isUsable(cluster) ? [] : [among(clusterLabel, [cluster], true)];
};

/** Everything of the scope's place, and its neighbours wherever they run. */
export function placesOf(scope: Scope, roles: Roles, server: Server): Place[] {
  if (scope.reach === 'everywhere') return [{ matchers: [] }];
  const near = scope.neighbours.filter(isUsable).slice(0, maxNames);
  const beside = near.length === 0 || roles.name === undefined ? [] : [{ matchers: [named(roles.name, near)] }];
  if (scope.reach === 'neighbours') return beside;
  const { namespace } = scope;
  const own = [
    ...clusterIn(scope, server),
    ...(scope.reach === 'cluster' || namespace === undefined || roles.namespace === undefined || !isUsable(namespace)
      ? []
      : [among(roles.namespace, [namespace, ...platform], true)]),
  ];
  return own.length === 0 ? [{ matchers: [] }] : [{ matchers: own }, ...beside];
}

/** The paged service in its cluster, its namespace, and its neighbours wherever they run; everything of the place if nobody is named. */
export function aroundNamed(scope: Scope, roles: Roles, server: Server): Place[] {
  const { name, namespace } = roles;
  if (name === undefined || scope.reach === 'everywhere' || namesIn(scope).length === 0)
    return placesOf(scope, roles, server);
  const near = scope.neighbours.filter(isUsable).slice(0, maxNames);
  const beside = near.length === 0 ? [] : [{ matchers: [named(name, near)] }];
  if (scope.reach === 'neighbours') return beside;
  const { service } = scope;
  if (service === undefined || !isUsable(service)) return placesOf(scope, roles, server);
  const own = clusterIn(scope, server);
  return [
    { matchers: [named(name, [service]), ...own] },
    ...(scope.namespace === undefined || namespace === undefined || !isUsable(scope.namespace)
      ? []
      : [{ matchers: [among(namespace, [scope.namespace]), ...own] }]),
    ...beside,
  ];
}
