// A tool for a query in the language of a metrics source. The source keeps it within the incident's scope; a query that it refuses is answered with how
// to ask better.
import * as z from 'zod';
import { scopeOf } from '../../model/scope.ts';
import { queryLanguages } from '../../ports/telemetry.ts';
import { redact } from '../../redaction/redact.ts';
import { shorten } from '../../text.ts';
import { sanitizeUntrusted } from '../untrusted.ts';
import { describeSeries } from './metrics.ts';
import { investigationTool } from './tool.ts';

const Input = z.object({
  language: z
    .enum(queryLanguages)
    .describe(
      'promql; nrql: SELECT … FROM … [WHERE …] [FACET …]; cloudwatch: Metrics Insights, SELECT … FROM SCHEMA(…).',
    ),
  query: z
    .string()
    .min(3)
    .max(2000)
    .describe('One query. The place, the time and the steps are added: leave them out.'),
});
const maxSeries = 8;

const words = (text: string, length: number): string => shorten(redact(sanitizeUntrusted(text)), length);

export const runQuery = investigationTool({
  name: 'run_query',
  description: "Runs one query in a metrics source's own language, within the incident's place and time.",
  input: Input,
  ask: async ({ language, query }, brief, ports) => {
    const { window } = brief.context;
    const observed = await ports.telemetry.queries.observe(scopeOf(brief, 'neighbourhood'), { language, text: query });
    if (observed.kind === 'gap') return { unanswered: `Not answered: ${words(observed.gap.reason, 600)}` };
    const { data } = observed;
    const left = [
      ...(observed.missing ?? []),
      ...(observed.gaps ?? []).map(({ source, reason }) => `${source}: ${reason}`),
    ];
    const lines = describeSeries(data, Date.parse(window.baseline.end) / 1000).slice(0, maxSeries);
    return {
      source: [...new Set(data.map(({ source }) => source))].join(', ') || language,
      query: words(observed.query, 480),
      window: { start: window.baseline.start, end: window.incident.end },
      digest: [
        data.length === 0 ? `No series. Asked: ${words(observed.query, 400)}` : `${data.length} series:`,
        ...lines.map((line) => words(line, 300)),
        ...(data.length > maxSeries ? [`… and ${data.length - maxSeries} more; aggregate by fewer labels.`] : []),
        ...(left.length === 0 ? [] : [`Not read: ${words(left.join('; '), 300)}`]),
      ].join('\n'),
      ...(observed.link === undefined ? {} : { link: observed.link }),
      full: { kind: 'metric query', series: data.slice(0, maxSeries) },
    };
  },
});
