// A tool that reads the signals that are short lists of records: alerts, vendors' status, the CDN, executions, AWS resources and security findings.
import * as z from 'zod';
import type { Brief } from '../../model/report.ts';
import { scopeOf } from '../../model/scope.ts';
import type { Observed } from '../../ports/telemetry.ts';
import { shorten } from '../../text.ts';
import { arnsIn, edgeUrlsIn, hostsIn } from '../../topology/managed-resources.ts';
import { investigationTool, limitLines, type ToolPorts } from './tool.ts';

const kinds = ['alerts', 'vendor-status', 'cdn', 'executions', 'resources', 'security'] as const;
type Kind = (typeof kinds)[number];
const maxRecords = 6;
const maxCharacters = 900;
/** Numbers of one list that are shown one by one; a longer list is shown by its ends and extremes. */
const maxNumbers = 6;

export const readRecords = investigationTool({
  name: 'read_records',
  description:
    'Reads short records: alerts that fire, vendor status pages, the CDN (answers and statistics), executions of state machines, resources of AWS, findings of security services.',
  input: z.object({
    kind: z.enum(kinds),
    contains: z.string().max(100).optional().describe('Only records that contain this text.'),
  }),
  ask: async ({ kind, contains = '' }, brief, ports) => {
    const answers = await recordsOf(kind, brief, ports);
    const read = answers.flatMap((one) => (one.kind === 'data' ? [one] : []));
    if (read.length === 0)
      return { unanswered: answers.map((one) => (one.kind === 'gap' ? one.gap.reason : '')).join('; ') };
    const records = read.flatMap(({ data }) => data).map((record) => JSON.stringify(condensed(record)));
    const fitting = records.filter((text) => text.toLowerCase().includes(contains.toLowerCase()));
    return {
      source: kind,
      query: `${read.map(({ query }) => query).join('; ')}${contains === '' ? '' : ` containing "${contains}"`}`,
      window: brief.context.window.incident,
      digest:
        fitting.length === 0
          ? `None of ${records.length} records fits.`
          : [
              `${fitting.length} records:`,
              ...limitLines(
                fitting.map((text) => shorten(text, maxCharacters)),
                maxRecords,
              ),
            ].join('\n'),
      full: { kind: 'records', records: fitting.slice(0, 100) },
    };
  },
});

async function recordsOf(
  kind: Kind,
  brief: Brief,
  { telemetry }: ToolPorts,
): Promise<readonly Observed<readonly unknown[]>[]> {
  const scope = scopeOf(brief, 'everywhere');
  switch (kind) {
    case 'alerts':
      return [await telemetry.alerts.observe(scopeOf(brief, 'cluster'), {})];
    case 'vendor-status':
      return [await telemetry.status.observe(scope, {})];
    case 'cdn':
      return [
        await telemetry.edge.observe(scope, { urls: edgeUrlsIn(brief.trigger) }),
        await telemetry.cdn.observe(scope, { hosts: hostsIn(brief.trigger) }),
      ];
    case 'executions':
      return [await telemetry.executions.observe(scope, { arns: arnsIn(brief.trigger) })];
    case 'resources':
      return [await telemetry.resources.observe(scope, { resources: brief.context.resources })];
    case 'security':
      return [await telemetry.security.observe(scope, { instances: [] })];
  }
}

/** The record with long lists of numbers and points replaced by their ends and extremes. */
function condensed(value: unknown): unknown {
  if (Array.isArray(value)) {
    const numbers = value.flatMap((one: unknown) => numberOf(one) ?? []);
    if (value.length > maxNumbers && numbers.length === value.length)
      return `${numbers[0]} → ${numbers.at(-1)}, ${Math.min(...numbers)} to ${Math.max(...numbers)}`;
    return value.slice(0, 20).map(condensed);
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, condensed(one)]));
}

/** A number, or the value of a point `[time, value]`. */
function numberOf(one: unknown): number | undefined {
  if (typeof one === 'number') return one;
  return Array.isArray(one) && one.length === 2 && typeof one[1] === 'number' ? one[1] : undefined;
}
