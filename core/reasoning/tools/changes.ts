// A tool that lists the changes before the incident, or reads one change: its title, files and the beginning of its diff.
import * as z from 'zod';
import { scopeOf } from '../../model/scope.ts';
import { shorten } from '../../text.ts';
import { investigationTool } from './tool.ts';

const Input = z.object({
  id: z.string().max(200).optional().describe('Id of one change, to read it.'),
  about: z.string().max(100).optional().describe('Only changes whose service, title or files contain this.'),
  inDiff: z.string().min(2).max(100).optional().describe('Only changes whose diff contains this; shows these lines.'),
});
const maxChanges = 12;
const maxDiffLines = 3;
/** A change can take effect late; this is the same look-back as in the analysis. */
const lookBackHours = 48;

export const changesTool = investigationTool({
  name: 'list_changes',
  description: 'Lists changes of the 48 hours before the incident, newest first, or reads one by its id.',
  input: Input,
  ask: async (asked, brief, ports) => {
    const { id, about, inDiff } = asked;
    const { incident } = brief.context.window;
    const window = {
      start: new Date(Date.parse(incident.start) - lookBackHours * 3_600_000).toISOString(),
      end: incident.end,
    };
    const observed = await ports.telemetry.changes.observe({ ...scopeOf(brief, 'everywhere'), window }, {});
    if (observed.kind === 'gap') return { unanswered: `Changes could not be asked: ${observed.gap.reason}` };
    const words = about?.toLowerCase();
    const found = observed.data
      .filter((change) => (id === undefined ? true : change.id === id))
      .filter(({ service = '', title, files = [] }) =>
        words === undefined ? true : [service, title, ...files].some((text) => text.toLowerCase().includes(words)),
      )
      .filter(({ diff = '' }) => inDiff === undefined || linesWith(diff, inDiff).length > 0)
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
                .flatMap((one) => [
                  `${one.id} ${one.at} ${one.kind} ${one.service ?? '-'}: ${shorten(one.title, 120)}`,
                  ...(inDiff === undefined ? [] : linesWith(one.diff ?? '', inDiff).slice(0, maxDiffLines)),
                ]),
            ].join('\n')
          : [
              `${only.id} ${only.at} ${only.kind} ${only.service ?? '-'} by ${only.author ?? 'unknown'}: ${only.title}`,
              ...(only.files ?? []).slice(0, 12),
              shorten(only.diff ?? '', 900),
            ].join('\n');
    return {
      source: 'changes',
      query: `${observed.query} ${id ?? about ?? 'all'}${inDiff === undefined ? '' : ` diff containing "${inDiff}"`}`,
      window,
      digest,
      full: { kind: 'changes', changes: found.slice(0, maxChanges) },
    };
  },
});

/** Lines of a diff that contain the words, with their file. */
function linesWith(diff: string, words: string): string[] {
  const wanted = words.toLowerCase();
  let file = '';
  return diff.split('\n').flatMap((line) => {
    const named = /^\+\+\+ (?:b\/)?(.+)$/.exec(line)?.[1];
    if (named !== undefined) file = named;
    return line.toLowerCase().includes(wanted) ? [`  ${file}: ${shorten(line, 160)}`.replace('  : ', '  ')] : [];
  });
}
