// A tool that shows slow and failed calls of a service, and the attribute by which they differ from the others.
import * as z from 'zod';
import { differenceOf, periodsOf } from '../../analysis/traces/compare.ts';
import { scopeOf } from '../../model/scope.ts';
import type { Span } from '../../model/telemetry.ts';
import { formatPercent } from '../../wording.ts';
import { investigationTool } from './tool.ts';

const maxExamples = 4;
const keptSpans = 100;

export const findTraces = investigationTool({
  name: 'find_traces',
  description:
    'Shows slow or failed spans of a service in the incident: how many, examples, and the attribute by which they differ from the others.',
  input: z.object({
    service: z.string().min(1).max(100),
    only: z.enum(['slow', 'failed']).describe('slow: the slowest tenth.'),
    operation: z.string().max(200).optional(),
  }),
  ask: async ({ service, only, operation }, brief, { telemetry }) => {
    const observed = await telemetry.traces.observe(scopeOf(brief, 'cluster'), {});
    if (observed.kind === 'gap') return { unanswered: `Traces could not be asked: ${observed.gap.reason}` };
    const baselineEnd = Date.parse(brief.context.window.baseline.end);
    const spans = observed.data.flatMap((set) => periodsOf(set, baselineEnd).incident);
    const ofService = spans.filter(
      (span) => span.service === service && (operation === undefined || span.operation.includes(operation)),
    );
    if (ofService.length === 0) {
      const services = [...new Set(spans.map((span) => span.service))].slice(0, 30);
      return { unanswered: `No spans of ${service}. There are spans of: ${services.join(', ') || 'no service'}` };
    }
    const [chosen, others] = only === 'failed' ? failed(ofService) : slowest(ofService);
    const differs = differenceOf(chosen, others);
    const parents = new Map(spans.map((span) => [`${span.trace} ${span.span}`, span]));
    const exampleOf = (span: Span): string => {
      const parent = span.parent === undefined ? undefined : parents.get(`${span.trace} ${span.parent}`);
      return `${new Date(span.start).toISOString()} ${span.operation} ${Math.round(span.durationMs)} ms${span.error ? ` failed ${span.status ?? ''}` : ''}${parent === undefined ? '' : `, called by ${parent.service} ${parent.operation}`} (trace ${span.trace})`;
    };
    return {
      source: 'traces',
      query: `${observed.query} ${only} spans of ${service}${operation === undefined ? '' : ` ${operation}`}`,
      window: brief.context.window.incident,
      digest: [
        `${chosen.length} ${only} spans of ${ofService.length}:`,
        ...chosen.slice(0, maxExamples).map(exampleOf),
        differs === undefined
          ? 'No attribute sets them apart.'
          : `${differs.attribute}=${differs.value} in ${formatPercent(differs.affected)} of them and ${formatPercent(differs.others)} of the others.`,
      ].join('\n'),
      full: { kind: 'spans', spans: chosen.slice(0, keptSpans) },
    };
  },
});

const failed = (spans: readonly Span[]): readonly [Span[], Span[]] => [
  spans.filter(({ error }) => error),
  spans.filter(({ error }) => !error),
];

function slowest(spans: readonly Span[]): readonly [Span[], Span[]] {
  const sorted = spans.toSorted((a, b) => b.durationMs - a.durationMs);
  const count = Math.max(1, Math.ceil(sorted.length / 10));
  return [sorted.slice(0, count), sorted.slice(count)];
}
