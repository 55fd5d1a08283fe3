// Defines masking rules: a pattern and its replacement. Rules run one after the other on one line. Every pattern is bounded, because its input may be
// hostile.

type Replace = (match: string, ...groups: never[]) => string;
/** Every text that the pattern matches contains `needs`, and `needs` is cheaper to search for. */
export type Rule = readonly [pattern: RegExp, by: string | Replace, needs?: RegExp | string];

export function applied(rules: readonly Rule[], line: string): string {
  let out = line;
  for (const [pattern, by, needs] of rules) {
    if (needs !== undefined && !(typeof needs === 'string' ? out.includes(needs) : needs.test(out))) continue;
    out = typeof by === 'string' ? out.replace(pattern, by) : out.replace(pattern, by as (match: string) => string);
  }
  return out;
}
