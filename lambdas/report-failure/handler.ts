// Workflow step: tells people that an incident failed for good, and its findings so far.
import { FailedExecution } from '../../core/model/workflow.ts';
import { type ReportFailurePorts, reportFailure } from '../../core/operations/report-failure.ts';
import { approvals, chat, clock, incidents, ledger, pager } from '../compose.ts';
import { handling, onLambda } from '../handle.ts';

export const create = (ports: ReportFailurePorts) =>
  handling('report-failure', FailedExecution, (input) => reportFailure(input, ports));

export const handler = onLambda(() =>
  create({
    approvals: approvals(),
    chat: chat(),
    clock: clock(),
    incidents: incidents(),
    ledger: ledger(),
    pager: pager(),
  }),
);
