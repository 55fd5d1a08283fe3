// What candidates are judged against, and what is common to the judging. No weights here.
import { causes } from '../causes/causes.ts';
import type { EntityRef } from '../model/entity.ts';
import type { Finding, Observation } from '../model/report.ts';
import type { CallGraph } from '../topology/call-graph.ts';
import type { Candidate } from './candidates.ts';
import type { Subjects } from './subjects.ts';

export interface ScoringContext {
  readonly candidates: readonly Candidate[];
  readonly findings: readonly Finding[];
  /** What sources see to be well. */
  readonly observations: readonly Observation[];
  readonly graph: CallGraph;
  /** The same with the calls that people taught, where they taught any that nothing else knows: counts half, and says whose word it is. */
  readonly taught?: Pick<ScoringContext, 'graph' | 'isElsewhere'> & { readonly origins: string };
  /** The paged service in the call graph's name, where known. */
  readonly paged: string | undefined;
  /** Whether an entity has nothing to do with the page, as far as is known. */
  readonly isElsewhere: (entity: EntityRef) => boolean;
  readonly subjects: Subjects;
  /** What was read, as text, of the evidence of a finding. */
  readonly excerptsOf: (finding: Finding) => string;
  /** Title, files and diff, by change id. */
  readonly changes: ReadonlyMap<string, string>;
}

/** A reason for or against a candidate: what it adds to the natural log odds, and in words that people read. */
export interface Sign {
  readonly weight: number;
  readonly text: string;
}

export const minute = 60_000;
export const minutesOf = (ms: number): string => `${Math.max(1, Math.round(ms / minute))} min`;

/** Findings that say what is seen to be wrong: neither changes nor background. */
export const observed = (findings: readonly Finding[]): readonly Finding[] =>
  findings.filter(({ role }) => role === 'symptom' || role === 'cause');

/** Masked error texts of what is seen to be wrong, each once. */
export const templatesOf = (findings: readonly Finding[]): readonly string[] => [
  ...new Set(observed(findings).flatMap(({ errorTemplate }) => errorTemplate ?? [])),
];

/** Epoch milliseconds. */
export const earliestOf = (findings: readonly Finding[]): number | undefined => {
  const onsets = findings.flatMap(({ onset }) => (onset ? [Date.parse(onset)] : []));
  return onsets.length > 0 ? Math.min(...onsets) : undefined;
};

/** A Job that ended badly: an event, not a state that heals when its reason is gone. */
export const isRun = ({ cause }: Candidate): boolean => causes[cause].kind === 'run';
