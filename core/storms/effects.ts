// Limits how far a cause's effects explain other pages: the distance in calls, the shared infrastructure, and how early a symptom may have begun.
// The entries of core/causes/ hold the effects themselves.
import type { SymptomKind } from '../model/storm.ts';

/**
 * Symptoms that a failing callee brings about only in its direct callers and only if it cannot serve at all: a job that reads a database, a
 * consumer of a broker.
 */
export const atDirectCallers: readonly SymptomKind[] = ['job-failed', 'backlog'];

/** Infrastructure that everything in its cluster uses without calling it by name; a cause there has a wide reach. */
export const isSharedByAll =
  /^(?:kube-dns|coredns|node-local-dns|kube-proxy|cilium(?:-agent|-operator)?|calico(?:-node|-typha)?|aws-node|istiod|konnectivity-agent|kube-apiserver)$/;

/**
 * Seconds before the diagnosed onset at which an alert of each kind may have begun: clocks differ, onsets come from samples, and a probe notices
 * a dead node before the node's condition does.
 */
export const toleranceSeconds: Readonly<Record<SymptomKind, number>> = {
  unavailable: 240,
  errors: 240,
  latency: 240,
  saturation: 180,
  'traffic-drop': 180,
  'traffic-surge': 180,
  crash: 180,
  'job-failed': 60,
  'node-down': 300,
  storage: 60,
  certificate: 60,
  backlog: 60,
  cost: 0,
  unknown: 60,
};

/**
 * A cause with a late onset, such as a node's condition, may appear up to this many seconds after its effects (node-monitor-grace-period and
 * sampling).
 */
export const lateSignalSeconds = 120;
