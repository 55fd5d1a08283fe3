// A release can load what it calls: more queries at unchanged traffic, locks, misses of a cache. This finds the callees whose state a change of their
// caller explains.
import type { Fault } from '../../analysis/changes/faults.ts';
import { isChange } from '../../causes/causes.ts';
import type { Finding } from '../../model/report.ts';
import type { Candidate } from '../candidates.ts';
import { minute, observed, type ScoringContext, type Sign } from '../scene.ts';
import { faultsOf, mechanismsOfCandidate } from './mechanism.ts';

/** Kinds of faults that a caller produces at its callees. */
const passedOn: ReadonlySet<Fault> = new Set(['load', 'cache-misses', 'lock-waits', 'pool-exhausted']);
/** Factor from which calls count as multiplied. */
const multiplied = 2;
/** A multiplication shows within this time after the release. */
const soon = 15 * minute;

interface Load {
  /** Subjects of callees whose state the change explains. */
  readonly subjects: ReadonlySet<string>;
  readonly sign: Sign | undefined;
}

const none: Load = { subjects: new Set(), sign: undefined };

export function loadOf(candidate: Candidate, scene: ScoringContext): Load {
  const { service, onset } = candidate;
  if (service === undefined || onset === undefined || !isChange(candidate.cause)) return none;
  const callees = scene.graph.calleesOf(service);
  const below = observed(scene.findings).filter(
    ({ entity, onset: since }) =>
      callees.has(scene.subjects.serviceOf(entity) ?? '') &&
      (since === undefined || Date.parse(since) >= Date.parse(onset) - minute),
  );
  if (below.length === 0) return none;
  const mechanisms = mechanismsOfCandidate(candidate, scene);
  const made = mechanisms?.filter(({ fault, strength }) => strength === 'certain' && passedOn.has(fault)) ?? [];
  const places = Map.groupBy(below, ({ entity }) => scene.subjects.keyOf(entity));
  const steady = isSteady(service, scene);
  const explained = [...places].flatMap(([subject, there]) => {
    const growth = steady ? growthOf(there, onset) : undefined;
    const faults = new Set<Fault>([...faultsOf(there, scene), ...(growth === undefined ? [] : (['load'] as const))]);
    const mechanism = made.find(({ fault }) => faults.has(fault) || (fault === 'cache-misses' && faults.has('load')));
    const grown = mechanisms === undefined || mechanism ? growth : undefined;
    const [first] = there;
    if (first === undefined || (mechanism === undefined && grown === undefined)) return [];
    const text = grown
      ? `${first.entity.name}, which ${service} calls, gets ${grown} times the calls, while the traffic of ${service} is unchanged`
      : `it ${mechanism?.text ?? 'loads it'}, and ${first.entity.name}, which ${service} calls, shows it`;
    return [{ subject, text, weight: mechanism && grown ? 2.4 : 1.6 }];
  });
  const [best] = explained.toSorted((a, b) => b.weight - a.weight);
  return {
    subjects: new Set(explained.map(({ subject }) => subject)),
    sign: best && { weight: best.weight, text: best.text },
  };
}

export function signsOfLoad(candidate: Candidate, scene: ScoringContext): Sign[] {
  const { sign } = loadOf(candidate, scene);
  return sign ? [sign] : [];
}

const isSteady = (service: string, { observations, subjects }: ScoringContext): boolean =>
  observations.some(({ kind, entity }) => kind === 'traffic-steady' && subjects.serviceOf(entity) === service);

/** How many times the calls to an entity multiplied soon after `live` (UTC); undefined if they did not. */
function growthOf(findings: readonly Finding[], live: string): number | undefined {
  const factors = findings.flatMap(({ signal, onset }) =>
    signal &&
    onset !== undefined &&
    Date.parse(onset) - Date.parse(live) <= soon &&
    /quer|request|call|command|operation|read|write|statement|qps|rps|_per_/i.test(signal.name) &&
    !/error|fail|latency|duration|ratio|wait|byte/i.test(signal.name) &&
    signal.before > 0
      ? [signal.during / signal.before]
      : [],
  );
  const most = Math.max(0, ...factors);
  return most >= multiplied ? Math.round(most * 10) / 10 : undefined;
}
