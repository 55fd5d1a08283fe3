// Evidence before it is stored: what a specialist's analysis and a model's tools hand to the evidence store.
import type { TimeWindow } from './entity.ts';

export interface EvidenceDraft {
  readonly source: string;
  readonly query: string;
  readonly window?: TimeWindow | undefined;
  /** What a person reads: the lines or numbers that say it, at most 2 KB. */
  readonly excerpt: string;
  readonly link?: string | undefined;
  /** The full record, JSON-serialisable. */
  readonly full: unknown;
}
