import { assembleContext } from '../../core/context/assemble.ts';
import { Opened } from '../../core/model/workflow.ts';
import type { Ports } from '../../core/ports/index.ts';
import { catalog, clock, evidence, ids, incidents, memory, pager, telemetry } from '../compose.ts';
import { onLambda, step } from '../handle.ts';

export const create = (
  ports: Pick<Ports, 'incidents' | 'clock' | 'ids' | 'catalog' | 'pager' | 'memory' | 'telemetry' | 'evidence'>,
) => step('assemble-context', Opened, (input) => assembleContext(input, ports));

export const handler = onLambda(() =>
  create({
    incidents: incidents(),
    clock: clock(),
    ids: ids(),
    catalog: catalog(),
    pager: pager(),
    memory: memory(),
    telemetry: telemetry(),
    evidence: evidence(),
  }),
);
