// What each cause brings about, and for whom: at the thing itself, at what calls it, at what it calls, and at what runs in the place that it
// strikes. Data about the vocabulary of causes; core/storms/covers.ts reads it. A symptom that is not listed is not explained.
import { type CauseCode, type CauseGroup, causes } from '../causes/causes.ts';
import type { SymptomKind } from '../model/storm.ts';

export interface Effects {
  /** At the entity that the cause is about. */
  readonly own: readonly SymptomKind[];
  /** At services that call it. */
  readonly callers: readonly SymptomKind[];
  /**
   * `always`: it cannot serve its callers. `if-seen`: it may still serve them (old replicas, retries), so that something has to show that it
   * does not.
   */
  readonly reaches: 'always' | 'if-seen';
  /** At services that it calls. */
  readonly callees: readonly SymptomKind[];
  /** At what runs in the node, namespace, cluster or zone that the cause is about. */
  readonly inside: readonly SymptomKind[];
}

const serving: readonly SymptomKind[] = ['unavailable', 'errors', 'latency'];
const broken: readonly SymptomKind[] = [...serving, 'crash', 'traffic-drop'];
const slow: readonly SymptomKind[] = ['latency', 'errors', 'saturation'];

const effects = (given: Partial<Effects> & Pick<Effects, 'own'>): Effects => ({
  callers: [],
  reaches: 'if-seen',
  callees: [],
  inside: [],
  ...given,
});

const byGroup: Readonly<Record<CauseGroup, Effects>> = {
  image: effects({ own: broken, callers: serving, callees: ['traffic-drop'] }),
  scheduling: effects({ own: [...broken, 'saturation'], callers: serving, callees: ['traffic-drop'] }),
  quota: effects({ own: ['unavailable'], callers: serving, inside: ['unavailable'] }),
  probe: effects({ own: broken, callers: serving, callees: ['traffic-drop'] }),
  resources: effects({ own: [...broken, 'saturation', 'backlog'], callers: serving, callees: ['traffic-drop'] }),
  configuration: effects({ own: [...broken, 'backlog'], callers: serving, callees: ['traffic-drop'], inside: serving }),
  dependency: effects({ own: [...broken, 'saturation', 'backlog'], callers: serving, callees: ['traffic-drop'] }),
  network: effects({ own: [...serving, 'traffic-drop'], callers: serving, callees: ['traffic-drop'], inside: serving }),
  node: effects({ own: ['node-down', 'unavailable'], callers: serving, inside: ['node-down', ...broken] }),
  change: effects({
    own: [...broken, 'saturation', 'backlog'],
    callers: serving,
    callees: ['traffic-drop'],
  }),
  traffic: effects({
    own: ['traffic-surge', ...slow, 'unavailable'],
    callers: ['latency', 'errors'],
    callees: ['traffic-surge', ...slow],
  }),
  certificate: effects({
    own: ['certificate', 'errors', 'unavailable', 'traffic-drop'],
    callers: ['errors', 'unavailable'],
    reaches: 'always',
    callees: ['traffic-drop'],
  }),
  vendor: effects({ own: serving, callers: serving, reaches: 'always' }),
  data: effects({ own: [...slow, 'backlog'], callers: ['latency', 'errors'] }),
  job: effects({ own: ['job-failed', 'crash'] }),
  unknown: effects({ own: [] }),
};

const always = (group: CauseGroup, more: Partial<Effects> = {}): Effects => ({
  ...byGroup[group],
  reaches: 'always',
  ...more,
});
const slows = (group: CauseGroup): Effects => ({
  ...byGroup[group],
  own: [...slow, 'backlog'],
  callers: ['latency', 'errors'],
  callees: [],
});
const volume = effects({ own: ['unavailable', 'storage', 'crash'], callers: serving });

/** Where a cause differs from its group. */
const byCause: Partial<Record<CauseCode, Effects>> = {
  'volume-storage-class': volume,
  'volume-access-mode': volume,
  'volume-capacity': volume,
  'volume-selector': volume,
  'volume-claimed-by-another': volume,
  'volume-permission-denied': volume,
  'quota-storage': effects({ own: ['storage', 'unavailable'], callers: serving, inside: ['storage'] }),
  'replicas-zero': always('configuration'),
  'service-selector': always('configuration'),
  'service-port': always('configuration'),
  'service-protocol': always('configuration'),
  'route-wrong-backend': always('configuration'),
  'mesh-route': always('configuration'),
  'mesh-fault-injection': always('configuration'),
  'mesh-mutual-tls': always('network'),
  'mesh-authorization': always('network'),
  'network-policy': always('network'),
  'dns-failure': always('network', { own: serving, inside: serving }),
  'network-delay': always('network', {
    own: ['latency', 'errors'],
    callers: ['latency', 'errors'],
    callees: [],
    inside: ['latency', 'errors'],
  }),
  'cpu-throttled': slows('resources'),
  'cpu-overload': slows('resources'),
  'hpa-at-limit': slows('resources'),
  'disk-full': effects({ own: ['storage', ...broken, 'backlog'], callers: serving, callees: ['traffic-drop'] }),
  'application-errors': always('dependency', { own: ['errors', 'latency', 'unavailable', 'traffic-drop'] }),
  'database-connections-exhausted': always('dependency', {
    own: [...serving, 'saturation'],
    callers: serving,
    callees: [],
  }),
  'database-read-only': always('dependency', { own: ['errors'], callers: ['errors'], callees: [] }),
  'data-growth': effects({ own: [...slow, 'storage', 'backlog'], callers: ['latency', 'errors'] }),
  'rollout-stuck': effects({ own: ['unavailable'] }),
  'node-pressure': effects({
    own: ['node-down', 'storage', 'saturation', 'unavailable'],
    inside: ['storage', 'saturation', 'crash', 'unavailable', 'node-down'],
  }),
  'node-network-delay': effects({ own: ['latency', 'node-down'], inside: ['latency', 'errors'] }),
  'node-kube-proxy': effects({ own: ['unavailable', 'node-down'], inside: serving }),
  'scheduler-down': effects({ own: ['unavailable'], inside: ['unavailable'] }),
  'infrastructure-change': effects({
    own: [...broken, 'saturation', 'backlog', 'node-down'],
    callers: serving,
    callees: ['traffic-drop'],
    inside: [...serving, 'node-down'],
  }),
  'traffic-drop': effects({ own: ['traffic-drop'], callees: ['traffic-drop'] }),
  'cdn-cached-error': effects({ own: ['errors', 'unavailable'] }),
};

export const effectsOf = (cause: CauseCode): Effects => byCause[cause] ?? byGroup[causes[cause].group];

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

/** A node's condition turns up to this much later than what runs on it is gone (node-monitor-grace-period and what samples it). */
export const nodeGraceSeconds = 120;
