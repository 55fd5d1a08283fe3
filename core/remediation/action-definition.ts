// Defines the type of an action: one value holds everything that the system knows about it. Each file of actions/ holds one action. A connector
// carries an action out, and the policies allow it.
import type * as z from 'zod';
import type { CauseCode } from '../causes/causes.ts';
import type { Action, ActionId, Impact } from '../model/action.ts';
import type { KubernetesObject } from '../model/telemetry.ts';
import type { Check } from './action-checks.ts';

export type Target = Action['target'];
export type Parameters = Action['parameters'];

/** The systems that carry out actions. A composition root supplies one executor for each configured system. */
export type ExecutorName = 'kubernetes' | 'step-functions' | 'fastly';

export interface ActionDefinition<Id extends string = ActionId, Name extends ExecutorName = ExecutorName> {
  readonly id: Id;
  readonly executor: Name;
  /** The action group to which policies/watchkeeper.cedarschema assigns the action. */
  readonly stakes: 'safe' | 'high-stakes';
  /** The kinds of targets, spelled as in their API. */
  readonly kinds: readonly string[];
  readonly verbs: Verbs;
  /** The causes that the action remedies, unless a check rules it out. */
  readonly mends: readonly CauseCode[];
  readonly rulesOut: readonly Check[];
  /** True if the action only reverts a change: the hypothesis has to name one. */
  readonly needsChange: boolean;
  readonly parameters: z.ZodType;
  readonly limits: Limits;
  readonly reversible: boolean;
  /** Seconds to wait before verification. */
  readonly settleSeconds: number;
  /** Imperative: "Rerun CronJob billing/nightly-invoices in backend-1". */
  title(target: Target, parameters: Parameters): string;
  blastRadius(target: Target, parameters: Parameters): string;
  /** The id and parameters of the action that reverts this one, or the reason why there is none. */
  inverse(parameters: Parameters): { readonly id: Id | ActionId; readonly parameters: Parameters } | string;
  /** The question that verification answers. */
  verify(target: Target): string;
  /** Counts the pods and callers that the action affects. The caller has read the target before. */
  impact(on: ImpactInput): Impact;
}

/**
 * The words that people use for an action. A phrase is a list of words; `*` stands for the target, which people may leave out. An order approves
 * a question only by a phrase of that very action (core/conversation/open-question.ts). This list therefore contains no phrase that could mean
 * less, more or something else.
 */
export interface Verbs {
  readonly does: readonly string[];
  /** The words for reverting the action, if its inverse is an action of the same id. */
  readonly undoes: readonly string[];
  /** "Approve the …". */
  readonly nouns: readonly string[];
  /** Words for its target, besides the target's kind and name. */
  readonly targetWords: readonly string[];
  readonly taught: TaughtVerb;
}

/**
 * The verb by which people teach an action: "next time just …". Actions with the same `name` share the verb, and only the target tells them
 * apart.
 */
export interface TaughtVerb {
  readonly name: string;
  /** The forms of the verb, as templates of core/language/grammar. */
  readonly forms: readonly string[];
  /**
   * True if people use the verb for data that the action does not destroy. Any other verb together with data, a volume or a database teaches
   * nothing.
   */
  readonly appliesToData: boolean;
}

/** The current target and the objects that limit a change of it: pods, autoscalers, quotas and limit ranges of its namespace, and all nodes. */
export interface Surroundings {
  readonly target: KubernetesObject;
  readonly around: readonly KubernetesObject[];
  /** Kinds of objects that could not be read. A plan that needs one of them is refused, because its limit is unknown. */
  readonly without: readonly string[];
}

export type Planned =
  | { readonly kind: 'planned'; readonly parameters: Parameters; readonly limit: string }
  | { readonly kind: 'refused'; readonly why: string };

/** How far the action may go on the current target. */
export interface Limits {
  /** True if the action cannot be planned without reading the target. */
  readonly needsTarget: boolean;
  plan(surroundings: Surroundings): Planned;
  /** The current quantity that `parameters.from` names; undefined for an action that changes no quantity. */
  quantity(target: KubernetesObject, parameters: Parameters): string | number | undefined;
}

export interface ImpactInput {
  readonly target: Target;
  readonly parameters: Parameters;
  readonly object: KubernetesObject;
  readonly around: readonly KubernetesObject[];
  /** The number of pods that the target represents. */
  readonly pods: number;
  readonly callers: readonly string[];
}
