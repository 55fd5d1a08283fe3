// Entry of the changes specialist: it applies to every incident and finds changes that can explain it.
import { alwaysApplies, type Specialist } from '../specialist.ts';

export const changes: Specialist = {
  name: 'changes',
  question: (about) => `What changed before the onset that can explain what misbehaves at ${about}?`,
  applies: alwaysApplies,
  load: async () => (await import('./investigate.ts')).investigateChanges,
};
