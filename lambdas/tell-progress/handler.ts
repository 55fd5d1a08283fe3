import * as z from 'zod';
import type { Ports } from '../../core/ports/index.ts';
import { tellProgress } from '../../core/reporting/progress.ts';
import { chat, incidents } from '../compose.ts';
import { answering, onLambda } from '../handle.ts';

const Progress = z.object({ incidentId: z.string().min(1).max(64) });

export const create = (ports: Pick<Ports, 'incidents' | 'chat'>) =>
  answering('tell-progress', Progress, async ({ incidentId }) => {
    await tellProgress(incidentId, ports);
    return {};
  });

export const handler = onLambda(() => create({ incidents: incidents(), chat: chat() }));
