// Causes about more or less traffic than usual.
import { words } from './aliases.ts';
import type { CauseEntry } from './cause.ts';
import { failsBeforeTrafficFalls, trafficDidNotRise } from './checks.ts';
import { slow } from './effects.ts';

const traffic = {
  group: 'traffic',
  kind: 'state',
  canComeOfChange: false,
  explains: [
    'liveness-probe',
    'readiness-probe',
    'cpu-throttled',
    'cpu-overload',
    'hpa-at-limit',
    'database-connections-exhausted',
    'network-delay',
    'slow-itself',
    'concurrency-exhausted',
    'throughput-exceeded',
    'consumer-behind',
    'function-timeout',
  ],
  explainsInside: [],
  strikesMany: true,
  onset: 'timely',
  needsWorkload: false,
  effects: {
    own: ['traffic-surge', ...slow, 'unavailable'],
    callers: ['latency', 'errors'],
    reaches: 'if-seen',
    callees: ['traffic-surge', ...slow],
    inside: [],
  },
  nextStep: ({ it, isRuledOut }) =>
    isRuledOut('scale-workload')
      ? `Find where the traffic of ${it} comes from, and limit it: more of it does not help here`
      : `Find where the traffic of ${it} comes from, and scale or limit it`,
  prevention: (it) =>
    `Set what traffic ${it} has to bear, test its autoscaling up to that, and limit what comes above.`,
} as const satisfies Partial<CauseEntry>;

export const trafficCauses = {
  'traffic-surge': {
    ...traffic,
    title: 'More traffic than its capacity',
    confirms: 'requests per second rise before saturation and errors',
    rulesOut: [{ observation: 'its traffic did not rise', check: trafficDidNotRise }],
    depth: 'root',
    aliases: [['surge', 'spike', 'ddos', 'load'], words.traffic],
    obstacles: [],
  },
  'retry-storm': {
    ...traffic,
    title: 'Clients repeat their calls and overload it',
    confirms:
      'its requests multiply together with errors or waits, while the traffic of the services that call it is unchanged',
    rulesOut: [{ observation: 'its traffic did not rise', check: trafficDidNotRise }],
    depth: 'root',
    canComeOfChange: true,
    aliases: [['retry', 'retries', 'storm', 'amplification'], words.traffic],
    obstacles: [],
    explains: [...traffic.explains, 'traffic-surge'],
    strikesMany: false,
    nextStep: ({ it }) =>
      `Find which caller of ${it} repeats its calls, and give its retries a pause, a bound and a circuit breaker`,
    prevention: (it) =>
      `Let callers of ${it} retry a few times with growing pauses and jitter, and within a budget of retries.`,
  },
  'traffic-drop': {
    ...traffic,
    title: 'Traffic stops arriving',
    confirms: 'requests per second fall while the service is healthy',
    rulesOut: [{ observation: 'the service was in trouble before its traffic fell', check: failsBeforeTrafficFalls }],
    depth: 'effect',
    aliases: [words.traffic],
    obstacles: [],
    explains: [],
    effects: { own: ['traffic-drop'], callers: [], reaches: 'if-seen', callees: ['traffic-drop'], inside: [] },
  },
} as const satisfies Record<string, CauseEntry>;
