// Reads from the service catalogue what applies to a target at one time: environment, level of the action, protection, freezes, approvers and
// budgets. A step derives it once and passes it on. The catalogue entry is found by the target itself, so a name in an alert cannot raise the
// level.
import { type Action, Level } from '../model/action.ts';
import type { Context } from '../model/incident.ts';
import type { Catalog, CatalogService, Freeze } from '../ports/catalog.ts';
import { environmentOf, isCalled, ownersOf, type PlacementContext } from '../topology/placement.ts';
import { freezesAt } from './freeze.ts';

export interface TargetPlace {
  /** Undefined if the catalogue does not place the target. */
  readonly environment: string | undefined;
  /** The lowest level of the owning services, else the level of the environment. */
  readonly level: Level;
  /** The highest level that the action can earn here; never below `level` of the catalogue. */
  readonly ceiling: Level;
  /** Names of the services that own the target. */
  readonly services: readonly string[];
  /** True if the catalogue protects it; labels of the target may protect it too. */
  readonly isProtected: boolean;
  /** Labels that protect every object that carries them, as `key` or `key=value`. */
  readonly protectedLabels: readonly string[];
  /** The catalogue's kill switch; a person may have set another one. */
  readonly killSwitch: boolean;
  readonly freezes: readonly Freeze[];
  /** Ids and groups of the people who may answer; an empty list allows everybody. */
  readonly approvers: readonly string[];
  /** The number of people who have to approve a high-stakes action. */
  readonly approvalsNeeded: number;
  readonly budgets: Catalog['budgets'];
}

export interface PlacedAction {
  readonly id: string;
  readonly target: Action['target'];
}

export function placeOf(
  { id, target }: PlacedAction,
  { context, now }: { readonly context: PlacementContext & Pick<Context, 'service'>; readonly now: Date },
  catalog: Catalog,
  environment = environmentOf(target, context, catalog),
): TargetPlace {
  const owners = ownersOf(target, catalog);
  const place = environment === undefined ? undefined : catalog.environments[environment];
  const paged = catalog.services.find((service) => isCalled(service, context.service?.value));
  const concerned = [...owners, ...(paged ? [paged] : [])];
  return {
    environment,
    ...levelsFor(id, environment, owners, catalog),
    services: owners.map(({ name }) => name),
    isProtected: concerned.some((service) => service.protected),
    protectedLabels: catalog.protectedLabels,
    killSwitch: catalog.killSwitch,
    freezes: freezesAt(now, catalog, { environment, services: concerned.map(({ name }) => name), action: id }),
    approvers: approversAt(target, environment, catalog),
    approvalsNeeded: place?.approvalsForHighStakes ?? 2,
    budgets: { ...catalog.budgets, ...withoutUndefined(place?.budgets ?? {}) },
  };
}

/** The catalogue's level of an action for services in an environment, and the highest level that it can earn there. */
export function levelsFor(
  id: string,
  environment: string | undefined,
  owners: readonly CatalogService[],
  catalog: Catalog,
): Pick<TargetPlace, 'level' | 'ceiling'> {
  const place = environment === undefined ? undefined : catalog.environments[environment];
  const ownLevel = levelFor(id, place) ?? 'crawl';
  const ownCeiling = ceilingFor(id, place) ?? ownLevel;
  const known = environment === undefined ? [] : owners;
  return {
    level:
      environment === undefined ? 'crawl' : (lowest(known.map((owner) => levelFor(id, owner) ?? ownLevel)) ?? ownLevel),
    ceiling:
      environment === undefined
        ? 'crawl'
        : (lowest(known.map((owner) => ceilingFor(id, owner) ?? ownCeiling)) ?? ownCeiling),
  };
}

/**
 * Ids and groups of the people who may answer for a target: the owners' approvers, else the environment's, else the catalogue's. An empty list
 * allows everybody.
 */
const approversAt = (target: Action['target'], environment: string | undefined, catalog: Catalog): string[] =>
  approversFor(environment, ownersOf(target, catalog), catalog);

export function approversFor(
  environment: string | undefined,
  services: readonly CatalogService[],
  catalog: Catalog,
): string[] {
  const owners = services.flatMap((owner) => owner.approvers ?? []);
  const named = environment === undefined ? undefined : catalog.environments[environment]?.approvers;
  return owners.length > 0 ? owners : [...(named ?? catalog.approvers)];
}

/** The level of this action, else the general level. */
const levelFor = (
  id: string,
  place:
    | { readonly level?: Level | undefined; readonly actions: Readonly<Record<string, Level | undefined>> }
    | undefined,
): Level | undefined => (place && Object.hasOwn(place.actions, id) ? place.actions[id] : place?.level);

type LevelSettings = Parameters<typeof levelFor>[1] & { readonly maxLevel?: Level | undefined };

/** A level of this single action is a bound, too; a maximum below the level counts as the level. */
function ceilingFor(id: string, place: LevelSettings | undefined): Level | undefined {
  if (place === undefined) return undefined;
  if (Object.hasOwn(place.actions, id)) return place.actions[id];
  return place.maxLevel === undefined ? place.level : higher(place.maxLevel, place.level ?? 'crawl');
}

const rank = (level: Level): number => Level.options.indexOf(level);
export const higher = (a: Level, b: Level): Level => (rank(a) >= rank(b) ? a : b);
export const lower = (a: Level, b: Level): Level => (rank(a) <= rank(b) ? a : b);
/** One level up or down; undefined beyond the last one. */
export const nextLevel = (level: Level, step: 1 | -1): Level | undefined => Level.options[rank(level) + step];

const lowest = (levels: readonly Level[]): Level | undefined => Level.options.find((level) => levels.includes(level));

const withoutUndefined = <T extends object>(value: T) =>
  Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as {
    [K in keyof T]: NonNullable<T[K]>;
  };
