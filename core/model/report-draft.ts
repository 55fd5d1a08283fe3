// A specialist's report before its evidence is stored. The specialist's analysis drafts it; core/specialists/finish.ts completes it.
import type { EvidenceDraft } from './evidence-draft.ts';
import type { Finding, Gap, Report } from './report.ts';

export type FindingDraft = Omit<Finding, 'id' | 'specialist' | 'evidenceIds'> & {
  readonly evidence: readonly EvidenceDraft[];
};

export interface ReportDraft {
  readonly summary: string;
  readonly findings: readonly FindingDraft[];
  readonly gaps: readonly Gap[];
  readonly bytesRead: number;
  readonly topology?: Report['topology'];
  readonly observations?: Report['observations'];
  readonly checklist?: Report['checklist'];
}
