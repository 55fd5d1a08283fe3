// Workflow step: asks people for an approval, or reminds them of it, and leaves the task token with the question.
import * as z from 'zod';
import { Decided } from '../../core/model/workflow.ts';
import type { Ports } from '../../core/ports/index.ts';
import { askApproval } from '../../core/remediation/ask.ts';
import { approvals, audit, catalog, chat, clock, ids, incidents, pager, workflow } from '../compose.ts';
import { handling, onLambda } from '../handle.ts';

const Input = z.object({ taskToken: z.string().min(1), how: z.enum(['question', 'reminder']), state: Decided });

export const create = (
  ports: Pick<Ports, 'incidents' | 'clock' | 'ids' | 'approvals' | 'chat' | 'pager' | 'workflow' | 'catalog' | 'audit'>,
) => handling('await-approval', Input, ({ state, taskToken, how }) => askApproval(state, taskToken, how, ports));

export const handler = onLambda(() =>
  create({
    incidents: incidents(),
    clock: clock(),
    ids: ids(),
    approvals: approvals(),
    chat: chat(),
    workflow: workflow(),
    pager: pager(),
    catalog: catalog(),
    audit: audit(),
  }),
);
