// Reads the records of an incident in one pass: it assembles lines into events, groups events into templates with counts before and during the
// incident, and follows the states of system units. Memory is bounded, whatever the number of lines.

import { Occurrences } from '../../fingerprint/identity.ts';
import type { EntityRef } from '../../model/entity.ts';
import type { LogRecord } from '../../model/telemetry.ts';
import { ownerOf } from '../../topology/owner.ts';
import { EventAssembler, type LogEvent } from './events.ts';
import type { Level } from './formats.ts';
import { labelsOfObject } from './named-objects.ts';
import { isPossibleFailure, severityOf } from './severity.ts';
import { type Source, sourceOf } from './sources.ts';
import type { Coverage, Sample } from './telling.ts';
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
  sourceOf(group: string): Source | undefined;
}

export class LogReader {
  readonly #assembler = new EventAssembler();
  readonly #miner = new TemplateMiner<Sample>();
  readonly #units = new UnitStates();
  readonly #sources = new Map<string, Source>();
  readonly #sourceOfLabels = new Map<string, Source>();
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
      this.#cut.add(this.#source(record.labels).key);
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
        groupTimes: this.#heard,
        wroteBefore: this.#wroteBefore,
      },
      stoppedUnits: this.#units.stopped(),
      cut: this.#cut,
      sourceOf: (group) => this.#sources.get(group),
    };
  }

  #take({ labels, text, detail, whole, level, atMs }: LogEvent): void {
    const { baselineEnd, incidentStart, incidentEnd } = this.#periods;
    const inBaseline = atMs < baselineEnd;
    if (!inBaseline && (atMs < incidentStart || atMs > incidentEnd)) return;
    this.#firstMs = Math.min(this.#firstMs, atMs);
    this.#lastMs = Math.max(this.#lastMs, atMs);
    const { key, entity } = this.#source(labelsOfObject(labels, text));
    if (inBaseline) this.#wroteBefore.add(key);
    else this.#hear(key, atMs);
    const gathered = this.#miner.add(key, text, { text, detail, level }, atMs, inBaseline);
    const part = inBaseline ? undefined : partOf(text, level, whole);
    if (part === undefined) return;
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

  #source(labels: LogRecord['labels']): Source {
    const { cluster = '', namespace = '', service = '', pod = '', node = '', unit = '' } = labels;
    const known = this.#sourceOfLabels.get(`${cluster}/${namespace}/${service}/${pod}/${node}/${unit}`);
    if (known) return known;
    const source = sourceOf(labels, this.#workload);
    if (this.#sourceOfLabels.size >= maxSources) this.#sourceOfLabels.clear();
    this.#sourceOfLabels.set(`${cluster}/${namespace}/${service}/${pod}/${node}/${unit}`, source);
    this.#sources.set(source.key, source);
    return source;
  }
}

function partOf(text: string, level: Level | undefined, whole: string | undefined): Part | undefined {
  const severity = severityOf(text, level);
  if (severity !== 'info') return severity;
  return isPossibleFailure(text, level, whole) ? 'beside' : undefined;
}

/** Number of distinct error messages to keep, at about a tenth of a millisecond each. Beyond it, the set of distinct errors is marked incomplete. */
const maxErrors = 5000;
/** Size of the label cache. Pod names change often; their owners are few. */
const maxSources = 10_000;
