// What people call kinds of things, and what things of that kind are called. Who says a brand means that brand. Data.

export interface ThingWords {
  /** What people say. */
  readonly words: readonly string[];
  /** Words in the names of such things. */
  readonly names: readonly string[];
  /** Kinds of entities that are such things whatever they are called. */
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

/** How something was, and not what it was not, where it stands behind a "not". */
export const statesBehindNot: readonly string[] = [
  ...['only', 'ready', 'found', 'mounted', 'writable', 'enough', 'reachable', 'available', 'working', 'running'],
  ...['bound', 'scheduled', 'tolerated', 'known', 'able', 'set', 'there'],
];
/** The same by how they begin. */
export const stemsBehindNot: readonly string[] = ['resolv', 'exist', 'respond', 'answer', 'finish', 'agree'];

/** Whether one of the words stands in a text in lower case, between other letters than a to z. */
export function hasWord(text: string, words: readonly string[]): boolean {
  const plain = ` ${text.split(/[^a-z]+/).join(' ')} `;
  return words.some((word) => plain.includes(` ${word} `));
}
