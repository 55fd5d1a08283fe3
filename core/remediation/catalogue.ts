// Actions as values: which one fits what is believed, made whole for a target, checked when it comes in from elsewhere, and taken back. The actions
// themselves are in actions/.
import * as z from 'zod';
import type { Action, ActionId, Inverse } from '../model/action.ts';
import type { Hypothesis } from '../model/diagnosis.ts';
import type { Seen } from './action-checks.ts';
import type { ActionDefinition } from './action-definition.ts';
import { actionNamed, actions } from './actions/index.ts';

type Target = Action['target'];
type Parameters = Action['parameters'];

/** The actions that mend what is believed, best first: a change that can be taken back goes before a restart. */
const fitting = (hypothesis: Hypothesis): readonly ActionDefinition[] =>
  actions.filter(
    (entry) =>
      entry.kinds.includes(hypothesis.entity.kind) &&
      entry.mends.includes(hypothesis.cause) &&
      (!entry.needsChange || hypothesis.changeId !== undefined),
  );

/** The action that fits what is believed, or none; whether what was seen rules it out is `offerFor`'s to say. */
export const suggestedAction = (hypothesis: Hypothesis): ActionDefinition | undefined => fitting(hypothesis)[0];

export interface RuledOut {
  readonly id: ActionId;
  /** The code of the check; `not-possible`: its plan or its dry run was refused. */
  readonly code: string;
  readonly why: string;
}

export type Offer =
  | { readonly kind: 'offered'; readonly entry: ActionDefinition; readonly ruledOut: readonly RuledOut[] }
  /** The cause fits, and what was seen says that it would not help. */
  | { readonly kind: 'ruled-out'; readonly ruledOut: readonly [RuledOut, ...RuledOut[]] }
  | { readonly kind: 'none' };

/** What the catalogue has for a cause, and what of it nothing seen rules out. */
export function offerFor(seen: Seen): Offer {
  const ruledOut: RuledOut[] = [];
  for (const entry of fitting(seen.hypothesis)) {
    const check = entry.rulesOut.find(({ holds }) => holds(seen));
    if (check === undefined) return { kind: 'offered', entry, ruledOut };
    ruledOut.push({ id: entry.id, code: check.code, why: check.why });
  }
  const [first, ...more] = ruledOut;
  return first === undefined ? { kind: 'none' } : { kind: 'ruled-out', ruledOut: [first, ...more] };
}

/** False for an action that is in no catalogue, too. */
export const isReversible = (id: string): boolean => actionNamed(id)?.reversible ?? false;

/** The action of an entry on a target: everything but the target and its parameters is the catalogue's. */
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
 * The action that takes this one back, ready to be asked for: of the catalogue, on the same target, with a key of its own. Undefined where
 * there is none (`action.inverse` says why).
 */
export function inverseOf(action: Action, incidentId: string): Action | undefined {
  const { inverse, target, evidenceIds } = action;
  const entry = inverse?.kind === 'action' ? actionNamed(inverse.id) : undefined;
  return entry && inverse?.kind === 'action'
    ? actionOf(entry, target, { incidentId, evidenceIds }, inverse.parameters)
    : undefined;
}

/** What is wrong with an action that came in as a value, in words: it must be one that the catalogue could have made for this incident. */
export function actionProblem(action: Action, incidentId: string): string | undefined {
  const entry = actionNamed(action.id);
  if (!entry) return `The catalogue has no action ${action.id}.`;
  if (!entry.kinds.includes(action.target.kind)) return `${action.id} is not for a ${action.target.kind}.`;
  const parameters = entry.parameters.safeParse(action.parameters);
  if (!parameters.success) return `The parameters of ${action.id} do not fit: ${z.prettifyError(parameters.error)}`;
  if (action.idempotencyKey !== idempotencyKey(incidentId, action.id, action.target, action.parameters))
    return 'The action was made for another incident or another target.';
  // What people were asked and what the policies judge by is the catalogue's, not the bearer's.
  const made = actionOf(entry, action.target, { incidentId, evidenceIds: action.evidenceIds }, action.parameters);
  // Of what was recorded before actions said what takes them back, nothing is said.
  if (action.inverse !== undefined && JSON.stringify(action.inverse) !== JSON.stringify(made.inverse))
    return 'The catalogue takes the action back otherwise.';
  const differs = says.find((field) => action[field] !== made[field]);
  return differs && `The catalogue says something else of the action: its ${differs} is "${made[differs]}".`;
}

const says = ['title', 'blastRadius', 'reversible', 'settleSeconds', 'verify'] as const;

const idempotencyKey = (
  incidentId: string,
  id: ActionId,
  { cluster, namespace, kind, name }: Target,
  parameters: Parameters,
): string => `${incidentId}:${id}:${cluster}/${namespace}/${kind}/${name}${parameters.undo === true ? ':undo' : ''}`;
