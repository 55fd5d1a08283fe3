// Workflow step: concludes an incident with its outcome, a taught preference and the postmortem draft.
import { learn } from '../../core/learning/learn.ts';
import { Concluded } from '../../core/model/workflow.ts';
import type { Ports } from '../../core/ports/index.ts';
import {
  approvals,
  audit,
  catalog,
  chat,
  clock,
  evidence,
  incidents,
  levels,
  memory,
  pager,
  preferences,
  telemetry,
} from '../compose.ts';
import { onLambda, step } from '../handle.ts';

export const create = (
  ports: Pick<
    Ports,
    | 'incidents'
    | 'clock'
    | 'preferences'
    | 'memory'
    | 'telemetry'
    | 'chat'
    | 'pager'
    | 'approvals'
    | 'catalog'
    | 'audit'
    | 'evidence'
    | 'levels'
  >,
) => step('learn', Concluded, (input) => learn(input, ports));

export const handler = onLambda(() =>
  create({
    incidents: incidents(),
    clock: clock(),
    preferences: preferences(),
    memory: memory(),
    telemetry: telemetry(),
    chat: chat(),
    pager: pager(),
    approvals: approvals(),
    catalog: catalog(),
    audit: audit(),
    evidence: evidence(),
    levels: levels(),
  }),
);
