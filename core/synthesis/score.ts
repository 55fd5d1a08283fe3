// How much speaks for a candidate. Signs are weights of evidence that add up as natural log odds (I. J. Good, Probability and the Weighing of
// Evidence, 1950); specialists count as independent witnesses (noisy-or: Pearl, 1988). The signs are those of the literature on root causes
// in call graphs: earlier upstream wins, a failing callee explains its caller (MonitorRank, 2013; MicroRCA, 2020), a change just before
// the onset weighs more (Site Reliability Engineering, ch. 12).
import { causes } from '../model/causes.ts';
import type { Finding, Severity } from '../model/report.ts';
import type { CallGraph } from './call-graph.ts';
import type { Candidate } from './candidates.ts';
import { type Depth, depthOf, isChange, strikesMany } from './causality.ts';
import { sameError } from './same-error.ts';
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
  /** Title, files and diff, by change id. */
  readonly changes: ReadonlyMap<string, string>;
}

/** Findings that say what is seen to be wrong: neither changes nor background. */
export const observed = (findings: readonly Finding[]): readonly Finding[] =>
  findings.filter(({ role }) => role === 'symptom' || role === 'cause');

const minute = 60_000;
const severityWeight: Record<Severity, number> = { critical: 0.5, major: 0.2, minor: -0.4, info: -1 };
const depthWeight: Record<Depth, number> = { root: 0.3, partial: -0.4, effect: -1.6 };

export function score(candidate: Candidate, scene: Scene): Scored {
  const signs = [
    ...signsOfFindings(candidate),
    ...(isChange(candidate.cause) ? signsOfChange(candidate, scene) : signsOfState(candidate, scene)),
    ...signsOfCallees(candidate, scene),
    ...signsOfReach(candidate, scene),
    ...signsOfCoverage(candidate, scene),
  ];
  return { candidate, signs, logOdds: signs.reduce((sum, sign) => sum + sign.weight, 0) };
}

/** A Job that ended badly: an event, not a state that heals when its reason is gone. */
export const isRun = ({ cause }: Candidate): boolean => causes[cause].group === 'job';

const logit = (p: number): number => Math.log(p / (1 - p));
const clamp = (p: number): number => Math.min(0.97, Math.max(0.03, p));

/** One witness a specialist; several agree with each other more than one with itself. */
function signsOfFindings(candidate: Candidate): Sign[] {
  const bySpecialist = new Map<string, Finding>();
  for (const finding of candidate.findings) {
    const known = bySpecialist.get(finding.specialist);
    if (!known || trust(finding) > trust(known)) bySpecialist.set(finding.specialist, finding);
  }
  const witnesses = [...bySpecialist.values()].sort((a, b) => trust(b) - trust(a));
  const belief = clamp(1 - witnesses.reduce((doubt, finding) => doubt * (1 - trust(finding)), 1));
  const [first] = witnesses;
  const best = Math.max(...candidate.findings.map((finding) => severityWeight[finding.severity]));
  return [
    ...(first
      ? [
          {
            weight: logit(belief),
            text: belief >= 0.5 ? first.claim : `${first.specialist} is not sure of it: ${first.claim}`,
          },
        ]
      : []),
    ...(isChange(candidate.cause)
      ? []
      : [{ weight: best, text: best < 0 ? 'it is a minor observation' : 'it is a grave state' }]),
    ...(witnesses.length > 1
      ? [{ weight: 0.4, text: `${witnesses.map((finding) => finding.specialist).join(' and ')} say so independently` }]
      : []),
  ];
}

/** A symptom that names a cause names it from afar. */
const trust = (finding: Finding): number => finding.confidence * (finding.role === 'symptom' ? 0.75 : 1);

const depthText: Record<Depth, string> = {
  root: 'it is a specific cause',
  partial: 'something may be behind it',
  effect: 'it says what is seen, not why',
};

function signsOfState(candidate: Candidate, scene: Scene): Sign[] {
  const depth = depthOf(candidate.cause);
  return [
    { weight: depthWeight[depth], text: depthText[depth] },
    ...signsOfOnset(candidate, scene),
    ...signsOfCloseness(candidate, scene),
  ];
}

/** Whether it began before or after the rest. Onsets within a minute are one moment: scrape intervals are no finer. */
function signsOfOnset(candidate: Candidate, scene: Scene): Sign[] {
  // A status feed is written after the fact.
  if (candidate.onset === undefined || causes[candidate.cause].group === 'vendor') return [];
  const own = Date.parse(candidate.onset);
  const others = observed(scene.findings)
    .filter((finding) => scene.subjects.keyOf(finding.entity) !== candidate.subject)
    .flatMap((finding) => (finding.onset ? [Date.parse(finding.onset)] : []));
  if (others.length === 0) return [];
  const first = Math.min(...others);
  if (own < first - minute) return [{ weight: 0.6, text: `it began ${minutesOf(first - own)} before anything else` }];
  if (own > first + 2 * minute)
    return [{ weight: -0.7, text: `something else began ${minutesOf(own - first)} earlier` }];
  return [];
}

const minutesOf = (ms: number): string => `${Math.max(1, Math.round(ms / minute))} min`;

/** A failure of a service whose callee fails first, and no less, is the callee's, unless it is a cause that stands by itself. */
function signsOfCallees(candidate: Candidate, scene: Scene): Sign[] {
  const { service } = candidate;
  if (service === undefined || isRun(candidate) || (depthOf(candidate.cause) === 'root' && !isChange(candidate.cause)))
    return [];
  const callees = scene.graph.calleesOf(service);
  const below = scene.candidates.filter(
    (other) =>
      other.service !== undefined &&
      callees.has(other.service) &&
      !isChange(other.cause) &&
      other.subject !== candidate.subject,
  );
  const seen = observed([...candidate.symptoms, ...(isChange(candidate.cause) ? [] : candidate.findings)]);
  const byItself = below.find((other) => depthOf(other.cause) !== 'effect' && !isLater(other.findings, seen));
  if (byItself) return [{ weight: -1.2, text: `${byItself.entity.name}, which it calls, fails by itself` }];
  const worse = below.find((other) => isEarlier(other.findings, seen) || isWorse(other.findings, seen));
  return worse ? [{ weight: -1.2, text: `${worse.entity.name}, which it calls, fails, too, and first or more` }] : [];
}

const isLater = (these: readonly Finding[], those: readonly Finding[]): boolean =>
  difference(these, those) > 2 * minute;
const isEarlier = (these: readonly Finding[], those: readonly Finding[]): boolean =>
  difference(these, those) <= -minute && !isWorse(those, these);

/** Onset of the first minus onset of the second, in ms; 0 where one is not known. */
function difference(these: readonly Finding[], those: readonly Finding[]): number {
  const [a, b] = [earliestOf(these), earliestOf(those)];
  return a === undefined || b === undefined ? 0 : a - b;
}

/** A clearly larger share of errors than the other's. */
function isWorse(these: readonly Finding[], those: readonly Finding[]): boolean {
  const share = (findings: readonly Finding[]) =>
    Math.max(
      0,
      ...findings.flatMap(({ signal }) =>
        signal && /error|5xx|fail/i.test(signal.name) && signal.during <= 1 ? [signal.during] : [],
      ),
    );
  return share(those) > 0 && share(these) > 2 * share(those);
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
  return [
    {
      weight: Math.min(isChange(candidate.cause) ? 0.5 : 1.5, 0.5 * pointing.size),
      text: `it explains what is seen at ${names}`,
    },
  ];
}

/** How much of what is seen it leaves unexplained: the likelihood of symptoms that it does not bring about. */
function signsOfCoverage(candidate: Candidate, scene: Scene): Sign[] {
  const { subjects, graph } = scene;
  const seen = observed(scene.findings).filter(
    ({ severity, entity }) =>
      (severity === 'critical' || severity === 'major') && subjects.serviceOf(entity) !== undefined,
  );
  const all = new Map(seen.map((finding) => [subjects.keyOf(finding.entity), finding]));
  // A failed run stays failed whatever goes on around it, and what strikes many places is not told by one of them.
  if (
    all.size < 2 ||
    subjects.familyOf(candidate.entity) !== 'workload' ||
    isRun(candidate) ||
    strikesMany(candidate.cause)
  )
    return [];
  const callers = candidate.service === undefined ? undefined : graph.callersOf(candidate.service);
  const templates = templatesOf([...candidate.findings, ...candidate.symptoms]);
  const left = [...all.keys()].filter((subject) => {
    const there = seen.filter((finding) => subjects.keyOf(finding.entity) === subject);
    const service = there[0] && subjects.serviceOf(there[0].entity);
    return !(
      subject === candidate.subject ||
      (service !== undefined && callers?.has(service)) ||
      there.some(({ towards }) => towards && subjects.keyOf(towards) === candidate.subject) ||
      sameError(templatesOf(there), templates)
    );
  });
  const share = 1 - left.length / all.size;
  const names = left
    .map((subject) => all.get(subject)?.entity.name)
    .slice(0, 3)
    .join(', ');
  return share === 1
    ? []
    : [{ weight: Math.log(0.15 + 0.85 * share), text: `it leaves open what is seen at ${names}` }];
}

export const templatesOf = (findings: readonly Finding[]): readonly string[] => [
  ...new Set(observed(findings).flatMap(({ errorTemplate }) => errorTemplate ?? [])),
];

/** A change against what it would have to explain: its time, and whether it speaks of the errors that are seen. */
function signsOfChange(candidate: Candidate, scene: Scene): Sign[] {
  const seen = observed(scene.findings);
  const own = seen.filter((finding) => scene.subjects.keyOf(finding.entity) === candidate.subject);
  const signs: Sign[] = [];
  if (own.length === 0 && seen.length > 0)
    signs.push({ weight: -0.8, text: 'nothing is seen to fail where it went live' });
  const onset = earliestOf(own.length > 0 ? own : seen);
  if (candidate.onset !== undefined && onset !== undefined)
    signs.push(signOfDelay(onset - Date.parse(candidate.onset)));
  if (own.some(({ cause }) => cause !== undefined && isChange(cause))) {
    signs.push({ weight: 0.6, text: 'the errors there look like those of something new' });
  }
  const errors = seen.filter((finding) => finding.errorTemplate !== undefined);
  const textOf = (change: Candidate) => scene.changes.get(change.changeId ?? '') ?? '';
  const match = matchOfWords(
    textOf(candidate),
    errors.map((finding) => `${finding.claim}\n${scene.excerptsOf(finding)}`).join('\n'),
    scene.candidates.filter((other) => isChange(other.cause)).map(textOf),
    scene.candidates.flatMap((other) => [other.entity.name]),
  );
  return match ? [...signs, match] : signs;
}

const earliestOf = (findings: readonly Finding[]): number | undefined => {
  const onsets = findings.flatMap(({ onset }) => (onset ? [Date.parse(onset)] : []));
  return onsets.length > 0 ? Math.min(...onsets) : undefined;
};

function signOfDelay(ms: number): Sign {
  // A deploy is recorded when it ends, and a metric is smoothed: a few minutes are no order.
  if (ms < -minute)
    return {
      weight: ms < -5 * minute ? -3 : ms < -3 * minute ? -1.2 : -0.2,
      text: `the trouble began ${minutesOf(-ms)} before it went live`,
    };
  const text = `the trouble began ${minutesOf(Math.max(0, ms))} after it went live`;
  if (ms <= 10 * minute) return { weight: 0.8, text };
  if (ms <= 30 * minute) return { weight: 0.3, text };
  return { weight: ms <= 120 * minute ? -0.5 : -1, text };
}
