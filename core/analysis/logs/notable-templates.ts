// Selects informative templates: errors that are new or much more frequent than before, the most important first, and errors that stopped. The logs
// specialist turns them into findings.
import type { Level } from './formats.ts';
import { describesFailure, severityOf } from './severity.ts';
import { type Signature, signatureOf } from './signatures.ts';
import type { Template } from './templates.ts';

/** The part of an event kept as a sample. */
export interface Sample {
  readonly text: string;
  readonly detail: string;
  readonly level: Level | undefined;
}

export interface NotableTemplate {
  readonly template: Template<Sample>;
  /** `unseen-before`: there is no baseline to compare with. */
  readonly kind: 'new' | 'surging' | 'unseen-before';
  readonly level: Level;
  readonly signature: Signature | undefined;
  /** 0 to 1; how important this line is for a person to read. */
  readonly weight: number;
  /** `startup`: it came only while its writers started, and they went on. `over`: it ended long before its writer's last line. */
  readonly noise: 'startup' | 'over' | undefined;
  /** It is among the last lines of a writer that ended. */
  readonly atEnd: boolean;
}

/** Time covered by the lines read, in milliseconds. */
export interface Coverage {
  readonly baselineMs: number;
  readonly incidentMs: number;
  /** Time of the last line of all, epoch milliseconds. */
  readonly lastMs: number;
  /** Times of each group's first and last line in the incident window, epoch milliseconds. */
  readonly groupTimes: ReadonlyMap<string, { readonly firstMs: number; readonly lastMs: number }>;
  /** Groups that wrote lines in the baseline. */
  readonly wroteBefore: ReadonlySet<string>;
}

/** A template surges if it is this many times as frequent as before and exceeds chance (three standard deviations of a Poisson count). */
const surge = 3;
/** A baseline shorter than this is too short to compare with. */
const leastBaselineMs = 60_000;
const startupMs = 10_000;
/** A writer that is silent this long before the last line of all has ended. */
const silenceMs = 60_000;
/** An error is over after this many of its usual pauses, and at least this long, if it was repeated. */
const pauses = 10;
const overMs = 5 * 60_000;
const leastRepeats = 3;
/** From this confidence, a wording makes a line an error whatever its level. */
const surely = 0.65;
/** Words of a line that reports the end of a failure. */
const over =
  /\b(?:recover(?:ed|y)|resolved|no longer|succeeded|successful(?:ly)?|cleared|back to normal|reconnected|restored|(?:after|in) \d+ (?:retries|attempts))\b/i;

/** Most informative first. `endsMatter` selects groups whose last lines say why they ended: the pods of a failed Job. */
export function notableTemplates(
  templates: readonly Template<Sample>[],
  coverage: Coverage,
  endsMatter: (group: string) => boolean,
): NotableTemplate[] {
  const notable = templates.flatMap((template) => notableOf(template, coverage, endsMatter) ?? []);
  // Where every error is over, the incident may be over, too.
  const goesOn = notable.some(({ level, noise }) => level === 'error' && noise === undefined);
  return (goesOn ? notable : notable.map((one) => (one.noise === 'over' ? { ...one, noise: undefined } : one))).sort(
    (a, b) =>
      b.weight - a.weight || a.template.firstMs - b.template.firstMs || a.template.text.localeCompare(b.template.text),
  );
}

/** Sources of one kind of error that come before further sources of the same kind. */
const maxAlike = 2;

/**
 * Picks the `most` templates with the most variety: one template for each source, cause and blamed side comes before further templates of the same
 * three. A server's refusal is not the client's timeout that follows from it.
 */
export function variousOf(notable: readonly NotableTemplate[], most: number): NotableTemplate[] {
  const [kinds, kept] = [new Map<string, number>(), new Set<string>()];
  const [distinct, first, again] = [[], [], []] as [NotableTemplate[], NotableTemplate[], NotableTemplate[]];
  for (const one of notable) {
    const what = `${one.template.group}\u0000${one.signature?.cause ?? ''}\u0000${one.signature?.about ?? ''}`;
    const kind = `${one.signature?.cause ?? one.template.text}`;
    const alike = kinds.get(kind) ?? 0;
    // The same kind of error in many services must not hide the other kinds.
    (kept.has(what) ? again : alike < maxAlike ? distinct : first).push(one);
    kinds.set(kind, alike + 1);
    kept.add(what);
  }
  const chosen = new Set([...distinct, ...first, ...again].slice(0, most));
  return notable.filter((one) => chosen.has(one));
}

function notableOf(
  template: Template<Sample>,
  coverage: Coverage,
  endsMatter: (group: string) => boolean,
): NotableTemplate | undefined {
  const [sample] = template.samples;
  if (template.count === 0 || !sample) return undefined;
  const stated = levelOf(template, sample);
  const words = signatureOf(sample.text);
  // Programs log failures at any level. A known wording of a failure counts as an error, unless the line says that it is over.
  const level = words && words.confidence >= surely && !over.test(sample.text) ? 'error' : stated;
  if (level === 'info') return undefined;
  const signature = words;
  const kind = kindOf(template, coverage);
  if (!kind) return undefined;
  const times = coverage.groupTimes.get(template.group);
  const often = Math.min(1, Math.log10(template.count + 1) / 3);
  const atStart =
    times !== undefined && template.lastMs - times.firstMs < startupMs && times.lastMs - times.firstMs > startupMs;
  const ended = times !== undefined && (endsMatter(template.group) || coverage.lastMs - times.lastMs > silenceMs);
  const atEnd = times !== undefined && times.lastMs - template.lastMs < startupMs && ended;
  const noise = ended ? undefined : noiseIn(template, times);
  const grave = level === 'error' ? 1 : describesFailure(sample.text) ? 0.8 : 0.55;
  const weight =
    grave *
    (kind === 'new' ? 1 : 0.85) *
    // If a program logs a line once at start and keeps running, the line is normal startup output.
    (atStart && kind === 'unseen-before' && !signature ? 0.5 : 1) *
    (noise ? 0.5 : 1) *
    (0.4 + 0.3 * often + (signature ? 0.2 : 0) + (atEnd ? 0.1 : 0));
  return { template, kind, level, signature, weight, noise, atEnd };
}

function noiseIn(template: Template<Sample>, times: { readonly lastMs: number } | undefined): NotableTemplate['noise'] {
  if (template.startups === template.count) return 'startup';
  return isOver(template, times) ? 'over' : undefined;
}

/** Whether a repeated error stopped while its writer went on for much longer than the pauses between its occurrences. */
function isOver({ count, firstMs, lastMs }: Template<Sample>, times: { readonly lastMs: number } | undefined): boolean {
  if (times === undefined || count < leastRepeats) return false;
  return times.lastMs - lastMs > Math.max(overMs, (pauses * (lastMs - firstMs)) / (count - 1));
}

/** The most severe level of its messages, if they were gathered. */
function levelOf({ occurrences }: Template<Sample>, sample: Sample): Level {
  if (occurrences.error) return 'error';
  return occurrences.warn ? 'warn' : severityOf(sample.text, sample.level);
}

/** New or surging templates that are not errors by their level but may say what failed. */
export const besideErrors = (templates: readonly Template<Sample>[], coverage: Coverage): Template<Sample>[] =>
  templates.filter(
    (one) => one.occurrences.beside !== undefined && one.count > 0 && kindOf(one, coverage) !== undefined,
  );

function kindOf(
  { count, baselineCount }: Template<Sample>,
  { baselineMs, incidentMs }: Coverage,
): NotableTemplate['kind'] | undefined {
  if (baselineMs < leastBaselineMs) return 'unseen-before';
  // An error so rare that none was due in the baseline may have been there before.
  if (baselineCount === 0) return (count / incidentMs) * baselineMs >= 1 ? 'new' : 'unseen-before';
  const expected = (baselineCount / baselineMs) * incidentMs;
  return count >= Math.max(3, expected * surge, expected + 3 * Math.sqrt(expected)) ? 'surging' : undefined;
}

/** Baseline errors that did not recur although at least five were due. */
export function vanished(
  templates: readonly Template<Sample>[],
  { baselineMs, incidentMs }: Coverage,
): Template<Sample>[] {
  if (baselineMs < leastBaselineMs) return [];
  return templates
    .filter(({ count, baselineCount, samples: [sample] }) => {
      const due = (baselineCount / baselineMs) * incidentMs;
      return count === 0 && due >= 5 && sample !== undefined && severityOf(sample.text, sample.level) === 'error';
    })
    .sort((a, b) => b.baselineCount - a.baselineCount);
}

/** Occurrences that must be due for a missing line to mean something. */
const leastDue = 10;

/** Ordinary lines that a writer wrote steadily before and writes no more, while it still writes others. The most frequent first. */
export function stoppedLines(
  templates: readonly Template<Sample>[],
  { baselineMs, incidentMs, groupTimes }: Coverage,
): Template<Sample>[] {
  if (baselineMs < leastBaselineMs) return [];
  return templates
    .filter(({ group, count, baselineCount, samples: [sample] }) => {
      const due = (baselineCount / baselineMs) * incidentMs;
      const ordinary = sample !== undefined && severityOf(sample.text, sample.level) === 'info';
      return count === 0 && due >= leastDue && ordinary && groupTimes.has(group);
    })
    .sort((a, b) => b.baselineCount - a.baselineCount);
}
