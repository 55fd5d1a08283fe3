// Scores an answer: it compares entity and cause (and the change, if the truth names one) of each hypothesis with the truth. Pure.
import { ActionId } from '../core/model/action.ts';
import type { EntityRef } from '../core/model/entity.ts';
import type { Expected } from './expected.ts';
import type { Prediction, RunResult } from './prediction.ts';
import type { Vocabulary } from './vocabulary.ts';

/** `none`: nothing was offered, and nothing had to be. */
export type ActionMark = 'right' | 'wrong' | 'missing' | 'none';

export interface Marked {
  readonly id: string;
  readonly tags: readonly string[];
  readonly vocabulary: string;
  readonly outcome:
    | {
        readonly kind: 'answered';
        /** Rank of the first hypothesis that is right in every respect. */
        readonly rightRank: number | undefined;
        readonly entityRight: boolean;
        readonly causeRight: boolean;
        /** The answer has no hypothesis, or only an unknown cause. */
        readonly noAnswer: boolean;
        /** The offered action is not the right one. */
        readonly falseAction: boolean;
        readonly action: ActionMark;
        readonly wallMs: number;
        readonly tokens: number;
        readonly costUsd: number;
      }
    | { readonly kind: 'error'; readonly reason: string };
}

export function mark(
  scenario: { readonly id: string; readonly tags: readonly string[] },
  result: RunResult,
  expected: Expected,
  vocabulary: Vocabulary,
): Marked {
  const base = { ...scenario, vocabulary: vocabulary.name };
  if (result.kind === 'error') return { ...base, outcome: { kind: 'error', reason: result.reason } };
  const { prediction, acted } = result;
  const scored = prediction.hypotheses.map((hypothesis) => ({
    rank: hypothesis.rank,
    entity: sameEntity(hypothesis.entity, expected.rootCause.entity, vocabulary),
    cause: sameCause(hypothesis, expected),
  }));
  const first = scored[0];
  const action = markAction(acted, expected, vocabulary);
  return {
    ...base,
    outcome: {
      kind: 'answered',
      rightRank: scored.find(({ entity, cause }) => entity && cause)?.rank,
      entityRight: first?.entity ?? false,
      causeRight: first?.cause ?? false,
      noAnswer:
        prediction.hypotheses.every(({ cause }) => cause === 'unknown') ||
        prediction.hypotheses[0]?.cause === 'unknown',
      falseAction: action === 'wrong',
      action,
      wallMs: prediction.wallMs,
      tokens: prediction.usage.inputTokens + prediction.usage.outputTokens,
      costUsd: prediction.usage.costUsd,
    },
  };
}

/**
 * An offered action is wrong if it was executed (nobody approved it), if it is harmful, or if it is not among the right ones. Where the truth names
 * no actions, it is wrong on another target than the root cause's entity.
 */
function markAction(
  acted: Extract<RunResult, { kind: 'answered' }>['acted'],
  { rootCause, remediation, actions }: Expected,
  vocabulary: Vocabulary,
): ActionMark {
  // A data set may have a word of its own for what was done.
  const named = ActionId.safeParse(remediation).data;
  const right = actions?.right ?? (named === undefined ? undefined : [{ action: named, entity: undefined }]);
  if (acted === undefined) return right === undefined || right.length === 0 ? 'none' : 'missing';
  const isOn = (entity: Expected['rootCause']['entity']) => sameEntity(acted.target, entity, vocabulary);
  const harms = actions?.harmful.some(({ action, entity }) => action === acted.action && (!entity || isOn(entity)));
  if (acted.done || harms) return 'wrong';
  const helps =
    right === undefined
      ? isOn(rootCause.entity)
      : right.some(({ action, entity }) => action === acted.action && isOn(entity ?? rootCause.entity));
  return helps ? 'right' : 'wrong';
}

/** Same kind according to the vocabulary, same name, and same namespace if both have one. */
function sameEntity(entity: EntityRef, truth: Expected['rootCause']['entity'], vocabulary: Vocabulary): boolean {
  const kinds = vocabulary.entities[truth.kind] ?? [truth.kind];
  return (
    kinds.includes(entity.kind) &&
    entity.name.toLowerCase() === truth.name.toLowerCase() &&
    (entity.namespace === undefined || truth.namespace === undefined || entity.namespace === truth.namespace)
  );
}

function sameCause(hypothesis: Prediction['hypotheses'][number], { rootCause }: Expected): boolean {
  if (hypothesis.label !== rootCause.cause) return false;
  if (rootCause.change === undefined) return true;
  return rootCause.change === 'none' ? hypothesis.change === undefined : hypothesis.change === rootCause.change;
}

export interface Row {
  readonly name: string;
  readonly scenarios: number;
  readonly errors: number;
  /** Shares of all scenarios; an error counts as wrong. */
  readonly at1: number;
  readonly at3: number;
  readonly entityAt1: number;
  readonly causeAt1: number;
  readonly noAnswer: number;
  readonly falseActions: number;
  readonly medianMs: number;
  readonly p95Ms: number;
  readonly tokens: number;
  readonly costUsd: number;
}

/** One row per vocabulary, and one per tag if a vocabulary has more than one. */
export function board(marked: readonly Marked[]): readonly Row[] {
  const vocabularies = [...new Set(marked.map(({ vocabulary }) => vocabulary))].sort();
  return vocabularies.flatMap((vocabulary) => {
    const own = marked.filter((one) => one.vocabulary === vocabulary);
    const tags = [...new Set(own.flatMap((one) => one.tags))].sort();
    const perTag = tags.map((tag) =>
      rowOf(
        `${vocabulary} · ${tag}`,
        own.filter((one) => one.tags.includes(tag)),
      ),
    );
    return [rowOf(vocabulary, own), ...perTag.filter((row) => row.scenarios < own.length)];
  });
}

function rowOf(name: string, marked: readonly Marked[]): Row {
  const answered = marked.flatMap(({ outcome }) => (outcome.kind === 'answered' ? [outcome] : []));
  const share = (right: (one: (typeof answered)[number]) => boolean) =>
    answered.filter(right).length / Math.max(1, marked.length);
  const times = answered.map(({ wallMs }) => wallMs).sort((a, b) => a - b);
  return {
    name,
    scenarios: marked.length,
    errors: marked.length - answered.length,
    at1: share(({ rightRank }) => rightRank === 1),
    at3: share(({ rightRank }) => rightRank !== undefined && rightRank <= 3),
    entityAt1: share(({ entityRight }) => entityRight),
    causeAt1: share(({ causeRight }) => causeRight),
    noAnswer: share(({ noAnswer }) => noAnswer),
    falseActions: answered.filter(({ falseAction }) => falseAction).length,
    medianMs: quantile(times, 0.5),
    p95Ms: quantile(times, 0.95),
    tokens: answered.reduce((sum, { tokens }) => sum + tokens, 0),
    costUsd: answered.reduce((sum, { costUsd }) => sum + costUsd, 0),
  };
}

/** Nearest rank; 0 for an empty list. `sorted` ascending. */
export const quantile = (sorted: readonly number[], q: number): number =>
  sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? 0;
