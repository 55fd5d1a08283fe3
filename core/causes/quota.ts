// Causes about exhausted namespace quotas.
import { words } from './aliases.ts';
import { byHand, type CauseEntry } from './cause.ts';
import { serving } from './effects.ts';

const quota = {
  group: 'quota',
  kind: 'state',
  canComeOfChange: true,
  explains: ['application-crash'],
  explainsInside: ['any-effect'],
  strikesMany: false,
  onset: 'timely',
  needsWorkload: false,
  effects: { own: ['unavailable'], callers: serving, reaches: 'if-seen', callees: [], inside: ['unavailable'] },
  nextStep: ({ it }) => `Raise the quota of ${it}, or reduce its usage`,
  prevention: (it) => `Alert before the quota of ${it} is used up, and review its size.`,
} as const satisfies Partial<CauseEntry>;

export const quotaCauses = {
  'quota-cpu': {
    ...quota,
    title: 'Namespace CPU quota exceeded',
    confirms: 'FailedCreate: exceeded quota on cpu',
    rulesOut: [byHand('used is below hard')],
    depth: 'root',
    aliases: [words.quota],
    obstacles: ['next-run-meets-it', 'no-room-for-pods'],
  },
  'quota-memory': {
    ...quota,
    title: 'Namespace memory quota exceeded',
    confirms: 'FailedCreate: exceeded quota on memory',
    rulesOut: [byHand('used is below hard')],
    depth: 'root',
    aliases: [words.quota],
    obstacles: ['next-run-meets-it', 'no-room-for-pods'],
  },
  'quota-pods': {
    ...quota,
    title: 'Namespace pod quota exceeded',
    confirms: 'FailedCreate: exceeded quota on pods',
    rulesOut: [byHand('used is below hard')],
    depth: 'root',
    aliases: [words.quota],
    obstacles: ['next-run-meets-it', 'no-room-for-pods'],
  },
  'quota-services': {
    ...quota,
    title: 'Namespace service quota exceeded',
    confirms: 'service creation refused by quota',
    rulesOut: [byHand('used is below hard')],
    depth: 'root',
    aliases: [words.quota],
    obstacles: [],
  },
  'quota-storage': {
    ...quota,
    title: 'Namespace storage quota exceeded',
    confirms: 'claim creation refused by quota',
    rulesOut: [byHand('used is below hard')],
    depth: 'root',
    aliases: [words.quota],
    obstacles: [],
    explainsInside: [
      'any-effect',
      'volume-storage-class',
      'volume-access-mode',
      'volume-capacity',
      'volume-selector',
      'volume-claimed-by-another',
    ],
    effects: {
      own: ['storage', 'unavailable'],
      callers: serving,
      reaches: 'if-seen',
      callees: [],
      inside: ['storage'],
    },
  },
} as const satisfies Record<string, CauseEntry>;
