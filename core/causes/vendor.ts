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
  'cdn-edge-errors': {
    ...vendor,
    title: 'The CDN makes errors itself',
    confirms: "the CDN's statistics: the additional 5xx are errors of the CDN, not answers of its origin",
    rulesOut: [byHand('the origin answers with the same errors')],
    depth: 'partial',
    canComeOfChange: true,
    strikesMany: false,
    onset: 'timely',
    aliases: [words.edge, ['edge error', 'edge errors', 'vcl']],
    obstacles: [],
    effects: { own: ['errors', 'unavailable'], callers: [], reaches: 'if-seen', callees: ['traffic-drop'], inside: [] },
    nextStep: ({ it }) =>
      `Compare the active version of ${it} with the one before, and check that it reaches its origin`,
    prevention: (it) => `Stage versions of ${it}, and watch its 5xx for some minutes after each activation.`,
  },
  'cdn-hit-ratio-drop': {
    ...vendor,
    title: 'The CDN sends more requests to the origin, because its hit ratio fell',
    confirms: "the CDN's statistics: the hit ratio fell, and fetches from the origin rose",
    rulesOut: [byHand('the hit ratio is as usual')],
    depth: 'partial',
    canComeOfChange: true,
    strikesMany: false,
    onset: 'timely',
    aliases: [['hit ratio', 'hit rate', 'cache misses']],
    obstacles: [],
    effects: {
      own: ['traffic-surge', 'latency'],
      callers: [],
      reaches: 'if-seen',
      callees: ['traffic-surge', 'latency', 'saturation', 'errors'],
      inside: [],
    },
    nextStep: ({ it }) => `Find out why ${it} keeps less: its active version, headers of the origin, or a purge`,
    prevention: (it) => `Alert on the hit ratio of ${it}, and purge by key and not everything.`,
  },
  'cdn-pop-errors': {
    ...vendor,
    title: 'Few locations of the CDN fail',
    confirms: "the CDN's statistics by location: errors at few of them, and none at the others",
    rulesOut: [byHand('all locations have the errors')],
    depth: 'root',
    strikesMany: false,
    aliases: [['pop', 'pops', 'location of the cdn']],
    obstacles: [],
    effects: { own: ['errors', 'unavailable', 'latency'], callers: [], reaches: 'if-seen', callees: [], inside: [] },
    nextStep: ({ it }) =>
      `Report the failing locations of ${it} to the CDN, and take them out of service if it offers that`,
    prevention: (it) => `Check ${it} from several regions, so that one failing location is seen.`,
  },
} as const satisfies Record<string, CauseEntry>;
