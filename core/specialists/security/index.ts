// Entry of the security specialist: it applies only if the catalogue gives the paged service a source of security findings.
import type { Specialist } from '../specialist.ts';

export const security: Specialist = {
  name: 'security',
  question: (about) => `What do security services say about ${about}, and can any of it explain the page?`,
  applies: ({ sources }) => (sources.security?.length ?? 0) > 0,
  load: async () => (await import('./investigate.ts')).investigateSecurity,
};
