// Workflow step: publishes the progress of an incident while its specialists work.
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import type { Ports } from '../../core/ports/index.ts';
import { publishProgressOften } from '../../core/reporting/progress.ts';
import { chat, clock, incidents, seen } from '../compose.ts';
import { handling, onLambda } from '../handle.ts';

const Progress = z.object({ incidentId: z.string().min(1).max(64) });

type Parts = Pick<Ports, 'incidents' | 'chat' | 'seen' | 'clock'> & {
  /** Waits this many milliseconds, or less if the process is about to end. */
  readonly pause?: (ms: number) => Promise<unknown>;
};

export const create = ({ pause = sleep, ...ports }: Parts) =>
  handling('tell-progress', Progress, async ({ incidentId }) => {
    await publishProgressOften(incidentId, ports, pause);
    return {};
  });

export const handler = onLambda(() => create({ incidents: incidents(), chat: chat(), seen: seen(), clock: clock() }));
