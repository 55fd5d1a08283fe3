import { learn } from '../../core/learning/learn.ts';
import { Concluded } from '../../core/model/workflow.ts';
import type { Ports } from '../../core/ports/index.ts';
import { approvals, chat, clock, evidence, ids, incidents, memory, pager, preferences, telemetry } from '../compose.ts';
import { onLambda, step } from '../handle.ts';

export const create = (
  ports: Pick<
    Ports,
    'incidents' | 'clock' | 'ids' | 'preferences' | 'memory' | 'telemetry' | 'chat' | 'pager' | 'approvals' | 'evidence'
  >,
) => step('learn', Concluded, (input) => learn(input, ports));

export const handler = onLambda(() =>
  create({
    incidents: incidents(),
    clock: clock(),
    ids: ids(),
    preferences: preferences(),
    memory: memory(),
    telemetry: telemetry(),
    chat: chat(),
    pager: pager(),
    approvals: approvals(),
    evidence: evidence(),
  }),
);
