// A piece of evidence as the console opens it.
import { chartOfRecord, type EvidenceChart } from '../charts/evidence.ts';
import type { Evidence } from '../model/report.ts';

export interface EvidenceView {
  readonly evidence: Evidence;
  /** The whole record. */
  readonly full: unknown;
  /** Only if the record is a metric. */
  readonly chart?: EvidenceChart | undefined;
}

export function evidenceView(evidence: Evidence, full: unknown): EvidenceView {
  const chart = chartOfRecord(full);
  return { evidence, full, ...(chart === undefined ? {} : { chart }) };
}
