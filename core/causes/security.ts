// Causes that security services observe.
import { byHand, type CauseEntry } from './cause.ts';

export const securityCauses = {
  'security-threat': {
    group: 'security',
    title: 'Something foreign runs on it',
    confirms: 'a security service observed a threat there whose effect is what the page reports',
    rulesOut: [byHand('the observed activity is known and wanted')],
    depth: 'partial',
    kind: 'state',
    canComeOfChange: false,
    explains: ['cpu-overload', 'cpu-throttled', 'slow-itself'],
    explainsInside: [],
    strikesMany: false,
    onset: 'unreliable',
    needsWorkload: false,
    effects: {
      own: ['saturation', 'latency', 'traffic-surge'],
      callers: ['latency', 'errors'],
      reaches: 'if-seen',
      callees: [],
      inside: [],
    },
    aliases: [['miner', 'cryptominer', 'intrusion', 'compromised', 'guardduty']],
    obstacles: ['new-pods-meet-it'],
    nextStep: ({ it }) => `Call the security team before anything at ${it} is restarted: a restart removes traces`,
    prevention: (it) =>
      `Limit what can run on ${it} and what it can reach, and page the security team for such findings.`,
  },
} as const satisfies Record<string, CauseEntry>;
