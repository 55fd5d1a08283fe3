import { Decided } from '../../core/model/workflow.ts';
import type { Ports } from '../../core/ports/index.ts';
import { report } from '../../core/reporting/report.ts';
import { chat, clock, evidence, incidents, pager } from '../compose.ts';
import { onLambda, step } from '../handle.ts';

export const create = (ports: Pick<Ports, 'incidents' | 'clock' | 'chat' | 'pager' | 'evidence'>) =>
  step('report', Decided, (input) => report(input, ports));

export const handler = onLambda(() =>
  create({ incidents: incidents(), clock: clock(), chat: chat(), pager: pager(), evidence: evidence() }),
);
