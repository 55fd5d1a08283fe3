// Workflow step: merges the specialists' reports into one diagnosis.
import { synthesize } from '../../core/diagnosis/synthesize.ts';
import { Investigated } from '../../core/model/workflow.ts';
import type { Ports } from '../../core/ports/index.ts';
import { callGraph, clock, evidence, ids, incidents, reasoner, specialistClient, telemetry } from '../compose.ts';
import { onLambda, step } from '../handle.ts';

export const create = (
  ports: Pick<
    Ports,
    'incidents' | 'clock' | 'ids' | 'evidence' | 'telemetry' | 'reasoner' | 'specialistClient' | 'callGraph'
  >,
) => step('synthesize', Investigated, (input) => synthesize(input, ports));

export const handler = onLambda(() =>
  create({
    incidents: incidents(),
    callGraph: callGraph(),
    clock: clock(),
    ids: ids(),
    evidence: evidence(),
    telemetry: telemetry(),
    reasoner: reasoner(),
    specialistClient: specialistClient(),
  }),
);
