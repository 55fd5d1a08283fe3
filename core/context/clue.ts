// A clue is one thing that one place says about who or where. Clues are collected unjudged and weighed here: nothing is guessed away.
import type { Known } from '../model/incident.ts';

export type Field = 'service' | 'cluster' | 'environment' | 'namespace' | 'account' | 'region' | 'workload';

export interface Clue {
  readonly field: Field;
  /** A name; for `workload` it is `Kind/name`. */
  readonly value: string;
  /** Where it was read, for people: `details.labels.namespace`. */
  readonly source: string;
  /** The entry of the catalogue that says so; absent where the alert does. */
  readonly catalogued?: string | undefined;
  /** 0 to 1. */
  readonly confidence: number;
}

/** A weaker value casts doubt on a stronger one from this share of its confidence on. */
const doubtful = 0.8;
/** What doubt leaves of a confidence: below one half, so that nobody acts on it. */
const inDoubt = 0.5;
/** What each further source that agrees adds. */
const agreement = 0.03;

/** The best-supported value of a field, the others as alternatives. Of equals the one that was said first goes first. */
export function weigh(clues: readonly Clue[], field: Field): Known | undefined {
  const byValue = Map.groupBy(
    clues.filter((clue) => clue.field === field),
    (clue) => clue.value,
  );
  const ranked = [...byValue.values()].map(together).sort((a, b) => b.confidence - a.confidence);
  const [first, ...rest] = ranked;
  if (!first) return undefined;
  const isRival = (one: Clue) => one.confidence >= first.confidence * doubtful;
  const factor = rest.some(isRival) ? inDoubt : 1;
  const judged = ranked.map(({ value, source, catalogued, confidence }) => ({
    value,
    source,
    ...(catalogued === undefined ? {} : { catalogued }),
    confidence: round(isRival({ field, value, source, confidence }) ? confidence * factor : confidence),
  }));
  return { ...(judged[0] as Omit<Known, 'alternatives'>), alternatives: judged.slice(1, 5) };
}

/** Values that stand against the one that was taken, the same way `weigh` sees it. */
export const rivalsOf = (known: Known): Known['alternatives'] =>
  known.alternatives.filter((alternative) => alternative.confidence >= known.confidence * doubtful);

function together(agreeing: readonly Clue[]): Clue {
  const best = agreeing.reduce((a, b) => (b.confidence > a.confidence ? b : a));
  const sources = new Set(agreeing.map((clue) => clue.source)).size;
  return { ...best, confidence: Math.min(0.99, best.confidence + agreement * (sources - 1)) };
}

const round = (confidence: number): number => Math.round(confidence * 100) / 100;
