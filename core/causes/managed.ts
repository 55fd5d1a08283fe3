// Causes about managed resources of AWS: functions, queues, tables, streams, databases, services of ECS and the quotas of an account.
import { words } from './aliases.ts';
import { byHand, type CauseEntry } from './cause.ts';
import { observed, observedSince } from './checks.ts';
import { broken, serving, slow } from './effects.ts';

const managed = {
  group: 'managed',
  kind: 'state',
  canComeOfChange: true,
  explains: ['application-crash', 'network-delay', 'slow-itself', 'job-failed', 'api-rate-limit'],
  explainsInside: [],
  strikesMany: false,
  onset: 'timely',
  needsWorkload: false,
  effects: {
    own: [...broken, 'saturation', 'backlog'],
    callers: [...serving, 'backlog'],
    reaches: 'if-seen',
    callees: ['traffic-drop'],
    inside: [],
  },
} as const satisfies Partial<CauseEntry>;

export const managedCauses = {
  'concurrency-exhausted': {
    ...managed,
    title: 'A function may not run more often at a time',
    confirms:
      'Throttles rise while ConcurrentExecutions is at the reserved concurrency of the function or at the limit of the account',
    rulesOut: [{ observation: 'none of its invocations was throttled', check: observed('none-throttled') }],
    depth: 'partial',
    aliases: [['concurrency', 'concurrent executions', 'reserved concurrency']],
    obstacles: ['takes-no-more-load'],
    nextStep: ({ it, orRollBack }) =>
      `Raise the reserved concurrency of ${it} or the limit of its account, once it is clear whether its traffic or its duration grew${orRollBack}`,
    prevention: (it) => `Alert on the concurrent executions of ${it} against its limit, and reserve what it needs.`,
  },
  'function-timeout': {
    ...managed,
    title: 'A function runs into its time limit',
    confirms: 'its duration reaches its timeout, and its log says that it timed out',
    rulesOut: [byHand('its longest duration stays below its timeout')],
    depth: 'partial',
    aliases: [['function timeout', 'task timed out', 'lambda timeout']],
    obstacles: [],
    nextStep: ({ it, orRollBack }) =>
      `Find what ${it} waits for in the calls that reach its timeout, before the timeout is raised${orRollBack}`,
    prevention: (it) =>
      `Give the calls of ${it} timeouts shorter than its own, and alert on its duration against its timeout.`,
  },
  'throughput-exceeded': {
    ...managed,
    title: 'A table or stream gets more requests than its capacity',
    confirms: 'throttle events of the table or stream, with its consumption at its provisioned capacity or on one key',
    rulesOut: [{ observation: 'none of its requests was throttled', check: observed('none-throttled') }],
    depth: 'partial',
    aliases: [['throughput exceeded', 'provisioned throughput', 'write capacity', 'read capacity', 'hot partition']],
    obstacles: ['takes-no-more-load', 'new-pods-meet-it'],
    effects: {
      own: [...slow, 'unavailable'],
      callers: [...serving, 'backlog'],
      reaches: 'always',
      callees: [],
      inside: [],
    },
    nextStep: ({ it, orRollBack }) =>
      `Raise the capacity of ${it} or switch it to on-demand, and find who asks it more than before${orRollBack}`,
    prevention: (it) => `Let ${it} scale its capacity, and alert on its consumption against it.`,
  },
  'dead-letters-growing': {
    ...managed,
    title: 'Dead letters pile up',
    confirms: 'the depth of a dead letter queue rises',
    rulesOut: [byHand('the dead letters are old')],
    depth: 'effect',
    aliases: [['dead letter', 'dead letters', 'dlq']],
    obstacles: [],
    explains: [],
    effects: { own: ['backlog', 'errors'], callers: [], reaches: 'if-seen', callees: [], inside: [] },
    nextStep: ({ it }) => `Read one message in ${it} and the error of its consumer; redrive them once that is mended`,
    prevention: (it) => `Alert on the first message in ${it}.`,
  },
  'consumer-behind': {
    ...managed,
    title: 'A consumer does not keep up',
    confirms: 'the oldest message or record gets older while new ones arrive',
    rulesOut: [byHand('the age of the oldest message is steady')],
    depth: 'partial',
    aliases: [['consumer lag', 'iterator age', 'backlog', 'does not keep up', 'behind']],
    obstacles: [],
    effects: { own: ['backlog', 'latency'], callers: ['latency'], reaches: 'if-seen', callees: [], inside: [] },
    nextStep: ({ it, orRollBack }) =>
      `Compare what arrives at ${it} with what its consumer finishes: raise the consumer's concurrency, or mend what slows it${orRollBack}`,
    prevention: (it) => `Alert on the age of the oldest message of ${it}, and let its consumer scale with it.`,
  },
  'consumer-disabled': {
    ...managed,
    title: 'The consumer is switched off',
    confirms: 'the event source mapping is disabled while messages wait',
    rulesOut: [byHand('the mapping is enabled')],
    depth: 'root',
    explains: ['consumer-behind', ...managed.explains],
    aliases: [['event source mapping', 'switched off', 'trigger disabled', 'mapping disabled']],
    obstacles: ['new-pods-meet-it'],
    effects: {
      own: ['backlog', 'traffic-drop'],
      callers: ['backlog', 'latency'],
      reaches: 'always',
      callees: ['traffic-drop'],
      inside: [],
    },
    nextStep: ({ it }) => `Find out who disabled the event source of ${it} and why, then enable it`,
    prevention: (it) => `Alert on event sources of ${it} that are not enabled.`,
  },
  'database-failover': {
    ...managed,
    title: 'A database failed over or restarted',
    confirms: 'failover, recovery or restart among the events of the database',
    rulesOut: [{ observation: 'its events say nothing of a failover', check: observed('no-failover') }],
    depth: 'root',
    canComeOfChange: false,
    explains: ['database-read-only', 'database-refuses-writes', 'database-connections-exhausted', ...managed.explains],
    aliases: [words.database, ['failover', 'failed over', 'fail over']],
    obstacles: ['lies-in-dependency'],
    effects: { own: serving, callers: serving, reaches: 'always', callees: [], inside: [] },
    nextStep: ({ it }) =>
      `Check that the clients of ${it} have reconnected to its new writer, and read its events for the reason of the failover`,
    prevention: (it) => `Let the clients of ${it} resolve its name again and reconnect, and rehearse a failover.`,
  },
  'targets-unhealthy': {
    ...managed,
    title: 'The load balancer finds its targets unhealthy',
    confirms: 'DescribeTargetHealth reports unhealthy targets, with its reason',
    rulesOut: [{ observation: 'all of its targets are healthy', check: observedSince('targets-healthy') }],
    depth: 'partial',
    aliases: [['target', 'targets', 'unhealthy host', 'unhealthy hosts', 'health check', 'health checks']],
    obstacles: ['new-pods-meet-it'],
    nextStep: ({ it, orRollBack }) =>
      `Compare the health check of ${it} (path, port, codes, timeout) with what its targets answer${orRollBack}`,
    prevention: (it) => `Test the health check of ${it} before a rollout, and alert on its healthy hosts.`,
  },
  'service-quota-reached': {
    ...managed,
    title: 'A quota of the AWS account is reached',
    confirms: 'the use of a service quota is at its value, or AWS refuses with a limit',
    rulesOut: [byHand('the use is below the quota')],
    depth: 'root',
    explains: ['task-cannot-start', 'concurrency-exhausted', 'throughput-exceeded', ...managed.explains],
    strikesMany: true,
    aliases: [['service quota', 'service quotas', 'account limit', 'aws limit', 'limit exceeded']],
    obstacles: ['next-run-meets-it', 'no-room-for-pods'],
    nextStep: ({ it }) => `Free what ${it} does not need, and ask AWS for a higher quota`,
    prevention: (it) => `Alert on the use of the quotas of ${it} before they are reached.`,
  },
  'task-cannot-start': {
    ...managed,
    title: 'Its tasks do not start',
    confirms: 'ECS stops tasks before they run, or cannot place them, and says why',
    rulesOut: [{ observation: 'all of its tasks run', check: observedSince('all-pods-available') }],
    depth: 'partial',
    aliases: [['ecs task', 'ecs tasks', 'task placement', 'tasks do not start']],
    obstacles: ['new-pods-meet-it', 'is-down'],
    nextStep: ({ it, orRollBack }) => `Read the reason with which ECS stopped the tasks of ${it}${orRollBack}`,
    prevention: (it) =>
      `Give the deployments of ${it} a circuit breaker that rolls back, and start a new image once before it is rolled out.`,
  },
} as const satisfies Record<string, CauseEntry>;
