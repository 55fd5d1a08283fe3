// Tells subjects that are broken now from subjects that only complain in their logs. In a namespace of many services, most of them log errors of
// their start, of optional parts and of old defects while they serve. Such errors are weak evidence if the cluster shows that something is down.
import type { Context } from '../model/incident.ts';
import type { Finding } from '../model/report.ts';
import type { Candidate } from './candidates.ts';
import { isLongStanding } from './long-standing.ts';
import type { ScoringContext } from './scene.ts';

export interface BrokenSubjects {
  /** The entity's name of something else that is broken now; undefined if nothing else is. */
  brokenBeside(subject: string): string | undefined;
  /** The name of something else whose metrics name a cause; undefined if there is none. */
  measuredBeside(subject: string): string | undefined;
  /** Whether nothing but logs and restarts that are over shows trouble at the subject, and the page does not name it. */
  isOnlyWeaklySuspected(subject: string): boolean;
}

/** Metrics name a cause only from this confidence: several places that explain the page alike name none. */
const likely = 0.5;

/** The cluster states a failure that lasts. A finding with less confidence only suspects one. */
const isBroken = ({ specialist, role, severity, confidence, entity, cause }: Finding): boolean =>
  severity === 'critical' &&
  confidence >= 0.5 &&
  (role === 'cause' || role === 'symptom') &&
  (specialist === 'kubernetes' || (entity.kind === 'Node' && role === 'cause' && cause !== undefined));

/** A restart that is over shows no trouble that lasts. */
const isOver = ({ specialist, role, severity }: Finding): boolean =>
  specialist === 'kubernetes' && role === 'symptom' && severity !== 'critical';

/** A complaint in a log, or a restart that is over. */
const isWeak = (finding: Finding): boolean =>
  (finding.specialist === 'logs' && (finding.role === 'cause' || finding.role === 'symptom')) || isOver(finding);

export function brokenSubjectsOf({
  context,
  findings,
  subjects,
  paged,
  isElsewhere,
}: Pick<ScoringContext, 'findings' | 'subjects' | 'paged' | 'isElsewhere'> & {
  readonly context: Context;
}): BrokenSubjects {
  const broken = new Map(
    findings
      .filter(
        (finding) =>
          isBroken(finding) &&
          !isElsewhere(finding.entity) &&
          !isLongStanding(finding.onset, Date.parse(context.window.incident.start)),
      )
      .flatMap(({ entity, dependency }) =>
        [entity, ...(dependency ? [dependency] : [])].map((one) => [subjects.keyOf(one), one.name]),
      ),
  );
  const shown = new Set(
    findings
      .filter(
        (finding) =>
          (finding.role === 'cause' || finding.role === 'symptom') && finding.specialist !== 'logs' && !isOver(finding),
      )
      .map(({ entity }) => subjects.keyOf(entity)),
  );
  const weak = new Map(findings.filter(isWeak).map(({ entity }) => [subjects.keyOf(entity), entity]));
  const measured = new Map(
    findings
      .filter(
        ({ specialist, role, severity, confidence, entity }) =>
          specialist === 'metrics' &&
          role === 'cause' &&
          severity !== 'info' &&
          confidence >= likely &&
          !isElsewhere(entity),
      )
      .map(({ entity }) => [subjects.keyOf(entity), entity.name]),
  );
  const pagedName = context.workload?.name ?? context.service?.value;
  return {
    brokenBeside: (subject) => [...broken].find(([key]) => key !== subject)?.[1],
    measuredBeside: (subject) => [...measured].find(([key]) => key !== subject)?.[1],
    isOnlyWeaklySuspected: (subject) => {
      const entity = weak.get(subject);
      if (!entity || broken.has(subject) || shown.has(subject)) return false;
      const service = subjects.serviceOf(entity);
      return service !== undefined && service !== paged && entity.name !== pagedName;
    },
  };
}

/** Whether the candidate rests on log lines and past restarts alone, at a workload that nothing else shows in trouble. */
export const restsOnWeakFindings = ({ subject, changeId, findings }: Candidate, broken: BrokenSubjects): boolean =>
  changeId === undefined && findings.every(isWeak) && broken.isOnlyWeaklySuspected(subject);
