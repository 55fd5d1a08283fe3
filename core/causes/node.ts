// Causes about nodes, their components, and the scheduler.
import { words } from './aliases.ts';
import { byHand, type CauseEntry } from './cause.ts';
import { observedInClusterSince, observedSince, otherNodesAreAlike } from './checks.ts';
import { broken, serving } from './effects.ts';

const node = {
  group: 'node',
  kind: 'state',
  canComeOfChange: false,
  explains: ['liveness-probe', 'readiness-probe', 'application-crash', 'network-delay', 'node-not-ready', 'job-failed'],
  explainsInside: ['any-effect'],
  strikesMany: false,
  onset: 'late',
  needsWorkload: false,
  effects: {
    own: ['node-down', 'unavailable'],
    callers: serving,
    reaches: 'if-seen',
    callees: [],
    inside: ['node-down', ...broken],
  },
  nextStep: ({ it }) => `Move work away from ${it} and repair or replace it`,
  prevention: (it) =>
    `Spread replicas so that the loss of ${it} is no outage (topology spread, a disruption budget), and alert on its pressure earlier.`,
} as const satisfies Partial<CauseEntry>;

export const nodeCauses = {
  'node-not-ready': {
    ...node,
    title: 'Node is not ready',
    confirms: 'node condition Ready is not True',
    rulesOut: [{ observation: 'the node is ready and has reported since', check: observedSince('kubelet-reported') }],
    depth: 'partial',
    aliases: [words.node],
    obstacles: ['is-down'],
  },
  'node-kubelet': {
    ...node,
    title: 'Kubelet is down',
    confirms: 'Kubelet stopped posting node status',
    rulesOut: [{ observation: 'the kubelet has reported since', check: observedSince('kubelet-reported') }],
    depth: 'root',
    aliases: [words.node, ['kubelet']],
    obstacles: [],
  },
  'node-container-runtime': {
    ...node,
    title: 'Container runtime is down',
    confirms: 'container runtime is down, PLEG is not healthy',
    rulesOut: [byHand('the runtime answers')],
    depth: 'root',
    aliases: [],
    obstacles: [],
  },
  'node-kube-proxy': {
    ...node,
    title: 'kube-proxy is down on a node',
    confirms: 'service addresses fail from one node only',
    rulesOut: [byHand('services answer from all nodes')],
    depth: 'root',
    aliases: [],
    obstacles: [],
    effects: { own: ['unavailable', 'node-down'], callers: [], reaches: 'if-seen', callees: [], inside: serving },
  },
  'node-pressure': {
    ...node,
    title: 'Node under memory, disk or PID pressure',
    confirms: 'pressure condition True, evictions',
    rulesOut: [byHand('no pressure')],
    depth: 'root',
    aliases: [['pressure'], words.node],
    obstacles: [],
    effects: {
      own: ['node-down', 'storage', 'saturation', 'unavailable'],
      callers: [],
      reaches: 'if-seen',
      callees: [],
      inside: ['storage', 'saturation', 'crash', 'unavailable', 'node-down'],
    },
  },
  'node-network-delay': {
    ...node,
    title: 'Network latency of one node',
    confirms: 'everything on one node slow',
    rulesOut: [{ observation: 'other nodes are slow, too', check: otherNodesAreAlike }],
    depth: 'root',
    aliases: [],
    obstacles: [],
    effects: {
      own: ['latency', 'node-down'],
      callers: [],
      reaches: 'if-seen',
      callees: [],
      inside: ['latency', 'errors'],
    },
  },
  'node-network-loss': {
    ...node,
    title: 'Packet loss on one node',
    confirms: 'timeouts and retransmissions on one node',
    rulesOut: [byHand('no loss')],
    depth: 'root',
    aliases: [words.network, ['packet loss']],
    obstacles: [],
  },
  'scheduler-down': {
    ...node,
    title: 'Scheduler is down',
    confirms: 'pods pending with no scheduling event',
    rulesOut: [{ observation: 'pods have been scheduled since', check: observedInClusterSince('pod-scheduled') }],
    depth: 'root',
    aliases: [],
    obstacles: [],
    effects: { own: ['unavailable'], callers: [], reaches: 'if-seen', callees: [], inside: ['unavailable'] },
  },
} as const satisfies Record<string, CauseEntry>;
