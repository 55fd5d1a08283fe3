// Plants hostile words in every text of every signal: which fields are texts follows from the signal's own schema, so that a new field is covered by itself.
import * as z from 'zod';
import { AwsResource } from '../../core/model/aws-resources.ts';
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
  VendorStatus,
} from '../../core/model/telemetry.ts';
import { signalNames } from '../../core/ports/signals.ts';
import type { AnswerOf, Observed, Signal, Source, Sources } from '../../core/ports/telemetry.ts';
import type { World } from '../../local/world.ts';

/** The schema of the records within a signal's answer; a signal without a row is a type error. */
const schemas: Readonly<Record<Signal, z.ZodType>> = {
  kubernetes: KubernetesObject,
  metrics: Series,
  queries: Series,
  logs: LogRecord,
  changes: Change,
  calls: Dependency,
  alerts: FiringAlert,
  status: VendorStatus,
  traces: z.union([Span, EdgeSeries]),
  executions: WorkflowExecution,
  edge: EdgeAnswer,
  cdn: CdnTraffic,
  resources: AwsResource,
  security: SecurityFinding,
};

/** Names and kinds by which a system joins its records: a system accepts no sentence there. */
const structural =
  /^(?:kind|apiVersion|name|namespace|uid|nodeName|resourceVersion|controller|trace|span|parent|from|to|type|account|region|cluster|service|id)$/;
const isText = (key: string, value: string): boolean =>
  !structural.test(key) && !/^\d{4}-\d\d-\d\dT/.test(value) && value !== '';

/** Copies of the value with the words at the end of each text, unless the schema refuses that. */
export function withWords(value: unknown, words: string, schema: z.ZodType): unknown {
  let changed: unknown = structuredClone(value);
  for (const path of pathsIn(value)) {
    const next = replaced(changed, path, words);
    if (schema.safeParse(next).success) changed = next;
  }
  return changed;
}

type Path = readonly (string | number)[];
const maxPaths = 120;

function pathsIn(value: unknown, path: Path = []): Path[] {
  if (typeof value === 'string')
    return isText(String(path.findLast((one) => typeof one === 'string') ?? ''), value) ? [path] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value)
    .flatMap(([key, one]) => pathsIn(one, [...path, Array.isArray(value) ? Number(key) : key]))
    .slice(0, maxPaths);
}

function replaced(value: unknown, [first, ...rest]: Path, words: string): unknown {
  if (first === undefined) return `${String(value)} ${words}`;
  if (Array.isArray(value))
    return value.map((one: unknown, index) => (index === first ? replaced(one, rest, words) : one));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key, key === first ? replaced(one, rest, words) : one]),
  );
}

/** Records of one answer that are changed: the last ones of each list, and of Kubernetes the last ones of each kind. */
const most = 4;

/** The answer with the words in the records that lie anywhere in it. */
function hostile(value: unknown, words: string, schema: z.ZodType): unknown {
  if (Array.isArray(value)) {
    const isRecords = value.length > 0 && value.every((one: unknown) => schema.safeParse(one).success);
    if (!isRecords) return value.map((one: unknown) => hostile(one, words, schema));
    const kinds = Map.groupBy(value.entries(), ([, one]: [number, unknown]) => kindOf(one));
    const chosen = new Set([...kinds.values()].flatMap((those) => those.slice(-most).map(([index]) => index)));
    return value.map((one: unknown, index) => (chosen.has(index) ? withWords(one, words, schema) : one));
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, hostile(one, words, schema)]));
}
const Kinded = z.looseObject({ kind: z.string() });
const kindOf = (one: unknown): string => Kinded.safeParse(one).data?.kind ?? '';

async function* hostileLines(lines: AsyncIterable<LogRecord>, words: string): AsyncGenerator<LogRecord> {
  const last: LogRecord[] = [];
  for await (const line of lines) {
    last.push(line);
    if (last.length > most) last.shift();
    yield line;
  }
  for (const line of last) yield LogRecord.parse(withWords(line, words, LogRecord));
}

const isStream = (data: unknown): data is AsyncIterable<LogRecord> =>
  typeof data === 'object' && data !== null && Symbol.asyncIterator in data;

function planted<S extends Signal>(signal: S, source: Source<S>, words: string, onFound: () => void): Source<S> {
  return {
    async observe(scope, query): Promise<Observed<AnswerOf<S>>> {
      const observed = await source.observe(scope, query);
      if (observed.kind === 'gap') return observed;
      const { data } = observed;
      onFound();
      const changed: unknown = isStream(data) ? hostileLines(data, words) : hostile(data, words, schemas[signal]);
      // The words are only put into texts, so the form of the answer stays.
      return { ...observed, data: changed as AnswerOf<S> };
    },
  };
}

export type SignalText = `every text of ${Signal}`;
export const signalTexts: readonly SignalText[] = signalNames
  // An answer to an agent's own query has the texts of metrics.
  .filter((signal) => signal !== 'queries')
  .map((signal) => `every text of ${signal}` as const);

/** The world with the words in every text of the signal. `onFound` is called if the world has the signal. */
export function plantedTexts(world: World, source: SignalText, words: string, onFound: () => void): World {
  const sources: Sources = world.telemetry;
  const plant = <S extends Signal>(signal: S) => ({ [signal]: planted(signal, sources[signal], words, onFound) });
  const signal = signalNames.find((name) => source === `every text of ${name}`);
  return signal === undefined ? world : { ...world, telemetry: { ...world.telemetry, ...plant(signal) } };
}
