// Finds the end of a quoted value in text that may be nested JSON: each nesting turns `n` backslashes before a quote into `2n + 1` (RFC 8259, section
// 7).

/**
 * Returns the end of the value that begins at `from`: its closing quote with its own backslashes, a quote that ends the enclosing text, or the end of
 * the line.
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

/** Whether a quote after `run` backslashes ends a string whose own quotes have `backslashes` of them. */
function closes(run: number, backslashes: number): boolean {
  let left = run;
  for (let level = backslashes; level > 0; level = (level - 1) / 2) {
    if (left % 2 === 0) return true;
    left = (left - 1) / 2;
  }
  return left % 2 === 0;
}
