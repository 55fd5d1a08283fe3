// Numbers and states in the words people use.

/** Confidence as people say it; the number stays beside it where there is room. */
export function confidenceWords(confidence: number): string {
  if (confidence >= 0.85) return 'very likely';
  if (confidence >= 0.65) return 'likely';
  if (confidence >= 0.4) return 'possible';
  return 'a guess';
}

/** Cuts at a word and says that it did. */
export function shorten(text: string, max: number): string {
  if (text.length <= max) return text;
  const cut = text.slice(0, max - 1);
  const space = cut.lastIndexOf(' ');
  return `${cut.slice(0, space > max / 2 ? space : max - 1)}…`;
}
