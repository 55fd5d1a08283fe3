// Pairs of error texts, worded as real systems word them. A text holds slots «one|other»: the pair is the text with what stands left, and
// with what stands right. `same`: it is the same error on another night; otherwise it is another error.
export interface Pair {
  readonly source: string;
  readonly same: boolean;
  readonly one: string;
  readonly other: string;
  readonly why: string;
}

/** `text` or `[text, why]`. */
type Row = string | readonly [text: string, why: string];

const pairOf = (source: string, same: boolean, row: Row): Pair => {
  const [text, why = ''] = typeof row === 'string' ? [row] : row;
  const filled = (side: 1 | 2) => text.replaceAll(/«([^«»|]*)\|([^«»]*)»/g, (...slot) => String(slot[side]));
  return { source, same, one: filled(1), other: filled(2), why };
};

/** The pairs of one family of systems. */
export const family = (
  source: string,
  rows: { readonly same: readonly Row[]; readonly other: readonly Row[] },
): Pair[] => [
  ...rows.same.map((row) => pairOf(source, true, row)),
  ...rows.other.map((row) => pairOf(source, false, row)),
];

/** The workload that the texts are of, where they name its pods and Jobs. */
export const workload = 'nightly-invoices';
