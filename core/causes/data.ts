// Causes about data that is too large or unreadable.
import { byHand, type CauseEntry } from './cause.ts';
import { slow } from './effects.ts';

const data = {
  group: 'data',
  kind: 'state',
  canComeOfChange: false,
  explains: ['cpu-overload', 'application-crash', 'network-delay', 'job-failed', 'job-deadline'],
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
  nextStep: ({ it }) => `Look at the data that ${it} reads, and at its size`,
  prevention: (it) => `Alert on the growth of the data that ${it} reads, and check input where it comes in.`,
} as const satisfies Partial<CauseEntry>;

export const dataCauses = {
  'data-growth': {
    ...data,
    title: 'Data outgrew what reads it',
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
} as const satisfies Record<string, CauseEntry>;
