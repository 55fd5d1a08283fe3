import { synthesize } from '../../core/diagnosis/synthesize.ts';
import { Investigated } from '../../core/model/workflow.ts';
import type { Ports } from '../../core/ports/index.ts';
import { clock, colleagues, evidence, ids, incidents, reasoner, telemetry } from '../compose.ts';
import { onLambda, step } from '../handle.ts';

export const create = (
  ports: Pick<Ports, 'incidents' | 'clock' | 'ids' | 'evidence' | 'telemetry' | 'reasoner' | 'colleagues'>,
) => step('synthesize', Investigated, (input) => synthesize(input, ports));

export const handler = onLambda(() =>
  create({
    incidents: incidents(),
    clock: clock(),
    ids: ids(),
    evidence: evidence(),
    telemetry: telemetry(),
    reasoner: reasoner(),
    colleagues: colleagues(),
  }),
);
