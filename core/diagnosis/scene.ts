// Holds the context in which candidates are scored, and the helpers that all signs share. It holds no weights.
import { causes } from '../causes/causes.ts';
import type { EntityRef } from '../model/entity.ts';
import type { Finding, Observation } from '../model/report.ts';
import type { CallGraph } from '../topology/call-graph.ts';
import type { BrokenSubjects } from './broken-now.ts';
import type { Candidate } from './candidates.ts';
import type { OutsideHost } from './outside.ts';
import type { Subjects } from './subjects.ts';
import type { ChangeText } from './supported.ts';

export interface ScoringContext {
  readonly candidates: readonly Candidate[];
  readonly findings: readonly Finding[];
  /** Healthy observations of the sources. */
  readonly observations: readonly Observation[];
  readonly graph: CallGraph;
  /** The same graph with calls that people taught, if they taught any that no other source knows. Taught calls count half and name their origin. */
  readonly taught?: Pick<ScoringContext, 'graph' | 'isElsewhere' | 'isLinkUnknown' | 'areCallsKnown'> & {
    readonly origins: string;
  };
  /** When the page's window of trouble begins, epoch milliseconds. */
  readonly since: number;
  /** The paged service by its name in the call graph, if known. */
  readonly paged: string | undefined;
  /** Whether an entity is unrelated to the page, as far as is known. */
  readonly isElsewhere: (entity: EntityRef) => boolean;
  /** Whether an entity is in another namespace than the page, and the calls that could lead there are not known. */
  readonly isLinkUnknown: (entity: EntityRef) => boolean;
  /** Whether the calls of the paged service are known as far as they matter; otherwise a call that nobody names may exist. */
  readonly areCallsKnown: boolean;
  /** Whether an entity is in another cluster than the one that the page names. */
  readonly isInOtherCluster: (entity: EntityRef) => boolean;
  readonly subjects: Subjects;
  /** Which subjects are broken now, and which only complain in their logs. */
  readonly brokenSubjects: BrokenSubjects;
  /** The names of the nodes on which a subject runs, as far as a report tells them. */
  readonly nodesOf: (subject: string) => ReadonlySet<string>;
  /** The digests of the images that a subject's pods run; empty if they are not known. */
  readonly imagesOf: (subject: string) => ReadonlySet<string>;
  readonly outsideHost: OutsideHost;
  /** The text of a finding's evidence. */
  readonly excerptsOf: (finding: Finding) => string;
  /** By change id. */
  readonly changes: ReadonlyMap<string, ChangeText>;
}

/** A reason for or against a candidate: what it adds to the natural log odds, and its text for people. */
export interface Sign {
  readonly weight: number;
  readonly text: string;
}

export const minute = 60_000;
export const minutesOf = (ms: number): string => `${Math.max(1, Math.round(ms / minute))} min`;

/** Findings of observed problems: symptoms and causes, not changes or context. */
export const observed = (findings: readonly Finding[]): readonly Finding[] =>
  findings.filter(({ role }) => role === 'symptom' || role === 'cause');

/** Masked error texts of observed problems, without duplicates. */
export const templatesOf = (findings: readonly Finding[]): readonly string[] => [
  ...new Set(observed(findings).flatMap(({ errorTemplate }) => errorTemplate ?? [])),
];

/** The earliest onset, epoch milliseconds; undefined if there is none. */
export const earliestOf = (findings: readonly Finding[]): number | undefined => {
  const onsets = findings.flatMap(({ onset }) => (onset ? [Date.parse(onset)] : []));
  return onsets.length > 0 ? Math.min(...onsets) : undefined;
};

/**
 * How much later than its effects a candidate can be dated, milliseconds. The first line that names a fault comes minutes after the first request that
 * fails, because not every request fails and not every line is written or kept.
 */
export const slackOf = ({ cause, findings }: Candidate): number =>
  (causes[cause].onset !== 'timely' || findings.every(({ specialist }) => specialist === 'logs') ? 5 : 2) * minute;

/** Causes that metrics infer from what nothing else measured explains. */
const inferred: ReadonlySet<Candidate['cause']> = new Set(['slow-itself', 'application-errors']);

export const isInferred = ({ cause, findings }: Candidate): boolean =>
  inferred.has(cause) && findings.every(({ specialist }) => specialist === 'metrics');

/** The host outside for which the candidate waits, as its own log says. */
export const outsideHostOf = (
  { cause, findings }: Candidate,
  { outsideHost }: Pick<ScoringContext, 'outsideHost'>,
): string | undefined =>
  cause === 'dependency-unavailable' ? findings.flatMap((finding) => outsideHost(finding) ?? []).at(0) : undefined;

/** A failed Job: an event, not a state that heals when its reason is gone. */
export const isRun = ({ cause }: Candidate): boolean => causes[cause].kind === 'run';
