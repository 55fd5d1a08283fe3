// Workflow step: writes a specialist's report to the timeline.
import { Answered } from '../../core/model/workflow.ts';
import type { Ports } from '../../core/ports/index.ts';
import { fileReport } from '../../core/record/file-report.ts';
import { clock, incidents } from '../compose.ts';
import { handling, onLambda } from '../handle.ts';

export const create = (ports: Pick<Ports, 'incidents' | 'clock'>) =>
  handling('file-report', Answered, ({ answer, ...brief }) => fileReport(brief, answer.Payload, ports));

export const handler = onLambda(() => create({ incidents: incidents(), clock: clock() }));
