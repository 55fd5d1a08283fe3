// Causes about workloads that lack memory, CPU, disk or replicas.
import { words } from './aliases.ts';
import { byHand, type CauseEntry } from './cause.ts';
import { observed } from './checks.ts';
import { broken, serving, slow } from './effects.ts';

const resources = {
  group: 'resources',
  kind: 'state',
  canComeOfChange: true,
  explains: ['liveness-probe', 'readiness-probe', 'cpu-throttled', 'application-crash', 'job-failed'],
  explainsInside: [],
  strikesMany: false,
  onset: 'timely',
  needsWorkload: true,
  effects: { own: [...slow, 'backlog'], callers: ['latency', 'errors'], reaches: 'if-seen', callees: [], inside: [] },
  nextStep: ({ it, orRollBack }) => `Give ${it} what it lacks${orRollBack}`,
  prevention: (it) =>
    `Alert before ${it} reaches its limit, and set requests and limits by what it used in the last weeks.`,
} as const satisfies Partial<CauseEntry>;

export const resourcesCauses = {
  'oom-killed': {
    ...resources,
    title: 'Killed because it used more memory than its limit',
    explains: [...resources.explains, 'heap-exhausted'],
    confirms: 'last termination OOMKilled, exit code 137',
    rulesOut: [byHand('exit code of the application')],
    depth: 'root',
    aliases: [['oom', 'oomkilled', 'out of memory', 'memory limit'], words.memory],
    obstacles: ['next-run-meets-it', 'is-down'],
    effects: {
      own: [...broken, 'saturation', 'backlog'],
      callers: serving,
      reaches: 'if-seen',
      callees: ['traffic-drop'],
      inside: [],
    },
    nextStep: ({ it, orRollBack, isRuledOut }) =>
      isRuledOut('raise-memory-limit')
        ? `Move ${it} to where there is room for it, or find what it uses so much for`
        : `Give ${it} what it lacks${orRollBack}`,
  },
  'cpu-throttled': {
    ...resources,
    title: 'CPU-starved by its limit',
    confirms: 'throttled seconds rise, usage at the limit',
    rulesOut: [{ observation: 'no container of it has a CPU limit', check: observed('no-cpu-limit') }],
    depth: 'partial',
    aliases: [['throttl*'], words.cpu],
    obstacles: [],
  },
  'cpu-overload': {
    ...resources,
    title: 'CPU is overloaded',
    confirms: 'CPU use jumps in the entity itself before its latency does',
    rulesOut: [byHand('CPU use is as before')],
    depth: 'root',
    aliases: [words.cpu],
    obstacles: [],
  },
  'memory-leak': {
    ...resources,
    title: 'Memory grows without end',
    confirms: 'memory rises steadily until it is killed',
    rulesOut: [byHand('memory is flat')],
    depth: 'root',
    aliases: [words.memory, ['leak', 'leaks', 'leaked', 'leaking']],
    obstacles: [],
    effects: {
      own: [...broken, 'saturation', 'backlog'],
      callers: serving,
      reaches: 'if-seen',
      callees: ['traffic-drop'],
      inside: [],
    },
  },
  'disk-full': {
    ...resources,
    title: 'No space left on a volume',
    explains: [...resources.explains, 'database-refuses-writes', 'database-read-only'],
    confirms: 'ENOSPC in the logs',
    rulesOut: [byHand('space is free')],
    depth: 'root',
    aliases: [['disk', 'disks', 'no space', 'out of space', 'enospc']],
    obstacles: ['next-run-meets-it', 'is-down'],
    canComeOfChange: false,
    effects: {
      own: ['storage', ...broken, 'backlog'],
      callers: serving,
      reaches: 'if-seen',
      callees: ['traffic-drop'],
      inside: [],
    },
  },
  'hpa-at-limit': {
    ...resources,
    title: 'Autoscaler is at its maximum',
    confirms: 'currentReplicas = maxReplicas and ScalingLimited',
    rulesOut: [byHand('room to scale')],
    depth: 'partial',
    aliases: [['autoscaler', 'hpa']],
    obstacles: [],
  },
  'heap-exhausted': {
    ...resources,
    title: "The runtime's heap is full",
    confirms: 'the runtime reports that its own heap or memory limit is used up',
    rulesOut: [byHand('the heap is mostly free after a collection')],
    depth: 'partial',
    aliases: [words.memory, ['java heap', 'garbage collection', 'gc overhead']],
    obstacles: ['next-run-meets-it'],
    effects: {
      own: [...broken, 'saturation', 'backlog'],
      callers: serving,
      reaches: 'if-seen',
      callees: ['traffic-drop'],
      inside: [],
    },
    nextStep: ({ it, orRollBack }) =>
      `Find what fills the heap of ${it}, or raise its heap size together with the memory limit${orRollBack}`,
  },
  'process-limit-reached': {
    ...resources,
    title: 'Open files or threads are used up',
    confirms: 'too many open files, no new thread, or all workers busy',
    rulesOut: [byHand('descriptors and threads are free')],
    depth: 'partial',
    aliases: [['open files', 'file descriptor', 'file descriptors', 'threads', 'thread pool', 'workers']],
    obstacles: [],
    effects: {
      own: [...broken, 'saturation', 'backlog'],
      callers: serving,
      reaches: 'if-seen',
      callees: ['traffic-drop'],
      inside: [],
    },
    nextStep: ({ it, orRollBack }) =>
      `Find what ${it} opens and does not close, or what its workers wait for${orRollBack}`,
  },
  'disk-errors': {
    ...resources,
    title: 'A disk gives errors',
    confirms: 'I/O errors of the kernel on one device',
    rulesOut: [byHand('reads and writes of the device succeed')],
    depth: 'root',
    aliases: [['disk error', 'disk errors', 'i o error', 'i o errors']],
    obstacles: ['next-run-meets-it'],
    canComeOfChange: false,
    effects: {
      own: ['storage', ...broken, 'backlog'],
      callers: serving,
      reaches: 'if-seen',
      callees: ['traffic-drop'],
      inside: ['storage', ...serving],
    },
    nextStep: ({ it }) => `Move the work off ${it} and replace its disk or volume`,
    prevention: (it) => `Alert on I/O errors of ${it}, and keep a replica on another disk.`,
  },
} as const satisfies Record<string, CauseEntry>;
