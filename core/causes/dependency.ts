// Causes about failures of a service itself and of its dependencies, databases included.
import { words } from './aliases.ts';
import { byHand, type CauseEntry, type Situation } from './cause.ts';
import { broken, serving } from './effects.ts';

const lookAtDependency = ({ it }: Situation) => `Look at what ${it} depends on, with the owner of it`;
const lookAtError = (situation: Situation) =>
  situation.isRuledOut('restart-rollout')
    ? lookAtDependency(situation)
    : `Look at the error of ${situation.it} and at what is new in it`;

const dependency = {
  group: 'dependency',
  kind: 'state',
  canComeOfChange: true,
  explains: ['liveness-probe', 'readiness-probe', 'application-crash', 'network-delay', 'job-failed'],
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
  nextStep: lookAtDependency,
  prevention: (it) =>
    `Agree with the owner of what ${it} depends on what it can rely on, and give its calls timeouts, bounded retries and a way to do without.`,
} as const satisfies Partial<CauseEntry>;

export const dependencyCauses = {
  'application-crash': {
    ...dependency,
    title: 'The application crashes on its own',
    confirms: 'non-zero exit with an error of its own in the log',
    rulesOut: [byHand('killed from outside')],
    depth: 'partial',
    aliases: [['crash', 'crashes', 'crashed', 'crashing', 'crashloop', 'crashloop*']],
    obstacles: ['is-down'],
    nextStep: lookAtError,
  },
  'application-errors': {
    ...dependency,
    title: 'The service itself returns errors',
    confirms: 'error ratio rises first at this service, with no failing callee',
    rulesOut: [byHand('a callee fails earlier')],
    depth: 'effect',
    aliases: [],
    obstacles: [],
    explains: [],
    effects: {
      own: ['errors', 'latency', 'unavailable', 'traffic-drop'],
      callers: serving,
      reaches: 'always',
      callees: ['traffic-drop'],
      inside: [],
    },
    nextStep: lookAtError,
  },
  'dependency-unavailable': {
    ...dependency,
    title: 'A service it calls does not answer',
    confirms: 'refused, timeout or unavailable towards one callee',
    rulesOut: [byHand('the callee answers')],
    depth: 'effect',
    aliases: [],
    obstacles: ['lies-in-dependency'],
    explains: [],
  },
  'database-credentials': {
    ...dependency,
    title: 'Database refuses the credentials',
    confirms: 'access denied or password authentication failed',
    rulesOut: [byHand('logins work')],
    depth: 'root',
    aliases: [words.database, ['credential', 'credentials', 'password', 'passwords']],
    obstacles: ['next-run-meets-it', 'new-pods-meet-it', 'lies-in-dependency'],
  },
  'database-port': {
    ...dependency,
    title: 'Database is asked on the wrong port',
    confirms: 'refused on a port the database does not listen on',
    rulesOut: [byHand('the port is right')],
    depth: 'root',
    aliases: [words.database, words.wrongPort],
    obstacles: ['next-run-meets-it', 'new-pods-meet-it', 'lies-in-dependency'],
  },
  'database-read-only': {
    ...dependency,
    title: 'Database is read-only',
    confirms: 'read-only errors on writes',
    rulesOut: [byHand('writes work')],
    depth: 'root',
    aliases: [words.database, ['read only', 'readonly']],
    obstacles: ['next-run-meets-it', 'new-pods-meet-it', 'lies-in-dependency'],
    canComeOfChange: false,
    effects: { own: ['errors'], callers: ['errors'], reaches: 'always', callees: [], inside: [] },
  },
  'database-connections-exhausted': {
    ...dependency,
    title: 'Database has no connections left',
    confirms: 'too many connections, pool exhausted',
    rulesOut: [byHand('connections are free')],
    depth: 'partial',
    aliases: [
      words.database,
      [
        'pool',
        'no connection',
        'no connections',
        'too many connection',
        'too many connections',
        'out of connection',
        'out of connections',
        'exhausted connection',
        'exhausted connections',
        'database connection',
        'database connections',
        'db connection',
        'db connections',
        'connection exhausted',
        'connections exhausted',
        'connection limit',
        'connections limit',
        'connection left',
        'connections left',
        'connection pool',
        'connections pool',
      ],
    ],
    obstacles: ['takes-no-more-load'],
    effects: { own: [...serving, 'saturation'], callers: serving, reaches: 'always', callees: [], inside: [] },
  },
} as const satisfies Record<string, CauseEntry>;
