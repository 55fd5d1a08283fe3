// Workflow step: assembles an incident's context and plans the specialists' work.
import { assembleContext } from '../../core/context/assemble.ts';
import { Opened } from '../../core/model/workflow.ts';
import type { Ports } from '../../core/ports/index.ts';
import { planFor } from '../../core/specialists/plan.ts';
import { callGraph, catalog, clock, incidents, memory, pager, telemetry } from '../compose.ts';
import { onLambda, step } from '../handle.ts';

export const create = (
  ports: Pick<Ports, 'incidents' | 'clock' | 'catalog' | 'pager' | 'memory' | 'telemetry' | 'callGraph'>,
) => step('assemble-context', Opened, (input) => assembleContext(input, ports, planFor));

export const handler = onLambda(() =>
  create({
    incidents: incidents(),
    callGraph: callGraph(),
    clock: clock(),
    catalog: catalog(),
    pager: pager(),
    memory: memory(),
    telemetry: telemetry(),
  }),
);
