// Asks the policies whether an action is allowed, in the same way for the decision and right before the action. Each step collects the facts once
// (authorization-facts.ts).
import type { Action, Impact } from '../model/action.ts';
import { entityKey } from '../model/entity.ts';
import type { Policies, PolicyAnswer, PolicyRequest } from '../ports/channels.ts';
import type { Act } from '../ports/records.ts';
import type { PlacedAction, TargetPlace } from './target-place.ts';
import type { TargetState } from './target-state.ts';

export interface AuthorizationFacts {
  readonly place: TargetPlace;
  /** The confidence of the hypothesis, 0 to 1. */
  readonly confidence: number;
  readonly seenInEvidence: boolean;
  /** Only a model holds the hypothesis that the action is for. */
  readonly modelOnly: boolean;
  readonly incidentId: string;
  readonly now: Date;
  /** The kill switch that a person set; the catalogue has its own. */
  readonly killSwitch: boolean;
  readonly live: TargetState;
  /** The impact on the current target; the budgets count its pods. */
  readonly affects: Impact;
  /** The actions in the target's environment within the last day. */
  readonly acts: readonly Act[];
  /** An action of another incident on the target that this incident's investigation cannot have considered. */
  readonly conflicting?: Act | undefined;
  /** The number of people who approved. */
  readonly approvals: number;
  readonly requesterApproved: boolean;
  /** It takes a step of a plan back: the counts of earlier actions do not forbid that. */
  readonly takesBack?: boolean | undefined;
}

/** The parts of an action that the policies judge. */
export type PolicySubject = PlacedAction & Pick<Action, 'reversible' | 'idempotencyKey'>;

export async function authorize(
  actor: PolicyRequest['actor'],
  action: PolicySubject,
  facts: AuthorizationFacts,
  policies: Policies,
): Promise<PolicyAnswer> {
  const { level, environment, freezes } = facts.place;
  const { kind, name, namespace, cluster } = action.target;
  const answer = await policies.authorize({
    actor,
    action: action.id,
    target: { kind, name, namespace, cluster },
    context: { ...policyContextOf(action, facts) },
  });
  const frozen = freezes.length > 0 ? ` Freeze: ${freezes.map((freeze) => freeze.name).join(', ')}.` : '';
  const { conflicting } = facts;
  const done =
    conflicting === undefined
      ? ''
      : ` Incident ${conflicting.incidentId} did ${conflicting.actionId} to it at ${conflicting.at}.`;
  return { ...answer, why: `${answer.why} (Level ${level}, environment ${environment ?? 'unknown'}.)${frozen}${done}` };
}

export type PolicyContext = ReturnType<typeof policyContextOf>;

/** The facts that the policies judge by: the type Facts of policies/watchkeeper.cedarschema. */
export function policyContextOf(action: PolicySubject, facts: AuthorizationFacts) {
  const { place, live } = facts;
  const { budgets } = place;
  return {
    level: place.level,
    environment: place.environment ?? 'unknown',
    environmentKnown: place.environment !== undefined,
    killSwitch: place.killSwitch || facts.killSwitch,
    frozen: place.freezes.length > 0,
    protected: place.isProtected || hasProtectedLabel(live.labels, place.protectedLabels),
    database: live.database,
    seenInEvidence: facts.seenInEvidence,
    modelOnly: facts.modelOnly,
    anotherActed: facts.conflicting !== undefined,
    reversible: action.reversible,
    confidencePercent: Math.round(facts.confidence * 100),
    approvals: facts.approvals,
    approvalsNeeded: place.approvalsNeeded,
    requesterApproved: facts.requesterApproved,
    takesBack: facts.takesBack ?? false,
    ...spentOf(action, facts),
    actsPerHour: budgets.actsPerHour,
    actsPerIncident: budgets.actsPerIncident,
    samePerDay: budgets.samePerDay,
    podsPerHour: budgets.podsPerHour,
  };
}

const hourMs = 3_600_000;

/** Counts earlier actions without this one, so that a second try of it counts once. */
function spentOf(action: PolicySubject, { acts, now, incidentId, affects }: AuthorizationFacts) {
  const otherActs = acts.filter((act) => act.key !== action.idempotencyKey);
  const inHour = otherActs.filter((act) => now.getTime() - Date.parse(act.at) < hourMs);
  const targetKey = entityKey(action.target);
  return {
    actsInHour: inHour.length,
    actsInIncident: otherActs.filter((act) => act.incidentId === incidentId).length,
    sameInDay: otherActs.filter((act) => act.actionId === action.id && act.targetKey === targetKey).length,
    /** Includes the pods of this action. */
    podsInHour: inHour.reduce((sum, act) => sum + act.pods, affects.pods),
  };
}

/** The entry that this action adds to the action history. */
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

const hasProtectedLabel = (labels: Readonly<Record<string, string>>, protectedLabels: readonly string[]): boolean =>
  protectedLabels.some((named) => {
    const [key = '', ...value] = named.split('=');
    return Object.hasOwn(labels, key) && (value.length === 0 || labels[key] === value.join('='));
  });
