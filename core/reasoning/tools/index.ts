// Selects the tools of a specialist's model: they read its evidence and query its own source. None of them changes anything.
import type { Brief } from '../../model/report.ts';
import type { ReasonerTool } from '../../ports/channels.ts';
import type { Ports } from '../../ports/index.ts';
import { changesTool } from './changes.ts';
import { evidenceTool } from './evidence.ts';
import { knowledgeTool } from './knowledge.ts';
import { kubernetesTool } from './kubernetes.ts';
import { logsTool } from './logs.ts';
import { metricsTool } from './metrics.ts';

type MakeTool = (brief: Brief, ports: Pick<Ports, 'telemetry' | 'evidence'>) => ReasonerTool;

const bySpecialist: Readonly<Record<string, readonly MakeTool[]>> = {
  changes: [changesTool],
  knowledge: [knowledgeTool],
  kubernetes: [kubernetesTool],
  logs: [logsTool],
  metrics: [metricsTool],
};

export const toolsOf = (brief: Brief, ports: Pick<Ports, 'telemetry' | 'evidence'>): ReasonerTool[] => [
  evidenceTool(brief.incidentId, ports),
  ...(bySpecialist[brief.specialist] ?? []).map((make) => make(brief, ports)),
];
