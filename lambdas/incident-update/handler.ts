import { applyPageUpdate } from '../../core/incidents/update.ts';
import { PageUpdate } from '../../core/model/events.ts';
import type { Ports } from '../../core/ports/index.ts';
import { clock, incidents } from '../compose.ts';
import { answering, onLambda } from '../handle.ts';

export const create = (ports: Pick<Ports, 'incidents' | 'clock'>) =>
  answering('incident-update', PageUpdate, (input) => applyPageUpdate(input, ports));

export const handler = onLambda(() => create({ incidents: incidents(), clock: clock() }));
