// A tool that searches runbooks and postmortems and returns sections, not documents.
import * as z from 'zod';
import { shorten } from '../../text.ts';
import { investigationTool } from './tool.ts';

const Input = z.object({ text: z.string().min(2).max(200).describe('What to look for, in a few words.') });
const maxSections = 3;

export const knowledgeTool = investigationTool({
  name: 'search_knowledge',
  description: 'Searches runbooks and past incidents; answers with the best three sections.',
  input: Input,
  ask: async (asked, brief, ports) => {
    const { text } = asked;
    const observed = await ports.telemetry.knowledge.search({
      scope: { incidentId: brief.incidentId },
      text,
      service: brief.context.service?.value,
      limit: maxSections,
    });
    if (observed.kind === 'gap') return { unanswered: `Knowledge could not be asked: ${observed.gap.reason}` };
    const sections = observed.data.slice(0, maxSections);
    const digest =
      sections.length === 0
        ? `No document matches "${text}".`
        : sections
            .map(({ document, heading, excerpt }) => `${document}, ${heading}: ${shorten(excerpt, 450)}`)
            .join('\n');
    return { source: 'knowledge', query: text, digest, full: { kind: 'sections', sections } };
  },
});
