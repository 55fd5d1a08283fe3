// Checks that refute a cause: functions over findings and observations. They read findings only through the few fields below, so this folder does not
// depend on the model. A cause's entry names its checks; diagnosis calls them.
import type { ObservationKind } from './observation-kind.ts';

/** The fields of a finding that checks read. */
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

/** An observation that something is healthy. */
export interface WellObservation {
  readonly kind: ObservationKind;
  /** When it was last observed; RFC 3339, UTC. Absent if it holds until somebody changes it. */
  readonly at?: string | undefined;
}

/** A suspected cause with all findings and observations around it. */
export interface Suspicion {
  /** The code of the cause. */
  readonly cause: string;
  /** The onset of the cause, or the time a change went live. RFC 3339, UTC. */
  readonly onset: string | undefined;
  /** Findings about the same entity, including those that name the cause. */
  readonly here: readonly ObservedFinding[];
  readonly elsewhere: readonly ObservedFinding[];
  /** Observations about the same entity. */
  readonly observations: readonly WellObservation[];
  /** Observations about the entity's cluster. */
  readonly ofCluster: readonly WellObservation[];
}

/** True if the findings refute the suspicion. Unknown facts refute nothing. */
export type Check = (suspicion: Suspicion) => boolean;

const minuteMs = 60_000;
/** Minutes. Deploys are recorded when they end, and metrics are smoothed: a smaller difference gives no order. */
const changeToleranceMinutes = 5;
const onsetToleranceMinutes = 2;
/** A finding with less confidence refutes nothing. */
const minConfidence = 0.5;

const isTrouble = ({ role }: ObservedFinding): boolean => role === 'symptom' || role === 'cause';

/** Minutes from the first trouble among the findings to the onset of the suspicion; undefined if either is unknown. */
function minutesAfterTrouble({ onset }: Suspicion, findings: readonly ObservedFinding[]): number | undefined {
  const times = findings.filter(isTrouble).flatMap((finding) => (finding.onset ? [Date.parse(finding.onset)] : []));
  return onset === undefined || times.length === 0 ? undefined : (Date.parse(onset) - Math.min(...times)) / minuteMs;
}

/** The entity had symptoms before the change went live. */
export const troublePrecedesChange: Check = (suspicion) =>
  (minutesAfterTrouble(suspicion, suspicion.here) ?? 0) > changeToleranceMinutes;

const isTraffic = ({ signal }: ObservedFinding): boolean =>
  signal !== undefined &&
  /request|traffic|\brps\b|throughput/i.test(signal.name) &&
  !/error|fail|duration|latency/i.test(signal.name);

/** The service had other symptoms before its traffic fell. */
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

/** Another node has the same cause, so the fault is not in one node. */
export const otherNodesAreAlike: Check = ({ cause, elsewhere }) =>
  elsewhere.some(
    (finding) =>
      finding.entity.kind === 'Node' &&
      finding.cause === cause &&
      isTrouble(finding) &&
      finding.confidence >= minConfidence,
  );

/** The observation was made, at any time. */
export const observed =
  (kind: ObservationKind): Check =>
  ({ observations }) =>
    observations.some((one) => one.kind === kind);

/** Minutes. Clocks differ and reports are sampled: an observation this soon after the onset may describe the state before it. */
const observationLagMinutes = 1;

const madeSince = ({ onset }: Suspicion, observations: readonly WellObservation[], kind: ObservationKind): boolean =>
  onset !== undefined &&
  observations.some(
    (one) =>
      one.kind === kind &&
      one.at !== undefined &&
      Date.parse(one.at) - Date.parse(onset) > observationLagMinutes * minuteMs,
  );

/** The entity was observed this way after the suspected cause began. */
export const observedSince =
  (kind: ObservationKind): Check =>
  (suspicion) =>
    madeSince(suspicion, suspicion.observations, kind);

/** The cluster was observed this way after the suspected cause began. */
export const observedInClusterSince =
  (kind: ObservationKind): Check =>
  (suspicion) =>
    madeSince(suspicion, suspicion.ofCluster, kind);
