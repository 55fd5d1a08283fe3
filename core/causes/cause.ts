// The form of a cause: everything that the system knows about it, in one entry. An entry that lacks a field does not compile. The entries are in
// the files of this folder that are named after groups; causes.ts joins them.
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
  'data',
  'job',
  'unknown',
]);
export type CauseGroup = z.infer<typeof CauseGroup>;

/**
 * `effect`: names what is observed and leaves the reason open, so anything that explains it ranks first. `partial`: a reason that often has
 * another one behind it. `root`: needs no further reason.
 */
export type Depth = 'root' | 'partial' | 'effect';

/** Which symptoms a cause brings about, and at which entities. A symptom that is not listed is not explained. */
export interface Effects {
  /** At the entity that the cause is about. */
  readonly own: readonly SymptomKind[];
  /** At services that call it. */
  readonly callers: readonly SymptomKind[];
  /** `always`: it cannot serve its callers. `if-seen`: it may still serve them (old replicas, retries), so a finding has to show otherwise. */
  readonly reaches: 'always' | 'if-seen';
  /** At services that it calls. */
  readonly callees: readonly SymptomKind[];
  /** At everything that runs in the node, namespace, cluster or zone that the cause is about. */
  readonly inside: readonly SymptomKind[];
}

/**
 * Why some actions do not help against a cause. `next-run-meets-it`: another run of a job fails the same way. `new-pods-meet-it`: new pods of
 * the same revision do. `lies-in-dependency`: it is found in one workload and has to be mended in another. `no-room-for-pods`: no further
 * pod can be created or placed. `registry-gives-no-image`: no revision can be pulled. `takes-no-more-load`: more callers make it worse.
 * `is-down`: the entity serves nobody while it lasts.
 */
export type Obstacle =
  | 'next-run-meets-it'
  | 'new-pods-meet-it'
  | 'lies-in-dependency'
  | 'no-room-for-pods'
  | 'registry-gives-no-image'
  | 'takes-no-more-load'
  | 'is-down';

/** What the advice to a person depends on. */
export interface Situation {
  /** The entity, as `Deployment checkout`. */
  readonly it: string;
  /** `, or roll it back` where a rollback is possible; otherwise empty. */
  readonly orRollBack: string;
  /** Whether an action that mends the cause was ruled out for this incident. */
  readonly isRuledOut: (action: ActionId) => boolean;
}

/** Everything about a cause that does not name other causes by type; `Cause` in causes.ts does. */
export interface CauseEntry {
  readonly group: CauseGroup;
  /** A few words; people read it before the entity. */
  readonly title: string;
  /** The observation that confirms it, for people. */
  readonly confirms: string;
  /** The observations that refute it. */
  readonly rulesOut: readonly RulesOut[];
  readonly depth: Depth;
  /** `run`: an execution that ended badly and does not heal when its reason is gone. `change`: something that somebody changed. */
  readonly kind: 'state' | 'run' | 'change';
  /** Whether a change of ours can be behind it. */
  readonly canComeOfChange: boolean;
  /** Codes of further causes of the same entity that it accounts for. Every cause but an effect accounts for all effects, too. */
  readonly explains: readonly string[];
  /** Codes that it accounts for in what runs inside its entity (a node, a namespace); `any-effect` stands for all effects. */
  readonly explainsInside: readonly string[];
  /** Whether it strikes many services at once from one place outside of them. */
  readonly strikesMany: boolean;
  /**
   * Onset, compared with what it brings about. `timely`: not later. `late`: its own signal lags. `unreliable`: its time is written down
   * afterwards and orders nothing.
   */
  readonly onset: 'timely' | 'late' | 'unreliable';
  /** Whether a remedy needs the workload behind a Service to be known. */
  readonly needsWorkload: boolean;
  readonly effects: Effects;
  /** What people call it. Each row holds phrases of one meaning in lower case and counts once; `*` ends a word that goes on. */
  readonly aliases: readonly (readonly string[])[];
  readonly obstacles: readonly Obstacle[];
  /** What a person does about it where no action is offered: imperative, without a full stop. */
  readonly nextStep: (situation: Situation) => string;
  /** What keeps it from coming back at `it`, a sentence. */
  readonly prevention: (it: string) => string;
}

/** `by-hand`: no finding of today tells it, so only a person can check it. */
export interface RulesOut {
  /** The observation, a clause without a full stop: `the same image runs elsewhere`. */
  readonly observation: string;
  readonly check: Check | 'by-hand';
}

/** An observation that nothing checks by itself yet. */
export const byHand = (observation: string): RulesOut => ({ observation, check: 'by-hand' });
