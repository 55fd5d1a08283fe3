// A tool that reads the signals that are short lists of records: alerts, vendors' status, the CDN, executions, AWS resources and security findings.
import * as z from 'zod';
import type { Brief } from '../../model/report.ts';
import { scopeOf } from '../../model/scope.ts';
import type { Observed } from '../../ports/telemetry.ts';
import { shorten } from '../../text.ts';
import { machinesAround } from '../../topology/aws-resources.ts';
import { arnsIn, edgeUrlsIn, hostsIn } from '../../topology/managed-resources.ts';
import { investigationTool, limitLines, type ToolPorts } from './tool.ts';

const kinds = ['alerts', 'vendor-status', 'cdn', 'executions', 'resources', 'security'] as const;
type Kind = (typeof kinds)[number];
const maxRecords = 6;
/** Characters of all shown records together, and of one at least: each of several is seen with its name. */
const [maxCharacters, leastCharacters] = [1450, 230];
const charactersOf = (count: number): number =>
  Math.max(leastCharacters, Math.floor(maxCharacters / Math.min(count, maxRecords)));
/** Items of one list that are shown one by one; a longer list of numbers is shown by its ranges. */
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
    const since = Date.parse(brief.context.window.baseline.end) / 1000;
    const records = read
      .flatMap(({ data }): readonly unknown[] => data)
      .flatMap(apart)
      .map((record) => JSON.stringify(condensed(record, since)));
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
                fitting.map((text) => shorten(text, charactersOf(fitting.length))),
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
    case 'executions': {
      const named = arnsIn(brief.trigger);
      return [
        await telemetry.executions.observe(scope, {
          arns: named.length > 0 ? named : machinesAround(brief.context).arns,
        }),
      ];
    }
    case 'resources':
      return [await telemetry.resources.observe(scope, { resources: brief.context.resources })];
    case 'security':
      return [await telemetry.security.observe(scope, { instances: [] })];
  }
}

/** Each resource of a set of resources is a record of its own. */
function apart(record: unknown): readonly unknown[] {
  const set = ResourceSetShape.safeParse(record).data;
  return set === undefined ? [record] : [...set.resources, ...(set.quotas ?? [])];
}
const ResourceSetShape = z.looseObject({ resources: z.array(z.unknown()), quotas: z.array(z.unknown()).optional() });

/** The record with long lists of numbers and points replaced by their ranges before and since the incident. `since`: epoch seconds. */
function condensed(value: unknown, since: number): unknown {
  if (Array.isArray(value)) {
    if (value.length <= maxNumbers) return value.map((one: unknown) => condensed(one, since));
    const points = value.map(pointOf).filter((one) => one !== undefined);
    if (points.length === value.length) return rangesOf(points, since);
    const rows = value.map((one: unknown) => Row.safeParse(one).data).filter((one) => one !== undefined);
    if (rows.length === value.length) return columnsOf(rows, since);
    return value.slice(0, 20).map((one: unknown) => condensed(one, since));
  }
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).map(([key, one]) => [key, condensed(one, since)] as const);
  // What moved comes first, so that it is not what is cut.
  return Object.fromEntries(fields.toSorted(([, a], [, b]) => Number(isFlat(a)) - Number(isFlat(b))));
}

/** A number, or a point `[epochSeconds, value]`. */
const pointOf = (one: unknown): readonly [at: number | undefined, value: number] | undefined => {
  if (typeof one === 'number') return [undefined, one];
  return Array.isArray(one) && one.length === 2 && typeof one[0] === 'number' && typeof one[1] === 'number'
    ? [one[0], one[1]]
    : undefined;
};

const flat = 'always ';
const isFlat = (value: unknown): boolean => typeof value === 'string' && value.startsWith(flat);
const round = (value: number): number => (Math.abs(value) >= 100 ? Math.round(value) : Math.round(value * 100) / 100);

function rangesOf(points: readonly (readonly [at: number | undefined, value: number])[], since: number): string {
  const range = (values: readonly number[]): string =>
    values.length === 0 ? 'nothing' : `${round(Math.min(...values))} to ${round(Math.max(...values))}`;
  const values = points.map(([, value]) => value);
  if (Math.min(...values) === Math.max(...values)) return `${flat}${round(values[0] ?? 0)}`;
  const last = `last ${round(values.at(-1) ?? 0)}`;
  if (points.some(([at]) => at === undefined)) return `${round(values[0] ?? 0)} → ${range(values)}, ${last}`;
  const [before, during] = [
    points.filter(([at]) => (at ?? 0) < since).map(([, value]) => value),
    points.filter(([at]) => (at ?? 0) >= since).map(([, value]) => value),
  ];
  return `before ${range(before)}, since ${new Date(since * 1000).toISOString().slice(11, 16)} ${range(during)}, ${last}`;
}

const Row = z.looseObject({ at: z.iso.datetime() });

/** Rows of one form, a number for each minute: the ranges of each number. */
function columnsOf(rows: readonly z.infer<typeof Row>[], since: number): unknown {
  const names = Object.keys(rows[0] ?? {}).filter((name) => rows.every((row) => typeof row[name] === 'number'));
  if (names.length === 0) return rows.slice(0, 20);
  return Object.fromEntries(
    names
      .map((name) => {
        const points = rows.flatMap((row): [number, number][] => {
          const value = row[name];
          return typeof value === 'number' ? [[Date.parse(row.at) / 1000, value]] : [];
        });
        return [name, rangesOf(points, since)] as const;
      })
      .toSorted(([, a], [, b]) => Number(isFlat(a)) - Number(isFlat(b))),
  );
}
