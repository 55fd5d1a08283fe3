// Selects the findings that count: every piece of evidence must be in this incident's store, and the finding must come in its own specialist's
// report. Dropped findings are counted and reported as gaps.
import * as z from 'zod';
import { entityKey } from '../model/entity.ts';
import type { Evidence, Finding, Gap, Report } from '../model/report.ts';
import { Change } from '../model/telemetry.ts';
import type { Ports } from '../ports/index.ts';

export interface Supported {
  /** In the order of the reports; a finding's specialist is the reporting one. */
  readonly findings: readonly Finding[];
  readonly evidence: ReadonlyMap<string, Evidence>;
  /** The changes that findings name, by change id. */
  readonly changes: ReadonlyMap<string, ChangeText>;
  readonly dropped: number;
  readonly gaps: readonly Gap[];
}

export type ChangeText = Pick<Change, 'kind' | 'title' | 'files' | 'diff' | 'from' | 'to' | 'service' | 'entity'>;

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
  const changes = await changeTexts(incidentId, kept, store);
  return { findings: unique(kept), evidence, changes, dropped: total - kept.length, gaps };
}

const { kind, title, files, diff, from, to, service, entity } = Change.shape;
const ChangeRecord = z.object({ change: z.object({ kind, title, files, diff, from, to, service, entity }) });

/** The full texts of the changes. The excerpt is shortened for people, but the comparison with errors needs the full text. */
async function changeTexts(
  incidentId: string,
  findings: readonly Finding[],
  store: Ports['evidence'],
): Promise<ReadonlyMap<string, ChangeText>> {
  const named = findings.flatMap(({ changeId, evidenceIds: [id] }) => (changeId && id ? [{ changeId, id }] : []));
  const read = await Promise.all(
    named.map(async ({ changeId, id }) => {
      const record = ChangeRecord.safeParse(await store.full(incidentId, id));
      if (!record.success) return [];
      return [[changeId, record.data.change] as const];
    }),
  );
  return new Map(read.flat());
}

/** Removes findings that were reported twice, by a retry or by a second round with the same result. */
function unique(findings: readonly Finding[]): Finding[] {
  const seen = new Set<string>();
  return findings.filter(({ id, specialist, claim, entity, cause }) => {
    const keys = [`${specialist} ${id}`, `${specialist} ${entityKey(entity)} ${cause} ${claim}`];
    const known = keys.some((key) => seen.has(key));
    for (const key of keys) seen.add(key);
    return !known;
  });
}
