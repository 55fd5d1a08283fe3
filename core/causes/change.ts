// Causes about changes that somebody made, and rollouts that do not finish.
import type { CauseEntry } from './cause.ts';
import { observed, troublePrecedesChange } from './checks.ts';
import { broken, serving } from './effects.ts';

const change = {
  group: 'change',
  kind: 'change',
  canComeOfChange: true,
  explains: [
    'liveness-probe',
    'readiness-probe',
    'application-crash',
    'network-delay',
    'slow-itself',
    'job-failed',
    'cdn-edge-errors',
    'cdn-hit-ratio-drop',
  ],
  explainsInside: [],
  strikesMany: false,
  onset: 'timely',
  needsWorkload: true,
  effects: {
    own: [...broken, 'saturation', 'backlog'],
    callers: serving,
    reaches: 'if-seen',
    callees: ['traffic-drop'],
    inside: [],
  },
  nextStep: ({ it, isRuledOut }) =>
    isRuledOut('rollback-rollout')
      ? `Correct ${it} by a new change: going back does not help here`
      : `Take the latest change of ${it} back, and watch whether it recovers`,
  prevention: (it) =>
    `Roll ${it} out in steps that stop by themselves when errors rise, and add the test that would have failed.`,
} as const satisfies Partial<CauseEntry>;

export const changeCauses = {
  'code-change': {
    ...change,
    title: 'A code change broke it',
    confirms: 'onset follows the rollout of a diff that touches what misbehaves',
    rulesOut: [{ observation: 'the trouble began before the change went live', check: troublePrecedesChange }],
    depth: 'root',
    aliases: [
      [
        'deploy',
        'deploys',
        'deployed',
        'deploying',
        'release',
        'releases',
        'commit',
        'commits',
        'code change',
        'deployment of',
        'new deployment',
        'last deployment',
        'latest deployment',
        'bad deployment',
      ],
    ],
    obstacles: ['next-run-meets-it'],
  },
  'config-change': {
    ...change,
    title: 'A configuration change broke it',
    confirms: 'onset follows the change of a key that governs what misbehaves',
    rulesOut: [{ observation: 'the trouble began before the change went live', check: troublePrecedesChange }],
    depth: 'root',
    aliases: [['config', 'configuration', 'setting', 'settings']],
    obstacles: ['next-run-meets-it'],
  },
  'flag-change': {
    ...change,
    title: 'A feature flag broke it',
    confirms: 'onset follows the flip, and ends with its reversal',
    rulesOut: [{ observation: 'the trouble began before the flip', check: troublePrecedesChange }],
    depth: 'root',
    aliases: [['flag', 'flags', 'toggle']],
    obstacles: [],
  },
  'infrastructure-change': {
    ...change,
    title: 'An infrastructure change broke it',
    confirms: 'onset follows a change of its infrastructure',
    rulesOut: [{ observation: 'the trouble began before the change went live', check: troublePrecedesChange }],
    depth: 'root',
    aliases: [['terraform', 'cloudformation', 'infrastructure']],
    obstacles: [],
    effects: {
      own: [...broken, 'saturation', 'backlog', 'node-down'],
      callers: serving,
      reaches: 'if-seen',
      callees: ['traffic-drop'],
      inside: [...serving, 'node-down'],
    },
  },
  'rollout-stuck': {
    ...change,
    title: 'A rollout does not finish',
    confirms: 'ProgressDeadlineExceeded',
    rulesOut: [{ observation: 'all of its pods are available', check: observed('all-pods-available') }],
    depth: 'effect',
    aliases: [],
    obstacles: [],
    kind: 'state',
    explains: [],
    effects: { own: ['unavailable'], callers: [], reaches: 'if-seen', callees: [], inside: [] },
  },
} as const satisfies Record<string, CauseEntry>;
