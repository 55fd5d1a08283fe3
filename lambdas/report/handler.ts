// Workflow step: tells people the diagnosis and the next step.
import { longWanted } from '../../core/diagnosis/long/wanted.ts';
import { Decided } from '../../core/model/workflow.ts';
import type { Ports } from '../../core/ports/index.ts';
import { type ReportPorts, report } from '../../core/reporting/report.ts';
import { catalog, chat, clock, evidence, incidents, longRunner, pager } from '../compose.ts';
import { onLambda, step } from '../handle.ts';

export const create = (ports: ReportPorts & Pick<Ports, 'longRunner'>) =>
  step('report', Decided, async (input) => {
    const longer = longWanted(input, ports);
    return { ...(await report(input, ports)), ...(longer === undefined ? {} : { longer }) };
  });

export const handler = onLambda(() =>
  create({
    incidents: incidents(),
    catalog: catalog(),
    clock: clock(),
    chat: chat(),
    pager: pager(),
    evidence: evidence(),
    longRunner: longRunner(),
  }),
);
