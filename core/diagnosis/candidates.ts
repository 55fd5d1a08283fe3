// Groups findings into candidates: one entity and one cause (or one change), with all findings that support it. Ranking happens in rank.ts.

import { type CauseCode, isChange } from '../causes/causes.ts';
import type { EntityRef } from '../model/entity.ts';
import type { Finding } from '../model/report.ts';
import { bestRef, type Subjects } from './subjects.ts';

export interface Candidate {
  readonly subject: string;
  /** Name in the call graph, if the entity is a workload. */
  readonly service: string | undefined;
  readonly entity: EntityRef;
  readonly cause: CauseCode;
  readonly changeId: string | undefined;
  /** Findings that name this cause. */
  readonly findings: readonly Finding[];
  /** Symptoms at the same entity, with another cause or none. */
  readonly symptoms: readonly Finding[];
  /** Context findings of the Kubernetes specialist about the same entity; they locate it. */
  readonly placed: readonly Finding[];
  /** Earliest onset of its own findings; for a change, the time it went live. UTC. */
  readonly onset: string | undefined;
}

export function candidatesOf(findings: readonly Finding[], subjects: Subjects): readonly Candidate[] {
  const groups = new Map<string, Finding[]>();
  const changed = new Set(findings.filter(({ role }) => role === 'change').map(({ entity }) => subjects.keyOf(entity)));
  for (const finding of findings) {
    const cause = causeOf(finding);
    if (cause === undefined) continue;
    // Errors that look like those of a change are weighed with the known changes there.
    if (finding.role !== 'change' && isChange(cause) && changed.has(subjects.keyOf(finding.entity))) continue;
    const what = finding.role === 'change' ? `change ${finding.changeId ?? finding.id}` : cause;
    const key = `${subjects.keyOf(finding.entity)} ${what}`;
    groups.set(key, [...(groups.get(key) ?? []), finding]);
  }
  return [...groups.values()].flatMap((own) => {
    const [first] = own;
    const cause = first && causeOf(first);
    if (first === undefined || cause === undefined) return [];
    const subject = subjects.keyOf(first.entity);
    const around = findings.filter(
      (finding) =>
        finding.role !== 'context' && finding.role !== 'change' && subjects.keyOf(finding.entity) === subject,
    );
    // If only a change names the entity, other findings complete its reference, so that an action has a target.
    const placed = findings.filter(
      (finding) =>
        finding.role === 'context' && finding.specialist === 'kubernetes' && subjects.keyOf(finding.entity) === subject,
    );
    const entity = bestRef([...own, ...around, ...placed].map((finding) => finding.entity)) ?? first.entity;
    return [
      {
        subject,
        service: subjects.serviceOf(entity),
        entity,
        cause,
        changeId: own.find((finding) => finding.changeId)?.changeId,
        findings: own,
        symptoms: around.filter((finding) => !own.includes(finding)),
        placed,
        onset: earliest(own),
      },
    ];
  });
}

/** Severe unexplained errors count as errors of the service itself. Other symptoms name no cause. */
function causeOf(finding: Finding): CauseCode | undefined {
  if (finding.role === 'context' || finding.cause === 'unknown') return undefined;
  if (finding.cause !== undefined) return finding.cause;
  const errs =
    finding.errorTemplate !== undefined || /error|fail|5xx|4xx|success|unauthorized/i.test(finding.signal?.name ?? '');
  const grave = finding.severity === 'critical' || finding.severity === 'major';
  return finding.role === 'symptom' && errs && grave ? 'application-errors' : undefined;
}

export const earliest = (findings: readonly Pick<Finding, 'onset'>[]): string | undefined =>
  findings
    .flatMap(({ onset }) => onset ?? [])
    .sort((a, b) => Date.parse(a) - Date.parse(b))
    .at(0);
