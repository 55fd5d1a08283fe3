// Scores a candidate. Signs are weights of evidence that add up as natural log odds (I. J. Good, Probability and the Weighing of Evidence, 1950).
// Specialists count as independent witnesses (noisy-or: Pearl, 1988). This file has the signs of the findings themselves; signs/ has those of time,
// the call graph and changes.

import type { Depth } from '../causes/cause.ts';
import { causes, isChange } from '../causes/causes.ts';
import type { Finding, Severity } from '../model/report.ts';
import { formatList } from '../wording.ts';
import { restsOnWeakFindings } from './broken-now.ts';
import type { Candidate } from './candidates.ts';
import { isInferred, outsideHostOf, type ScoringContext, type Sign } from './scene.ts';
import { signsOfChange } from './signs/change.ts';
import {
  signsOfCallees,
  signsOfCloseness,
  signsOfCoverage,
  signsOfMeasure,
  signsOfOnlyFault,
  signsOfOrigin,
  signsOfReach,
} from './signs/graph.ts';
import { signsOfAge, signsOfOnset } from './signs/onset.ts';
import { refutationOf } from './signs/ruled-out.ts';
import { signsOfVendor } from './signs/vendor.ts';

/** Highest log odds of a refuted candidate: too low for an answer or for explaining other candidates. */
const maxRuledOut = -1.5;

export interface Scored {
  readonly candidate: Candidate;
  readonly signs: readonly Sign[];
  /** Natural log odds. */
  readonly logOdds: number;
  /** The observation that refutes the candidate; undefined if none does. */
  readonly ruledOut: string | undefined;
}

export function score(candidate: Candidate, { taught, ...scene }: ScoringContext): Scored {
  const observed = signsOf(candidate, scene);
  const signs = taught ? halfway(observed, signsOf(candidate, { ...scene, ...taught }), taught.origins) : observed;
  const logOdds = signs.reduce((sum, sign) => sum + sign.weight, 0);
  const ruledOut = refutationOf(candidate, scene);
  return { candidate, signs, logOdds: ruledOut === undefined ? logOdds : Math.min(logOdds, maxRuledOut), ruledOut };
}

/** A taught call moves the odds half as far as an observed call. */
function halfway(observed: readonly Sign[], withTaught: readonly Sign[], origins: string): Sign[] {
  const weightIn = (signs: readonly Sign[], text: string) => signs.find((sign) => sign.text === text)?.weight;
  return [
    ...observed.map(({ text, weight }) => ({ text, weight: (weight + (weightIn(withTaught, text) ?? 0)) / 2 })),
    ...withTaught
      .filter(({ text }) => weightIn(observed, text) === undefined)
      .map(({ text, weight }) => ({ text: `${text} (${origins})`, weight: weight / 2 })),
  ];
}

function signsOf(candidate: Candidate, scene: ScoringContext): Sign[] {
  return [
    ...signsOfWitnesses(candidate),
    // The changes specialist located and dated the change; this weighs what the change must explain.
    ...(isChange(candidate.cause) ? signsOfChange(candidate, scene) : signsOfState(candidate, scene)),
    ...signsOfBrokenSubjects(candidate, scene),
    ...signsOfCallees(candidate, scene),
    ...signsOfReach(candidate, scene),
    ...signsOfCoverage(candidate, scene),
  ];
}

/** A resolver that fails does not fail for one name. One name that nobody knows is wrong, or its part was never installed. */
function signsOfOneName({ cause, findings }: Candidate): Sign[] {
  const isOneName = cause === 'dns-failure' && findings.every(({ role }) => role === 'symptom');
  return isOneName ? [{ weight: -0.9, text: 'only one name does not resolve' }] : [];
}

/** Metrics see only the callees that are measured: where its own log says that it waits for another, the trouble is not its own. */
function signsOfWaiting(candidate: Candidate, { findings: all, subjects, outsideHost }: ScoringContext): Sign[] {
  if (!isInferred(candidate)) return [];
  const { subject } = candidate;
  const waits = all.find(
    (one) =>
      one.specialist === 'logs' &&
      one.role !== 'context' &&
      one.cause === 'dependency-unavailable' &&
      (one.severity === 'critical' || one.severity === 'major') &&
      (one.dependency === undefined || subjects.keyOf(one.dependency) !== subject) &&
      subjects.keyOf(one.entity) === subject,
  );
  if (waits === undefined) return [];
  const host = outsideHost(waits);
  return [
    {
      weight: host === undefined ? -1.6 : -2.4,
      text: `its own log says that it waits for ${waits.dependency?.name ?? host ?? 'another service'}`,
    },
  ];
}

/** Nothing that is observed can be behind the silence of a host outside. If several such hosts are silent, the way out is suspected, too. */
function signsOfOutside(candidate: Candidate, scene: ScoringContext): Sign[] {
  const host = outsideHostOf(candidate, scene);
  if (host === undefined) return [];
  const hosts = new Set(scene.findings.flatMap((finding) => scene.outsideHost(finding) ?? []));
  return hosts.size > 1
    ? [{ weight: 0.5, text: `${host} and other hosts outside do not answer: the way out is suspected, too` }]
    : [{ weight: 1.6, text: `${host}, a host outside, does not answer it` }];
}

/** A failure that the cluster shows outranks errors that only a log shows. */
function signsOfBrokenSubjects(candidate: Candidate, { brokenSubjects }: ScoringContext): Sign[] {
  if (!restsOnWeakFindings(candidate, brokenSubjects)) return [];
  const broken = brokenSubjects.brokenBeside(candidate.subject);
  if (broken !== undefined)
    return [{ weight: -1.4, text: `it only complains in its log while it serves, and ${broken} is down` }];
  const measured = brokenSubjects.measuredBeside(candidate.subject);
  return measured === undefined
    ? []
    : [{ weight: -0.8, text: `it only complains in its log, and the metrics of ${measured} name a cause` }];
}

const logit = (p: number): number => Math.log(p / (1 - p));
/** Confidence is clamped to 0.03–0.97. */
const clamp = (p: number): number => Math.min(0.97, Math.max(0.03, p));
/** A symptom that names a cause is less direct evidence, so its confidence is reduced. */
const trust = ({ confidence, role }: Finding): number => confidence * (role === 'symptom' ? 0.75 : 1);

/** Each specialist counts as one witness. Agreement between specialists weighs more than several findings of one. */
function signsOfWitnesses({ findings }: Candidate): Sign[] {
  const witnesses = [...Map.groupBy(findings, ({ specialist }) => specialist).values()]
    .flatMap((own) => own.toSorted((a, b) => trust(b) - trust(a))[0] ?? [])
    .sort((a, b) => trust(b) - trust(a));
  const belief = clamp(1 - witnesses.reduce((doubt, finding) => doubt * (1 - trust(finding)), 1));
  const [first] = witnesses;
  if (!first) return [];
  const text = belief >= 0.5 ? first.claim : `${first.specialist} is not sure of it: ${first.claim}`;
  const names = formatList(witnesses.map(({ specialist }) => specialist));
  return [
    { weight: logit(belief), text },
    ...(witnesses.length > 1 ? [{ weight: 0.4, text: `${names} say so independently` }] : []),
  ];
}

const severityWeight: Record<Severity, number> = { critical: 0.5, major: 0.2, minor: -0.8, info: -1.2 };
const depthSign: Record<Depth, Sign> = {
  root: { weight: 0.3, text: 'it is a specific cause' },
  partial: { weight: -0.4, text: 'something may be behind it' },
  effect: { weight: -1.6, text: 'it describes a symptom, not its cause' },
};

function signsOfState(candidate: Candidate, scene: ScoringContext): Sign[] {
  const gravity = Math.max(...candidate.findings.map(({ severity }) => severityWeight[severity]));
  return [
    { weight: gravity, text: gravity < 0 ? 'it is a minor observation' : 'it is severe' },
    depthSign[causes[candidate.cause].depth],
    ...signsOfOneName(candidate),
    ...signsOfWaiting(candidate, scene),
    ...signsOfOutside(candidate, scene),
    ...signsOfOnset(candidate, scene),
    ...signsOfAge(candidate, scene),
    ...signsOfCloseness(candidate, scene),
    ...signsOfOnlyFault(candidate, scene),
    ...signsOfMeasure(candidate, scene),
    ...signsOfOrigin(candidate, scene),
    ...signsOfVendor(candidate, scene),
  ];
}
