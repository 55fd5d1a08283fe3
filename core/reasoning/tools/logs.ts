// A tool that searches the incident's logs for words. It returns templates, counts and at most three sample lines, never all lines.
import * as z from 'zod';
import { LogReader, type Reading } from '../../analysis/logs/reading.ts';
import { moveOf } from '../../analysis/logs/series.ts';
import { Instant } from '../../model/entity.ts';
import { scopeOf } from '../../model/scope.ts';
import type { LogRecord } from '../../model/telemetry.ts';
import { shorten } from '../../text.ts';
import { investigationTool } from './tool.ts';

const Input = z.object({
  contains: z
    .string()
    .min(2)
    .max(120)
    .optional()
    .describe(
      'Plain words that a line must contain, in any case. Without it: the templates that are new or more frequent.',
    ),
  service: z
    .string()
    .max(100)
    .optional()
    .describe('Only lines of a service, pod, node or unit whose name contains this.'),
  from: Instant.optional().describe('Only lines from this time on, UTC.'),
  to: Instant.optional(),
  field: z
    .object({ name: z.string().min(1).max(60), value: z.string().max(200) })
    .optional()
    .describe('Only lines whose label or JSON field has this value.'),
  groupBy: z
    .string()
    .max(60)
    .optional()
    .describe('Counts the lines by a label or JSON field, such as service, pod, node or status.'),
  context: z.number().int().min(0).max(5).default(0).describe('Lines of the same pod before and after the first hit.'),
});
const [maxTemplates, maxLines, keptLines, maxMoves] = [8, 3, 50, 2];
/** A template counts as more frequent from this many times its earlier count on. */
const surging = 3;
const [maxGroups, maxPlaces, maxPods] = [200, 20, 500];

export const logsTool = investigationTool({
  name: 'search_logs',
  description: 'Searches the logs of the incident and its baseline; answers with templates, counts and three lines.',
  input: Input,
  ask: async (asked, brief, ports) => {
    const { contains = '', service, groupBy, context } = asked;
    const { window } = brief.context;
    const span = { start: window.baseline.start, end: window.incident.end };
    const observed = await ports.telemetry.logs.observe(scopeOf(brief, 'neighbourhood'), {});
    if (observed.kind === 'gap') return { unanswered: `Logs could not be asked: ${observed.gap.reason}` };
    const reader = new LogReader(
      {
        baselineStart: Date.parse(window.baseline.start),
        baselineEnd: Date.parse(window.baseline.end),
        incidentStart: Date.parse(window.incident.start),
        incidentEnd: Date.parse(window.incident.end),
      },
      brief.context.workload,
    );
    const lines: string[] = [];
    const groups = new Map<string, { before: number; during: number }>();
    const around = new Surroundings(context);
    const places = new Set<string>();
    let [read, matching] = [0, 0];
    let newest: string | undefined;
    for await (const record of observed.data) {
      read += record.message.length;
      if (read > brief.budget.bytes) break;
      if (places.size < maxPlaces && record.labels.service !== undefined) places.add(record.labels.service);
      const isHit = isWanted(record, asked);
      around.push(record, isHit);
      if (!isHit) continue;
      matching += 1;
      reader.push(record);
      if (lines.length < keptLines) lines.push(lineOf(record));
      else newest = lineOf(record);
      if (groupBy !== undefined) count(groups, fieldOf(record, groupBy) ?? 'without it', record, window.baseline.end);
    }
    const reading = reader.finish();
    const templates = reading.templates
      .filter(({ count: during, baselineCount }) => contains !== '' || during > surging * baselineCount)
      .toSorted((a, b) =>
        contains === ''
          ? Number(a.baselineCount > 0) - Number(b.baselineCount > 0) || b.count - a.count
          : b.count + b.baselineCount - (a.count + a.baselineCount),
      )
      .slice(0, maxTemplates)
      .map(
        ({ group, text, count: during, baselineCount, firstMs, samples }) =>
          `${during} × during the incident, ${baselineCount} × before, first at ${new Date(firstMs).toISOString()}, ` +
          `${reading.sourceOf(group)?.name ?? 'unknown'}: ${withExample(text, samples)}`,
      );
    const at = service === undefined ? '' : ` at ${service}`;
    const digest =
      matching === 0
        ? `No line contains "${contains}"${at}. There are lines of: ${[...places].join(', ') || 'no service'}`
        : [
            contains === '' ? `${matching} lines; new or more frequent:` : `${matching} lines contain "${contains}":`,
            ...(groupBy === undefined ? templates : groupLines(groups, groupBy)),
            ...movesIn(reading, Date.parse(window.baseline.end)),
            ...(contains === ''
              ? []
              : around.lines.length === 0
                ? [
                    'Lines:',
                    ...endsOf(newest === undefined ? lines : [...lines, newest]).map((line) => shorten(line, 240)),
                  ]
                : ['The first, with its surroundings:', ...around.lines.map((line) => shorten(line, 200))]),
          ].join('\n');
    return {
      source: 'logs',
      query: `${observed.query} containing "${contains}"${at}${groupBy === undefined ? '' : ` by ${groupBy}`}`,
      window: span,
      digest,
      full: { kind: 'log search', contains, service, matching, lines },
    };
  },
});

/** A template with a hole is followed by its last known line, which has the values. */
function withExample(text: string, samples: readonly { readonly text: string }[]): string {
  const example = samples.at(-1)?.text;
  return !text.includes('<*>') || example === undefined
    ? shorten(text, 160)
    : `${shorten(text, 120)}; such as: ${shorten(example, 240)}`;
}

/** Measurements in the lines (durations, ratios, sizes) that moved most. */
const movesIn = (reading: Reading, baselineEnd: number): string[] =>
  reading.series
    .flatMap((series) => moveOf(series, { baselineEnd }) ?? [])
    .toSorted((a, b) => sizeOf(b) - sizeOf(a))
    .slice(0, maxMoves)
    .map(({ series, before, during, atMs }) => {
      const words = (value: number) => `${Number(value.toPrecision(3))}${series.unit === '' ? '' : ` ${series.unit}`}`;
      const name = series.name === '' ? 'a duration' : shorten(series.name, 80);
      return `measured in lines of ${reading.sourceOf(series.group)?.name ?? 'unknown'}: ${name} went from ${words(before)} to ${words(during)} at ${new Date(atMs).toISOString()} (first ${words(series.values[0] ?? before)}, last ${words(series.values.at(-1) ?? during)})`;
    });
const sizeOf = ({ before, during }: { readonly before: number; readonly during: number }): number =>
  Math.abs(Math.log((Math.abs(during) + 1) / (Math.abs(before) + 1)));

/** The first two lines and the last one: they show how a value went. */
const endsOf = (lines: readonly string[]): readonly string[] =>
  lines.length <= maxLines ? lines : [...lines.slice(0, maxLines - 1), ...lines.slice(-1)];

type Search = z.infer<typeof Input>;

const lineOf = ({ timestamp, message }: LogRecord): string => `${timestamp} ${message}`;

const isWanted = (record: LogRecord, { contains = '', service, from, to, field }: Search): boolean =>
  record.message.toLowerCase().includes(contains.toLowerCase()) &&
  isFrom(record, service?.toLowerCase()) &&
  (from === undefined || Date.parse(record.timestamp) >= Date.parse(from)) &&
  (to === undefined || Date.parse(record.timestamp) <= Date.parse(to)) &&
  (field === undefined || fieldOf(record, field.name) === field.value);

/** The value of a label, or of a field of a JSON line; nested fields by a dotted name. */
function fieldOf({ labels, message }: LogRecord, name: string): string | undefined {
  const own = ownValue(labels, [name]);
  if (own !== undefined || !message.startsWith('{')) return own;
  try {
    const fields: unknown = JSON.parse(message);
    return ownValue(fields, [name]) ?? ownValue(fields, name.split('.'));
  } catch {
    return undefined;
  }
}

/** The text, number or truth value at the path; undefined if there is none. */
function ownValue(fields: unknown, [first, ...rest]: readonly string[]): string | undefined {
  if (first === undefined)
    return fields === undefined || typeof fields === 'object' ? undefined : String(fields).slice(0, 100);
  if (typeof fields !== 'object' || fields === null || !Object.hasOwn(fields, first)) return undefined;
  return ownValue(Object.entries(fields).find(([key]) => key === first)?.[1], rest);
}

function count(
  groups: Map<string, { before: number; during: number }>,
  value: string,
  { timestamp }: LogRecord,
  baselineEnd: string,
): void {
  const group = groups.get(value);
  if (group === undefined && groups.size >= maxGroups) return;
  const one = group ?? { before: 0, during: 0 };
  if (Date.parse(timestamp) < Date.parse(baselineEnd)) one.before += 1;
  else one.during += 1;
  groups.set(value, one);
}

const groupLines = (groups: ReadonlyMap<string, { before: number; during: number }>, groupBy: string): string[] =>
  [...groups]
    .toSorted((a, b) => b[1].during - a[1].during || b[1].before - a[1].before)
    .slice(0, maxTemplates)
    .map(([value, { before, during }]) => `${groupBy}=${value}: ${during} × during the incident, ${before} × before`);

/** The first hit with the lines of the same pod around it. */
class Surroundings {
  readonly lines: string[] = [];
  readonly #before = new Map<string, string[]>();
  #open: { readonly pod: string; left: number } | undefined;
  readonly #size: number;

  constructor(size: number) {
    this.#size = size;
  }

  push(record: LogRecord, isHit: boolean): void {
    if (this.#size === 0 || (this.#open !== undefined && this.#open.left === 0)) return;
    const pod = record.labels.pod ?? record.labels.service ?? '';
    if (this.#open !== undefined) {
      if (pod !== this.#open.pod) return;
      this.lines.push(lineOf(record));
      this.#open.left -= 1;
      return;
    }
    const before = this.#before.get(pod) ?? [];
    if (isHit) {
      this.lines.push(...before, `> ${lineOf(record)}`);
      this.#open = { pod, left: this.#size };
      return;
    }
    if (this.#before.size < maxPods || this.#before.has(pod))
      this.#before.set(pod, [...before, lineOf(record)].slice(-this.#size));
  }
}

const isFrom = ({ labels }: LogRecord, place: string | undefined): boolean =>
  place === undefined ||
  [labels.service, labels.pod, labels.node, labels.unit, labels.container].some((name) =>
    name?.toLowerCase().includes(place),
  );
