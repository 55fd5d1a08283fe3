// Workflow step: puts a page into the queue of investigations, with its task token.
import * as z from 'zod';
import { joinQueue } from '../../core/admission/enter.ts';
import { Planned } from '../../core/model/workflow.ts';
import type { Ports } from '../../core/ports/index.ts';
import { chat, clock, executions, incidents, limits, line, workflow } from '../compose.ts';
import { handling, onLambda } from '../handle.ts';

const Entering = z.object({ taskToken: z.string().min(1), state: Planned });

export const create = (
  ports: Pick<Ports, 'incidents' | 'clock' | 'chat' | 'line' | 'limits' | 'workflow' | 'executions'>,
) => handling('admit', Entering, ({ state, taskToken }) => joinQueue(state, taskToken, ports));

export const handler = onLambda(() =>
  create({
    incidents: incidents(),
    clock: clock(),
    executions: executions(),
    chat: chat(),
    line: line(),
    limits: limits(),
    workflow: workflow(),
  }),
);
