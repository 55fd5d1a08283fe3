import { openIncident } from '../../core/incidents/open.ts';
import { OpenIncidentInput } from '../../core/model/workflow.ts';
import type { Ports } from '../../core/ports/index.ts';
import { chat, clock, ids, incidents } from '../compose.ts';
import { onLambda, step } from '../handle.ts';

export const create = (ports: Pick<Ports, 'incidents' | 'clock' | 'ids' | 'chat'>) =>
  step('open-incident', OpenIncidentInput, (input) => openIncident(input, ports));

export const handler = onLambda(() => create({ incidents: incidents(), clock: clock(), ids: ids(), chat: chat() }));
