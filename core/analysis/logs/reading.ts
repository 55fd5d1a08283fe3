// Reads the records of an incident in one pass: it assembles lines into events, groups events into templates with counts before and during the
// incident, and follows the states of system units. Memory is bounded, whatever the number of lines.

import { Occurrences } from '../../fingerprint/identity.ts';
import type { EntityRef } from '../../model/entity.ts';
import type { LogRecord } from '../../model/telemetry.ts';
import { ownerOf } from '../../topology/owner.ts';
import { type ReportedChange, reportsChange } from './changes.ts';
import { EventAssembler, type LogEvent } from './events.ts';
import type { Level } from './formats.ts';
import { ErrorTraces, type LinkedErrors, traceIdOf } from './linked-errors.ts';
import { labelsOfObject } from './named-objects.ts';
import type { Coverage, Sample } from './notable-templates.ts';
import { LineMeasurements, type LineSeries } from './series.ts';
import { isPossibleFailure, severityOf } from './severity.ts';
import { type Source, sourceOf } from './sources.ts';
import { type Part, type Template, TemplateMiner } from './templates.ts';
import { type StoppedUnit, UnitStates } from './units.ts';

/** Epoch milliseconds. Time between the baseline's end and the incident's start counts for neither period. */
export interface Periods {
  readonly baselineStart: number;
  readonly baselineEnd: number;
  readonly incidentStart: number;
  readonly incidentEnd: number;
}

export interface Reading {
  readonly lines: number;
  /** UTF-16 units of message text. */
  readonly characters: number;
  readonly templates: readonly Template<Sample>[];
  readonly forgotten: number;
  readonly coverage: Coverage;
  readonly stoppedUnits: readonly StoppedUnit[];
  /** Groups with incident lines that were not read. */
  readonly cut: ReadonlySet<string>;
  readonly series: readonly LineSeries[];
  /** Changes that programs report in their logs, oldest first. */
  readonly changes: readonly ReportedChange[];
  /** Errors of several groups that share trace ids. */
  readonly linked: LinkedErrors;
  /** The last lines of the group's writer that wrote last. */
  tailOf(group: string): readonly string[];
  sourceOf(group: string): Source | undefined;
}

/** One stream of lines: a pod, or a service without pods. */
interface Writer {
  readonly source: Source;
  firstMs: number;
  lastMs: number;
  /** The latest lines. */
  readonly recent: string[];
  /** Reported changes that still take the lines after them. */
  readonly open: { after: string[] }[];
}

export class LogReader {
  readonly #assembler = new EventAssembler();
  readonly #miner = new TemplateMiner<Sample>();
  readonly #units = new UnitStates();
  readonly #sources = new Map<string, Source>();
  readonly #writers = new Map<string, Writer>();
  readonly #measurements = new LineMeasurements();
  readonly #traces = new ErrorTraces();
  readonly #changes: (ReportedChange & { after: string[] })[] = [];
  readonly #heard = new Map<string, { firstMs: number; lastMs: number }>();
  readonly #wroteBefore = new Set<string>();
  readonly #cut = new Set<string>();
  readonly #periods: Periods;
  readonly #workload: EntityRef | undefined;
  #told = 0;
  #lines = 0;
  #characters = 0;
  #firstMs = Number.POSITIVE_INFINITY;
  #lastMs = Number.NEGATIVE_INFINITY;

  constructor(periods: Periods, workload: EntityRef | undefined) {
    this.#periods = periods;
    this.#workload = workload;
  }

  get characters(): number {
    return this.#characters;
  }

  push(record: LogRecord): void {
    this.#lines += 1;
    this.#characters += record.message.length;
    this.#units.push(record);
    if (record.cut && Date.parse(record.timestamp) > this.#periods.incidentStart)
      this.#cut.add(this.#writer(record.labels).source.key);
    for (const event of this.#assembler.push(record)) this.#take(event);
  }

  finish(): Reading {
    for (const event of this.#assembler.flush()) this.#take(event);
    const { baselineStart, baselineEnd, incidentStart, incidentEnd } = this.#periods;
    const from = Math.max(this.#firstMs, baselineStart);
    const length = (start: number, end: number) => Math.max(0, end - start);
    return {
      lines: this.#lines,
      characters: this.#characters,
      templates: this.#miner.templates(),
      forgotten: this.#miner.forgotten,
      coverage: {
        baselineMs: length(from, baselineEnd),
        incidentMs: Math.max(60_000, length(Math.max(from, incidentStart), Math.min(this.#lastMs, incidentEnd))),
        lastMs: this.#lastMs,
        groupTimes: this.#heard,
        wroteBefore: this.#wroteBefore,
      },
      stoppedUnits: this.#units.stopped(),
      cut: this.#cut,
      series: this.#measurements.series(),
      changes: this.#changes.toSorted((a, b) => a.atMs - b.atMs),
      linked: this.#traces.linked(),
      tailOf: (group) => this.#tailOf(group),
      sourceOf: (group) => this.#sources.get(group),
    };
  }

  #take({ labels, text, detail, whole, level, atMs, fields }: LogEvent): void {
    const { baselineEnd, incidentStart, incidentEnd } = this.#periods;
    const inBaseline = atMs < baselineEnd;
    if (!inBaseline && (atMs < incidentStart || atMs > incidentEnd)) return;
    this.#firstMs = Math.min(this.#firstMs, atMs);
    this.#lastMs = Math.max(this.#lastMs, atMs);
    const writer = this.#writer(labelsOfObject(labels, text));
    const { key, entity } = writer.source;
    if (inBaseline) this.#wroteBefore.add(key);
    else this.#hear(key, atMs);
    const gathered = this.#miner.add(key, text, { text, detail, level }, atMs, inBaseline);
    this.#measurements.push(key, text, fields, atMs);
    const startupAgo = atMs - Math.min(writer.firstMs, atMs);
    this.#follow(writer, key, text, atMs, !inBaseline && gathered.count === 1);
    const part = inBaseline ? undefined : partOf(text, level, whole);
    if (part === undefined) return;
    const trace = part === 'error' ? traceIdOf(labels, fields, detail) : undefined;
    if (trace !== undefined) this.#traces.push(key, trace, atMs, text);
    // The first line of a recording is not the start of its writer.
    if (startupAgo < startupMs && writer.firstMs > this.#firstMs + recordingStartMs)
      gathered.startups = (gathered.startups ?? 0) + 1;
    gathered.occurrences[part] ??= new Occurrences();
    const occurrences = gathered.occurrences[part];
    if (whole === undefined || this.#told >= maxErrors) occurrences.incomplete();
    else if (occurrences.add(whole, { workloads: this.#workloadsOf(entity), headline: text })) this.#told += 1;
  }

  /** Names of the workloads whose pods and Jobs this writer's lines may mention. */
  #workloadsOf(writer: EntityRef): readonly string[] {
    return [writer, this.#workload]
      .flatMap((entity) => (entity === undefined ? [] : [entity.name, ownerOf(entity).name]))
      .filter((name, place, all) => all.indexOf(name) === place);
  }

  #hear(key: string, atMs: number): void {
    const times = this.#heard.get(key);
    if (!times) this.#heard.set(key, { firstMs: atMs, lastMs: atMs });
    else {
      times.firstMs = Math.min(times.firstMs, atMs);
      times.lastMs = Math.max(times.lastMs, atMs);
    }
  }

  /** Keeps the writer's latest lines, and reported changes with the lines after them. */
  #follow(writer: Writer, group: string, text: string, atMs: number, isFirst: boolean): void {
    writer.firstMs = Math.min(writer.firstMs, atMs);
    writer.lastMs = Math.max(writer.lastMs, atMs);
    writer.recent.push(text);
    if (writer.recent.length > maxRecent) writer.recent.shift();
    for (const change of writer.open) change.after.push(text.slice(0, maxChangeText));
    while (writer.open[0] && writer.open[0].after.length >= maxAfter) writer.open.shift();
    if (!isFirst || this.#changes.length >= maxChanges || !reportsChange(text)) return;
    const change = { group, text: text.slice(0, maxChangeText), atMs, after: [] };
    this.#changes.push(change);
    writer.open.push(change);
  }

  #tailOf(group: string): readonly string[] {
    const own = [...this.#writers.values()].filter(({ source }) => source.key === group);
    return own.toSorted((a, b) => b.lastMs - a.lastMs)[0]?.recent ?? [];
  }

  #writer(labels: LogRecord['labels']): Writer {
    const { cluster = '', namespace = '', service = '', pod = '', node = '', unit = '' } = labels;
    const known = this.#writers.get(`${cluster}/${namespace}/${service}/${pod}/${node}/${unit}`);
    if (known) return known;
    const source = sourceOf(labels, this.#workload);
    const writer: Writer = {
      source,
      firstMs: Number.POSITIVE_INFINITY,
      lastMs: Number.NEGATIVE_INFINITY,
      recent: [],
      open: [],
    };
    if (this.#writers.size >= maxWriters) this.#writers.clear();
    this.#writers.set(`${cluster}/${namespace}/${service}/${pod}/${node}/${unit}`, writer);
    this.#sources.set(source.key, source);
    return writer;
  }
}

function partOf(text: string, level: Level | undefined, whole: string | undefined): Part | undefined {
  const severity = severityOf(text, level);
  if (severity !== 'info') return severity;
  return isPossibleFailure(text, level, whole) ? 'beside' : undefined;
}

/** Number of distinct error messages to keep, at about a tenth of a millisecond each. Beyond it, the set of distinct errors is marked incomplete. */
const maxErrors = 5000;
/** Number of writers to follow. Pod names change often; their owners are few. */
const maxWriters = 10_000;
const maxRecent = 10;
const maxAfter = 12;
const maxChanges = 200;
const maxChangeText = 300;
/** Milliseconds after a writer's first line that count as its start. */
const startupMs = 10_000;
/** A writer that is there this long after the first line of all began within the recording. */
const recordingStartMs = 60_000;
