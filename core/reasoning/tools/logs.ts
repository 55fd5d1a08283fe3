// A tool that searches the incident's logs for words. It returns templates, counts and at most three sample lines, never all lines.
import * as z from 'zod';
import { LogReader } from '../../analysis/logs/reading.ts';
import type { Brief } from '../../model/report.ts';
import { scopeOf } from '../../model/scope.ts';
import type { LogRecord } from '../../model/telemetry.ts';
import type { ReasonerTool } from '../../ports/channels.ts';
import type { Ports } from '../../ports/index.ts';
import { shorten } from '../../text.ts';
import { toolAnswer } from './answer.ts';

const Input = z.object({
  contains: z
    .string()
    .min(2)
    .max(120)
    .describe('Plain words that a line must contain; upper and lower case are the same.'),
  service: z
    .string()
    .max(100)
    .optional()
    .describe('Only lines of a service, pod, node or unit whose name contains this.'),
});
const [maxTemplates, maxLines, keptLines] = [8, 3, 50];

export function logsTool(brief: Brief, ports: Pick<Ports, 'telemetry' | 'evidence'>): ReasonerTool {
  return {
    name: 'search_logs',
    description: 'Searches the logs of the incident and its baseline; answers with templates, counts and three lines.',
    input: Input,
    run: async (input) => {
      const { contains, service } = Input.parse(input);
      const { window } = brief.context;
      const span = { start: window.baseline.start, end: window.incident.end };
      const observed = await ports.telemetry.logs.observe(scopeOf(brief, 'neighbourhood'), {});
      if (observed.kind === 'gap') return `Logs could not be asked: ${observed.gap.reason}`;
      const reader = new LogReader(
        {
          baselineStart: Date.parse(window.baseline.start),
          baselineEnd: Date.parse(window.baseline.end),
          incidentStart: Date.parse(window.incident.start),
          incidentEnd: Date.parse(window.incident.end),
        },
        brief.context.workload,
      );
      const [words, place] = [contains.toLowerCase(), service?.toLowerCase()];
      const lines: string[] = [];
      let [read, matching] = [0, 0];
      for await (const record of observed.data) {
        read += record.message.length;
        if (read > brief.budget.bytes) break;
        if (!record.message.toLowerCase().includes(words) || !isFrom(record, place)) continue;
        matching += 1;
        reader.push(record);
        if (lines.length < keptLines) lines.push(`${record.timestamp} ${record.message}`);
      }
      const reading = reader.finish();
      const templates = reading.templates
        .toSorted((a, b) => b.count + b.baselineCount - (a.count + a.baselineCount))
        .slice(0, maxTemplates)
        .map(
          ({ group, text, count, baselineCount, firstMs }) =>
            `${count} × during the incident, ${baselineCount} × before, first at ${new Date(firstMs).toISOString()}, ` +
            `${reading.sourceOf(group)?.name ?? 'unknown'}: ${shorten(text, 160)}`,
        );
      const digest =
        matching === 0
          ? `No line contains "${contains}"${service === undefined ? '' : ` at ${service}`}.`
          : [
              `${matching} lines contain "${contains}":`,
              ...templates,
              'Lines:',
              ...lines.slice(0, maxLines).map((line) => shorten(line, 240)),
            ].join('\n');
      const query = `${observed.query} containing "${contains}"${service === undefined ? '' : ` at ${service}`}`;
      return toolAnswer(
        brief.incidentId,
        {
          source: 'logs',
          query,
          window: span,
          digest,
          full: { kind: 'log search', contains, service, matching, lines },
        },
        ports,
      );
    },
  };
}

const isFrom = ({ labels }: LogRecord, place: string | undefined): boolean =>
  place === undefined ||
  [labels.service, labels.pod, labels.node, labels.unit, labels.container].some((name) =>
    name?.toLowerCase().includes(place),
  );
