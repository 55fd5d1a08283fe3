// Causes about data that is too large or unreadable.
import { byHand, type CauseEntry } from './cause.ts';
import { slow } from './effects.ts';

const data = {
  group: 'data',
  kind: 'state',
  canComeOfChange: false,
  explains: ['cpu-overload', 'application-crash', 'network-delay', 'slow-itself', 'job-failed', 'job-deadline'],
  explainsInside: [],
  strikesMany: false,
  onset: 'timely',
  needsWorkload: false,
  effects: {
    own: [...slow, 'storage', 'backlog'],
    callers: ['latency', 'errors'],
    reaches: 'if-seen',
    callees: [],
    inside: [],
  },
  nextStep: ({ it }) => `Check the data that ${it} reads, and its size`,
  prevention: (it) => `Alert on the growth of the data that ${it} reads, and check input where it comes in.`,
} as const satisfies Partial<CauseEntry>;

export const dataCauses = {
  'data-growth': {
    ...data,
    title: 'Data outgrew its reader',
    confirms: 'slow queries or sizes grow with no change',
    rulesOut: [byHand('size is as before')],
    depth: 'root',
    aliases: [],
    obstacles: [],
  },
  'data-invalid': {
    ...data,
    title: 'Input the code cannot read',
    confirms: 'parse or constraint errors on particular records',
    rulesOut: [byHand('all records fail')],
    depth: 'root',
    aliases: [['malformed', 'bad data', 'bad input', 'invalid data', 'invalid input']],
    obstacles: ['next-run-meets-it', 'new-pods-meet-it'],
    effects: { own: [...slow, 'backlog'], callers: ['latency', 'errors'], reaches: 'if-seen', callees: [], inside: [] },
  },
  'consumer-stuck': {
    ...data,
    title: 'A consumer is stuck',
    confirms: 'the same message or offset fails again and again while the backlog grows',
    rulesOut: [byHand('its offset moves on')],
    depth: 'root',
    explains: ['data-invalid', ...data.explains],
    aliases: [['consumer', 'consumers', 'poison', 'poison message', 'offset', 'stuck message']],
    obstacles: ['next-run-meets-it', 'new-pods-meet-it'],
    effects: {
      own: ['backlog', 'errors', 'crash', 'traffic-drop'],
      callers: [],
      reaches: 'if-seen',
      callees: ['traffic-drop'],
      inside: [],
    },
    nextStep: ({ it }) => `Step over the message that ${it} cannot process, and keep a copy; a restart reads it again`,
    prevention: (it) => `Let ${it} move messages that it cannot process to a dead letter queue after a few tries.`,
  },
  'cache-stampede': {
    ...data,
    title: 'Requests miss the cache',
    confirms: 'the hit ratio falls, and the store behind the cache gets more queries at the same traffic',
    rulesOut: [byHand('the hit ratio is as before')],
    depth: 'partial',
    canComeOfChange: true,
    explains: ['cpu-overload', 'network-delay', 'slow-itself', 'database-connections-exhausted'],
    aliases: [['stampede', 'cache misses', 'hit ratio', 'hit rate', 'cold cache']],
    obstacles: ['new-pods-meet-it'],
    effects: {
      own: [...slow, 'backlog'],
      callers: ['latency', 'errors'],
      reaches: 'if-seen',
      callees: ['traffic-surge', 'saturation', 'latency'],
      inside: [],
    },
    nextStep: ({ it, orRollBack }) =>
      `Find out why requests of ${it} miss its cache (keys, lifetimes, a flush)${orRollBack}`,
    prevention: (it) => `Alert on the hit ratio of ${it}, and load the cache before a change of keys takes traffic.`,
  },
} as const satisfies Record<string, CauseEntry>;
