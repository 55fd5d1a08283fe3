// Classifies the failure of a model as a kind with our own sentence, so that a vendor's text never reaches a person or another model.
import * as z from 'zod';
import type { Denial } from './allowances.ts';

export type FailureKind =
  | 'throttled'
  | 'timeout'
  | 'refused'
  | 'malformed'
  | 'over-budget'
  | 'month-spent'
  | 'minute-spent'
  | 'unreachable';

const sentences: Record<FailureKind, string> = {
  throttled: 'The model is throttled',
  timeout: 'The model did not answer in time',
  refused: 'The model refused to answer',
  malformed: "The model's answer did not have the asked form",
  'over-budget': "The incident's model budget is spent",
  'month-spent': "This month's model budget of the stage is spent",
  'minute-spent': "The stage's model tokens for this minute are spent",
  unreachable: 'The model could not be reached',
};

export const sentenceFor = (kind: FailureKind): string => `${sentences[kind]}; the analysis answers alone.`;

/** Thrown inside an agent if a model declines to answer. */
export class Refused extends Error {
  override name = 'Refused';
}

const spent: Record<Denial, FailureKind> = { incident: 'over-budget', month: 'month-spent', minute: 'minute-spent' };

/** Thrown inside an agent before a call that would exceed a ceiling. */
export class BudgetSpent extends Error {
  override name = 'BudgetSpent';
  readonly kind: FailureKind;

  constructor(denial: Denial) {
    super(sentences[spent[denial]]);
    this.kind = spent[denial];
  }
}

/** Kinds for which the next provider would be refused, too: the ceilings count all providers together. */
export const isSpent = (kind: FailureKind): boolean => Object.values(spent).includes(kind);

/** Stop reasons (in Strands' terms) of a model, or of a guardrail before it, that refuses to answer. */
export const refusals: readonly string[] = ['contentFiltered', 'guardrailIntervened', 'refusal'];

/** `problem`: the thrown error, or the reason for which an agent stopped without an answer. */
export function failureOf(problem: unknown): FailureKind {
  const name = problem instanceof Error ? namesOf(problem).join(' ') : String(problem);
  const ceiling = budgetSpentIn(problem);
  if (ceiling !== undefined) return ceiling.kind;
  if (/BudgetSpent/.test(name)) return 'over-budget';
  if (/Throttl|TooManyRequests|RateLimit|ServiceQuota|429|529/i.test(name)) return 'throttled';
  if (/Timeout|Abort|Cancel|cancelled/i.test(name)) return 'timeout';
  if (/Refused|guardrail|refusal|contentFiltered/i.test(name)) return 'refused';
  if (/StructuredOutput|MaxTokens|maxTokens|Json|SyntaxError|limit|toolUse|endTurn|Unterminated/i.test(name))
    return 'malformed';
  return 'unreachable';
}

function budgetSpentIn(problem: unknown, depth = 0): BudgetSpent | undefined {
  if (problem instanceof BudgetSpent) return problem;
  return problem instanceof Error && depth <= 4 ? budgetSpentIn(problem.cause, depth + 1) : undefined;
}

const ErrorLike = z.looseObject({
  name: z.string().optional(),
  code: z.string().optional(),
  status: z.number().optional(),
  $metadata: z.looseObject({ httpStatusCode: z.number().optional() }).optional(),
  cause: z.unknown().optional(),
});

/** Names, codes and HTTP statuses along the chain of causes. */
function namesOf(problem: unknown, depth = 0): string[] {
  const parsed = ErrorLike.safeParse(problem);
  if (!parsed.success || depth > 4) return [];
  const { name, code, status, $metadata, cause } = parsed.data;
  const own = [name, code, status, $metadata?.httpStatusCode].flatMap((part) =>
    part === undefined ? [] : [`${part}`],
  );
  return [...own, ...namesOf(cause, depth + 1)];
}
