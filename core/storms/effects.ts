// Limits on what a cause's effects explain (the effects themselves are in the entries of core/causes/): at which distance, for which shared
// infrastructure, and how early a symptom may have begun.
import type { SymptomKind } from '../model/storm.ts';

/**
 * Symptoms that a failing callee brings about only where one call leads to it and it cannot serve at all: a job that reads a database, a consumer
 * of a broker.
 */
export const atDirectCallers: readonly SymptomKind[] = ['job-failed', 'backlog'];

/** Causes whose wide reach is in a piece of infrastructure that everything in its cluster uses, without calling it by name. */
export const isSharedByAll =
  /^(?:kube-dns|coredns|node-local-dns|kube-proxy|cilium(?:-agent|-operator)?|calico(?:-node|-typha)?|aws-node|istiod|konnectivity-agent|kube-apiserver)$/;

/**
 * How long before the diagnosed onset an alert of a kind may have begun, in seconds: clocks differ, onsets are read off samples, and a probe
 * notices a dead node before its condition does.
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

/** A cause with a late onset, as a node's condition has one, is seen up to this much after its effects (node-monitor-grace-period and sampling). */
export const lateSignalSeconds = 120;
