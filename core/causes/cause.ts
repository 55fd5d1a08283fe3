// Defines the form of a cause: everything that the system knows about it, in one entry. An entry that lacks a field does not compile. The files of
// this folder that are named after groups hold the entries; causes.ts joins them.
import * as z from 'zod';
import type { ActionId } from '../action-ids.ts';
import type { Check } from './checks.ts';
import type { SymptomKind } from './symptom-kind.ts';

export const CauseGroup = z.enum([
  'image',
  'scheduling',
  'quota',
  'probe',
  'resources',
  'configuration',
  'dependency',
  'network',
  'node',
  'change',
  'traffic',
  'certificate',
  'vendor',
  'security',
  'data',
  'job',
  'managed',
  'unknown',
]);
export type CauseGroup = z.infer<typeof CauseGroup>;

/**
 * `effect`: describes an observation and leaves its reason open, so any cause that explains it ranks first. `partial`: a reason that often has
 * another cause behind it. `root`: needs no further reason.
 */
export type Depth = 'root' | 'partial' | 'effect';

/** The symptoms that a cause produces, by entity. It does not explain a symptom that is not listed. */
export interface Effects {
  /** On the cause's own entity. */
  readonly own: readonly SymptomKind[];
  /** On services that call the entity. */
  readonly callers: readonly SymptomKind[];
  /**
   * `always`: the entity cannot serve its callers. `if-seen`: it may still serve them (old replicas, retries), so a finding has to show otherwise.
   */
  readonly reaches: 'always' | 'if-seen';
  /** On services that the entity calls. */
  readonly callees: readonly SymptomKind[];
  /** On everything that runs in the cause's node, namespace, cluster or zone. */
  readonly inside: readonly SymptomKind[];
}

/**
 * Why some actions do not help against a cause. `next-run-meets-it`: another run of the job fails the same way. `new-pods-meet-it`: new pods of the
 * same revision fail the same way. `lies-in-dependency`: the symptom is in one workload, the repair is in another. `no-room-for-pods`: no further pod
 * can be created or placed. `registry-gives-no-image`: no revision can be pulled. `takes-no-more-load`: more callers make it worse. `is-down`: the
 * entity serves nobody while the cause lasts.
 */
export type Obstacle =
  | 'next-run-meets-it'
  | 'new-pods-meet-it'
  | 'lies-in-dependency'
  | 'no-room-for-pods'
  | 'registry-gives-no-image'
  | 'takes-no-more-load'
  | 'is-down';

/** The facts that the advice to a person depends on. */
export interface Situation {
  /** The entity, as `Deployment checkout`. */
  readonly it: string;
  /** `, or roll it back` if a rollback is possible; otherwise empty. */
  readonly orRollBack: string;
  /** Whether an action against the cause was ruled out for this incident. */
  readonly isRuledOut: (action: ActionId) => boolean;
}

/** Everything about a cause, except the references to other causes by type; `Cause` in causes.ts adds those. */
export interface CauseEntry {
  readonly group: CauseGroup;
  /** A few words; the entity's name follows them in texts. */
  readonly title: string;
  /** The observation that confirms it, for people. */
  readonly confirms: string;
  /** The observations that refute it. */
  readonly rulesOut: readonly RulesOut[];
  readonly depth: Depth;
  /**
   * `state`: a condition that lasts. `run`: an execution that failed and does not recover when its reason is gone. `change`: something that somebody
   * changed.
   */
  readonly kind: 'state' | 'run' | 'change';
  /** Whether one of our changes can be behind it. */
  readonly canComeOfChange: boolean;
  /** Codes of further causes on the same entity that this cause explains. Every cause except an effect also explains all effects. */
  readonly explains: readonly string[];
  /** Codes of causes that it explains in everything that runs inside its entity (a node, a namespace); `any-effect` stands for all effects. */
  readonly explainsInside: readonly string[];
  /** Whether one external fault of this kind affects many services at once. */
  readonly strikesMany: boolean;
  /**
   * The reliability of the onset, compared with its effects. `timely`: not later than they. `late`: its own signal lags. `unreliable`: its time is
   * recorded afterwards, so it gives no order.
   */
  readonly onset: 'timely' | 'late' | 'unreliable';
  /** Whether a remedy has to know the workload behind a Service. */
  readonly needsWorkload: boolean;
  readonly effects: Effects;
  /** Aliases in use. Each row holds lower-case phrases of one meaning and counts once; a trailing `*` matches any ending. */
  readonly aliases: readonly (readonly string[])[];
  readonly obstacles: readonly Obstacle[];
  /** Advice to a person if no action is offered: imperative, without a full stop. */
  readonly nextStep: (situation: Situation) => string;
  /** How to prevent a recurrence at `it`, one sentence. */
  readonly prevention: (it: string) => string;
}

/** A refuting observation. `by-hand`: no finding shows it yet, so only a person can check it. */
export interface RulesOut {
  /** The observation, a clause without a full stop: `the same image runs elsewhere`. */
  readonly observation: string;
  readonly check: Check | 'by-hand';
}

/** An observation that no check covers yet. */
export const byHand = (observation: string): RulesOut => ({ observation, check: 'by-hand' });
