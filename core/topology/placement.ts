// Finds where an entity runs and which services own it, from the catalogue.
import type { EntityRef } from '../model/entity.ts';
import type { Context, Known } from '../model/incident.ts';
import type { Catalog, CatalogService } from '../ports/catalog.ts';

/** Cluster and namespace of an entity: its own, or else the incident's if they are certain enough. */
export function locate(entity: EntityRef, context: Pick<Context, 'cluster' | 'namespace'>): EntityRef {
  const cluster = entity.cluster ?? sure(context.cluster);
  const namespace = entity.namespace ?? sure(context.namespace);
  return {
    kind: entity.kind,
    name: entity.name,
    ...(cluster === undefined ? {} : { cluster }),
    ...(namespace === undefined ? {} : { namespace }),
  };
}

/** Parts of an incident's context that locate an entity without a place of its own. */
export type PlacementContext = Pick<Context, 'cluster' | 'namespace' | 'environment'>;

/**
 * The environment of an entity: from its placement in the catalogue, or else from its cluster. The incident's environment counts only if the
 * catalogue has no clusters and no services.
 */
export function environmentOf(entity: EntityRef, context: PlacementContext, catalog: Catalog): string | undefined {
  const located = locate(entity, context);
  const placed = new Set(placementsOf(located, catalog).map(({ placement }) => placement.environment));
  const cluster = catalog.clusters.find((one) => isCalled(one, located.cluster)) ?? ofAccount(located, catalog);
  const placesNothing = catalog.clusters.length === 0 && catalog.services.length === 0;
  const stated = placesNothing ? sure(context.environment) : undefined;
  return environmentNamed(placed.size === 1 ? [...placed][0] : (cluster?.environment ?? stated), catalog);
}

/** The environment of an account and region, if all clusters there agree. */
function ofAccount({ cluster }: EntityRef, { clusters }: Catalog): { readonly environment: string } | undefined {
  const beside = clusters.filter(({ account, region }) => account !== undefined && cluster === `${account}:${region}`);
  const [first] = beside;
  return first !== undefined && beside.every(({ environment }) => environment === first.environment)
    ? first
    : undefined;
}

/** The services that own a target: those that name it, or else all services placed beside it. */
export function ownersOf(target: EntityRef, catalog: Catalog): CatalogService[] {
  const beside = placementsOf(target, catalog).map(({ service }) => service);
  const naming = beside.filter((service) => names(service, target));
  return naming.length > 0 ? naming : beside;
}

const placementsOf = (entity: EntityRef, catalog: Catalog) =>
  catalog.services.flatMap((service) =>
    service.placements
      .filter(
        (placement) =>
          placement.namespace === entity.namespace &&
          isCalled(
            catalog.clusters.find((one) => one.name === placement.cluster) ?? { name: placement.cluster },
            entity.cluster,
          ),
      )
      .map((placement) => ({ service, placement })),
  );

/** A pod's name starts with its workload's name. */
function names(service: CatalogService, { kind, name }: EntityRef): boolean {
  const workloads = [...service.workloads.map((workload) => workload.split('/')[1] ?? ''), service.name];
  return kind === 'Pod' ? workloads.some((workload) => name.startsWith(`${workload}-`)) : workloads.includes(name);
}

export const isCalled = (
  entry: { readonly name: string; readonly aliases?: readonly string[] },
  name: string | undefined,
): boolean => name !== undefined && (entry.name === name || (entry.aliases ?? []).includes(name));

function environmentNamed(name: string | undefined, { environments }: Catalog): string | undefined {
  if (name === undefined) return undefined;
  if (Object.hasOwn(environments, name)) return name;
  return Object.keys(environments).find((one) => environments[one]?.aliases.includes(name));
}

const sure = (known: Known | undefined): string | undefined =>
  known !== undefined && known.confidence >= 0.5 ? known.value : undefined;
