import { describe, expect, test } from 'vitest';
import { withDatabases } from '../../../core/diagnosis/databases.ts';
import type { Finding } from '../../../core/model/report.ts';
import type { DatabaseServer } from '../../../core/model/telemetry.ts';
import { aFinding } from '../../builders.ts';

const place = { namespace: 'shop', cluster: 'c1' };
const server = (name: string, product: DatabaseServer['product'] = 'mysql'): DatabaseServer => ({
  product,
  isAvailable: true,
  ports: [3306],
  entity: { kind: 'StatefulSet', name, ...place },
});
const heard = (name: string, text: string, cause?: Finding['cause']): Finding => ({
  ...aFinding({ specialist: 'logs', entity: { kind: 'Service', name, ...place }, claim: text, role: 'cause' }),
  id: `logs-${name}`,
  cause,
});
const broken = (name: string): Finding => ({
  ...aFinding({ specialist: 'kubernetes', claim: 'OOM-killed', role: 'cause' }),
  entity: { kind: 'Pod', name: `${name}-0`, ...place },
  cause: 'oom-killed',
});
const causesIn = (
  findings: readonly Finding[],
  servers = [server('mysql')],
  calls = [{ from: 'orders', to: 'mysql' }],
) =>
  withDatabases(findings, { servers, calls }, () => '').flatMap(({ entity, cause, role }) =>
    role === 'cause' ? [`${entity.name}: ${cause}`] : [],
  );

const readOnly = 'The MySQL server is running with the --read-only option so it cannot execute this statement';
const tooMany = 'SQLNonTransientConnectionException: Data source rejected: "Too many connections"';
const pool = 'HikariPool-1 - Connection is not available, request timed out after 30000ms';
const refused = 'CommunicationsException: Communications link failure. Caused by: Connection refused';

describe('what a server says of itself is the server’s', () => {
  test('that it is read-only', () => {
    expect(causesIn([heard('orders', readOnly, 'database-read-only')])).toEqual(['mysql: database-read-only']);
  });
  test('that it has no connection left', () => {
    expect(causesIn([heard('orders', tooMany, 'database-connections-exhausted')])).toEqual([
      'mysql: database-connections-exhausted',
    ]);
  });
  test('and the client shows a symptom that leads there', () => {
    const [client] = withDatabases(
      [heard('orders', readOnly, 'database-read-only')],
      { servers: [server('mysql')], calls: [] },
      () => '',
    );
    expect(client).toMatchObject({ role: 'symptom', entity: { name: 'orders' }, dependency: { name: 'mysql' } });
    expect(client?.cause).toBeUndefined();
  });
  test('also where the calls are not known and one server speaks so', () => {
    const finding = heard('orders', readOnly, 'database-read-only');
    expect(causesIn([finding], [server('mysql'), server('cache', 'redis')], [])).toEqual(['mysql: database-read-only']);
  });
  test('but not where two servers could have said it', () => {
    const finding = heard('orders', readOnly, 'database-read-only');
    expect(causesIn([finding], [server('mysql'), server('mysql-2')], [])).toEqual(['orders: database-read-only']);
  });
  test('a server of another namespace is, if several of its clients say so or fail', () => {
    const far = {
      product: 'redis' as const,
      entity: { ...server('sessions-redis', 'redis').entity, namespace: 'stores' },
    };
    const full = (name: string): Finding => ({
      ...heard(name, "OOM command not allowed when used memory > 'maxmemory'.", 'store-memory-full'),
      about: 'store',
    });
    const calls = ['orders', 'cart'].map((from) => ({ from, to: 'sessions-redis' }));
    expect(causesIn([full('orders'), full('cart')], [far], calls)).toEqual([
      'sessions-redis: store-memory-full',
      'sessions-redis: store-memory-full',
    ]);
    expect(causesIn([full('orders')], [far], calls)).toEqual(['orders: store-memory-full']);
    const fails = (name: string, severity: Finding['severity']): Finding => ({
      ...aFinding({ specialist: 'metrics', entity: { kind: 'Service', name, ...place }, claim: 'errors rose' }),
      id: `metrics-${name}`,
      role: 'symptom',
      severity,
      cause: undefined,
    });
    expect(causesIn([full('orders'), fails('cart', 'critical')], [far], calls)).toEqual([
      'sessions-redis: store-memory-full',
    ]);
    expect(causesIn([full('orders'), fails('cart', 'minor')], [far], calls)).toEqual(['orders: store-memory-full']);
    expect(causesIn([full('orders'), fails('ads', 'critical')], [far], calls)).toEqual(['orders: store-memory-full']);
  });
  test('the only server of its kind is, wherever it runs, if two clients say so, it is in trouble, or its address stands there', () => {
    const far = { product: 'rabbitmq' as const, entity: { ...server('mq', 'rabbitmq').entity, namespace: 'stores' } };
    const blocked = (name: string): Finding => ({
      ...heard(name, 'publish: AMQP connection blocked: low on memory', 'store-memory-full'),
      about: 'store',
    });
    const seen = (findings: readonly Finding[], servers: DatabaseServer[] = [far]) => causesIn(findings, servers, []);
    expect(seen([blocked('orders'), blocked('cart')])).toEqual(['mq: store-memory-full', 'mq: store-memory-full']);
    expect(seen([blocked('orders')])).toEqual(['orders: store-memory-full']);
    const full: Finding = {
      ...heard('mq', 'memory resource limit alarm set', 'store-memory-full'),
      entity: far.entity,
      severity: 'critical',
    };
    expect(seen([blocked('orders'), full])).toContain('mq: store-memory-full');
    expect(seen([blocked('orders'), full])).not.toContain('orders: store-memory-full');
    const addressed = heard('orders', 'amqp://mq-0.mq.stores:5672: connection blocked: low on memory');
    expect(seen([{ ...addressed, cause: 'store-memory-full', about: 'store' }])).toEqual(['mq: store-memory-full']);
    const second = { ...far, entity: { ...far.entity, name: 'mq-eu' } };
    expect(seen([blocked('orders'), blocked('cart')], [far, second])).toEqual([
      'orders: store-memory-full',
      'cart: store-memory-full',
    ]);
  });
  test('a server of another product is not, even if the client calls nothing else', () => {
    const text =
      'TransportError(429, cluster_block_exception, index blocked by: [TOO_MANY_REQUESTS/12/flood-stage watermark])';
    const finding: Finding = { ...heard('orders', text, 'database-refuses-writes'), about: 'store' };
    expect(causesIn([finding], [server('mysql')])).toEqual(['orders: database-refuses-writes']);
    const search = {
      ...server('search', 'elasticsearch'),
      entity: { ...server('search').entity, namespace: 'stores' },
    };
    const full: Finding = {
      ...heard('search', 'flood stage', 'disk-full'),
      entity: search.entity,
      severity: 'critical',
    };
    expect(causesIn([finding, full], [server('mysql'), search])).not.toContain('mysql: database-refuses-writes');
  });
  test('a store that nothing shows but two clients has the name of its product', () => {
    const refusal = (name: string): Finding => ({
      ...heard(name, 'NotEnoughReplicasException: Messages are rejected', 'database-refuses-writes'),
      about: 'store',
    });
    expect(causesIn([refusal('orders'), refusal('cart')], [], [])).toEqual([
      'kafka: database-refuses-writes',
      'kafka: database-refuses-writes',
    ]);
    expect(causesIn([refusal('orders')], [], [])).toEqual(['orders: database-refuses-writes']);
    const slow = (name: string): Finding => ({ ...refusal(name), cause: 'dependency-unavailable' });
    expect(causesIn([slow('orders'), slow('cart')], [], [])).toEqual([
      'orders: dependency-unavailable',
      'cart: dependency-unavailable',
    ]);
  });
  test('members of a replica set in the error name it', () => {
    const text =
      "pymongo.errors.ServerSelectionTimeoutError: No replica set members match selector \"Primary()\", servers: [('ledger-0.ledger-hl.stores', 27017), ('ledger-1.ledger-hl.stores', 27017)]";
    const finding: Finding = { ...heard('orders', text, 'database-refuses-writes'), about: 'store' };
    const found = withDatabases([finding], { servers: [], calls: [] }, () => '');
    expect(found.find(({ role }) => role === 'cause')?.entity).toEqual({
      kind: 'Service',
      name: 'ledger',
      namespace: 'stores',
      cluster: 'c1',
    });
    const two = { ...finding, claim: text.replace('ledger-1.ledger-hl', 'stock-1.stock-hl') };
    expect(causesIn([two], [], [])).toEqual(['orders: database-refuses-writes']);
  });
  test('nor a server of another namespace', () => {
    const far = { product: 'mysql' as const, entity: { ...server('mysql').entity, namespace: 'other' } };
    expect(causesIn([heard('orders', readOnly, 'database-read-only')], [far])).toEqual(['orders: database-read-only']);
  });
});

describe('a server that refuses the writes of one client of many', () => {
  const refusal = heard('orders', readOnly, 'database-read-only');
  const clients = ['orders', 'cart', 'stock', 'billing'];
  const calls = clients.map((from) => ({ from, to: 'mysql' }));
  const grave = (name: string, cause?: Finding['cause']): Finding => ({
    ...aFinding({ specialist: 'metrics', entity: { kind: 'Service', name, ...place }, claim: 'errors rose' }),
    id: `metrics-${name}`,
    role: 'symptom',
    severity: 'critical',
    cause,
  });
  const sureness = (findings: readonly Finding[], known = calls) =>
    withDatabases(findings, { servers: [server('mysql')], calls: known }, () => '')
      .filter(({ cause, role }) => cause === 'database-read-only' && role === 'cause')
      .map(({ entity, confidence }) => ({ name: entity.name, share: confidence / refusal.confidence }));
  test('is suspected less than the client’s own connection, and neither is sure', () => {
    const [client, store] = sureness([refusal]);
    expect(client).toMatchObject({ name: 'orders' });
    expect(store).toMatchObject({ name: 'mysql' });
    expect(client?.share).toBeLessThan(0.8);
    expect(store?.share).toBeLessThan(client?.share ?? 0);
  });
  test.each([
    ['another client is refused, too', [refusal, heard('cart', readOnly, 'database-read-only')], calls],
    ['another client fails', [refusal, grave('cart')], calls],
    ['the server itself is in trouble', [refusal, grave('mysql', 'disk-full')], calls],
    ['few other clients are known', [refusal], calls.slice(0, 2)],
  ])('is the cause where %s', (_, findings, known) => {
    const found = sureness(findings, known);
    expect(new Set(found.map(({ name }) => name))).toEqual(new Set(['mysql']));
  });
});

describe('what a store says to its clients is the store’s, whatever the product', () => {
  const said = (name: string, text: string, cause: Finding['cause']): Finding => ({
    ...heard(name, text, cause),
    about: 'store',
  });
  const full = said('web', "OOM command not allowed when used memory > 'maxmemory'.", 'store-memory-full');
  const wraparound = said('orders', 'database is not accepting commands', 'database-refuses-writes');
  test('a cache at its memory limit', () => {
    expect(causesIn([full], [server('mysql'), server('cache', 'redis')], [])).toEqual(['cache: store-memory-full']);
  });
  test('a server that only its name in the call graph shows', () => {
    expect(causesIn([wraparound], [], [{ from: 'orders', to: 'orders-postgres' }])).toEqual([
      'orders-postgres: database-refuses-writes',
    ]);
  });
  test('what the server itself wrote stays there', () => {
    const own = said('orders-postgres', 'database is not accepting commands', 'database-refuses-writes');
    expect(causesIn([own], [], [])).toEqual(['orders-postgres: database-refuses-writes']);
  });
  test('but not a worker or exporter with the product in its name', () => {
    expect(causesIn([wraparound], [], [{ from: 'orders', to: 'postgres-exporter' }])).toEqual([
      'orders: database-refuses-writes',
    ]);
  });
  test('and a pool of its own that is empty is the client’s', () => {
    const own = { ...heard('orders', pool, 'database-connections-exhausted'), about: 'writer' as const };
    expect(causesIn([own])).toEqual(['orders: database-connections-exhausted']);
  });
});

describe('credentials that are denied', () => {
  const denied = (name: string, workedBefore?: true): Finding => ({
    ...heard(name, "Access denied for user 'app'@'10.0.0.7' (using password: YES) mysql", 'database-credentials'),
    about: 'writer',
    ...(workedBefore && { workedBefore }),
  });
  const calls = ['orders', 'catalog'].map((from) => ({ from, to: 'mysql' }));
  test('to one client are the client’s', () => {
    expect(causesIn([denied('orders', true)], [server('mysql')], calls)).toEqual(['orders: database-credentials']);
  });
  test('to several clients that it let in before are the server’s', () => {
    const both = [denied('orders', true), denied('catalog', true)];
    expect(causesIn(both, [server('mysql')], calls)).toEqual([
      'mysql: database-credentials',
      'mysql: database-credentials',
    ]);
  });
  test('to several clients that never got in are the clients’', () => {
    expect(causesIn([denied('orders'), denied('catalog')], [server('mysql')], calls)).toEqual([
      'orders: database-credentials',
      'catalog: database-credentials',
    ]);
  });
});

describe('an empty pool', () => {
  const orders = heard('orders', pool, 'database-connections-exhausted');
  test('of one client is the client’s', () => {
    expect(causesIn([orders])).toEqual(['orders: database-connections-exhausted']);
  });
  test('of two clients of one server is the server’s', () => {
    const catalog = heard('catalog', pool, 'database-connections-exhausted');
    const calls = [
      { from: 'orders', to: 'mysql' },
      { from: 'catalog', to: 'mysql' },
    ];
    expect(causesIn([orders, catalog], [server('mysql')], calls)).toEqual([
      'mysql: database-connections-exhausted',
      'mysql: database-connections-exhausted',
    ]);
  });
});

describe('a client that is refused', () => {
  test('by a server that is well asks at the wrong port', () => {
    expect(causesIn([heard('orders', refused, 'dependency-unavailable')])).toEqual(['orders: database-port']);
  });
  test('by a server of which nothing shows that it answers does not', () => {
    const { isAvailable: _, ...unknown } = server('mysql');
    for (const one of [unknown, { ...unknown, isAvailable: false }])
      expect(causesIn([heard('orders', refused, 'dependency-unavailable')], [one])).toEqual([
        'orders: dependency-unavailable',
      ]);
  });
  test('by a server that serves its other clients asks at the wrong port', () => {
    const { isAvailable: _, ...unknown } = server('mysql');
    const calls = ['orders', 'cart', 'stock', 'billing'].map((from) => ({ from, to: 'mysql' }));
    expect(causesIn([heard('orders', refused, 'dependency-unavailable')], [unknown], calls)).toEqual([
      'orders: database-port',
    ]);
  });
  test('at a port that the server does not have is surer of it', () => {
    const confidenceAt = (port: number) =>
      withDatabases(
        [heard('orders', `Communications link failure mysql:${port}: Connection refused`, 'dependency-unavailable')],
        { servers: [server('mysql')], calls: [{ from: 'orders', to: 'mysql' }] },
        () => '',
      )[0]?.confidence ?? 0;
    expect(confidenceAt(3307)).toBeGreaterThan(confidenceAt(3306));
  });
  test('by a server that is down does not', () => {
    expect(causesIn([heard('orders', refused, 'dependency-unavailable'), broken('mysql')])).toEqual([
      'orders: dependency-unavailable',
      'mysql-0: oom-killed',
    ]);
  });
  test('together with the other clients does not', () => {
    const both = [
      heard('orders', refused, 'dependency-unavailable'),
      heard('catalog', refused, 'dependency-unavailable'),
    ];
    const calls = [
      { from: 'orders', to: 'mysql' },
      { from: 'catalog', to: 'mysql' },
    ];
    expect(causesIn(both, [server('mysql')], calls)).not.toContain('orders: database-port');
  });
  test('by nothing, because it waits in vain, does not', () => {
    const late = 'Communications link failure. Caused by: connect timed out';
    expect(causesIn([heard('orders', late, 'dependency-unavailable')])).toEqual(['orders: dependency-unavailable']);
  });
});

test('a password that is refused is the client’s', () => {
  const denied = "Access denied for user 'orders'@'10.0.0.1' (using password: YES) mysql";
  expect(causesIn([heard('orders', denied, 'database-credentials')])).toEqual(['orders: database-credentials']);
});
test('also where the server writes it down', () => {
  const denied = "Access denied for user 'orders'@'10.0.0.1' (using password: YES)";
  const findings = [heard('mysql', denied, 'database-credentials'), heard('orders', denied, 'database-credentials')];
  expect(causesIn(findings)).toEqual(['orders: database-credentials']);
});
test('what the server logs itself stays as it is', () => {
  const own = { ...heard('mysql', readOnly, 'database-read-only'), entity: { kind: 'Pod', name: 'mysql-0', ...place } };
  expect(causesIn([own])).toEqual(['mysql-0: database-read-only']);
});

describe('a server that the error names by its host', () => {
  const full = (host: string) =>
    `connection to server at "${host}" (10.80.3.17), port 5432 failed: FATAL: remaining connection slots are reserved for roles with the SUPERUSER attribute`;
  const said = (host: string): Finding => ({
    ...heard('orders', full(host), 'database-connections-exhausted'),
    about: 'store',
  });
  const calls = [{ from: 'orders', to: 'ledger' }];
  test('is the one that its writer calls, or an instance of RDS', () => {
    expect(causesIn([said('ledger')], [], calls)).toEqual(['ledger: database-connections-exhausted']);
    expect(causesIn([said('ledger.shop.svc.cluster.local')], [], calls)).toEqual([
      'ledger: database-connections-exhausted',
    ]);
    expect(causesIn([said('bills.c9x8y7w6v5.eu-west-1.rds.amazonaws.com')], [], [])).toEqual([
      'bills: database-connections-exhausted',
    ]);
  });
  test('goes before others of its product', () => {
    const others = [server('pg-1', 'postgresql'), server('pg-2', 'postgresql')];
    expect(causesIn([said('pg-2')], others, [...calls, { from: 'orders', to: 'pg-2' }])).toEqual([
      'pg-2: database-connections-exhausted',
    ]);
  });
  test('is none if nobody is known to call it, or the error is not of a store', () => {
    expect(causesIn([said('elsewhere')], [], calls)).toEqual(['orders: database-connections-exhausted']);
    const peer = heard('orders', 'GET http://ledger failed: host=ledger timed out', 'dependency-unavailable');
    expect(causesIn([peer], [], calls)).toEqual(['orders: dependency-unavailable']);
  });
});
