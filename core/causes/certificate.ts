// Causes about certificates.
import { byHand, type CauseEntry } from './cause.ts';

const certificate = {
  group: 'certificate',
  kind: 'state',
  canComeOfChange: false,
  explains: ['readiness-probe', 'application-crash', 'job-failed'],
  explainsInside: [],
  strikesMany: true,
  onset: 'timely',
  needsWorkload: false,
  effects: {
    own: ['certificate', 'errors', 'unavailable', 'traffic-drop'],
    callers: ['errors', 'unavailable'],
    reaches: 'always',
    callees: ['traffic-drop'],
    inside: [],
  },
  nextStep: ({ it }) => `Renew the certificate that ${it} uses`,
  prevention: (it) => `Renew the certificate of ${it} automatically, and alert weeks before one expires.`,
} as const satisfies Partial<CauseEntry>;

export const certificateCauses = {
  'certificate-expired': {
    ...certificate,
    title: 'A certificate expired',
    confirms: 'certificate has expired, x509',
    rulesOut: [byHand('certificate is valid')],
    depth: 'root',
    aliases: [['certificate', 'certificates', 'cert', 'certs', 'ssl', 'x509']],
    obstacles: ['next-run-meets-it', 'new-pods-meet-it'],
  },
} as const satisfies Record<string, CauseEntry>;
