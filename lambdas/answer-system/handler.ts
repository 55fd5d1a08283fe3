// Answers questions about the system for the conversation. It may read the sources and the records and nothing else, so the function that decides
// approvals needs no right to read logs, and a question can decide nothing.
import { answerSystem } from '../../core/conversation/system/answer.ts';
import type { SystemPorts } from '../../core/conversation/system/question.ts';
import { SystemRequest } from '../../core/model/system-answer.ts';
import { callGraph, catalog, clock, incidents, telemetry } from '../compose.ts';
import { handling, onLambda } from '../handle.ts';

export const create = (ports: SystemPorts) =>
  handling('answer-system', SystemRequest, async ({ text, earlier, incidentId }) => {
    const incident = incidentId === undefined ? undefined : await ports.incidents.get(incidentId);
    return { answer: (await answerSystem(text, incident, ports, earlier)) ?? null };
  });

export const handler = onLambda(() =>
  create({
    catalog: catalog(),
    incidents: incidents(),
    callGraph: callGraph(),
    clock: clock(),
    telemetry: telemetry(),
  }),
);
