// Entry of the Kubernetes specialist: it applies to every incident and finds problems in the clusters.
import { alwaysApplies, type Specialist } from '../specialist.ts';

export const kubernetes: Specialist = {
  name: 'kubernetes',
  question: (about) => `What is broken in the cluster around ${about}: pods, rollouts, jobs, services, nodes?`,
  applies: alwaysApplies,
  load: async () => (await import('./investigate.ts')).investigateKubernetes,
};
