// Counts what the cases of a row say, and judges whether that suffices for a higher level. Pure.
import type { EarnedLevel, LevelCase, LevelRow } from '../../model/levels.ts';
import { rowKey } from '../../model/levels.ts';
import type { Promotion } from '../../ports/catalog.ts';
import { casesWithoutMiss, wilson } from './wilson.ts';

/** `open`: the action or the hour for the comparison is not over. */
export type CaseVerdict = 'helped' | 'not-helped' | 'harmed' | 'not-known' | 'open';

/**
 * Whether the action helped, or would have helped. Watchkeeper's own verified action counts first. A rejection counts against the action. Of a shadow:
 * the same fix by people counts for it if the page was resolved, and against it if not; another fix that resolved the page counts against it. An
 * incident where no fix was seen says nothing.
 */
export function verdictOf({ result, answer, comparison }: LevelCase): CaseVerdict {
  if (result !== undefined) return result;
  if (answer === 'rejected') return 'not-helped';
  if (comparison === undefined) return 'open';
  if (comparison.people === 'same') return comparison.resolved ? 'helped' : 'not-helped';
  return comparison.people === 'other' && comparison.resolved ? 'not-helped' : 'not-known';
}

export interface Figures {
  readonly shadowed: number;
  readonly asked: number;
  readonly unattended: number;
  readonly approved: number;
  readonly rejected: number;
  readonly unanswered: number;
  readonly helped: number;
  readonly notHelped: number;
  readonly harmed: number;
  readonly notKnown: number;
  readonly open: number;
  /** `helped`, `notHelped` and `harmed` together. */
  readonly judged: number;
  /** The interval of the share that helped, of the judged cases. */
  readonly lower: number;
  readonly upper: number;
}

export function figuresOf(cases: readonly LevelCase[]): Figures {
  const count = (is: (one: LevelCase) => boolean) => cases.filter(is).length;
  const verdicts = cases.map(verdictOf);
  const with_ = (verdict: CaseVerdict) => verdicts.filter((one) => one === verdict).length;
  const [helped, notHelped, harmed] = [with_('helped'), with_('not-helped'), with_('harmed')];
  const judged = helped + notHelped + harmed;
  return {
    shadowed: count(({ how }) => how === 'shadowed'),
    asked: count(({ how }) => how === 'asked'),
    unattended: count(({ how }) => how === 'unattended'),
    approved: count(({ answer }) => answer === 'approved'),
    rejected: count(({ answer }) => answer === 'rejected'),
    unanswered: count(({ answer }) => answer === 'unanswered'),
    helped,
    notHelped,
    harmed,
    notKnown: with_('not-known'),
    open: with_('open'),
    judged,
    ...wilson(helped, judged),
  };
}

/** Why the evidence does not suffice; undefined if it does. */
export function whyNotEnough(figures: Figures, { cases, helped }: Promotion): string | undefined {
  if (figures.harmed > 0) return `It made things worse ${figures.harmed === 1 ? 'once' : `${figures.harmed} times`}.`;
  if (figures.judged < cases)
    return `It takes ${cases} cases with a known result, and there ${figures.judged === 1 ? 'is 1' : `are ${figures.judged}`}.`;
  if (figures.lower > helped) return undefined;
  const miss = figures.helped === figures.judged ? ` Without a miss it takes ${casesWithoutMiss(helped)} cases.` : '';
  return `It helped in ${figures.helped} of ${figures.judged} cases. That shows a share of at least ${figures.lower.toFixed(2)}, and more than ${helped} is needed.${miss}`;
}

/** The cases of a row that count now: those since the last change of its level. */
export const casesOf = (
  row: LevelRow,
  cases: readonly LevelCase[],
  earned: Pick<EarnedLevel, 'since'> | undefined,
): readonly LevelCase[] =>
  cases.filter(
    (one) =>
      rowKey(one.row) === rowKey(row) && (earned?.since === undefined || Date.parse(one.at) > Date.parse(earned.since)),
  );
