import { investigateKubernetes } from '../../core/specialists/kubernetes.ts';
import { clock, evidence, ids, reasoner, telemetry } from '../compose.ts';
import { onLambda } from '../handle.ts';
import { specialist } from '../specialist.ts';

export const create = specialist('kubernetes', investigateKubernetes);

export const handler = onLambda(() =>
  create({ telemetry: telemetry(), evidence: evidence(), clock: clock(), ids: ids(), reasoner: reasoner() }),
);
