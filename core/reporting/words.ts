// Numbers and states in the words people use.

/** Confidence as people say it; the number stays beside it where there is room. */
export function confidenceWords(confidence: number): string {
  if (confidence >= 0.85) return 'very likely';
  if (confidence >= 0.65) return 'likely';
  if (confidence >= 0.4) return 'possible';
  return 'a guess';
}
