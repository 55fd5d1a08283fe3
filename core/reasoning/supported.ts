// Checks whether a claim is supported by its sources. Code decides this, not a prompt: the sources must contain the claim's numbers with their units, its
// times and its names.
import { plain, unsupportedQuantities } from './quantities.ts';
import { holdsLink } from './untrusted.ts';

/** Names as systems write them: words of any script with an inner dash, dot, slash, underscore or colon, or text in backticks. */
const names = /`[^`]+`|(?<![\p{L}\p{N}])\p{L}[\p{L}\p{N}]*(?:[-_./:][\p{L}\p{N}]+)+(?![\p{L}\p{N}])/gu;
/** Words that mix Latin letters with those of scripts that look alike. */
const mixed =
  /[\p{L}\p{N}]*(?:\p{Script=Latin}[\p{Script=Cyrillic}\p{Script=Greek}]|[\p{Script=Cyrillic}\p{Script=Greek}]\p{Script=Latin})[\p{L}\p{N}]*/gu;
/** Microseconds with the Greek letter. */
const micro = 'μs';
/** Characters that nobody sees, and digits and number signs other than 0 to 9. */
const disguises = /[\p{Cf}]|(?![0-9])\p{N}/gu;
const clocks = /(?<![\d:.])\d{1,2}:\d{2}(?::\d{2})?(?![\d:])/g;

/** Whether the text has the name with no letter or digit right before or after it. */
function holds(text: string, name: string): boolean {
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) {
    const isBegin = !/[\p{L}\p{N}]$/u.test(text.slice(Math.max(0, at - 2), at));
    const isEnd = !/^[\p{L}\p{N}]/u.test(text.slice(at + name.length, at + name.length + 2));
    if (isBegin && isEnd) return true;
  }
  return false;
}

/** The numbers, times and names of `claim` that the sources lack, and whether it has a link or a mention; empty if the claim is supported. */
export function unsupportedParts(claim: string, sources: readonly string[]): readonly string[] {
  const known = plain(sources.join('\n'));
  const isKnown = (name: string): boolean => {
    const wanted = plain(name);
    return /^\W|\W$/.test(wanted) ? known.includes(wanted) : holds(known, wanted);
  };
  return [
    ...new Set([
      ...unsupportedQuantities(claim, sources),
      ...(claim.match(clocks) ?? []).filter((clock) => !holds(known, clock) && !known.includes(`t${clock}`)),
      ...[...(claim.match(names) ?? []), ...(claim.match(mixed) ?? []).filter((word) => word !== micro)]
        .filter((name) => !isKnown(name))
        .map(plain),
      ...(claim.match(disguises) ?? [])
        .filter((one) => !known.includes(one))
        .map((one) => `the character U+${(one.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`),
      ...(holdsLink(claim) ? ['a link'] : []),
    ]),
  ];
}
