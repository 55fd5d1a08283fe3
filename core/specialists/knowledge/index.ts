// Entry of the knowledge specialist: it applies to every incident and quotes runbooks and past incidents.
import { alwaysApplies, type Specialist } from '../specialist.ts';

export const knowledge: Specialist = {
  name: 'knowledge',
  question: (about) => `What do runbooks and past incidents say about this kind of failure of ${about}?`,
  applies: alwaysApplies,
  load: async () => (await import('./investigate.ts')).investigateKnowledge,
};
