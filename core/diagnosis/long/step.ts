// Describes a tool's call as an event, for the people who watch.
import * as z from 'zod';
import type { EventOf } from '../../model/timeline.ts';
import { clean, shorten } from '../../text.ts';

const Input = z.object({
  question: z.string().optional().catch(undefined),
  entity: z.object({ kind: z.string(), name: z.string() }).optional().catch(undefined),
});
const specialistTool = /^ask_([a-z_]+)$/;

export function stepOf(number: number, tool: string, input: unknown): EventOf<'LongInvestigationStep'> {
  const { question, entity } = Input.safeParse(input).data ?? {};
  const specialist = specialistTool.exec(tool)?.[1]?.replaceAll('_', '-');
  const about = entity === undefined ? '' : ` (${entity.kind} ${entity.name})`;
  return {
    type: 'LongInvestigationStep',
    number,
    tool: tool.slice(0, 60),
    ...(specialist === undefined ? {} : { specialist: specialist.slice(0, 40) }),
    ...(question === undefined ? {} : { question: shorten(clean(`${question}${about}`), 400) }),
  };
}
