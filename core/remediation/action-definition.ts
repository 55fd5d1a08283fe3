// The shape of an action: all that the system knows of one, in one value. The actions are the files of actions/, one each. Carrying an action out is a
// connector's business, allowing it is the policies'.
import type * as z from 'zod';
import type { CauseCode } from '../causes/causes.ts';
import type { Action, ActionId, Impact } from '../model/action.ts';
import type { KubernetesObject } from '../model/telemetry.ts';
import type { Check } from './action-checks.ts';

export type Target = Action['target'];
export type Parameters = Action['parameters'];

/** The systems that carry actions out. A composition root supplies one executor for each that is configured. */
export type ExecutorName = 'kubernetes' | 'step-functions' | 'fastly';

export interface ActionDefinition<Id extends string = ActionId, Name extends ExecutorName = ExecutorName> {
  readonly id: Id;
  readonly executor: Name;
  /** The action group that policies/watchkeeper.cedarschema has it in. */
  readonly stakes: 'safe' | 'high-stakes';
  /** Kinds of targets, as their API spells them. */
  readonly kinds: readonly string[];
  readonly verbs: Verbs;
  /** The causes that it mends, unless a check rules it out. */
  readonly mends: readonly CauseCode[];
  readonly rulesOut: readonly Check[];
  /** True if it can only take a change back: the hypothesis has to name one. */
  readonly needsChange: boolean;
  readonly parameters: z.ZodType;
  readonly limits: Limits;
  readonly reversible: boolean;
  /** How long to wait before asking whether it helped. */
  readonly settleSeconds: number;
  /** Imperative: "Rerun CronJob billing/nightly-invoices in backend-1". */
  title(target: Target, parameters: Parameters): string;
  blastRadius(target: Target, parameters: Parameters): string;
  /** The id and parameters of the action that takes it back, or the reason that there is none. */
  inverse(parameters: Parameters): { readonly id: Id | ActionId; readonly parameters: Parameters } | string;
  /** The question that verification asks. */
  verify(target: Target): string;
  /** The target was read when this is asked. */
  impact(on: ImpactInput): Impact;
}

/**
 * The words that people use for an action. A phrase is words; `*` stands for the target, which may be left out. An order approves a question only
 * by phrases of that very action (core/conversation/open-question.ts), so a phrase that could mean less, more or something else is not here.
 */
export interface Verbs {
  readonly does: readonly string[];
  /** The words for taking it back, if its inverse is an action of the same id. */
  readonly undoes: readonly string[];
  /** "Approve the …". */
  readonly nouns: readonly string[];
  /** Words for its target, besides the target's kind and name. */
  readonly things: readonly string[];
  readonly taught: TaughtVerb;
}

/** The verb by which people teach an action: "next time just …". Actions that share its name share the verb: only the target tells them apart. */
export interface TaughtVerb {
  readonly name: string;
  /** Its forms, as templates of core/language/grammar. */
  readonly forms: readonly string[];
  /** People say it of data that it does not destroy. Another verb together with data, a volume or a database teaches nothing. */
  readonly saidOfData: boolean;
}

/** The target as it is now, and what bounds it: pods, autoscalers, quotas and limit ranges of its namespace, and all nodes. */
export interface Surroundings {
  readonly target: KubernetesObject;
  readonly around: readonly KubernetesObject[];
  /** Kinds that could not be read: an unknown bound is not kept. */
  readonly without: readonly string[];
}

export type Planned =
  | { readonly kind: 'planned'; readonly parameters: Parameters; readonly says: string }
  | { readonly kind: 'refused'; readonly why: string };

/** How far the action may go on what is there now. */
export interface Limits {
  /** True if it cannot be planned without reading the target. */
  readonly needsTarget: boolean;
  plan(surroundings: Surroundings): Planned;
  /** The quantity that `parameters.from` names, as it is now; undefined for an action that changes no quantity. */
  quantity(target: KubernetesObject, parameters: Parameters): string | number | undefined;
}

export interface ImpactInput {
  readonly target: Target;
  readonly parameters: Parameters;
  readonly object: KubernetesObject;
  readonly around: readonly KubernetesObject[];
  /** Pods that the target stands for. */
  readonly pods: number;
  readonly callers: readonly string[];
}
