// Workflow step: tells people the diagnosis and the next step.
import { Decided } from '../../core/model/workflow.ts';
import { type ReportPorts, report } from '../../core/reporting/report.ts';
import { catalog, chat, clock, evidence, incidents, pager } from '../compose.ts';
import { onLambda, step } from '../handle.ts';

export const create = (ports: ReportPorts) => step('report', Decided, (input) => report(input, ports));

export const handler = onLambda(() =>
  create({
    incidents: incidents(),
    catalog: catalog(),
    clock: clock(),
    chat: chat(),
    pager: pager(),
    evidence: evidence(),
  }),
);
