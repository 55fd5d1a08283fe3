// Defines the action that purges a surrogate key from the CDN cache.
import type { ActionDefinition } from '../action-definition.ts';
import { touchesNoPod } from '../action-impact.ts';
import { noParameters } from '../action-parameters.ts';
import { unlimited } from '../workload-limits.ts';

export const purgeCdnKey: ActionDefinition<'purge-cdn-key', 'fastly'> = {
  id: 'purge-cdn-key',
  executor: 'fastly',
  stakes: 'safe',
  kinds: ['SurrogateKey'],
  verbs: {
    does: ['purge *', 'flush *', 'invalidate *', 'clear the cache', 'clear its cache', 'clear cache'],
    undoes: [],
    nouns: ['purge', 'cache purge', 'flush', 'invalidation'],
    targetWords: ['cache', 'cdn'],
    taught: { name: 'purge', forms: ['(purge|purging)'], appliesToData: true },
  },
  mends: ['cdn-cached-error'],
  rulesOut: [],
  needsChange: false,
  parameters: noParameters,
  limits: unlimited,
  reversible: false,
  settleSeconds: 15,
  title: (target) => `Purge surrogate key ${target.name} of ${target.namespace} in ${target.cluster}`,
  blastRadius: (target) =>
    `Marks what the CDN keeps under ${target.name} as stale: the next request for each goes to what is behind it.`,
  inverse: () => 'The CDN fills its cache again by itself.',
  verify: (target) => `Does the CDN answer well again for what is under ${target.name}?`,
  impact: touchesNoPod,
};
