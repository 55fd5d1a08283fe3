// Workflow step: opens an incident for an alert, or joins the one that exists.
import { type OpenPorts, openIncident } from '../../core/intake/open-incident.ts';
import { OpenIncidentInput } from '../../core/model/workflow.ts';
import { approvals, chat, clock, executions, ids, incidents, ledger } from '../compose.ts';
import { onLambda, step } from '../handle.ts';

export const create = (ports: OpenPorts) =>
  step('open-incident', OpenIncidentInput, (input) => openIncident(input, ports));

export const handler = onLambda(() =>
  create({
    approvals: approvals(),
    chat: chat(),
    clock: clock(),
    executions: executions(),
    ids: ids(),
    incidents: incidents(),
    ledger: ledger(),
  }),
);
