import * as z from 'zod';
import { Decided } from '../../core/model/workflow.ts';
import type { Ports } from '../../core/ports/index.ts';
import { askApproval } from '../../core/remediation/ask.ts';
import { approvals, chat, clock, ids, incidents, workflow } from '../compose.ts';
import { answering, onLambda } from '../handle.ts';

const Ask = z.object({ taskToken: z.string().min(1), state: Decided });

export const create = (ports: Pick<Ports, 'incidents' | 'clock' | 'ids' | 'approvals' | 'chat' | 'workflow'>) =>
  answering('await-approval', Ask, ({ state, taskToken }) => askApproval(state, taskToken, ports));

export const handler = onLambda(() =>
  create({
    incidents: incidents(),
    clock: clock(),
    ids: ids(),
    approvals: approvals(),
    chat: chat(),
    workflow: workflow(),
  }),
);
