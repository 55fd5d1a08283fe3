// Ends incidents whose execution ended without closing them, on a schedule and after each failed execution.
import { Logger } from '@aws-lambda-powertools/logger';
import * as z from 'zod';
import { ExecutionInput } from '../../core/model/workflow.ts';
import { type SweepPorts, sweepIncidents } from '../../core/operations/sweep-incidents.ts';
import { approvals, chat, clock, executions, incidents, ledger, pager, workflow } from '../compose.ts';
import { handling, onLambda } from '../handle.ts';
import { jsonOf } from '../http.ts';

const logger = new Logger({ serviceName: 'watchkeeper' });

/** The event of Step Functions about an ended execution; a schedule's event has neither field. */
const Ended = z.looseObject({ name: z.string().optional(), input: z.string().nullish() });

export const create = (ports: SweepPorts) =>
  handling('sweep-incidents', Ended, async ({ name, input }) => {
    const started = ExecutionInput.safeParse(jsonOf(input ?? ''));
    const only =
      name !== undefined && started.success ? { execution: name, sourceId: started.data.trigger.sourceId } : undefined;
    const swept = await sweepIncidents(only, ports);
    if (swept.ended.length + swept.failed.length + swept.unknown > 0) logger.warn('swept', { ...swept });
    return swept;
  });

export const handler = onLambda(() =>
  create({
    approvals: approvals(),
    chat: chat(),
    clock: clock(),
    executions: executions(),
    incidents: incidents(),
    ledger: ledger(),
    pager: pager(),
    workflow: workflow(),
  }),
);
