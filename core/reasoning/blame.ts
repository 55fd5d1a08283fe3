// Reads what a model's sentences blame, so that words which make a symptom the cause are not shown above a ranking that says otherwise.

const causeAfter =
  /\b(?:because(?: of)?|due to|caused by|owing to|as a result of|(?:root )?cause (?:is|was)|to blame is|stems from|comes from)\b(.*)$/i;
const causeBefore =
  /^(.*?)\b(?:(?:is|was) (?:the |a )?(?:root |real |actual )?(?:cause|culprit)|is to blame|caused|causes|broke|breaks|led to|leads to|brought down|took down|triggered)\b/i;

const names = (text: string, name: string): boolean => {
  const [lower, wanted] = [text.toLowerCase(), name.toLowerCase()];
  for (let at = lower.indexOf(wanted); at >= 0; at = lower.indexOf(wanted, at + 1))
    if (!/[a-z0-9-]/.test(lower[at - 1] ?? ' ') && !/[a-z0-9]/.test(lower[at + wanted.length] ?? ' ')) return true;
  return false;
};

/** Whether a sentence blames one of `others` and not `first`. */
export function blamesOther(text: string, first: string, others: readonly string[]): boolean {
  return text.split(/(?<=[.!?;])\s+/).some((sentence) => {
    // Of a chain of reasons the last one is the cause.
    const after = causeAfter.exec(sentence)?.[1];
    const last = after?.split(/\b(?:because(?: of)?|due to|caused by)\b/i).at(-1);
    const blamed = last ?? causeBefore.exec(sentence)?.[1];
    if (blamed === undefined || names(blamed, first)) return false;
    return others.some((other) => other.toLowerCase() !== first.toLowerCase() && names(blamed, other));
  });
}
