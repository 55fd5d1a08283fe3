import { investigateLogs } from '../../core/specialists/logs.ts';
import { clock, evidence, ids, reasoner, telemetry } from '../compose.ts';
import { onLambda } from '../handle.ts';
import { specialist } from '../specialist.ts';

export const create = specialist('logs', investigateLogs);

export const handler = onLambda(() =>
  create({ telemetry: telemetry(), evidence: evidence(), clock: clock(), ids: ids(), reasoner: reasoner() }),
);
