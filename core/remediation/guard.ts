// The question that is put to the policies, the same at the decision and right before the act. Where the target is, how far one may go
// there and whether it is protected is the catalogue's word, found by the target itself: what an alert calls itself raises nothing.
import type { Action, Level } from '../model/action.ts';
import { Level as Levels } from '../model/action.ts';
import type { EntityRef } from '../model/entity.ts';
import type { Context, Known } from '../model/incident.ts';
import type { Catalog, CatalogService } from '../ports/catalog.ts';
import type { Policies, PolicyRequest } from '../ports/channels.ts';

export interface Standing {
  readonly context: Context;
  /** Of the hypothesis, 0 to 1. */
  readonly confidence: number;
  readonly seenInEvidence: boolean;
}

export async function authorize(
  actor: PolicyRequest['actor'],
  action: Action,
  standing: Standing,
  catalog: Catalog,
  policies: Policies,
): ReturnType<Policies['authorize']> {
  const { environment, level, isProtected } = placeOf(action.target, standing.context, catalog);
  const { kind, name, namespace, cluster } = action.target;
  const answer = await policies.authorize({
    actor,
    action: action.id,
    target: { kind, name, namespace, cluster },
    context: {
      level,
      environment: environment ?? 'unknown',
      environmentKnown: environment !== undefined,
      killSwitch: catalog.killSwitch,
      protected: isProtected,
      seenInEvidence: standing.seenInEvidence,
      reversible: action.reversible,
      confidencePercent: Math.round(standing.confidence * 100),
    },
  });
  return { ...answer, why: `${answer.why} (Level ${level}, environment ${environment ?? 'unknown'}.)` };
}

/** Cluster and namespace of an entity: its own, else the incident's where that is sure enough. */
export function locate(entity: EntityRef, context: Context): EntityRef {
  const cluster = entity.cluster ?? sure(context.cluster);
  const namespace = entity.namespace ?? sure(context.namespace);
  return {
    kind: entity.kind,
    name: entity.name,
    ...(cluster === undefined ? {} : { cluster }),
    ...(namespace === undefined ? {} : { namespace }),
  };
}

/** The environment an entity is in: by who owns it, else by its cluster. What the incident says counts only where the catalogue places nothing. */
export function environmentOf(entity: EntityRef, context: Context, catalog: Catalog): string | undefined {
  const located = locate(entity, context);
  const placed = new Set(placementsOf(located, catalog).map(({ placement }) => placement.environment));
  const cluster = catalog.clusters.find((one) => isCalled(one, located.cluster));
  const placesNothing = catalog.clusters.length === 0 && catalog.services.length === 0;
  const said = placesNothing ? sure(context.environment) : undefined;
  return environmentNamed(placed.size === 1 ? [...placed][0] : (cluster?.environment ?? said), catalog);
}

function placeOf(target: Action['target'], context: Context, catalog: Catalog) {
  const environment = environmentOf(target, context, catalog);
  const owners = ownersOf(target, catalog);
  const ownLevel = environment === undefined ? 'crawl' : (catalog.environments[environment]?.level ?? 'crawl');
  const levels = owners.map((owner) => (environment === undefined ? 'crawl' : (owner.level ?? ownLevel)));
  const paged = catalog.services.find((service) => isCalled(service, context.service?.value));
  return {
    environment,
    level: lowest(levels) ?? ownLevel,
    isProtected: [...owners, ...(paged ? [paged] : [])].some((service) => service.protected),
  };
}

/** The services a target belongs to: those that name it, else all that are placed beside it. */
function ownersOf(target: EntityRef, catalog: Catalog): CatalogService[] {
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

/** A pod carries the name of its workload in front. */
function names(service: CatalogService, { kind, name }: EntityRef): boolean {
  const workloads = [...service.workloads.map((workload) => workload.split('/')[1] ?? ''), service.name];
  return kind === 'Pod' ? workloads.some((workload) => name.startsWith(`${workload}-`)) : workloads.includes(name);
}

const isCalled = (
  thing: { readonly name: string; readonly aliases?: readonly string[] },
  name: string | undefined,
): boolean => name !== undefined && (thing.name === name || (thing.aliases ?? []).includes(name));

function environmentNamed(name: string | undefined, { environments }: Catalog): string | undefined {
  if (name === undefined) return undefined;
  if (Object.hasOwn(environments, name)) return name;
  return Object.keys(environments).find((one) => environments[one]?.aliases.includes(name));
}

const sure = (known: Known | undefined): string | undefined =>
  known !== undefined && known.confidence >= 0.5 ? known.value : undefined;

const lowest = (levels: readonly Level[]): Level | undefined => Levels.options.find((level) => levels.includes(level));
