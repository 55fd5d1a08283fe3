// Words that people use for kinds of things, with the names that things of each kind have. A brand name means that brand only. Data.

export interface ThingWords {
  /** The words that people use. */
  readonly words: readonly string[];
  /** Words that occur in the names of such things. */
  readonly names: readonly string[];
  /** Kinds of entities that always belong here, whatever their names are. */
  readonly kinds: readonly string[];
}

const brand = (...names: readonly string[]): ThingWords => ({ words: names, names, kinds: [] });

export const thingWords: readonly ThingWords[] = [
  brand('redis', 'memcache', 'memcached', 'valkey'),
  brand('mysql', 'mariadb'),
  brand('postgres', 'postgresql', 'pg'),
  brand('mongo', 'mongodb'),
  brand('cassandra'),
  brand('kafka'),
  brand('rabbitmq'),
  brand('nats'),
  brand('fastly'),
  brand('cloudfront'),
  {
    words: ['cache', 'caches'],
    names: ['cache', 'caches', 'redis', 'memcache', 'memcached', 'valkey'],
    kinds: [],
  },
  {
    words: ['database', 'databases', 'db'],
    names: [
      ...['db', 'database', 'databases', 'mysql', 'mariadb', 'postgres', 'postgresql', 'pg', 'mongo', 'mongodb'],
      ...['cassandra', 'rds', 'aurora'],
    ],
    kinds: ['Database'],
  },
  {
    words: ['queue', 'queues', 'broker'],
    names: ['queue', 'queues', 'kafka', 'rabbitmq', 'nats', 'sqs', 'broker'],
    kinds: [],
  },
  { words: ['node', 'nodes', 'machine', 'host'], names: [], kinds: ['Node'] },
  { words: ['cron job', 'cronjob'], names: [], kinds: ['CronJob'] },
  { words: ['job'], names: [], kinds: ['CronJob', 'Job'] },
  { words: ['ingress', 'gateway'], names: ['ingress', 'gateway'], kinds: ['Ingress'] },
  { words: ['cdn'], names: ['cdn', 'fastly', 'cloudfront'], kinds: ['Cdn'] },
];

/** Words that describe a state when they follow "not", and do not deny a cause. */
export const statesBehindNot: readonly string[] = [
  ...['only', 'ready', 'found', 'mounted', 'writable', 'enough', 'reachable', 'available', 'working', 'running'],
  ...['bound', 'scheduled', 'tolerated', 'known', 'able', 'set', 'there'],
];
/** Stems of such words. */
export const stemsBehindNot: readonly string[] = ['resolv', 'exist', 'respond', 'answer', 'finish', 'agree'];

/** Whether a lower-case text contains one of the words, delimited by characters other than a to z. */
export function hasWord(text: string, words: readonly string[]): boolean {
  const plain = ` ${text.split(/[^a-z]+/).join(' ')} `;
  return words.some((word) => plain.includes(` ${word} `));
}
