// The question that is put to the policies, the same at the decision and right before the act. Where the target is, how far one may go
// there and whether it is protected is the catalogue's word, found by the target itself: what an alert calls itself raises nothing.
import type { Action, Impact, Level } from '../model/action.ts';
import { Level as Levels } from '../model/action.ts';
import { entityKey } from '../model/entity.ts';
import type { Context } from '../model/incident.ts';
import type { Catalog } from '../ports/catalog.ts';
import type { Policies, PolicyAnswer, PolicyRequest } from '../ports/channels.ts';
import type { Act } from '../ports/records.ts';
import { environmentOf, isCalled, ownersOf } from '../topology/placement.ts';
import { freezesAt } from './freeze.ts';
import type { TargetState } from './target-state.ts';

export interface AuthorizationFacts {
  readonly context: Context;
  /** Of the hypothesis, 0 to 1. */
  readonly confidence: number;
  readonly seenInEvidence: boolean;
  readonly incidentId: string;
  readonly now: Date;
  /** Thrown by a person, besides the catalogue's. */
  readonly killSwitch: boolean;
  readonly live: TargetState;
  /** Counted on what is there now; its pods are what the budgets count. */
  readonly affects: Impact;
  /** What was done in the target's environment within a day. */
  readonly acts: readonly Act[];
  /** What another incident did to the target that this one cannot have taken into account. */
  readonly rival?: Act | undefined;
  /** How many people approved, and whether who asked for it is among them. */
  readonly approvals: number;
  readonly requesterApproved: boolean;
}

/** What of an action is judged. */
export type PolicySubject = Pick<Action, 'target' | 'reversible' | 'idempotencyKey'> & { readonly id: string };

export async function authorize(
  actor: PolicyRequest['actor'],
  action: PolicySubject,
  standing: AuthorizationFacts,
  catalog: Catalog,
  policies: Policies,
): Promise<PolicyAnswer> {
  const environment = environmentOf(action.target, standing.context, catalog);
  const { level, freezes } = placeOf(action, environment, standing, catalog);
  const { kind, name, namespace, cluster } = action.target;
  const answer = await policies.authorize({
    actor,
    action: action.id,
    target: { kind, name, namespace, cluster },
    context: { ...factsOf(action, standing, catalog) },
  });
  const frozen = freezes.length > 0 ? ` Freeze: ${freezes.map((freeze) => freeze.name).join(', ')}.` : '';
  const { rival } = standing;
  const done = rival === undefined ? '' : ` Incident ${rival.incidentId} did ${rival.actionId} to it at ${rival.at}.`;
  return { ...answer, why: `${answer.why} (Level ${level}, environment ${environment ?? 'unknown'}.)${frozen}${done}` };
}

/** What the policies judge by; the type Facts of policies/watchkeeper.cedarschema. */
export function factsOf(
  action: PolicySubject,
  standing: AuthorizationFacts,
  catalog: Catalog,
  environment = environmentOf(action.target, standing.context, catalog),
) {
  const { level, isProtected, freezes } = placeOf(action, environment, standing, catalog);
  const place = environment === undefined ? undefined : catalog.environments[environment];
  const budgets = { ...catalog.budgets, ...withoutUndefined(place?.budgets ?? {}) };
  return {
    level,
    environment: environment ?? 'unknown',
    environmentKnown: environment !== undefined,
    killSwitch: catalog.killSwitch || standing.killSwitch,
    frozen: freezes.length > 0,
    protected: isProtected || hasProtectedLabel(standing.live.labels, catalog),
    database: standing.live.database,
    seenInEvidence: standing.seenInEvidence,
    anotherActed: standing.rival !== undefined,
    reversible: action.reversible,
    confidencePercent: Math.round(standing.confidence * 100),
    approvals: standing.approvals,
    approvalsNeeded: place?.approvalsForHighStakes ?? 2,
    requesterApproved: standing.requesterApproved,
    ...spentOf(action, standing),
    actsPerHour: budgets.actsPerHour,
    actsPerIncident: budgets.actsPerIncident,
    samePerDay: budgets.samePerDay,
    podsPerHour: budgets.podsPerHour,
  };
}

const hourMs = 3_600_000;

/** What was done before, apart from this very action: a second try of it counts once. */
function spentOf(action: PolicySubject, { acts, now, incidentId, affects }: AuthorizationFacts) {
  const others = acts.filter((act) => act.key !== action.idempotencyKey);
  const inHour = others.filter((act) => now.getTime() - Date.parse(act.at) < hourMs);
  const targetKey = entityKey(action.target);
  return {
    actsInHour: inHour.length,
    actsInIncident: others.filter((act) => act.incidentId === incidentId).length,
    sameInDay: others.filter((act) => act.actionId === action.id && act.targetKey === targetKey).length,
    /** This one's among them. */
    podsInHour: inHour.reduce((sum, act) => sum + act.pods, affects.pods),
  };
}

/** The entry for the book of acts, should it be done. */
export const actOf = (
  action: Action,
  { incidentId, now, affects }: Pick<AuthorizationFacts, 'incidentId' | 'now' | 'affects'>,
): Act => ({
  key: action.idempotencyKey,
  at: now.toISOString(),
  incidentId,
  actionId: action.id,
  targetKey: entityKey(action.target),
  pods: affects.pods,
});

const hasProtectedLabel = (labels: Readonly<Record<string, string>>, { protectedLabels }: Catalog): boolean =>
  protectedLabels.some((named) => {
    const [key = '', ...value] = named.split('=');
    return Object.hasOwn(labels, key) && (value.length === 0 || labels[key] === value.join('='));
  });

const withoutUndefined = <T extends object>(value: T) =>
  Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as {
    [K in keyof T]: NonNullable<T[K]>;
  };

/** Where the target is, how far one may go with this action there, and what holds there now. The lowest level of its owners counts. */
export function placeOf(
  { id, target }: Pick<PolicySubject, 'id' | 'target'>,
  environment: string | undefined,
  { context, now }: Pick<AuthorizationFacts, 'context' | 'now'>,
  catalog: Catalog,
) {
  const owners = ownersOf(target, catalog);
  const place = environment === undefined ? undefined : catalog.environments[environment];
  const ownLevel = levelFor(id, place) ?? 'crawl';
  const levels = owners.map((owner) => (environment === undefined ? 'crawl' : (levelFor(id, owner) ?? ownLevel)));
  const paged = catalog.services.find((service) => isCalled(service, context.service?.value));
  const concerned = [...owners, ...(paged ? [paged] : [])];
  return {
    level: lowest(levels) ?? ownLevel,
    isProtected: concerned.some((service) => service.protected),
    freezes: freezesAt(now, catalog, { environment, services: concerned.map(({ name }) => name), action: id }),
  };
}

/** The level of one action, else the level of all. */
const levelFor = (
  id: string,
  place:
    | { readonly level?: Level | undefined; readonly actions: Readonly<Record<string, Level | undefined>> }
    | undefined,
): Level | undefined => (place && Object.hasOwn(place.actions, id) ? place.actions[id] : place?.level);

/** Ids and groups of who may answer for a target: its owners' approvers, else the environment's, else the catalogue's; empty is everybody. */
export function approversAt(target: Action['target'], environment: string | undefined, catalog: Catalog): string[] {
  const owners = ownersOf(target, catalog).flatMap((owner) => owner.approvers ?? []);
  const named = environment === undefined ? undefined : catalog.environments[environment]?.approvers;
  return owners.length > 0 ? owners : [...(named ?? catalog.approvers)];
}

const lowest = (levels: readonly Level[]): Level | undefined => Levels.options.find((level) => levels.includes(level));
