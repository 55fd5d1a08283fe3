// A tool with which an agent keeps its list of hypotheses and what ruled them out. The list lives as long as the agent and is not evidence.
import * as z from 'zod';
import type { ReasonerTool } from '../../ports/channels.ts';

const Input = z.object({
  hypothesis: z.string().min(3).max(200),
  state: z.enum(['open', 'supported', 'ruled-out']),
  why: z.string().min(1).max(300).describe('The observation that decides, with its evidence id.'),
});
const maxNotes = 8;

export function noteTool(): ReasonerTool {
  const notes = new Map<string, string>();
  return {
    name: 'note',
    description: 'Notes a hypothesis as open, supported or ruled out, and answers with the whole list.',
    input: Input,
    run: async (given) => {
      const parsed = Input.safeParse(given);
      if (!parsed.success) return `The note does not fit: ${z.prettifyError(parsed.error).slice(0, 400)}`;
      const { hypothesis, state, why } = parsed.data;
      if (!notes.has(hypothesis) && notes.size >= maxNotes)
        return `The list is full (${maxNotes}). Rule one out or conclude:\n${[...notes.values()].join('\n')}`;
      notes.set(hypothesis, `${state}: ${hypothesis} (${why})`);
      return [...notes.values()].join('\n');
    },
  };
}
