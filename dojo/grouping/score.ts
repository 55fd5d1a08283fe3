// How well a storm was grouped. A page that joined an incident of another cause is a wrong merge; each further investigation of one cause is a
// missed one.
import type { Played } from './play.ts';

export interface Score {
  readonly pages: number;
  readonly investigations: number;
  /** Pages that joined an incident of another cause. */
  readonly wrong: readonly Played[];
  /** Pages that were investigated though an earlier one of the same cause was. */
  readonly missed: readonly Played[];
  /** Merges that a perfect grouping makes. */
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

/** 1 where every merge was made and none wrongly; a wrong one costs two. */
export const worthOf = (scores: readonly Score[]): number => {
  const sum = (count: (score: Score) => number) => scores.reduce((total, score) => total + count(score), 0);
  const possible = Math.max(
    1,
    sum(({ possible: most }) => most),
  );
  return 1 - (2 * sum(({ wrong }) => wrong.length) + sum(({ missed }) => missed.length)) / possible;
};
