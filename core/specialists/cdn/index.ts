// Entry of the CDN specialist: it applies if the page mentions a CDN, or the catalogue says that the paged service is behind one.
import { edgeUrlsIn, mentionsCdn } from '../../topology/managed-resources.ts';
import type { Specialist } from '../specialist.ts';

export const cdn: Specialist = {
  name: 'cdn',
  question: (about) =>
    `What does the CDN deliver for ${about} and for the addresses in the page, and does an error come from it or from its origin?`,
  applies: ({ sources }, trigger) =>
    edgeUrlsIn(trigger).length > 0 || (sources.cdn?.length ?? 0) > 0 || mentionsCdn(trigger),
  load: async () => (await import('./investigate.ts')).investigateCdn,
};
