// A scenario as a value: read from its folder, changed by transformations, written as a folder again. Unlike the pipeline's reader it also reads
// expected.json, because a world carries its own truth. Editions after an action (after/) are left out: nobody acts in a world.
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parse as parseYaml } from 'yaml';
import * as z from 'zod';
import { InvalidInput } from '../../core/errors.ts';
import { Change, Dependency, LogRecord, Series } from '../../core/model/telemetry.ts';
import { catalogFile } from '../../local/compose.ts';
import { type Expected, readExpected } from '../expected.ts';
import type { Json, JsonObject } from './json.ts';
import { isObject, listOf } from './json.ts';

const About = z.looseObject({
  id: z.string(),
  now: z.string(),
  namespace: z.string().optional(),
  tags: z.array(z.string()).default([]),
});

const AnyJson = z.json();

export interface Recording {
  readonly about: z.infer<typeof About>;
  readonly alert: Json;
  /** Objects by cluster. */
  readonly kubernetes: ReadonlyMap<string, readonly JsonObject[]>;
  readonly signals: readonly Series[] | undefined;
  readonly logs: readonly LogRecord[] | undefined;
  readonly changes: readonly Change[] | undefined;
  readonly dependencies: readonly Dependency[] | undefined;
  /** Files that only renaming changes: alerts, vendors, managed resources, costs, and traces (a list for each file of lines). */
  readonly others: ReadonlyMap<string, Json>;
  /** Text by file name. */
  readonly knowledge: ReadonlyMap<string, string>;
  /** The service catalogue of the installation: the scenario's own, or the one that every scenario without one is played with. */
  readonly catalog: Json;
  readonly expected: Expected;
}

/** Undefined if the scenario has no expected diagnosis. Throws `InvalidInput` naming the file. */
export async function readRecording(dir: string): Promise<Recording | undefined> {
  const expected = await readExpected(dir);
  if (expected === undefined) return undefined;
  const names = new Set(await readdir(dir));
  const json = async (name: string): Promise<Json> => parsed(join(dir, name), await readFile(join(dir, name), 'utf8'));
  const list = async <Schema extends z.ZodType>(name: string, schema: Schema): Promise<z.infer<Schema> | undefined> =>
    names.has(name) ? schema.parse(await json(name)) : undefined;
  const lines = async <Schema extends z.ZodType>(name: string, schema: Schema) =>
    names.has(name)
      ? (await readFile(join(dir, name), 'utf8'))
          .split('\n')
          .filter((line) => line.trim() !== '')
          .map((line) => schema.parse(parsed(join(dir, name), line)))
      : undefined;
  const clusters = names.has('kubernetes') ? (await readdir(join(dir, 'kubernetes'))).sort() : [];
  const others = ['alerts.json', 'status.json', 'managed.json', 'resources.json', 'costs.json'].filter((name) =>
    names.has(name),
  );
  const traces = ['spans.ndjson', 'edges.ndjson'].filter((name) => names.has(name));
  const documents = names.has('knowledge') ? (await readdir(join(dir, 'knowledge'))).sort() : [];
  return {
    about: About.parse(await json('scenario.json')),
    alert: await json('alert.json'),
    kubernetes: new Map(
      await Promise.all(
        clusters.map(async (file) => {
          const items = await json(join('kubernetes', file));
          const objects = isObject(items) ? listOf(items.items).filter(isObject) : [];
          return [file.replace(/\.json$/, ''), objects] as const;
        }),
      ),
    ),
    signals: await lines('signals.ndjson', Series),
    logs: await lines('logs.ndjson', LogRecord),
    changes: await list('changes.json', z.array(Change)),
    dependencies: await list('dependencies.json', z.array(Dependency)),
    others: new Map(
      await Promise.all([
        ...others.map(async (name) => [name, await json(name)] as const),
        ...traces.map(async (name) => [name, (await lines(name, AnyJson)) ?? []] as const),
      ]),
    ),
    knowledge: new Map(
      await Promise.all(
        documents.map(async (name) => [name, await readFile(join(dir, 'knowledge', name), 'utf8')] as const),
      ),
    ),
    catalog: await catalogAt(names.has('catalog.yaml') ? join(dir, 'catalog.yaml') : catalogFile),
    expected,
  };
}

const catalogs = new Map<string, Promise<Json>>();

function catalogAt(file: string): Promise<Json> {
  const known = catalogs.get(file) ?? readFile(file, 'utf8').then((text) => AnyJson.parse(parseYaml(text)));
  catalogs.set(file, known);
  return known;
}

function parsed(where: string, text: string): Json {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new InvalidInput(`${where} is not JSON.`, { cause });
  }
}

/** Writes the folder, which need not exist. */
export async function writeRecording(dir: string, recording: Recording): Promise<void> {
  const { about, alert, kubernetes, signals, logs, changes, dependencies, others, knowledge, catalog, expected } =
    recording;
  const files = new Map<string, string>([
    ['scenario.json', text(about)],
    ['alert.json', text(alert)],
    // JSON is YAML.
    ['catalog.yaml', text(catalog)],
    ['expected.json', text(expected)],
  ]);
  for (const [cluster, items] of kubernetes)
    files.set(join('kubernetes', `${cluster}.json`), JSON.stringify({ kind: 'List', apiVersion: 'v1', items }));
  if (signals) files.set('signals.ndjson', lined(signals));
  if (logs) files.set('logs.ndjson', lined(logs));
  if (changes) files.set('changes.json', text(changes));
  if (dependencies) files.set('dependencies.json', text(dependencies));
  for (const [name, value] of others) files.set(name, name.endsWith('.ndjson') ? lined(listOf(value)) : text(value));
  for (const [name, value] of knowledge) files.set(join('knowledge', name), value);
  for (const [name, value] of files) {
    await mkdir(dirname(join(dir, name)), { recursive: true });
    await writeFile(join(dir, name), value, 'utf8');
  }
}

const text = (value: unknown): string => `${JSON.stringify(value, null, 1)}\n`;
const lined = (values: readonly unknown[]): string => values.map((value) => `${JSON.stringify(value)}\n`).join('');
