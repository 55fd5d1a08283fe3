// Findings gathered into candidates: one thing and one cause (or one change), with everything that was said for it. No ranking here.
import type { CauseCode } from '../model/causes.ts';
import type { EntityRef } from '../model/entity.ts';
import type { Finding } from '../model/report.ts';
import { bestRef, type Subjects } from './subjects.ts';

export interface Candidate {
  readonly subject: string;
  /** Name in the call graph, where it is a workload. */
  readonly service: string | undefined;
  readonly entity: EntityRef;
  readonly cause: CauseCode;
  readonly changeId: string | undefined;
  /** Those that say this cause. */
  readonly findings: readonly Finding[];
  /** Symptoms seen at the same thing, with another cause or none. */
  readonly symptoms: readonly Finding[];
  /** Earliest of its own findings; for a change, when it went live. UTC. */
  readonly onset: string | undefined;
}

export function candidatesOf(findings: readonly Finding[], subjects: Subjects): readonly Candidate[] {
  const groups = new Map<string, Finding[]>();
  for (const finding of findings) {
    if (finding.role === 'context' || finding.cause === undefined || finding.cause === 'unknown') continue;
    const what = finding.role === 'change' ? `change ${finding.changeId ?? finding.id}` : finding.cause;
    const key = `${subjects.keyOf(finding.entity)} ${what}`;
    groups.set(key, [...(groups.get(key) ?? []), finding]);
  }
  return [...groups.values()].flatMap((own) => {
    const [first] = own;
    if (first?.cause === undefined) return [];
    const subject = subjects.keyOf(first.entity);
    const around = findings.filter(
      (finding) =>
        finding.role !== 'context' && finding.role !== 'change' && subjects.keyOf(finding.entity) === subject,
    );
    // What only its change was said of is named as the findings about it name it, so that an action has a target.
    const entity = bestRef([...own, ...around].map((finding) => finding.entity)) ?? first.entity;
    return [
      {
        subject,
        service: subjects.serviceOf(entity),
        entity,
        cause: first.cause,
        changeId: own.find((finding) => finding.changeId)?.changeId,
        findings: own,
        symptoms: around.filter((finding) => !own.includes(finding)),
        onset: earliest(own),
      },
    ];
  });
}

export const earliest = (findings: readonly Pick<Finding, 'onset'>[]): string | undefined =>
  findings
    .flatMap(({ onset }) => onset ?? [])
    .sort((a, b) => Date.parse(a) - Date.parse(b))
    .at(0);
