// The shape that all investigation tools share: a typed question to one source, answered with a short digest and the id of the evidence that holds the
// rest. A question that cannot be answered says how to ask better.
import * as z from 'zod';
import type { EvidenceDraft } from '../../model/evidence-draft.ts';
import type { Brief } from '../../model/report.ts';
import type { ReasonerTool } from '../../ports/channels.ts';
import type { Ports } from '../../ports/index.ts';
import { toolAnswer } from './answer.ts';

export type ToolPorts = Pick<Ports, 'telemetry' | 'evidence'>;
export type MakeTool = (brief: Brief, ports: ToolPorts) => ReasonerTool;

/** What a tool found, or why it found nothing and how to ask better. */
export type Found = (Omit<EvidenceDraft, 'excerpt'> & { readonly digest: string }) | { readonly unanswered: string };

/** Makes a read-only tool. An input that does not fit its schema is answered with what is wrong about it. */
export function investigationTool<Input extends z.ZodType>({
  name,
  description,
  input,
  ask,
}: {
  readonly name: string;
  readonly description: string;
  readonly input: Input;
  readonly ask: (given: z.infer<Input>, brief: Brief, ports: ToolPorts) => Promise<Found>;
}): MakeTool {
  return (brief, ports) => ({
    name,
    description,
    input,
    run: async (given) => {
      const parsed = input.safeParse(given);
      if (!parsed.success) return `The question does not fit: ${z.prettifyError(parsed.error).slice(0, 400)}`;
      const found = await ask(parsed.data, brief, ports);
      return 'unanswered' in found ? found.unanswered : toolAnswer(brief.incidentId, found, ports);
    },
  });
}

/** Up to `limit` lines, and how many more there are. */
export const limitLines = (lines: readonly string[], limit: number): string[] =>
  lines.length <= limit
    ? [...lines]
    : [...lines.slice(0, limit), `… and ${lines.length - limit} more; ask for a narrower part.`];
