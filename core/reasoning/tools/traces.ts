// A tool that shows slow and failed calls of a service, and the attribute by which they differ from the others.
import * as z from 'zod';
import { differenceOf, periodsOf, selfTimeOf } from '../../analysis/traces/compare.ts';
import type { TimeWindow } from '../../model/entity.ts';
import { scopeOf } from '../../model/scope.ts';
import type { Span } from '../../model/telemetry.ts';
import { formatPercent } from '../../wording.ts';
import { type Found, investigationTool, limitLines } from './tool.ts';

const maxExamples = 4;
const keptSpans = 100;

export const findTraces = investigationTool({
  name: 'find_traces',
  description:
    'Shows slow or failed spans of a service in the incident: how many, examples, and the attribute by which they differ from the others.',
  input: z.object({
    service: z.string().min(1).max(100),
    only: z.enum(['slow', 'failed']).default('slow').describe('slow: the slowest tenth.'),
    trace: z.string().max(100).optional().describe('Shows the spans of this trace instead, by their own time.'),
    operation: z.string().max(200).optional(),
  }),
  ask: async ({ service, only, operation, trace }, brief, { telemetry }) => {
    const observed = await telemetry.traces.observe(scopeOf(brief, 'cluster'), {});
    if (observed.kind === 'gap') return { unanswered: `Traces could not be asked: ${observed.gap.reason}` };
    const baselineEnd = Date.parse(brief.context.window.baseline.end);
    const spans = observed.data.flatMap((set) => periodsOf(set, baselineEnd).incident);
    if (trace !== undefined) return treeOf(trace, spans, brief.context.window.incident, observed.query);
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

const maxSpans = 12;

/** The spans of one trace, those with the longest time of their own first. */
function treeOf(trace: string, spans: readonly Span[], window: TimeWindow, query: string): Found {
  const own = spans.filter((span) => span.trace === trace);
  if (own.length === 0) return { unanswered: `There is no trace ${trace} in the incident.` };
  const children = Map.groupBy(own, ({ parent }) => parent ?? '');
  const timed = own
    .map((span) => ({ span, self: selfTimeOf(span, children.get(span.span) ?? []) }))
    .toSorted((a, b) => b.self - a.self);
  return {
    source: 'traces',
    query: `${query} trace ${trace}`,
    window,
    digest: [
      `${own.length} spans of trace ${trace}:`,
      ...limitLines(
        timed.map(
          ({ span, self }) =>
            `${new Date(span.start).toISOString()} ${span.service} ${span.operation}: ${Math.round(self)} ms of its own, ${Math.round(span.durationMs)} ms in all${span.peer === undefined ? '' : `, calls ${span.peer}`}${span.error ? ` failed ${span.status ?? ''}` : ''}`,
        ),
        maxSpans,
      ),
    ].join('\n'),
    full: { kind: 'spans', spans: own.slice(0, keptSpans) },
  };
}
