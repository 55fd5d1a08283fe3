// Entry of the AWS specialist: it applies if the page names a resource of AWS, or the catalogue gives one to the service or its neighbours, and a source
// reads resources.
import type { Specialist } from '../specialist.ts';

export const aws: Specialist = {
  name: 'aws',
  question: (about) =>
    `What is wrong with the AWS resources of ${about}: functions, queues, tables, databases, targets?`,
  applies: ({ resources }) => resources.length > 0,
  load: async () => (await import('./investigate.ts')).investigateAws,
};
