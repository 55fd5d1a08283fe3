// A tool that searches runbooks and postmortems and returns sections, not documents.
import * as z from 'zod';
import type { Brief } from '../../model/report.ts';
import type { ReasonerTool } from '../../ports/channels.ts';
import type { Ports } from '../../ports/index.ts';
import { shorten } from '../../text.ts';
import { toolAnswer } from './answer.ts';

const Input = z.object({ text: z.string().min(2).max(200).describe('What to look for, in a few words.') });
const maxSections = 3;

export function knowledgeTool(brief: Brief, ports: Pick<Ports, 'telemetry' | 'evidence'>): ReasonerTool {
  return {
    name: 'search_knowledge',
    description: 'Searches runbooks and past incidents; answers with the best three sections.',
    input: Input,
    run: async (input) => {
      const { text } = Input.parse(input);
      const observed = await ports.telemetry.knowledge.search({
        scope: { incidentId: brief.incidentId },
        text,
        service: brief.context.service?.value,
        limit: maxSections,
      });
      if (observed.kind === 'gap') return `Knowledge could not be asked: ${observed.gap.reason}`;
      const sections = observed.data.slice(0, maxSections);
      const digest =
        sections.length === 0
          ? `No document matches "${text}".`
          : sections
              .map(({ document, heading, excerpt }) => `${document}, ${heading}: ${shorten(excerpt, 450)}`)
              .join('\n');
      return toolAnswer(
        brief.incidentId,
        { source: 'knowledge', query: text, digest, full: { kind: 'sections', sections } },
        ports,
      );
    },
  };
}
