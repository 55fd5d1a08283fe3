// Which templates tell something: errors that are new or come much more often than before, the one to read first; and errors that stopped.
// What a finding makes of them is the specialist's.
import type { Level } from './formats.ts';
import { severityOf, speaksOfFailure } from './severity.ts';
import { type Signature, signatureOf } from './signatures.ts';
import type { Template } from './templates.ts';

/** What is kept of an event as a sample. */
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
  /** 0 to 1; how much a person should read this line. */
  readonly weight: number;
}

/** What was read, epoch milliseconds. */
export interface Coverage {
  readonly baselineMs: number;
  readonly incidentMs: number;
  /** When each group was first and last heard in the incident window. */
  readonly heard: ReadonlyMap<string, { readonly firstMs: number; readonly lastMs: number }>;
}

/** A template surges when it comes this many times as often as before, and more often than chance does (three standard deviations of a Poisson count). */
const surge = 3;
/** Less than this was read before: nothing to compare with. */
const leastBaselineMs = 60_000;
const startupMs = 10_000;

/** Most telling first. `endsMatter` are groups whose last words say why they ended: the pods of a failed Job. */
export function notableTemplates(
  templates: readonly Template<Sample>[],
  coverage: Coverage,
  endsMatter: (group: string) => boolean,
): NotableTemplate[] {
  return templates
    .flatMap((template) => tellingOf(template, coverage, endsMatter) ?? [])
    .sort(
      (a, b) =>
        b.weight - a.weight ||
        a.template.firstMs - b.template.firstMs ||
        a.template.text.localeCompare(b.template.text),
    );
}

/** The `most` that say most together: what each source says once of each cause comes before what else it says of it. */
export function variousOf(telling: readonly NotableTemplate[], most: number): NotableTemplate[] {
  const said = new Set<string>();
  const [first, again] = [[], []] as [NotableTemplate[], NotableTemplate[]];
  for (const one of telling) {
    const what = `${one.template.group}\u0000${one.signature?.cause ?? ''}`;
    (said.has(what) ? again : first).push(one);
    said.add(what);
  }
  const chosen = new Set([...first, ...again].slice(0, most));
  return telling.filter((one) => chosen.has(one));
}

function tellingOf(
  template: Template<Sample>,
  coverage: Coverage,
  endsMatter: (group: string) => boolean,
): NotableTemplate | undefined {
  const [sample] = template.samples;
  if (template.count === 0 || !sample) return undefined;
  const level = levelOf(template, sample);
  const signature = level === 'info' ? undefined : signatureOf(sample.text);
  if (level === 'info') return undefined;
  const kind = kindOf(template, coverage);
  if (!kind) return undefined;
  const heard = coverage.heard.get(template.group);
  const often = Math.min(1, Math.log10(template.count + 1) / 3);
  const atStart =
    heard !== undefined && template.lastMs - heard.firstMs < startupMs && heard.lastMs - heard.firstMs > startupMs;
  const atEnd = heard !== undefined && heard.lastMs - template.lastMs < startupMs && endsMatter(template.group);
  const grave = level === 'error' ? 1 : speaksOfFailure(sample.text) ? 0.8 : 0.55;
  const weight =
    grave *
    (kind === 'new' ? 1 : 0.85) *
    // What is said once while starting, by programs that then go on, is how they start.
    (atStart && kind === 'unseen-before' && !signature ? 0.5 : 1) *
    (0.4 + 0.3 * often + (signature ? 0.2 : 0) + (atEnd ? 0.1 : 0));
  return { template, kind, level, signature, weight };
}

/** The worst of its messages, where they were gathered. */
function levelOf({ occurrences }: Template<Sample>, sample: Sample): Level {
  if (occurrences.error) return 'error';
  return occurrences.warn ? 'warn' : severityOf(sample.text, sample.level);
}

/** New or more frequent lines of the writer that are no errors by their level, and may say what failed. */
export const besideErrors = (templates: readonly Template<Sample>[], coverage: Coverage): Template<Sample>[] =>
  templates.filter(
    (one) => one.occurrences.beside !== undefined && one.count > 0 && kindOf(one, coverage) !== undefined,
  );

function kindOf(
  { count, baselineCount }: Template<Sample>,
  { baselineMs, incidentMs }: Coverage,
): NotableTemplate['kind'] | undefined {
  if (baselineMs < leastBaselineMs) return 'unseen-before';
  if (baselineCount === 0) return 'new';
  const expected = (baselineCount / baselineMs) * incidentMs;
  return count >= Math.max(3, expected * surge, expected + 3 * Math.sqrt(expected)) ? 'surging' : undefined;
}

/** Errors of the baseline that did not come again although some were due: at least five. */
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
