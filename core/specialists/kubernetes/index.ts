// Entry of the Kubernetes specialist: it finds problems in the clusters. It applies to every incident but those of a service that runs in no cluster and
// has no neighbours.
import type { Specialist } from '../specialist.ts';

export const kubernetes: Specialist = {
  name: 'kubernetes',
  question: (about) => `What is broken in the cluster around ${about}: pods, rollouts, jobs, services, nodes?`,
  applies: ({ serverless, callers, callees }) => serverless === undefined || callers.length + callees.length > 0,
  load: async () => (await import('./investigate.ts')).investigateKubernetes,
};
