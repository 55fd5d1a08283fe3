// Causes about Jobs and their schedules.
import { byHand, type CauseEntry } from './cause.ts';

const job = {
  group: 'job',
  kind: 'run',
  canComeOfChange: true,
  explains: ['application-crash'],
  explainsInside: [],
  strikesMany: false,
  onset: 'timely',
  needsWorkload: false,
  effects: { own: ['job-failed', 'crash'], callers: [], reaches: 'if-seen', callees: [], inside: [] },
  nextStep: ({ it }) => `Fix the error of ${it}, then run it again`,
  prevention: (it) =>
    `Let ${it} retry what fails in passing and go on where it stopped, and alert on a success that is missing.`,
} as const satisfies Partial<CauseEntry>;

export const jobCauses = {
  'job-failed': {
    ...job,
    title: 'A Job failed',
    confirms: 'BackoffLimitExceeded with an error that a rerun may not repeat',
    rulesOut: [byHand('the Job succeeded')],
    depth: 'partial',
    aliases: [],
    obstacles: [],
  },
  'job-deadline': {
    ...job,
    title: 'A Job ran past its deadline',
    confirms: 'DeadlineExceeded',
    rulesOut: [byHand('finished in time')],
    depth: 'partial',
    aliases: [['deadline']],
    obstacles: [],
  },
  'job-overlap': {
    ...job,
    kind: 'state',
    title: 'Runs of a CronJob overlap',
    confirms: 'a run is still active when the next one starts, and concurrencyPolicy allows it',
    rulesOut: [byHand('one run at a time')],
    depth: 'root',
    aliases: [['overlap', 'overlaps', 'overlapping', 'concurrent runs', 'twice at once']],
    obstacles: ['next-run-meets-it'],
    effects: {
      own: ['job-failed', 'latency', 'saturation', 'backlog'],
      callers: [],
      reaches: 'if-seen',
      callees: ['latency', 'saturation', 'errors'],
      inside: [],
    },
    nextStep: ({ it }) => `Let the run of ${it} that is furthest finish, end the others, and forbid concurrent runs`,
    prevention: (it) =>
      `Set concurrencyPolicy of ${it} to Forbid, and alert on runs that take longer than its interval.`,
  },
  'cronjob-suspended': {
    ...job,
    title: 'A CronJob is suspended',
    confirms: 'spec.suspend is true and runs are missed',
    rulesOut: [byHand('not suspended')],
    depth: 'root',
    aliases: [['suspended']],
    obstacles: ['next-run-meets-it', 'new-pods-meet-it'],
  },
} as const satisfies Record<string, CauseEntry>;
