// Which claims may be weighed: those whose every piece of evidence is in this incident's store, made by the specialist whose report they
// came in. What is dropped is counted and said.
import type { Evidence, Finding, Gap, Report } from '../model/report.ts';
import type { Ports } from '../ports/index.ts';

export interface Supported {
  /** In the order of the reports; a finding's specialist is the one that reported. */
  readonly findings: readonly Finding[];
  readonly evidence: ReadonlyMap<string, Evidence>;
  readonly dropped: number;
  readonly gaps: readonly Gap[];
}

export async function supportedFindings(
  incidentId: string,
  reports: readonly Report[],
  store: Ports['evidence'],
): Promise<Supported> {
  const ids = [...new Set(reports.flatMap(({ findings }) => findings.flatMap(({ evidenceIds }) => evidenceIds)))];
  const found = await Promise.all(ids.map((id) => store.get(incidentId, id)));
  const evidence = new Map(
    found.flatMap((one) => (one && one.incidentId === incidentId ? [[one.id, one] as const] : [])),
  );
  const kept: Finding[] = [];
  const gaps: Gap[] = [];
  for (const report of reports) {
    const good = report.findings.filter(
      (finding) =>
        finding.specialist === report.specialist &&
        finding.evidenceIds.length > 0 &&
        finding.evidenceIds.every((id) => evidence.has(id)),
    );
    kept.push(...good);
    const bad = report.findings.length - good.length;
    if (bad > 0) {
      gaps.push({
        source: report.specialist,
        reason: `${bad} of its ${report.findings.length} claims had no evidence in this incident and were dropped.`,
      });
    }
  }
  const total = reports.reduce((sum, report) => sum + report.findings.length, 0);
  return { findings: unique(kept), evidence, dropped: total - kept.length, gaps };
}

/** A finding that was reported twice (a retry, a second round that found the same) is one. */
function unique(findings: readonly Finding[]): Finding[] {
  const seen = new Set<string>();
  return findings.filter(({ id, specialist, claim }) => {
    const keys = [`${specialist} ${id}`, `${specialist} ${claim}`];
    const known = keys.some((key) => seen.has(key));
    for (const key of keys) seen.add(key);
    return !known;
  });
}
