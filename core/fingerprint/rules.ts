// What a rule is: a pattern, and what stands in the text instead. Rules are run one after the other over one line; every pattern is bounded,
// because what it reads is hostile until proven otherwise.

type Replace = (match: string, ...groups: never[]) => string;
/** `needs` is found in every text that the pattern matches, and costs less to look for. */
export type Rule = readonly [pattern: RegExp, by: string | Replace, needs?: RegExp | string];

export function applied(rules: readonly Rule[], line: string): string {
  let out = line;
  for (const [pattern, by, needs] of rules) {
    if (needs !== undefined && !(typeof needs === 'string' ? out.includes(needs) : needs.test(out))) continue;
    out = typeof by === 'string' ? out.replace(pattern, by) : out.replace(pattern, by as (match: string) => string);
  }
  return out;
}
