// Causes at vendors and at the CDN.
import { words } from './aliases.ts';
import { byHand, type CauseEntry } from './cause.ts';
import { serving } from './effects.ts';

const vendor = {
  group: 'vendor',
  kind: 'state',
  canComeOfChange: false,
  explains: ['application-crash', 'dns-failure', 'network-delay', 'slow-itself', 'job-failed'],
  explainsInside: [],
  strikesMany: true,
  onset: 'unreliable',
  needsWorkload: false,
  effects: { own: serving, callers: serving, reaches: 'always', callees: [], inside: [] },
  nextStep: ({ it }) => `Roll nothing back: fail over or degrade ${it}, and follow the vendor's status`,
  prevention: (it) => `Decide how ${it} degrades while its vendor is away, and subscribe to the vendor's status.`,
} as const satisfies Partial<CauseEntry>;

export const vendorCauses = {
  'vendor-outage': {
    ...vendor,
    title: 'A vendor has an outage',
    confirms: "vendor's status feed and errors towards it alone",
    rulesOut: [byHand('vendor is operational')],
    depth: 'root',
    aliases: [['vendor', 'provider', 'third party', 'aws', 'fastly', 'cloudflare'], words.edge],
    obstacles: [],
  },
  'cdn-cached-error': {
    ...vendor,
    title: 'The CDN answers an error out of its cache',
    confirms: 'a cache hit with a status of 400 or above, while the origin answers correctly',
    rulesOut: [byHand('the error is passed on from behind')],
    depth: 'root',
    aliases: [words.edge],
    obstacles: [],
    effects: { own: ['errors', 'unavailable'], callers: [], reaches: 'if-seen', callees: [], inside: [] },
    nextStep: ({ it }) => `Purge ${it} from the CDN, and find out why the CDN cached the error`,
  },
} as const satisfies Record<string, CauseEntry>;
