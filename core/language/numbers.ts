// Parses numbers as people write them. Pure.

const words = 'zero one two three four five six seven eight nine ten eleven twelve'.split(' ');

/** Parses up to four digits, or a word up to twelve; "a" and "an" are one. */
export function numberOf(word: string): number | undefined {
  if (/^\d{1,4}$/.test(word)) return Number(word);
  if (word === 'a' || word === 'an') return 1;
  const value = words.indexOf(word);
  return value < 0 ? undefined : value;
}
