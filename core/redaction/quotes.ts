// Where a quoted value ends, in text that may be JSON in JSON: each nesting turns `n` backslashes before a quote into `2n + 1` (RFC 8259,
// section 7).

/**
 * From where the value begins: before its closing quote with its own backslashes, before a quote that ends the text around it, or at the
 * end of the line.
 */
export function closingQuote(text: string, from: number, backslashes: number, quote: string): number {
  let run = 0;
  for (let at = from; at < text.length; at++) {
    const character = text[at];
    if (character === '\n') return at;
    if (character === '\\') {
      run++;
      continue;
    }
    if (character === '"' || character === "'" || character === '`') {
      if (character === '"' && quote !== '"') return at - run;
      if (character === quote && closes(run, backslashes)) return at - Math.min(run, backslashes);
    }
    run = 0;
  }
  return text.length;
}

/** Whether a quote behind `run` backslashes ends a string whose own quotes have `backslashes` of them. */
function closes(run: number, backslashes: number): boolean {
  let left = run;
  for (let level = backslashes; level > 0; level = (level - 1) / 2) {
    if (left % 2 === 0) return true;
    left = (left - 1) / 2;
  }
  return left % 2 === 0;
}
