// What kind of cause each code is when several compete: how far it explains itself, whether a change of ours can have made it, what it
// brings about in the same place. Data about the vocabulary of causes; the ranking reads it.
import { type CauseCode, type CauseGroup, causes } from './causes.ts';

/**
 * `effect`: names what is seen and leaves the reason open, so that anything that explains it goes first. `partial`: a reason that often has
 * one behind it. `root`: ends the asking.
 */
export type Depth = 'root' | 'partial' | 'effect';

const effects: ReadonlySet<CauseCode> = new Set([
  'application-errors',
  'rollout-stuck',
  'traffic-drop',
  'dependency-unavailable',
  'unknown',
]);
const partials: ReadonlySet<CauseCode> = new Set([
  'application-crash',
  'job-failed',
  'job-deadline',
  'liveness-probe',
  'readiness-probe',
  'hpa-at-limit',
  'cpu-throttled',
  'database-connections-exhausted',
  'node-not-ready',
  'network-delay',
]);

export const depthOf = (cause: CauseCode): Depth =>
  effects.has(cause) ? 'effect' : partials.has(cause) ? 'partial' : 'root';

/** Groups of causes that a change of ours commonly makes; the others come by themselves. */
const changeable: ReadonlySet<CauseGroup> = new Set([
  'image',
  'scheduling',
  'quota',
  'probe',
  'resources',
  'configuration',
  'dependency',
  'job',
  'change',
]);
const byThemselves: ReadonlySet<CauseCode> = new Set(['disk-full', 'database-read-only']);

export const canComeOfChange = (cause: CauseCode): boolean =>
  changeable.has(causes[cause].group) && !byThemselves.has(cause);

export const isChange = (cause: CauseCode): boolean => causes[cause].group === 'change' && cause !== 'rollout-stuck';

/** Further causes in the same place that the first brings about; effects are brought about by anything. */
const bringsAbout: Partial<Record<CauseGroup, readonly CauseCode[]>> = {
  image: ['application-crash'],
  scheduling: ['application-crash', 'readiness-probe', 'hpa-at-limit'],
  quota: ['application-crash'],
  probe: ['application-crash', 'liveness-probe', 'readiness-probe'],
  resources: ['application-crash', 'liveness-probe', 'readiness-probe', 'cpu-throttled', 'job-failed'],
  configuration: ['application-crash', 'liveness-probe', 'readiness-probe', 'job-failed', 'network-delay'],
  dependency: ['application-crash', 'liveness-probe', 'readiness-probe', 'job-failed', 'network-delay'],
  network: ['application-crash', 'liveness-probe', 'readiness-probe', 'job-failed', 'job-deadline'],
  node: ['application-crash', 'liveness-probe', 'readiness-probe', 'node-not-ready', 'network-delay', 'job-failed'],
  change: ['application-crash', 'liveness-probe', 'readiness-probe', 'job-failed', 'network-delay'],
  job: ['application-crash'],
  traffic: [
    'cpu-throttled',
    'cpu-overload',
    'hpa-at-limit',
    'database-connections-exhausted',
    'liveness-probe',
    'readiness-probe',
    'network-delay',
  ],
  certificate: ['application-crash', 'job-failed', 'readiness-probe'],
  vendor: ['application-crash', 'job-failed', 'network-delay', 'dns-failure'],
  data: ['application-crash', 'job-failed', 'job-deadline', 'cpu-overload', 'network-delay'],
};

/** Whether `first` accounts for `second` where both are seen in one place. */
export function accountsFor(first: CauseCode, second: CauseCode): boolean {
  if (first === second) return true;
  if (depthOf(first) === 'effect') return depthOf(second) === 'effect' && first !== 'unknown' && second === 'unknown';
  if (depthOf(second) === 'effect') return true;
  return (bringsAbout[causes[first].group] ?? []).includes(second);
}

/** Causes that strike many services at once from one place outside of them. */
const common: ReadonlySet<CauseGroup> = new Set(['vendor', 'network', 'certificate', 'traffic']);
export const strikesMany = (cause: CauseCode): boolean => common.has(causes[cause].group);

/** What a quota of a namespace or a fault of a node keeps the workloads there from having. */
const keepsFrom: Partial<Record<CauseCode, readonly CauseGroup[]>> = {
  'quota-storage': ['scheduling'],
};
/** Whether a cause of the place accounts for a state of what runs in it. */
export function accountsForInside(place: CauseCode, inside: CauseCode): boolean {
  if (causes[place].group === 'quota' && (keepsFrom[place] ?? []).includes(causes[inside].group))
    return inside.startsWith('volume');
  return (causes[place].group === 'quota' || causes[place].group === 'node') && depthOf(inside) === 'effect';
}
