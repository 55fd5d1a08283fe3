// Evidence as the console shows it: a line in a list, and the whole record when it is opened.
import { chartOfRecord, type EvidenceChart } from '../charts/evidence.ts';
import type { Diagnosis } from '../model/diagnosis.ts';
import type { Incident } from '../model/incident.ts';
import type { Evidence } from '../model/report.ts';
import type { TimelineEntry } from '../model/timeline.ts';
import { isDraftName } from '../record/draft-name.ts';
import { excerptSummary } from '../record/evidence/name.ts';

export interface EvidenceView {
  readonly evidence: Evidence;
  /** The whole record. */
  readonly full: unknown;
  /** Only if the record is a metric. */
  readonly chart?: EvidenceChart | undefined;
}

export function evidenceView(evidence: Evidence, full: unknown): EvidenceView {
  const chart = chartOfRecord(full);
  return { evidence, full, ...(chart === undefined ? {} : { chart }) };
}

export interface EvidenceLine {
  readonly id: string;
  readonly source: string;
  readonly query: string;
  /** The first lines of the excerpt. */
  readonly summary: string;
}

export interface Link {
  readonly name: string;
  readonly href: string;
}

/** A section of a runbook or of an earlier postmortem. */
export interface Runbook {
  readonly evidenceId: string;
  readonly kind: 'runbook' | 'postmortem';
  readonly title: string;
  readonly text: string;
}

export interface EvidenceIndex {
  readonly evidence: readonly EvidenceLine[];
  readonly runbooks: readonly Runbook[];
  readonly links: readonly Link[];
}

const maxIndexed = 120;
const maxLinks = 8;
const maxRunbooks = 3;

/** The ids that the page cites: first those of the hypotheses. */
export const citedEvidence = (
  diagnosis: Pick<Diagnosis, 'hypotheses'> | undefined,
  timeline: readonly Pick<TimelineEntry, 'evidenceIds'>[],
): readonly string[] =>
  [
    ...new Set([
      ...(diagnosis?.hypotheses ?? []).flatMap(({ evidenceIds }) => evidenceIds),
      ...timeline.flatMap(({ evidenceIds }) => evidenceIds),
    ]),
  ].slice(0, maxIndexed);

export const evidenceIndex = (
  { trigger }: Pick<Incident, 'trigger'>,
  evidence: readonly Evidence[],
): EvidenceIndex => ({
  evidence: evidence.map((one) => ({
    id: one.id,
    source: one.source,
    query: one.query,
    summary: excerptSummary(one),
  })),
  runbooks: evidence
    .filter(({ source }) => source === 'knowledge')
    .map(runbookOf)
    .toSorted((a, b) => Number(a.kind === 'postmortem') - Number(b.kind === 'postmortem'))
    .slice(0, maxRunbooks),
  links: linksOf(trigger, evidence),
});

/** The first line of the excerpt names the document and its section. */
function runbookOf({ id, excerpt }: Evidence): Runbook {
  const [title = '', ...lines] = excerpt.split('\n');
  const kind = isDraftName(title) ? 'postmortem' : 'runbook';
  return { evidenceId: id, kind, title, text: lines.join('\n').trim() };
}

/** Links of the page and its alert, then those of the evidence; each address once, http and https only. */
function linksOf({ link, details }: Incident['trigger'], evidence: readonly Evidence[]): Link[] {
  const all = [
    ...(link === undefined ? [] : [{ name: 'PagerDuty', href: link }]),
    ...Object.entries(details).map(([key, href]) => ({ name: linkName(key), href })),
    ...evidence.flatMap(({ source, link: href }) => (href === undefined ? [] : [{ name: source, href }])),
  ].filter(({ href }) => /^https?:\/\/\S+$/.test(href));
  return [...new Map(all.map((one) => [one.href, one])).values()].slice(0, maxLinks);
}

/** "annotations.runbook_url" is "runbook". */
const linkName = (key: string): string =>
  (key.split('.').at(-1) ?? key)
    .replace(/[_-]?ur[li]$/i, '')
    .replaceAll(/[_-]+/g, ' ')
    .trim() || 'link';
