// Evidence before it is stored. A specialist's analysis and a model's tools pass drafts to the evidence store.
import type { TimeWindow } from './entity.ts';

export interface EvidenceDraft {
  readonly source: string;
  readonly query: string;
  readonly window?: TimeWindow | undefined;
  /** The lines or numbers that people read as proof, at most 2 KB. */
  readonly excerpt: string;
  readonly link?: string | undefined;
  /** The full record, JSON-serialisable. */
  readonly full: unknown;
}
