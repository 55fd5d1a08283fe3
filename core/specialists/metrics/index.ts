import { alwaysApplies, type Specialist } from '../specialist.ts';

export const metrics: Specialist = {
  name: 'metrics',
  question: (about) => `Which signal of ${about} or of what it depends on moved first, when, and by how much?`,
  applies: alwaysApplies,
  load: async () => (await import('./investigate.ts')).investigateMetrics,
};
