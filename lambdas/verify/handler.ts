// Workflow step: verifies whether the problem is gone after an action.
import { Rechecked } from '../../core/model/workflow.ts';
import { verify } from '../../core/remediation/verify.ts';
import { approvals, audit, catalog, chat, clock, incidents, levels, pager, preferences, workflow } from '../compose.ts';
import { onLambda, step } from '../handle.ts';

export const create = (ports: Parameters<typeof verify>[1]) =>
  step('verify', Rechecked, (input) => verify(input, ports));

export const handler = onLambda(() =>
  create({
    incidents: incidents(),
    clock: clock(),
    pager: pager(),
    preferences: preferences(),
    audit: audit(),
    approvals: approvals(),
    workflow: workflow(),
    chat: chat(),
    levels: levels(),
    catalog: catalog(),
  }),
);
