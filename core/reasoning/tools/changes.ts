// A tool that lists the changes before the incident, or reads one change: its title, files and the beginning of its diff.
import * as z from 'zod';
import type { Brief } from '../../model/report.ts';
import { scopeOf } from '../../model/scope.ts';
import type { ReasonerTool } from '../../ports/channels.ts';
import type { Ports } from '../../ports/index.ts';
import { shorten } from '../../text.ts';
import { toolAnswer } from './answer.ts';

const Input = z.object({
  id: z.string().max(200).optional().describe('Id of one change, to read it.'),
  about: z.string().max(100).optional().describe('Only changes whose service, title or files contain this.'),
});
const maxChanges = 12;
/** A change can take effect late; this is the same look-back as in the analysis. */
const lookBackHours = 48;

export function changesTool(brief: Brief, ports: Pick<Ports, 'telemetry' | 'evidence'>): ReasonerTool {
  return {
    name: 'list_changes',
    description: 'Lists changes of the 48 hours before the incident, newest first, or reads one by its id.',
    input: Input,
    run: async (input) => {
      const { id, about } = Input.parse(input);
      const { incident } = brief.context.window;
      const window = {
        start: new Date(Date.parse(incident.start) - lookBackHours * 3_600_000).toISOString(),
        end: incident.end,
      };
      const observed = await ports.telemetry.changes.observe({ ...scopeOf(brief, 'everywhere'), window }, {});
      if (observed.kind === 'gap') return `Changes could not be asked: ${observed.gap.reason}`;
      const words = about?.toLowerCase();
      const found = observed.data
        .filter((change) => (id === undefined ? true : change.id === id))
        .filter(({ service = '', title, files = [] }) =>
          words === undefined ? true : [service, title, ...files].some((text) => text.toLowerCase().includes(words)),
        )
        .toSorted((a, b) => b.at.localeCompare(a.at));
      const [only] = found;
      const digest =
        only === undefined
          ? 'No change fits.'
          : id === undefined
            ? [
                `${found.length} changes:`,
                ...found
                  .slice(0, maxChanges)
                  .map((one) => `${one.id} ${one.at} ${one.kind} ${one.service ?? '-'}: ${shorten(one.title, 120)}`),
              ].join('\n')
            : [
                `${only.id} ${only.at} ${only.kind} ${only.service ?? '-'} by ${only.author ?? 'unknown'}: ${only.title}`,
                ...(only.files ?? []).slice(0, 12),
                shorten(only.diff ?? '', 900),
              ].join('\n');
      return toolAnswer(
        brief.incidentId,
        {
          source: 'changes',
          query: `${observed.query} ${id ?? about ?? 'all'}`,
          window,
          digest,
          full: { kind: 'changes', changes: found.slice(0, maxChanges) },
        },
        ports,
      );
    },
  };
}
