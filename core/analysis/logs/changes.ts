// Finds lines in which a program reports a change of its own: a configuration that it reloaded, a switch to another endpoint, a flushed cache.
// Configuration that is read at start is no change.

/** A change that a program reports, with the lines around it. */
export interface ReportedChange {
  readonly group: string;
  readonly text: string;
  readonly atMs: number;
  /** The lines of the same writer that follow, at most a few. */
  readonly after: readonly string[];
}

const what =
  '(?:config(?:uration|s)?|settings|properties|feature flags?|secrets?|routes|routing table|rules|endpoints?)';
const words = new RegExp(
  [
    String.raw`\b(?:re-?load(?:ed|ing)?|hot-?reload(?:ed)?|re-?read(?:ing)?|appl(?:ied|ying) new|received new|changed|switched|overr(?:ode|idden))\b.{0,30}\b${what}\b`,
    String.raw`\b${what}\b.{0,40}\b(?:re-?load(?:ed|ing)?|(?:has |was |were )?changed|change detected|(?:was |were )?updated|switched|rotated|overridden|replaced)\b`,
    String.raw`\bswitch(?:ed|ing) (?:over )?(?:from \S{1,80} )?to\b|\bfail(?:ed|ing) ?over to\b|\bpromoted to (?:primary|leader|master)\b`,
    String.raw`\bcache (?:was )?(?:flushed|cleared|invalidated|purged)\b|\b(?:flushed|cleared|invalidated|purged) (?:all |the |entire )*(?:\w+ )?cache\b`,
    String.raw`\b(?:schema |database )?migration\b.{0,60}\b(?:started|applied|running|applying)\b`,
  ].join('|'),
  'i',
);
const not =
  /\bunchanged\b|\bno (?:config\w*|changes?)\b|\bnot (?:changed|reloaded)\b|\bnothing (?:changed|to reload)\b/i;
/** A value and the value before it. */
const values = /\(?\b(?:was|previously|formerly)\b:? ?\S|\bfrom \S{1,100} to \S|\S ?(?:->|→|=>) ?\S/i;

export const reportsChange = (text: string): boolean => {
  const head = text.slice(0, 300);
  return words.test(head) && !not.test(head);
};

/** The lines that give changed values, or else none. */
export const changedValues = ({ text, after }: ReportedChange): readonly string[] =>
  [text, ...after].filter((line) => values.test(line) && !not.test(line)).slice(0, 3);
