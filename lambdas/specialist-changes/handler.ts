import { investigateChanges } from '../../core/specialists/changes.ts';
import { clock, evidence, ids, reasoner, telemetry } from '../compose.ts';
import { onLambda } from '../handle.ts';
import { specialist } from '../specialist.ts';

export const create = specialist('changes', investigateChanges);

export const handler = onLambda(() =>
  create({ telemetry: telemetry(), evidence: evidence(), clock: clock(), ids: ids(), reasoner: reasoner() }),
);
