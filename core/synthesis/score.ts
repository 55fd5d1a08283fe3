// How much speaks for a candidate. Signs are weights of evidence that add up as natural log odds (I. J. Good, Probability and the Weighing of
// Evidence, 1950); specialists count as independent witnesses (noisy-or: Pearl, 1988). The signs are those of the literature on root causes
// in call graphs: earlier upstream wins, a failing callee explains its caller (MonitorRank, 2013; MicroRCA, 2020), a change just before
// the onset weighs more (Site Reliability Engineering, ch. 12).
import type { Finding, Severity } from '../model/report.ts';
import type { CallGraph } from './call-graph.ts';
import type { Candidate } from './candidates.ts';
import { type Depth, depthOf, isChange } from './causality.ts';
import type { Subjects } from './subjects.ts';
import { matchOfWords } from './words-match.ts';

/** A reason: what it adds to the log odds, and in words. */
export interface Sign {
  readonly weight: number;
  readonly text: string;
}

export interface Scored {
  readonly candidate: Candidate;
  readonly signs: readonly Sign[];
  /** Natural log odds. */
  readonly logOdds: number;
}

/** What a candidate is judged against. */
export interface Scene {
  readonly candidates: readonly Candidate[];
  readonly findings: readonly Finding[];
  readonly graph: CallGraph;
  /** The paged service in the call graph's name, where known. */
  readonly paged: string | undefined;
  readonly subjects: Subjects;
  /** What was read, as text, of the evidence of a finding. */
  readonly excerptsOf: (finding: Finding) => string;
}

const minute = 60_000;
const severityWeight: Record<Severity, number> = { critical: 0.5, major: 0.2, minor: -0.4, info: -1 };
const depthWeight: Record<Depth, number> = { root: 0.3, partial: -0.4, effect: -1.6 };

export function score(candidate: Candidate, scene: Scene): Scored {
  const signs = [
    ...signsOfFindings(candidate),
    ...(isChange(candidate.cause) ? signsOfChange(candidate, scene) : signsOfState(candidate, scene)),
    ...signsOfCloseness(candidate, scene),
    ...signsOfReach(candidate, scene),
  ];
  return { candidate, signs, logOdds: signs.reduce((sum, sign) => sum + sign.weight, 0) };
}

const logit = (p: number): number => Math.log(p / (1 - p));
const clamp = (p: number): number => Math.min(0.97, Math.max(0.03, p));

/** One witness a specialist; several agree with each other more than one with itself. */
function signsOfFindings(candidate: Candidate): Sign[] {
  const best = new Map<string, Finding>();
  for (const finding of candidate.findings) {
    const known = best.get(finding.specialist);
    if (!known || trust(finding) > trust(known)) best.set(finding.specialist, finding);
  }
  const witnesses = [...best.values()].sort((a, b) => trust(b) - trust(a));
  const belief = clamp(1 - witnesses.reduce((doubt, finding) => doubt * (1 - trust(finding)), 1));
  const severity = Math.max(...candidate.findings.map((finding) => severityWeight[finding.severity]));
  const [first] = witnesses;
  return [
    ...(first ? [{ weight: logit(belief) + (isChange(candidate.cause) ? 0 : severity), text: first.claim }] : []),
    ...(witnesses.length > 1
      ? [{ weight: 0.4, text: `${witnesses.map((finding) => finding.specialist).join(' and ')} say so independently` }]
      : []),
  ];
}

/** A symptom that names a cause names it from afar. */
const trust = (finding: Finding): number => finding.confidence * (finding.role === 'symptom' ? 0.75 : 1);

function signsOfState(candidate: Candidate, scene: Scene): Sign[] {
  const depth = depthOf(candidate.cause);
  return [
    {
      weight: depthWeight[depth],
      text: depth === 'effect' ? 'it says what is seen, not why' : 'it is a specific cause',
    },
    ...signsOfOnset(candidate, scene),
    ...signsOfCallees(candidate, scene),
  ];
}

/** Whether it began before or after the rest. Onsets within a minute are one moment: scrape intervals are no finer. */
function signsOfOnset(candidate: Candidate, scene: Scene): Sign[] {
  if (candidate.onset === undefined) return [];
  const own = Date.parse(candidate.onset);
  const others = scene.findings
    .filter(
      (finding) =>
        finding.role !== 'change' &&
        finding.role !== 'context' &&
        scene.subjects.keyOf(finding.entity) !== candidate.subject,
    )
    .flatMap((finding) => (finding.onset ? [Date.parse(finding.onset)] : []));
  if (others.length === 0) return [];
  const first = Math.min(...others);
  if (own < first - minute) return [{ weight: 0.6, text: `it began ${minutesOf(first - own)} before anything else` }];
  if (own > first + 2 * minute)
    return [{ weight: -0.7, text: `something else began ${minutesOf(own - first)} earlier` }];
  return [];
}

const minutesOf = (ms: number): string => `${Math.max(1, Math.round(ms / minute))} min`;

/** An unspecific failure of a service whose callee fails, too, is the callee's. */
function signsOfCallees(candidate: Candidate, scene: Scene): Sign[] {
  const { service } = candidate;
  if (service === undefined || depthOf(candidate.cause) === 'root') return [];
  const callees = scene.graph.calleesOf(service);
  const failing = scene.candidates.find(
    (other) =>
      other.service !== undefined &&
      callees.has(other.service) &&
      depthOf(other.cause) !== 'effect' &&
      !isChange(other.cause),
  );
  return failing ? [{ weight: -1.2, text: `${failing.entity.name}, which it calls, fails by itself` }] : [];
}

function signsOfCloseness(candidate: Candidate, scene: Scene): Sign[] {
  const { paged, graph } = scene;
  const { service } = candidate;
  if (paged === undefined || service === undefined) return [];
  if (service === paged) return [{ weight: 0.8, text: 'it is what was paged' }];
  const distance = graph.calleesOf(paged).get(service);
  if (distance !== undefined) {
    const weight = distance === 1 ? 0.5 : 0.2;
    return [{ weight, text: `${paged} calls it${distance === 1 ? '' : ` over ${distance} steps`}` }];
  }
  if (graph.callersOf(paged).has(service)) return [{ weight: -0.5, text: `it calls ${paged}, and not the reverse` }];
  return graph.size > 0 ? [{ weight: -0.6, text: `no call from ${paged} to it is known` }] : [];
}

/** Others that fail and depend on it: by the call graph, or by their own words. */
function signsOfReach(candidate: Candidate, scene: Scene): Sign[] {
  const pointing = new Set<string>();
  const callers =
    candidate.service === undefined ? new Map<string, number>() : scene.graph.callersOf(candidate.service);
  for (const finding of scene.findings) {
    if (
      finding.role === 'change' ||
      finding.role === 'context' ||
      scene.subjects.keyOf(finding.entity) === candidate.subject
    )
      continue;
    const service = scene.subjects.serviceOf(finding.entity);
    const says = finding.towards !== undefined && scene.subjects.keyOf(finding.towards) === candidate.subject;
    if (says || (service !== undefined && callers.has(service))) pointing.add(finding.entity.name);
  }
  if (pointing.size === 0) return [];
  const names = [...pointing].slice(0, 3).join(', ');
  return [{ weight: Math.min(1.5, 0.5 * pointing.size), text: `it explains what is seen at ${names}` }];
}

/** A change against what it would have to explain: its time, and whether it speaks of the errors that are seen. */
function signsOfChange(candidate: Candidate, scene: Scene): Sign[] {
  const seen = scene.findings.filter((finding) => finding.role !== 'change' && finding.role !== 'context');
  const own = seen.filter((finding) => scene.subjects.keyOf(finding.entity) === candidate.subject);
  const signs: Sign[] = [];
  if (own.length === 0 && seen.length > 0)
    signs.push({ weight: -0.8, text: 'nothing is seen to fail where it went live' });
  const onset = earliestOf(own.length > 0 ? own : seen);
  if (candidate.onset !== undefined && onset !== undefined)
    signs.push(signOfDelay(onset - Date.parse(candidate.onset)));
  const errors = seen.filter((finding) => finding.specialist === 'logs' || finding.errorTemplate !== undefined);
  const match = matchOfWords(
    candidate.findings.map(scene.excerptsOf).join('\n'),
    errors
      .map((finding) => `${finding.claim}\n${finding.errorTemplate ?? ''}\n${scene.excerptsOf(finding)}`)
      .join('\n'),
    scene.candidates
      .filter((other) => isChange(other.cause))
      .map((other) => other.findings.map(scene.excerptsOf).join('\n')),
    scene.candidates.flatMap((other) => [other.entity.name]),
  );
  return match ? [...signs, match] : signs;
}

const earliestOf = (findings: readonly Finding[]): number | undefined => {
  const onsets = findings.flatMap(({ onset }) => (onset ? [Date.parse(onset)] : []));
  return onsets.length > 0 ? Math.min(...onsets) : undefined;
};

function signOfDelay(ms: number): Sign {
  if (ms < -minute) return { weight: -3, text: `the trouble began ${minutesOf(-ms)} before it went live` };
  const text = `the trouble began ${minutesOf(Math.max(0, ms))} after it went live`;
  if (ms <= 10 * minute) return { weight: 0.8, text };
  if (ms <= 30 * minute) return { weight: 0.3, text };
  return { weight: ms <= 120 * minute ? -0.5 : -1, text };
}
