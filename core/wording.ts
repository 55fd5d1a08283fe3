// Numbers, states and instants in the words people use.

/** Confidence as people say it; the number stays beside it where there is room. */
export function confidenceWords(confidence: number): string {
  if (confidence >= 0.85) return 'very likely';
  if (confidence >= 0.65) return 'likely';
  if (confidence >= 0.4) return 'possible';
  return 'a guess';
}

/** "02:47 UTC". */
export const clockTime = (instant: string): string => `${instant.slice(11, 16)} UTC`;

export const capitalize = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** "a, b, c and 2 more". */
export const formatList = (names: readonly string[], most = 6): string =>
  names.length <= most ? names.join(', ') : `${names.slice(0, most).join(', ')} and ${names.length - most} more`;

/** Instants as machines write them, for people: "2026-11-27 00:39 UTC". The rest of the text stays as it is. */
export const readableTimes = (text: string): string =>
  text.replaceAll(/\b(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(?::\d\d(?:\.\d{1,9})?)?Z/g, '$1 $2 UTC');
