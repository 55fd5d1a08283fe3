// Checks that refute a cause: functions over what was found. They know findings only by the few fields below, so that this folder stays under
// the model. Diagnosis calls them; an entry of a cause names them.
import type { ObservationKind } from './observation-kind.ts';

/** What a check reads of a finding. */
export interface ObservedFinding {
  readonly role: 'cause' | 'symptom' | 'change' | 'context';
  readonly entity: { readonly kind: string };
  readonly cause?: string | undefined;
  /** RFC 3339, UTC. */
  readonly onset?: string | undefined;
  /** 0 to 1. */
  readonly confidence: number;
  readonly signal?: { readonly name: string; readonly before: number; readonly during: number } | undefined;
}

/** Something that a source sees to be well. */
export interface WellObservation {
  readonly kind: ObservationKind;
  /** When it was last so; RFC 3339, UTC. Absent where it holds as long as nobody changes it. */
  readonly at?: string | undefined;
}

/** A suspected cause with everything that was found around it. */
export interface Suspicion {
  /** The code of the cause. */
  readonly cause: string;
  /** When it began, or when the change went live. RFC 3339, UTC. */
  readonly onset: string | undefined;
  /** Findings about the same entity, those that name the cause included. */
  readonly here: readonly ObservedFinding[];
  readonly elsewhere: readonly ObservedFinding[];
  /** About the same entity. */
  readonly observations: readonly WellObservation[];
  /** About the cluster that it is in. */
  readonly ofCluster: readonly WellObservation[];
}

/** True where the findings refute the suspicion. What is not known refutes nothing. */
export type Check = (suspicion: Suspicion) => boolean;

const minuteMs = 60_000;
/** A deploy is recorded when it ends, and a metric is smoothed: less than this is no order. Minutes. */
const changeToleranceMinutes = 5;
const onsetToleranceMinutes = 2;
/** A finding less sure than this refutes nothing. */
const minConfidence = 0.5;

const isTrouble = ({ role }: ObservedFinding): boolean => role === 'symptom' || role === 'cause';

/** Minutes from the first trouble among the findings to the onset of the suspicion; undefined where one of them is unknown. */
function minutesAfterTrouble({ onset }: Suspicion, findings: readonly ObservedFinding[]): number | undefined {
  const times = findings.filter(isTrouble).flatMap((finding) => (finding.onset ? [Date.parse(finding.onset)] : []));
  return onset === undefined || times.length === 0 ? undefined : (Date.parse(onset) - Math.min(...times)) / minuteMs;
}

/** The entity was in trouble before the change went live. */
export const troublePrecedesChange: Check = (suspicion) =>
  (minutesAfterTrouble(suspicion, suspicion.here) ?? 0) > changeToleranceMinutes;

const isTraffic = ({ signal }: ObservedFinding): boolean =>
  signal !== undefined &&
  /request|traffic|\brps\b|throughput/i.test(signal.name) &&
  !/error|fail|duration|latency/i.test(signal.name);

/** The service was in trouble of its own before its traffic fell. */
export const failsBeforeTrafficFalls: Check = (suspicion) =>
  (minutesAfterTrouble(
    suspicion,
    suspicion.here.filter((finding) => !isTraffic(finding) && finding.cause !== suspicion.cause),
  ) ?? 0) > onsetToleranceMinutes;

/** Traffic was measured and did not rise. */
export const trafficDidNotRise: Check = ({ here }) => {
  const measured = here.filter(isTraffic).flatMap(({ signal }) => signal ?? []);
  return measured.length > 0 && measured.every(({ before, during }) => during <= before);
};

/** The same is found at another node, so it is not one node's. */
export const otherNodesAreAlike: Check = ({ cause, elsewhere }) =>
  elsewhere.some(
    (finding) =>
      finding.entity.kind === 'Node' &&
      finding.cause === cause &&
      isTrouble(finding) &&
      finding.confidence >= minConfidence,
  );

/** The observation was made, whenever. */
export const observed =
  (kind: ObservationKind): Check =>
  ({ observations }) =>
    observations.some((one) => one.kind === kind);

/** Clocks differ and reports are sampled: an observation this soon after the onset may still be of before. Minutes. */
const observationLagMinutes = 1;

const madeSince = ({ onset }: Suspicion, observations: readonly WellObservation[], kind: ObservationKind): boolean =>
  onset !== undefined &&
  observations.some(
    (one) =>
      one.kind === kind &&
      one.at !== undefined &&
      Date.parse(one.at) - Date.parse(onset) > observationLagMinutes * minuteMs,
  );

/** The observation was made of the entity after the suspected cause began. */
export const observedSince =
  (kind: ObservationKind): Check =>
  (suspicion) =>
    madeSince(suspicion, suspicion.observations, kind);

/** The same of the cluster. */
export const observedInClusterSince =
  (kind: ObservationKind): Check =>
  (suspicion) =>
    madeSince(suspicion, suspicion.ofCluster, kind);
