// Defines the type of a plan: a remedy of several steps. Each file of plans/ holds one plan. A step is an action of the catalogue, or a check. The
// definition binds the targets and parameters from the evidence and from earlier steps; plan-offer.ts asks for it, plan-run.ts carries it out.
import type { ActionId, Plan, PlanStep } from '../model/action.ts';
import type { PlanId } from '../plan-ids.ts';
import type { Around, TargetLookup } from '../ports/telemetry.ts';
import type { Seen } from './action-checks.ts';
import type { Parameters, Target } from './action-definition.ts';
import type { TargetSnapshot } from './target-snapshot.ts';

export interface PlanDefinition<Id extends string = PlanId> {
  readonly id: Id;
  /** The single actions in whose place the plan is offered. */
  readonly insteadOf: readonly ActionId[];
  title(target: Target): string;
  /** The actions of its steps, in order. */
  readonly acts: readonly ActionId[];
  /** Whether the plan can be carried out on this target at all. */
  fits(input: PlanInput): boolean;
  /** Why the single action is not enough on this target, in a sentence; undefined if it is. */
  reason(input: PlanInput): string | undefined;
  readonly steps: readonly StepDefinition[];
}

/** The single action that would be offered, and what is known about its target. */
export interface PlanInput {
  readonly seen: Seen;
  readonly lead: { readonly id: ActionId; readonly target: Target; readonly parameters: Parameters };
  readonly snapshot: TargetSnapshot;
}

export type BoundStep =
  | { readonly kind: 'act'; readonly id: ActionId; readonly target: Target; readonly parameters: Parameters }
  /** The step changes nothing. */
  | { readonly kind: 'look'; readonly target: Target; readonly title: string }
  | { readonly kind: 'refused'; readonly why: string };

export interface StepDefinition {
  readonly name: string;
  bind(input: PlanInput, earlier: readonly PlanStep[]): BoundStep;
  /** Further objects that the condition is about. */
  alsoLook?(input: PlanInput): readonly Target[];
  /** The condition that ends the step, in words. */
  check(target: Target): string;
  holds(live: Live): Judgement;
  readonly holdSeconds: number;
  readonly limitSeconds: number;
  readonly ifFails: PlanStep['ifFails'];
}

/** The world as it is while a step waits for its condition. */
export interface Live {
  readonly plan: Plan;
  readonly step: PlanStep;
  readonly lookup: TargetLookup;
  readonly around: Around;
  /** The further objects of the step. */
  readonly others?: readonly { readonly target: Target; readonly lookup: TargetLookup }[];
  /** When the step began. */
  readonly since: Date;
}

/** `broken`: the condition cannot come to hold any more. */
export interface Judgement {
  readonly kind: 'holds' | 'not-yet' | 'broken';
  readonly detail: string;
}
