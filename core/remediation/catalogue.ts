// Selects the action that fits a hypothesis, builds it for a target, checks an action that comes from elsewhere, and builds its inverse. The
// files of actions/ define the actions.
import * as z from 'zod';
import type { Action, ActionId, Inverse } from '../model/action.ts';
import type { Hypothesis } from '../model/diagnosis.ts';
import type { Seen } from './action-checks.ts';
import type { ActionDefinition } from './action-definition.ts';
import { actionNamed, actions } from './actions/index.ts';

type Target = Action['target'];
type Parameters = Action['parameters'];

/** The actions that remedy the hypothesis' cause, best first: reverting a change precedes a restart. */
const fitting = (hypothesis: Hypothesis): readonly ActionDefinition[] =>
  actions.filter(
    (entry) =>
      entry.kinds.includes(hypothesis.entity.kind) &&
      entry.mends.includes(hypothesis.cause) &&
      (!entry.needsChange || hypothesis.changeId !== undefined),
  );

/** The first action that fits the hypothesis, or undefined. It applies no checks; `offerFor` does. */
export const suggestedAction = (hypothesis: Hypothesis): ActionDefinition | undefined => fitting(hypothesis)[0];

export interface RuledOut {
  readonly id: ActionId;
  /** The code of the check; `not-possible` if the plan or the dry run was refused. */
  readonly code: string;
  readonly why: string;
}

export type Offer =
  | { readonly kind: 'offered'; readonly entry: ActionDefinition; readonly ruledOut: readonly RuledOut[] }
  /** Actions fit the cause, but the checks show that none of them would help. */
  | { readonly kind: 'ruled-out'; readonly ruledOut: readonly [RuledOut, ...RuledOut[]] }
  | { readonly kind: 'none' };

/**
 * `proven`: the action that mended exactly this error before; among the fitting ones it comes first. Gives the first action that fits the cause and that no check rules out, with the actions that
 * checks do rule out.
 */
export function offerFor(seen: Seen, proven?: ActionId): Offer {
  const ruledOut: RuledOut[] = [];
  const entries = fitting(seen.hypothesis);
  for (const entry of [...entries.filter(({ id }) => id === proven), ...entries.filter(({ id }) => id !== proven)]) {
    const check = entry.rulesOut.find(({ holds }) => holds(seen));
    if (check === undefined) return { kind: 'offered', entry, ruledOut };
    ruledOut.push({ id: entry.id, code: check.code, why: check.why });
  }
  const [first, ...more] = ruledOut;
  return first === undefined ? { kind: 'none' } : { kind: 'ruled-out', ruledOut: [first, ...more] };
}

/** False also for an unknown id. */
export const isReversible = (id: string): boolean => actionNamed(id)?.reversible ?? false;

/** Builds the action of a catalogue entry on a target. Everything but the target and the parameters comes from the catalogue. */
export function actionOf(
  entry: ActionDefinition,
  target: Target,
  { incidentId, evidenceIds }: { readonly incidentId: string; readonly evidenceIds: readonly string[] },
  parameters: Parameters = {},
): Action {
  return {
    id: entry.id,
    target,
    parameters,
    title: entry.title(target, parameters).slice(0, 300),
    blastRadius: entry.blastRadius(target, parameters).slice(0, 500),
    reversible: entry.reversible,
    inverse: inverseIn(entry, target, parameters),
    settleSeconds: entry.settleSeconds,
    verify: entry.verify(target).slice(0, 300),
    evidenceIds: evidenceIds.slice(0, 8),
    idempotencyKey: idempotencyKey(incidentId, entry.id, target, parameters),
  };
}

function inverseIn(entry: ActionDefinition, target: Target, parameters: Parameters): Inverse {
  const inverse = entry.inverse(parameters);
  if (typeof inverse === 'string') return { kind: 'none', why: inverse };
  const title = actionNamed(inverse.id)?.title(target, inverse.parameters) ?? inverse.id;
  return { kind: 'action', id: inverse.id, parameters: inverse.parameters, title: title.slice(0, 300) };
}

/**
 * The catalogue's action that reverts this one on the same target, with its own idempotency key, ready for an approval question. Undefined if
 * there is none (`action.inverse` says why).
 */
export function inverseOf(action: Action, incidentId: string): Action | undefined {
  const { inverse, target, evidenceIds } = action;
  const entry = inverse?.kind === 'action' ? actionNamed(inverse.id) : undefined;
  return entry && inverse?.kind === 'action'
    ? actionOf(entry, target, { incidentId, evidenceIds }, inverse.parameters)
    : undefined;
}

/** Why the catalogue could not have made this action for this incident, in words; undefined if it could. */
export function actionProblem(action: Action, incidentId: string): string | undefined {
  const entry = actionNamed(action.id);
  if (!entry) return `The catalogue has no action ${action.id}.`;
  if (!entry.kinds.includes(action.target.kind)) return `${action.id} is not for a ${action.target.kind}.`;
  const parameters = entry.parameters.safeParse(action.parameters);
  if (!parameters.success) return `The parameters of ${action.id} do not fit: ${z.prettifyError(parameters.error)}`;
  if (action.idempotencyKey !== idempotencyKey(incidentId, action.id, action.target, action.parameters))
    return 'The action was made for another incident or another target.';
  // People approve and policies judge by the catalogue's texts and values, so the action must not bring others.
  const made = actionOf(entry, action.target, { incidentId, evidenceIds: action.evidenceIds }, action.parameters);
  // Older records have no inverse, so a missing one is accepted.
  if (action.inverse !== undefined && JSON.stringify(action.inverse) !== JSON.stringify(made.inverse))
    return 'The catalogue takes the action back otherwise.';
  const differs = checkedFields.find((field) => action[field] !== made[field]);
  return differs && `The action differs from the catalogue: in the catalogue, its ${differs} is "${made[differs]}".`;
}

const checkedFields = ['title', 'blastRadius', 'reversible', 'settleSeconds', 'verify'] as const;

const idempotencyKey = (
  incidentId: string,
  id: ActionId,
  { cluster, namespace, kind, name }: Target,
  parameters: Parameters,
): string => `${incidentId}:${id}:${cluster}/${namespace}/${kind}/${name}${parameters.undo === true ? ':undo' : ''}`;
