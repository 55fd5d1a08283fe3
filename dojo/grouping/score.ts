// Scores the grouping of a storm. A page that joined an incident of another cause is a wrong merge; each further investigation of one cause is a
// missed merge.
import type { Played } from './play.ts';

export interface Score {
  readonly pages: number;
  readonly investigations: number;
  /** Pages that joined an incident of another cause. */
  readonly wrong: readonly Played[];
  /** Pages that were investigated although an earlier page of the same cause was. */
  readonly missed: readonly Played[];
  /** The number of merges in a perfect grouping. */
  readonly possible: number;
}

export function scoreOf(played: readonly Played[]): Score {
  const causeOf = new Map(played.map(({ id, page }) => [id, page.of]));
  const leaders = played.filter(({ id, leader }) => id === leader);
  const seen = new Set<string>();
  const missed = leaders.filter(({ page }) => {
    const again = seen.has(page.of);
    seen.add(page.of);
    return again;
  });
  return {
    pages: played.length,
    investigations: leaders.length,
    wrong: played.filter(({ leader, page }) => causeOf.get(leader) !== page.of),
    missed,
    possible: played.length - new Set(causeOf.values()).size,
  };
}

/** 1 if every merge happened and none was wrong; a wrong merge costs as much as two missed ones. */
export const worthOf = (scores: readonly Score[]): number => {
  const sum = (count: (score: Score) => number) => scores.reduce((total, score) => total + count(score), 0);
  const possible = Math.max(
    1,
    sum(({ possible: most }) => most),
  );
  return 1 - (2 * sum(({ wrong }) => wrong.length) + sum(({ missed }) => missed.length)) / possible;
};
