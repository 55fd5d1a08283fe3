import { FailedExecution } from '../../core/model/workflow.ts';
import type { Ports } from '../../core/ports/index.ts';
import { reportFailure } from '../../core/reporting/failure.ts';
import { chat, clock, incidents, pager } from '../compose.ts';
import { answering, onLambda } from '../handle.ts';

export const create = (ports: Pick<Ports, 'incidents' | 'clock' | 'chat' | 'pager'>) =>
  answering('report-failure', FailedExecution, (input) => reportFailure(input, ports));

export const handler = onLambda(() => create({ incidents: incidents(), clock: clock(), chat: chat(), pager: pager() }));
