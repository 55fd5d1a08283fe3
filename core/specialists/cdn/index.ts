// Entry of the CDN specialist: it applies if the page mentions a CDN and gives an address.
import { edgeUrlsIn } from '../../topology/managed-resources.ts';
import type { Specialist } from '../specialist.ts';

export const cdn: Specialist = {
  name: 'cdn',
  question: () => 'What does the CDN answer for these addresses, and does an error come out of its cache?',
  applies: (_, trigger) => edgeUrlsIn(trigger).length > 0,
  load: async () => (await import('./investigate.ts')).investigateCdn,
};
