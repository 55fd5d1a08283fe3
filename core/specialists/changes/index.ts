import { alwaysApplies, type Specialist } from '../specialist.ts';

export const changes: Specialist = {
  name: 'changes',
  question: (about) => `What changed before the onset that can explain what misbehaves at ${about}?`,
  applies: alwaysApplies,
  load: async () => (await import('./investigate.ts')).investigateChanges,
};
