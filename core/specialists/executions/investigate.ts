// The executions specialist: finds the failed execution of a state machine, its error, and whether it can be redriven. It asks about the executions
// in the page; without one, about the state machines that the catalogue gives to the paged service; and after an action about the execution acted on.

import { identityOf } from '../../fingerprint/identity.ts';
import { maskVariables } from '../../mask-variables.ts';
import type { WorkflowExecution } from '../../model/managed.ts';
import type { Brief, Gap, Report } from '../../model/report.ts';
import type { FindingDraft } from '../../model/report-draft.ts';
import { scopeOf } from '../../model/scope.ts';
import type { Ports } from '../../ports/index.ts';
import { machinesAround } from '../../topology/aws-resources.ts';
import { arnOf, arnsIn, entityOfExecution, isExecution } from '../../topology/managed-resources.ts';
import { clockTime, formatList } from '../../wording.ts';
import { finishReport } from '../finish.ts';
import { gapsIn } from '../missing.ts';

/** Step Functions keeps at most 32,768 characters of a cause. */
const maxKept = 32_768;

type ExecutionsPorts = Pick<Ports, 'telemetry' | 'evidence' | 'clock'> & Partial<Pick<Ports, 'reasoner'>>;

export async function investigateExecutions(brief: Brief, ports: ExecutionsPorts): Promise<Report> {
  const startedAt = ports.clock.now();
  const acted = brief.focus.filter(isExecution).flatMap((entity) => arnOf(entity) ?? []);
  const named = arnsIn(brief.trigger);
  const catalogued = named.length > 0 ? { arns: [], unplaced: [] } : machinesAround(brief.context);
  const arns = brief.phase === 'verify' && acted.length > 0 ? acted : named.length > 0 ? named : catalogued.arns;
  const observed = await ports.telemetry.executions.observe(scopeOf(brief, 'everywhere'), { arns });
  if (observed.kind === 'gap') {
    const draft = { summary: 'Executions could not be asked about.', findings: [], gaps: [observed.gap], bytesRead: 0 };
    return finishReport(brief, draft, startedAt, ports);
  }
  const { start } = brief.context.window.incident;
  const findings = observed.data.map((one) => {
    const finding = findingOf(one, observed.query);
    // Nobody said that the page is about this execution: one that ended before the incident is another story.
    const isEarlier = named.length === 0 && acted.length === 0 && (one.stoppedAt ?? one.startedAt) < start;
    return isEarlier && finding.role === 'cause' ? earlier(finding) : finding;
  });
  const [first] = findings;
  return finishReport(
    brief,
    {
      summary: first?.claim ?? 'No execution that the page could be about has failed.',
      findings,
      gaps: [...gapsIn('executions', observed), ...unplacedGaps(catalogued.unplaced)],
      bytesRead: observed.bytes,
    },
    startedAt,
    ports,
  );
}

const earlier = ({ cause: _, errorTemplate: __, errorIdentity: ___, ...finding }: FindingDraft): FindingDraft => ({
  ...finding,
  role: 'context',
  severity: 'info',
  confidence: 0.5,
});

const unplacedGaps = (names: readonly string[]): Gap[] =>
  names.length === 0
    ? []
    : [
        {
          source: 'executions',
          reason: `Not asked about: state machine ${formatList(names, 4)}; nobody says its account and region.`.slice(
            0,
            300,
          ),
        },
      ];

function findingOf(execution: WorkflowExecution, query: string): FindingDraft {
  const { arn, status, error, cause, stoppedAt, startedAt } = execution;
  const entity = entityOfExecution(arn);
  const name = `Execution ${entity.name} of state machine ${entity.namespace}`;
  const evidence = [
    { source: 'step-functions', query, excerpt: JSON.stringify(execution, undefined, 1), full: { execution } },
  ];
  const base = { entity, severity: 'info', confidence: 0.95, evidence } as const;
  switch (status) {
    case 'SUCCEEDED':
      return {
        ...base,
        role: 'context',
        well: true,
        claim: `${name} succeeded at ${clockTime(stoppedAt ?? startedAt)}.`,
      };
    case 'RUNNING':
    case 'PENDING_REDRIVE':
      return { ...base, role: 'context', claim: `${name} runs since ${clockTime(startedAt)}.` };
    case 'FAILED':
    case 'TIMED_OUT':
    case 'ABORTED': {
      const all = [error, cause].filter(Boolean).join(': ');
      const message = all.replace(/\s+/g, ' ').slice(0, 200);
      const how = { FAILED: 'failed', TIMED_OUT: 'ran out of time', ABORTED: 'was aborted' }[status];
      const again = execution.redrivable ? 'It can be redriven from the failed step.' : 'It cannot be redriven.';
      return {
        ...base,
        role: 'cause',
        cause: status === 'TIMED_OUT' ? 'job-deadline' : 'job-failed',
        severity: 'major',
        onset: stoppedAt ?? startedAt,
        confidence: 0.9,
        claim:
          `${name} ${how} at ${clockTime(stoppedAt ?? startedAt)}${message === '' ? '' : `: ${message}`}. ${again}`.slice(
            0,
            400,
          ),
        ...(message === ''
          ? {}
          : {
              errorTemplate: maskVariables(message).slice(0, 400),
              errorIdentity:
                all.length >= maxKept ? undefined : identityOf(all, { workloads: [entity.namespace ?? ''] }),
            }),
      };
    }
  }
}
