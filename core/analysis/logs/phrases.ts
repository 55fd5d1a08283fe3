// Counts the lines that hold words which the page quotes, with their first lines and writers.
import type { LogRecord } from '../../model/telemetry.ts';
import { plainLine } from './formats.ts';

export interface PhraseCount {
  readonly phrase: string;
  readonly count: number;
  /** Epoch milliseconds; infinite if there is none. */
  readonly firstMs: number;
  readonly lastMs: number;
  /** The first lines, with the labels of their writers. */
  readonly lines: readonly { readonly text: string; readonly at: string; readonly labels: LogRecord['labels'] }[];
}

const maxLines = 5;

export class PhraseCounter {
  readonly #counts: {
    phrase: string;
    pattern: RegExp;
    count: number;
    firstMs: number;
    lastMs: number;
    lines: { text: string; at: string; labels: LogRecord['labels'] }[];
  }[];

  constructor(phrases: readonly string[]) {
    this.#counts = phrases.map((phrase) => ({
      phrase,
      pattern: new RegExp(
        phrase
          .trim()
          .replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
          .replaceAll(/\s+/g, String.raw`\s+`),
        'i',
      ),
      count: 0,
      firstMs: Number.POSITIVE_INFINITY,
      lastMs: Number.NEGATIVE_INFINITY,
      lines: [],
    }));
  }

  push({ message, timestamp, labels }: LogRecord): void {
    for (const one of this.#counts) {
      if (!one.pattern.test(message)) continue;
      const atMs = Date.parse(timestamp);
      one.count += 1;
      one.firstMs = Math.min(one.firstMs, atMs);
      one.lastMs = Math.max(one.lastMs, atMs);
      if (one.lines.length < maxLines)
        one.lines.push({ text: plainLine(message).slice(0, 400), at: timestamp, labels });
    }
  }

  counts(): readonly PhraseCount[] {
    return this.#counts.map(({ pattern: _, ...count }) => count);
  }
}
