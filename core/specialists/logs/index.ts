// Entry of the logs specialist: it applies to every incident and finds new and surging errors.
import { alwaysApplies, type Specialist } from '../specialist.ts';

export const logs: Specialist = {
  name: 'logs',
  question: (about) => `Which errors around ${about} are new or surging, and which line is the most relevant?`,
  applies: alwaysApplies,
  load: async () => (await import('./investigate.ts')).investigateLogs,
};
