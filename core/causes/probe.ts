// Causes about probes that check the wrong thing, or too early.
import { words } from './aliases.ts';
import { byHand, type CauseEntry } from './cause.ts';
import { broken, serving } from './effects.ts';

const probe = {
  group: 'probe',
  kind: 'state',
  canComeOfChange: true,
  explains: ['liveness-probe', 'readiness-probe', 'application-crash'],
  explainsInside: [],
  strikesMany: false,
  onset: 'timely',
  needsWorkload: false,
  effects: { own: broken, callers: serving, reaches: 'if-seen', callees: ['traffic-drop'], inside: [] },
  nextStep: ({ it, orRollBack }) => `Correct the probe of ${it}${orRollBack}`,
  prevention: (it) => `Try the probes of ${it} under load before they roll out, and give slow starts a startup probe.`,
} as const satisfies Partial<CauseEntry>;

export const probeCauses = {
  'liveness-probe': {
    ...probe,
    title: 'Liveness probe is misconfigured',
    confirms: 'Unhealthy: Liveness probe failed and the container is killed while the application answers',
    rulesOut: [byHand('the application itself is sick')],
    depth: 'partial',
    aliases: [['liveness'], words.probe],
    obstacles: [],
  },
  'liveness-probe-port': {
    ...probe,
    title: 'Liveness probe uses the wrong port',
    confirms: 'probe port is not a port of the container',
    rulesOut: [byHand('ports agree')],
    depth: 'root',
    aliases: [],
    obstacles: [],
  },
  'liveness-probe-protocol': {
    ...probe,
    title: 'Liveness probe uses the wrong protocol',
    confirms: 'HTTP probe on a gRPC or TCP port, or the reverse',
    rulesOut: [byHand('protocols agree')],
    depth: 'root',
    aliases: [],
    obstacles: [],
  },
  'liveness-probe-timing': {
    ...probe,
    title: 'Liveness probe is too impatient',
    confirms: 'killed within initialDelay+period×threshold while still starting',
    rulesOut: [byHand('fails long after start')],
    depth: 'root',
    aliases: [],
    obstacles: [],
  },
  'readiness-probe': {
    ...probe,
    title: 'Readiness probe is misconfigured',
    confirms: 'running, never ready, and the application answers',
    rulesOut: [byHand('the application itself is sick')],
    depth: 'partial',
    aliases: [['readiness'], words.probe],
    obstacles: [],
  },
  'readiness-probe-port': {
    ...probe,
    title: 'Readiness probe uses the wrong port',
    confirms: 'probe port is not a port of the container',
    rulesOut: [byHand('ports agree')],
    depth: 'root',
    aliases: [],
    obstacles: [],
  },
  'readiness-probe-protocol': {
    ...probe,
    title: 'Readiness probe uses the wrong protocol',
    confirms: 'HTTP probe on a gRPC or TCP port, or the reverse',
    rulesOut: [byHand('protocols agree')],
    depth: 'root',
    aliases: [],
    obstacles: [],
  },
} as const satisfies Record<string, CauseEntry>;
