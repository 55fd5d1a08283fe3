// Entry of the metrics specialist: it applies to every incident and finds the signals that moved.
import { alwaysApplies, type Specialist } from '../specialist.ts';

export const metrics: Specialist = {
  name: 'metrics',
  question: (about) => `Which signal of ${about} or of what it depends on moved first, when, and by how much?`,
  applies: alwaysApplies,
  load: async () => (await import('./investigate.ts')).investigateMetrics,
};
