// Selects the tools of a specialist's model: they read its evidence and query its own source. None of them changes anything.
import type { Brief } from '../../model/report.ts';
import type { ReasonerTool } from '../../ports/channels.ts';
import { changesTool } from './changes.ts';
import { canI, diffRevisions, findUsers, listEvents, listObjects } from './clusters.ts';
import { evidenceTool } from './evidence.ts';
import { knowledgeTool } from './knowledge.ts';
import { kubernetesTool } from './kubernetes.ts';
import { logsTool } from './logs.ts';
import { metricsTool } from './metrics.ts';
import { noteTool } from './note.ts';
import { runQuery } from './queries.ts';
import { readRecords } from './records.ts';
import type { MakeTool, ToolPorts } from './tool.ts';
import { readCallGraph } from './topology.ts';
import { findTraces } from './traces.ts';

const bySpecialist: Readonly<Record<string, readonly MakeTool[]>> = {
  changes: [changesTool, readRecords],
  knowledge: [knowledgeTool],
  kubernetes: [kubernetesTool, listObjects, diffRevisions, findUsers, canI, listEvents],
  logs: [logsTool, readCallGraph],
  metrics: [metricsTool, runQuery, readCallGraph],
  traces: [findTraces, readCallGraph],
  aws: [readRecords],
  cdn: [readRecords],
  executions: [readRecords],
  security: [readRecords],
};

export const toolsOf = (brief: Brief, ports: ToolPorts): ReasonerTool[] => [
  evidenceTool(brief.incidentId, ports),
  ...(bySpecialist[brief.specialist] ?? []).map((make) => make(brief, ports)),
  noteTool(),
];

/** What an agent needs to answer the open checks of a runbook. */
export const runbookTools = (brief: Brief, ports: ToolPorts): ReasonerTool[] =>
  [kubernetesTool, listObjects, logsTool, metricsTool, changesTool].map((make) => make(brief, ports));

/** All tools of all specialists, each once: for an investigation that has no specialist. */
export const allTools = (brief: Brief, ports: ToolPorts): ReasonerTool[] => [
  evidenceTool(brief.incidentId, ports),
  ...[...new Set(Object.values(bySpecialist).flat())].map((make) => make(brief, ports)),
  noteTool(),
];
