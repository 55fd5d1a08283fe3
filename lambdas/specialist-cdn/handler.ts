import { Brief } from '../../core/model/report.ts';
import type { Ports } from '../../core/ports/index.ts';
import { investigateCdn } from '../../core/specialists/cdn.ts';
import { clock, evidence, ids, incidents, reasoner, telemetry } from '../compose.ts';
import { answering, onLambda } from '../handle.ts';

export const create = (ports: Pick<Ports, 'telemetry' | 'evidence' | 'clock' | 'incidents' | 'ids' | 'reasoner'>) =>
  answering('specialist-cdn', Brief, (input) => investigateCdn(input, ports));

export const handler = onLambda(() =>
  create({
    telemetry: telemetry(),
    evidence: evidence(),
    clock: clock(),
    incidents: incidents(),
    ids: ids(),
    reasoner: reasoner(),
  }),
);
