// Applies an update of the PagerDuty incident that arrives from the bus.
import { applyPageUpdate } from '../../core/intake/apply-page-update.ts';
import { PageUpdate } from '../../core/model/events.ts';
import type { Ports } from '../../core/ports/index.ts';
import type { DraftPorts } from '../../core/postmortem/draft.ts';
import { approvals, chat, clock, drafts, evidence, incidents } from '../compose.ts';
import { handling, onLambda } from '../handle.ts';

export const create = (ports: DraftPorts & Pick<Ports, 'chat'>) =>
  handling('incident-update', PageUpdate, (input) => applyPageUpdate(input, ports));

export const handler = onLambda(() =>
  create({
    approvals: approvals(),
    chat: chat(),
    clock: clock(),
    evidence: evidence(),
    incidents: incidents(),
    telemetry: { knowledge: drafts() },
  }),
);
