// The Memory port of a stage without a memory.
import { Unavailable } from '../../core/errors.ts';
import type { Memory } from '../../core/ports/channels.ts';

/** Stores nothing, recalls nothing, and tells a person who teaches. */
export const noMemory = (): Memory => ({
  remember: async () => {},
  utterances: async () => [],
  recall: async () => [],
  teach: async () => {
    throw new Unavailable('No memory is configured: facts about services cannot be kept.');
  },
  facts: async () => [],
  forget: async () => {},
});
