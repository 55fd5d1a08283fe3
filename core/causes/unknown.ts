// The entry for an unknown cause.
import type { CauseEntry } from './cause.ts';

const unknown = {
  group: 'unknown',
  kind: 'state',
  canComeOfChange: false,
  explains: [],
  explainsInside: [],
  strikesMany: false,
  onset: 'timely',
  needsWorkload: false,
  effects: { own: [], callers: [], reaches: 'if-seen', callees: [], inside: [] },
  nextStep: ({ it }) => `Investigate ${it} manually`,
  prevention: (it) => `Find the cause at ${it}: nothing on record explains it.`,
} as const satisfies Partial<CauseEntry>;

export const unknownCauses = {
  unknown: {
    ...unknown,
    title: 'Not known',
    confirms: 'nothing found explains the symptom',
    rulesOut: [],
    depth: 'effect',
    aliases: [],
    obstacles: [],
  },
} as const satisfies Record<string, CauseEntry>;
