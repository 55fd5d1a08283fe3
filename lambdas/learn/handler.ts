import { Concluded } from '../../core/model/workflow.ts';
import type { Ports } from '../../core/ports/index.ts';
import { learn } from '../../core/learning/learn.ts';
import { incidents, clock, ids, preferences, memory, telemetry, chat, pager, approvals, evidence } from '../compose.ts';
import { step, onLambda } from '../handle.ts';

export const create = (ports: Pick<Ports, 'incidents' | 'clock' | 'ids' | 'preferences' | 'memory' | 'telemetry' | 'chat' | 'pager' | 'approvals' | 'evidence'>) =>
  step('learn', Concluded, (input) => learn(input, ports));

export const handler = onLambda(() => create({ incidents: incidents(), clock: clock(), ids: ids(), preferences: preferences(), memory: memory(), telemetry: telemetry(), chat: chat(), pager: pager(), approvals: approvals(), evidence: evidence() }));
