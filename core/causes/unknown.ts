// The entries for an unknown cause and for a cause that only a model named.
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
  other: {
    ...unknown,
    title: 'A cause outside the vocabulary',
    confirms: 'a model names it from evidence of the incident; the analysis has no rule for it',
    rulesOut: [],
    depth: 'root',
    aliases: [],
    obstacles: [],
  },
} as const satisfies Record<string, CauseEntry>;
