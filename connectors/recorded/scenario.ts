// Reads a scenario folder (docs/scenario-format.md), strictly: an unknown file, an invalid line or an invalid time is an error that names the file
// and the line. It tolerates the expected diagnosis (expected.json) but does not read it.
import { createReadStream } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { createInterface } from 'node:readline';
import { parse as parseYaml } from 'yaml';
import * as z from 'zod';
import { InvalidInput } from '../../core/errors.ts';
import { type Points, ResourceSet } from '../../core/model/aws-resources.ts';
import { Instant, type TimeWindow } from '../../core/model/entity.ts';
import { CdnTraffic, EdgeAnswer, WorkflowExecution } from '../../core/model/managed.ts';
import { SecurityFinding } from '../../core/model/security.ts';
import {
  Change,
  Dependency,
  EdgeSeries,
  FiringAlert,
  KubernetesObject,
  LogRecord,
  Series,
  Span,
  type TraceSet,
  VendorStatus,
} from '../../core/model/telemetry.ts';
import type { KnowledgeDocument } from '../../core/ports/telemetry.ts';

const ScenarioFile = z.strictObject({
  id: z.string().min(1),
  title: z.string(),
  source: z.string(),
  now: Instant,
  cluster: z.string().optional(),
  environment: z.string().optional(),
  namespace: z.string().optional(),
  tags: z.array(z.string()),
  /** A period apart from the incident that shows the normal state in spans and metrics of calls. */
  reference: z.strictObject({ start: Instant, end: Instant }).optional(),
});
export const KubernetesList = z.looseObject({ kind: z.literal('List'), items: z.array(KubernetesObject) });
const FrontMatter = z.looseObject({
  title: z.string().optional(),
  service: z.string().optional(),
  tags: z.array(z.string()).default([]),
});

const RecordedCosts = z.strictObject({
  accounts: z.array(
    z.strictObject({
      id: z.string().regex(/^\d{12}$/),
      name: z.string().min(1),
      state: z.enum(['suspended', 'closing', 'closed']).optional(),
    }),
  ),
  /** US dollars per day; the last day is today. */
  spent: z.array(z.strictObject({ account: z.string(), service: z.string(), usd: z.array(z.number()) })),
});
export type RecordedCosts = z.infer<typeof RecordedCosts>;

const worldFiles = new Set([
  'signals.ndjson',
  'logs.ndjson',
  'spans.ndjson',
  'edges.ndjson',
  'alerts.json',
  'changes.json',
  'dependencies.json',
  'status.json',
  'managed.json',
  'security.json',
  'resources.json',
  'knowledge',
  'kubernetes',
]);
const topFiles = new Set([
  ...worldFiles,
  'scenario.json',
  'alert.json',
  'catalog.yaml',
  'costs.json',
  'expected.json',
  'after',
]);

export interface Scenario {
  readonly id: string;
  readonly title: string;
  readonly tags: readonly string[];
  readonly dir: string;
  /** The time at which the recording ends. */
  readonly now: string;
  readonly reference: TimeWindow | undefined;
  /** The webhook body, verbatim. */
  readonly alert: string;
  /** The file of the service catalogue that the recording brings, in place of the installation's. */
  readonly catalog?: string;
  /** By action id, the folders whose files replace those of the same name after the action. */
  readonly after: Readonly<Record<string, string>>;
}

/** Undefined if the recording holds none. @throws InvalidInput naming the invalid file. */
export async function readCosts(dir: string): Promise<RecordedCosts | undefined> {
  return (await list(dir)).includes('costs.json') ? readJson(join(dir, 'costs.json'), RecordedCosts) : undefined;
}

/** @throws InvalidInput naming the invalid file. */
export async function readScenario(dir: string): Promise<Scenario> {
  await onlyKnown(dir, topFiles);
  const meta = await readJson(join(dir, 'scenario.json'), ScenarioFile);
  const names = await list(dir);
  const actions = names.includes('after') ? await list(join(dir, 'after')) : [];
  for (const action of actions) await onlyKnown(join(dir, 'after', action), worldFiles);
  return {
    id: meta.id,
    title: meta.title,
    tags: meta.tags,
    dir,
    now: meta.now,
    reference: meta.reference,
    alert: await readText(join(dir, 'alert.json')),
    ...(names.includes('catalog.yaml') && { catalog: join(dir, 'catalog.yaml') }),
    after: Object.fromEntries(actions.map((action) => [action, join(dir, 'after', action)])),
  };
}

async function onlyKnown(dir: string, known: ReadonlySet<string>): Promise<void> {
  const unknown = (await list(dir)).find((name) => !known.has(name));
  if (unknown !== undefined) throw new InvalidInput(`${join(dir, unknown)} is no file of the scenario format.`);
}

async function list(dir: string): Promise<string[]> {
  try {
    return (await readdir(dir)).filter((name) => !name.startsWith('.')).sort();
  } catch (cause) {
    throw new InvalidInput(`${dir} cannot be read as a folder.`, { cause });
  }
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new InvalidInput(`${file} cannot be read.`, { cause });
  }
}

async function readJson<Schema extends z.ZodType>(file: string, schema: Schema, edit = same): Promise<z.infer<Schema>> {
  return parse(file, edit(await readText(file)), schema);
}

function parse<Schema extends z.ZodType>(where: string, text: string, schema: Schema): z.infer<Schema> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new InvalidInput(`${where} is not JSON.`, { cause });
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success)
    throw new InvalidInput(`${where} does not fit the scenario format: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

const same = (text: string): string => text;

/** One edition of a scenario's world: the folders to search, in order of precedence. */
export interface Edition {
  readonly folders: readonly string[];
  /** Moves times; applied to JSON text before it is parsed. */
  readonly edit: (text: string) => string;
}

const readers = {
  'alerts.json': z.array(FiringAlert),
  'changes.json': z.array(Change),
  'dependencies.json': z.array(Dependency),
  'status.json': z.array(VendorStatus),
  'security.json': z.array(SecurityFinding),
  'managed.json': z.strictObject({
    executions: z.array(WorkflowExecution).default([]),
    edge: z.array(EdgeAnswer).default([]),
    cdn: z.array(CdnTraffic).default([]),
  }),
  'resources.json': ResourceSet,
} as const;

/** The path of a file in this edition, or undefined, which means that the source has no data. */
export async function find(edition: Edition, name: string): Promise<string | undefined> {
  for (const folder of edition.folders) {
    if ((await list(folder)).includes(name)) return join(folder, name);
  }
  return undefined;
}

export interface Read<T> {
  readonly data: T;
  readonly bytes: number;
  /** Path inside the scenario, for the evidence. */
  readonly file: string;
}

const base = (edition: Edition): string => edition.folders.at(-1) ?? '';

export async function readFileOf<Name extends keyof typeof readers>(
  edition: Edition,
  name: Name,
): Promise<Read<z.infer<(typeof readers)[Name]>> | undefined> {
  const file = await find(edition, name);
  if (file === undefined) return undefined;
  const text = edition.edit(await readText(file));
  return {
    data: parse(file, text, readers[name]) as z.infer<(typeof readers)[Name]>,
    bytes: text.length,
    file: relative(base(edition), file),
  };
}

/** Resources of AWS, with the points of their metrics moved like every other time. */
export async function readResources(edition: Edition, shiftMs: number): Promise<Read<ResourceSet> | undefined> {
  const read = await readFileOf(edition, 'resources.json');
  if (read === undefined) return undefined;
  const moved = (points: Points): Points => points.map(([at, value]) => [at + shiftMs / 1000, value]);
  const { resources, quotas } = read.data;
  return {
    ...read,
    data: {
      resources: resources.map((one) => ({
        ...one,
        metrics: Object.fromEntries(Object.entries(one.metrics).map(([name, points]) => [name, moved(points)])),
      })),
      quotas: quotas.map((quota) => ({ ...quota, used: moved(quota.used) })),
    },
  };
}

/** Spans and metrics of calls, one per line each. `reference` is the scenario's, before times are moved. */
export async function readTraces(
  edition: Edition,
  shiftMs: number,
  reference: TimeWindow | undefined,
): Promise<Read<TraceSet> | undefined> {
  const [spanFile, edgeFile] = [await find(edition, 'spans.ndjson'), await find(edition, 'edges.ndjson')];
  const file = spanFile ?? edgeFile;
  if (file === undefined) return undefined;
  const [spans, edges] = [await readLines(spanFile, Span), await readLines(edgeFile, EdgeSeries)];
  const moved = (instant: string) => new Date(Date.parse(instant) + shiftMs).toISOString();
  return {
    data: {
      spans: spans.rows.map((span) => ({ ...span, start: span.start + shiftMs })),
      edges: edges.rows.map((edge) => ({
        ...edge,
        points: edge.points.map(([at, value]): [number, number] => [at + shiftMs / 1000, value]),
      })),
      ...(reference && { reference: { start: moved(reference.start), end: moved(reference.end) } }),
    },
    bytes: spans.bytes + edges.bytes,
    file: relative(base(edition), file),
  };
}

async function readLines<Schema extends z.ZodType>(
  file: string | undefined,
  schema: Schema,
): Promise<{ readonly rows: readonly z.infer<Schema>[]; readonly bytes: number }> {
  if (file === undefined) return { rows: [], bytes: 0 };
  const text = await readText(file);
  const rows = text
    .split('\n')
    .flatMap((line, index) => (line.trim() === '' ? [] : [parse(`${file}:${index + 1}`, line, schema)]));
  return { rows, bytes: text.length };
}

/** Metric series, one per line. */
export async function readSignals(edition: Edition, shiftSeconds: number): Promise<Read<Series[]> | undefined> {
  const file = await find(edition, 'signals.ndjson');
  if (file === undefined) return undefined;
  const text = await readText(file);
  const data = text.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return [];
    const series = parse(`${file}:${index + 1}`, line, Series);
    if (shiftSeconds === 0) return [series];
    return [{ ...series, points: series.points.map(([at, value]): [number, number] => [at + shiftSeconds, value]) }];
  });
  return { data, bytes: text.length, file: relative(base(edition), file) };
}

/** Log records of a window, streamed line by line; times are moved by `shiftMs`. */
export async function* streamLogs(
  file: string,
  window: { start: string; end: string },
  shiftMs: number,
): AsyncGenerator<LogRecord> {
  const from = new Date(Date.parse(window.start) - shiftMs).toISOString().slice(0, 19);
  const to = new Date(Date.parse(window.end) - shiftMs).toISOString().slice(0, 19);
  let number = 0;
  for await (const line of createInterface({
    input: createReadStream(file, 'utf8'),
    crlfDelay: Number.POSITIVE_INFINITY,
  })) {
    number += 1;
    if (line === '') continue;
    const record = parse(`${file}:${number}`, line, LogRecord);
    const second = record.timestamp.slice(0, 19);
    if (second < from || second > to) continue;
    yield shiftMs === 0
      ? record
      : { ...record, timestamp: new Date(Date.parse(record.timestamp) + shiftMs).toISOString() };
  }
}

/** The clusters in the recording. */
export async function clusterNames({ folders }: Edition): Promise<string[]> {
  const names = new Set<string>();
  for (const folder of folders) {
    if (!(await list(folder)).includes('kubernetes')) continue;
    for (const file of await list(join(folder, 'kubernetes'))) names.add(file.replace(/\.json$/, ''));
  }
  return [...names];
}

/** Objects by cluster. An overlay replaces each cluster that it contains. */
export async function readKubernetes(edition: Edition): Promise<Read<Map<string, KubernetesObject[]>> | undefined> {
  const clusters = new Map<string, KubernetesObject[]>();
  let bytes = 0;
  for (const folder of edition.folders) {
    if (!(await list(folder)).includes('kubernetes')) continue;
    for (const name of await list(join(folder, 'kubernetes'))) {
      const cluster = /^(.+)\.json$/.exec(name)?.[1];
      if (!cluster) throw new InvalidInput(`${join(folder, 'kubernetes', name)} is no file of the scenario format.`);
      if (clusters.has(cluster)) continue;
      const text = edition.edit(await readText(join(folder, 'kubernetes', name)));
      bytes += text.length;
      clusters.set(cluster, parse(join(folder, 'kubernetes', name), text, KubernetesList).items);
    }
  }
  return clusters.size === 0 ? undefined : { data: clusters, bytes, file: 'kubernetes/' };
}

export async function readKnowledge(edition: Edition): Promise<KnowledgeDocument[]> {
  const documents = new Map<string, KnowledgeDocument>();
  for (const folder of edition.folders) {
    if (!(await list(folder)).includes('knowledge')) continue;
    for (const name of await list(join(folder, 'knowledge'))) {
      const file = join(folder, 'knowledge', name);
      if (!name.endsWith('.md')) throw new InvalidInput(`${file} is no file of the scenario format.`);
      if (!documents.has(name)) documents.set(name, knowledgeDocument(name, file, await readText(file)));
    }
  }
  return [...documents.values()];
}

function knowledgeDocument(name: string, file: string, text: string): KnowledgeDocument {
  const match = /^---\n([\s\S]*?)\n---\n/.exec(text);
  const markdown = match ? text.slice(match[0].length) : text;
  const heading = /^#\s+(.+)$/m.exec(markdown)?.[1];
  const meta = FrontMatter.safeParse(match?.[1] ? parseYaml(match[1]) : {});
  if (!meta.success) throw new InvalidInput(`The front matter of ${file} does not fit: ${z.prettifyError(meta.error)}`);
  const { title = heading ?? name, service, tags } = meta.data;
  return { name, title, tags, markdown, ...(service === undefined ? {} : { service }) };
}
