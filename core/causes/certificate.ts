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
  'certificate-invalid': {
    ...certificate,
    title: 'A certificate is not trusted or names another host',
    confirms: 'unknown authority, self-signed certificate, or another host name in the certificate',
    rulesOut: [byHand('the chain verifies for the host name')],
    depth: 'root',
    canComeOfChange: true,
    aliases: [['certificate', 'certificates', 'unknown authority', 'self signed', 'truststore']],
    obstacles: ['next-run-meets-it', 'new-pods-meet-it'],
    nextStep: ({ it }) => `Compare the certificate that ${it} presents with what its callers trust`,
    prevention: (it) => `Verify the chain and the names of the certificate of ${it} before it goes live.`,
  },
} as const satisfies Record<string, CauseEntry>;
