// Defines a clue (one source's statement about service or place) and weighs clues. Clues are collected without judgement and weighed here, and no
// value is discarded by guessing.
import type { Known } from '../model/incident.ts';

export type Field = 'service' | 'cluster' | 'environment' | 'namespace' | 'account' | 'region' | 'workload';

export interface Clue {
  readonly field: Field;
  /** A name; for `workload` it is `Kind/name`. */
  readonly value: string;
  /** The clue's source, for people: `details.labels.namespace`. */
  readonly source: string;
  /** The catalogue entry that gives the value; absent if the alert gives it. */
  readonly catalogued?: string | undefined;
  /** 0 to 1. */
  readonly confidence: number;
}

/** Share of the best confidence from which a weaker value casts doubt on it. */
const doubtful = 0.8;
/** Factor for a confidence in doubt: below one half, so that nobody acts on it. */
const inDoubt = 0.5;
/** Confidence that each further agreeing source adds. */
const agreement = 0.03;

/** The best-supported value of a field, with the others as alternatives. Between equals, the first stated wins. */
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

/** Alternatives that cast doubt on the chosen value, by the same rule as `weigh`. */
export const rivalsOf = (known: Known): Known['alternatives'] =>
  known.alternatives.filter((alternative) => alternative.confidence >= known.confidence * doubtful);

function together(agreeing: readonly Clue[]): Clue {
  const best = agreeing.reduce((a, b) => (b.confidence > a.confidence ? b : a));
  const sources = new Set(agreeing.map((clue) => clue.source)).size;
  return { ...best, confidence: Math.min(0.99, best.confidence + agreement * (sources - 1)) };
}

const round = (confidence: number): number => Math.round(confidence * 100) / 100;
