// Finds the word of the grammar that a word is a typo of: one letter wrong, missing, doubled or swapped, or two in long words. It never corrects
// names, never corrects towards a word that says yes or no, and gives no result if two words are equally near. Pure.
import { halts, noes, sureYes, yesWords } from '../answer-phrases.ts';

const shortest = 5;
/** The minimum length, in letters, of the longer of the two words, unless only neighbouring letters are swapped. */
const longer = 6;
const longWord = 9;
/** Words that decide something, and small words that easily turn into each other. */
const never: ReadonlySet<string> = new Set([
  ...[...yesWords, ...sureYes, ...noes, ...halts].flatMap((phrase) => phrase.split(' ')),
  ...'approve approved approving reject rejected resume there these three where which while would could should about after again other their those whose first never until unless without'.split(
    ' ',
  ),
]);
/** English words and software names that are one letter away from a word of the grammar. */
const itself: ReadonlySet<string> = new Set(
  'broker bowl bull chance chances charge charged charges cast casts coast coats closet hosts posts ports mouth mouths statue stating raised reasons season treason grape graphql prober proves proved prone realise reality spend spends spent checkout charts chats change changed matrix metrix pots pods plod dairy trends trendy thinks thanks thing things tracing tracks traces lagged legs logic login logos docks does eventual evens bunch bench brake breaks broke updated upstate upgrade upgrades progressed prefer preferred services servers server serving accounting counts counted counter costing costume weekly weeks wrongly rightly knew known shown shower showed serious checked checks chunks issuer issued sissues'.split(
    ' ',
  ),
);

export function guessOf(word: string, vocabulary: ReadonlySet<string>): string | undefined {
  if (word.length < shortest || !/^[a-z]+$/.test(word) || vocabulary.has(word) || never.has(word) || itself.has(word))
    return undefined;
  const allowed = word.length >= longWord ? 2 : 1;
  let best: string | undefined;
  let least = allowed + 1;
  for (const known of vocabulary) {
    if (known.length < shortest || known[0] !== word[0] || never.has(known)) continue;
    if (Math.abs(known.length - word.length) > allowed) continue;
    if (Math.max(known.length, word.length) < longer && lettersIn(known) !== lettersIn(word)) continue;
    const distance = distanceOf(word, known);
    if (distance === least) best = undefined;
    if (distance < least) [best, least] = [known, distance];
  }
  return best;
}

const lettersIn = (word: string): string => [...word].sort().join('');

/** Distance by optimal string alignment: an insertion, a deletion, a substitution and a swap of neighbours count one each. */
export function distanceOf(one: string, other: string): number {
  let [before, last, row]: [number[], number[], number[]] = [
    [],
    [],
    Array.from({ length: other.length + 1 }, (_, n) => n),
  ];
  for (let i = 1; i <= one.length; i += 1) {
    [before, last, row] = [last, row, [i]];
    for (let j = 1; j <= other.length; j += 1) {
      const differs = one[i - 1] === other[j - 1] ? 0 : 1;
      let least = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + differs);
      if (i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1])
        least = Math.min(least, (before[j - 2] ?? 0) + 1);
      row[j] = least;
    }
  }
  return row[other.length] ?? Number.POSITIVE_INFINITY;
}
