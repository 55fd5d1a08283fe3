// Entry of the traces specialist: it applies to every incident, and compares spans of the incident with those of normal times.
import { alwaysApplies, type Specialist } from '../specialist.ts';

export const traces: Specialist = {
  name: 'traces',
  question: (about) =>
    `Where in the calls through ${about} is time spent, where do errors begin, and which calls are gone?`,
  applies: alwaysApplies,
  load: async () => (await import('./investigate.ts')).investigateTraces,
};
