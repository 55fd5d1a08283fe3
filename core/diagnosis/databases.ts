// Attributes database trouble to the right side. Some errors are the server's (read-only, no connections left) although its clients report them. If
// one client is refused while the server is otherwise well, the client uses the wrong port.

import { causes } from '../causes/causes.ts';
import type { EntityRef } from '../model/entity.ts';
import { sameWorkload } from '../model/entity.ts';
import type { Finding, Report } from '../model/report.ts';
import type { DatabaseServer, Dependency } from '../model/telemetry.ts';
import { ownerOf } from '../topology/owner.ts';

interface Databases {
  readonly calls: readonly Dependency[];
  readonly servers: readonly DatabaseServer[];
}

export function databasesOf(reports: readonly Pick<Report, 'topology'>[]): Databases {
  const topologies = reports.flatMap(({ topology }) => topology ?? []);
  return { calls: topologies.flatMap(({ calls }) => calls), servers: topologies.flatMap(({ databases }) => databases) };
}

/** Words of an error that only this product or its drivers write. */
const words: Readonly<Record<DatabaseServer['product'], RegExp>> = {
  mysql: /mysql|mariadb|innodb|--(?:super-)?read-only|lock wait timeout exceeded/i,
  postgresql:
    /postgres|pgsql|\bpq\b|\bPG::|pgx|psycopg|remaining connection slots|read-only transaction|too many clients|database is not accepting commands|canceling statement|could not extend file/i,
  sqlserver: /sql ?server|mssql|SqlException/i,
  oracle: /\bORA-\d{5}|oracle/i,
  mongodb: /mongo|NotWritablePrimary/i,
  redis: /redis|valkey|jedis|lettuce|READONLY You can't write|OOM command not allowed|MISCONF|CLUSTERDOWN|NOREPLICAS/i,
  memcached: /memcache|SERVER_ERROR out of memory/i,
  elasticsearch:
    /elastic|opensearch|es_rejected_execution|circuit_breaking|cluster_block_exception|(?:FORBIDDEN|TOO_MANY_REQUESTS)\/12/i,
  cassandra: /cassandra|scylla|datastax|consistency (?:level )?[A-Z_]{3,}|all host\(s\) tried/i,
  kafka: /kafka|NotEnoughReplicas|NOT_ENOUGH_REPLICAS/i,
  rabbitmq: /rabbit|amqp|\bpika\b|resource limit alarm|connection[ .]blocked|publishers will be blocked/i,
  etcd: /etcd/i,
};
/** Names of services that are servers of a product: `orders-postgres`, `redis-queue`. */
const names: Readonly<Record<DatabaseServer['product'], RegExp>> = {
  mysql: /(?:^|[-_.])(?:mysql|mariadb)(?:[-_.]|$)/i,
  postgresql: /(?:^|[-_.])(?:postgres|postgresql|pg)(?:[-_.]|$)/i,
  sqlserver: /(?:^|[-_.])(?:mssql|sqlserver)(?:[-_.]|$)/i,
  oracle: /(?:^|[-_.])oracle(?:[-_.]|$)/i,
  mongodb: /(?:^|[-_.])(?:mongo|mongodb)(?:[-_.]|$)/i,
  redis: /(?:^|[-_.])(?:redis|valkey)(?:[-_.]|$)/i,
  memcached: /(?:^|[-_.])memcached?(?:[-_.]|$)/i,
  elasticsearch: /(?:^|[-_.])(?:elasticsearch|elastic|opensearch)(?:[-_.]|$)/i,
  cassandra: /(?:^|[-_.])(?:cassandra|scylla)(?:[-_.]|$)/i,
  kafka: /(?:^|[-_.])kafka(?:[-_.]|$)/i,
  rabbitmq: /(?:^|[-_.])(?:rabbitmq|rabbit)(?:[-_.]|$)/i,
  etcd: /(?:^|[-_.])etcd(?:[-_.]|$)/i,
};
/** Words of any relational database, whichever product. */
const relationalWords = /\bsql|S(?:QL|ql)[A-Z]|jdbc|[Hh]ikari|[Tt]oo many connections/;
const relational: ReadonlySet<DatabaseServer['product']> = new Set(['mysql', 'postgresql', 'sqlserver', 'oracle']);
const products = Object.keys(names).filter((name): name is DatabaseServer['product'] => Object.hasOwn(names, name));
const companion = /exporter|operator|backup|proxy|admin|client|migrat|consumer|producer|connect|worker|ui$/i;

/** Servers that only their name shows: what the call graph or a finding names, and the cluster did not recognise. */
function namedServers(findings: readonly Finding[], { calls, servers }: Databases): DatabaseServer[] {
  const known = new Set(servers.map(({ entity }) => entity.name));
  const entities = new Map<string, EntityRef>();
  for (const { to } of calls) entities.set(to, { kind: 'Service', name: to });
  for (const { entity } of findings) {
    const owner = { ...entity, ...ownerOf(entity) };
    if (owner.kind !== 'Node' && owner.kind !== 'Namespace') entities.set(owner.name, owner);
  }
  return [...entities.values()].flatMap((entity) => {
    const product = products.find((one) => names[one].test(entity.name));
    return product === undefined || known.has(entity.name) || companion.test(entity.name) ? [] : [{ product, entity }];
  });
}

/** The host of the server, as drivers name it beside the error: libpq's sentence, an option of a connection string. */
const hostInError = /\bserver at "([a-z][\w.-]{0,250})"|\bhost=["']?([a-z][\w.-]{0,250})/gi;
/** The name of an instance or cluster of RDS or ElastiCache in its address. */
const managedHost = /^([a-z][a-z0-9-]{0,62})\.(?:[\w-]+\.){1,4}(?:rds|cache)\.amazonaws\.com(?:\.cn)?$/i;

/** Servers that an error of a store names by their host: one that its writer calls, or an address of a managed database. */
function serversInErrors(
  findings: readonly Finding[],
  { calls, servers }: Databases,
  textOf: (finding: Finding) => string,
): DatabaseServer[] {
  const known = new Set(servers.map(({ entity }) => entity.name));
  const found = findings.flatMap((finding): DatabaseServer[] => {
    if (finding.specialist !== 'logs' || finding.about !== 'store') return [];
    const text = `${finding.claim}\n${textOf(finding)}`;
    const product = products.find((one) => words[one].test(text));
    const members = membersIn(text);
    if (product !== undefined && members !== undefined && !known.has(members.name)) {
      const { cluster } = finding.entity;
      return [{ product, entity: { kind: 'Service', ...members, ...(cluster === undefined ? {} : { cluster }) } }];
    }
    const name = serverInError(finding.entity, text, calls);
    return product === undefined || name === undefined || known.has(name)
      ? []
      : [{ product, entity: { kind: 'Service', name } }];
  });
  return [...new Map(found.map((server) => [server.entity.name, server])).values()];
}

/** A pod of a StatefulSet, as the members of a replicated store name each other: `mongodb-0.mongodb.data`, with or without the rest of the domain. */
const memberHost =
  /(?<![\w.-])([a-z][a-z0-9-]{0,61})-\d{1,3}\.[a-z][a-z0-9-]{0,62}\.([a-z][a-z0-9-]{0,62})(?=\.svc\b|[^\w.-]|$)/g;

/** The one StatefulSet whose pods the error gives as hosts. */
function membersIn(text: string): { readonly name: string; readonly namespace: string } | undefined {
  const members = new Map(
    [...text.matchAll(memberHost)].map(([, name = '', namespace = '']) => [
      `${namespace}/${name}`,
      { name, namespace },
    ]),
  );
  return members.size === 1 ? [...members.values()][0] : undefined;
}

/** The name of the one server whose host the error gives. */
function serverInError(client: EntityRef, text: string, calls: readonly Dependency[]): string | undefined {
  const hosts = new Set([...text.matchAll(hostInError)].map(([, quoted, option]) => quoted ?? option ?? ''));
  const [host] = hosts;
  if (host === undefined || hosts.size > 1) return undefined;
  const called = calls.filter(({ from }) => from === ownerOf(client).name || from === client.name).map(({ to }) => to);
  return managedHost.exec(host)?.[1] ?? called.find((one) => one === host || host.startsWith(`${one}.`));
}

/** Errors that only a server reports. A connection pool can be empty for reasons of the client. */
const serverError =
  /too many (?:clients|connections)|remaining connection slots|max_(?:user_)?connections|max number of clients/i;
const driverRefused =
  /communications link failure|can't connect to (?:mysql|server)|(?:connection to server|connect to).{0,120}connection refused|(?:jdbc|sql|hikari|mysql|postgres|pgx|psycopg|mongo|sequelize|gorm|database).{0,300}(?:connection refused|ECONNREFUSED)/is;
const unreachable = /timed? ?out|unknown host|no such host|not known|resolve/i;

/** `textOf` gives the text of a finding's evidence. */
export function withDatabases(
  findings: readonly Finding[],
  databases: Databases,
  textOf: (finding: Finding) => string,
): readonly Finding[] {
  const byName = { ...databases, servers: [...databases.servers, ...namedServers(findings, databases)] };
  const known = { ...byName, servers: [...byName.servers, ...serversInErrors(findings, byName, textOf)] };
  const all = { ...known, servers: [...known.servers, ...unseenServers(findings, known, textOf)] };
  return all.servers.length === 0 ? findings : attributed(findings, all, textOf);
}

/** From this number of clients, a store that nothing else shows is behind what they say of it. */
const enoughWitnesses = 2;

/**
 * Stores that nothing shows but what several clients write of themselves: that the store takes no writes, or is full. Each has the name of its
 * product, because nobody knows a better one.
 */
function unseenServers(
  findings: readonly Finding[],
  { servers }: Databases,
  textOf: (finding: Finding) => string,
): DatabaseServer[] {
  const witnesses = findings.flatMap((finding) => {
    const isOfStore = finding.specialist === 'logs' && finding.role === 'cause' && finding.about === 'store';
    if (!isOfStore || !ofStoreItself.has(finding.cause)) return [];
    const text = `${finding.claim}\n${textOf(finding)}`;
    const product = products.filter((one) => words[one].test(text));
    return product.length === 1 && product[0] !== undefined ? [{ product: product[0], client: finding.entity }] : [];
  });
  return [
    ...Map.groupBy(witnesses, ({ product, client: { cluster } }) => `${product} ${cluster ?? ''}`).values(),
  ].flatMap((group) => {
    const [first] = group;
    if (first === undefined || new Set(group.map(({ client }) => ownerOf(client).name)).size < enoughWitnesses)
      return [];
    const { product } = first;
    const { cluster } = first.client;
    const isSeen = servers.some(
      (one) =>
        one.product === product &&
        (cluster === undefined || one.entity.cluster === undefined || one.entity.cluster === cluster),
    );
    return isSeen
      ? []
      : [{ product, entity: { kind: 'Service', name: product, ...(cluster === undefined ? {} : { cluster }) } }];
  });
}

/** What a store reports of itself, whoever asks it. */
const ofStoreItself: ReadonlySet<Finding['cause']> = new Set([
  'database-refuses-writes',
  'database-read-only',
  'store-memory-full',
  'disk-full',
]);

function attributed(
  findings: readonly Finding[],
  databases: Databases,
  textOf: (finding: Finding) => string,
): readonly Finding[] {
  const { calls } = databases;
  // The logs of the paged service may be the only ones that were read; metrics show who else fails.
  const clients = new Set(
    findings
      .filter(
        (one) =>
          (one.specialist === 'logs' && one.role !== 'context' && one.about === 'store') ||
          (one.specialist === 'metrics' && one.role === 'symptom' && one.severity === 'critical'),
      )
      .map(({ entity }) => ownerOf(entity).name),
  );
  // Stores often live in a namespace of their own. A call gives no namespace, so one client alone may mean a namesake; several do not.
  const isShared = (server: string): boolean =>
    new Set(calls.flatMap(({ from, to }) => (to === server && clients.has(from) ? [from] : []))).size >= 2;
  const isAlone = lonelyServers(findings, databases, textOf);
  const complaints = findings.flatMap((finding) => {
    if (finding.specialist !== 'logs' || finding.role === 'context') return [];
    const text = `${finding.claim}\n${textOf(finding)}`;
    const server = serverOf(finding.entity, text, databases, { isShared, isAlone });
    return server && !isWrittenBy(finding, server) ? [{ finding, text, server }] : [];
  });
  const denied = findings.filter(({ cause }) => cause === 'database-credentials');
  return findings.flatMap((finding) => {
    // The server logs whom it denied, but the wrong password belongs to the client, which also reports it.
    if (
      denied.includes(finding) &&
      isServer(finding.entity, databases) &&
      denied.some((one) => !isServer(one.entity, databases))
    )
      return [asSymptom(finding)];
    const complaint = complaints.find((one) => one.finding === finding);
    if (!complaint) return [finding];
    const { text, server } = complaint;
    const otherClients = complaints.filter(
      (one) =>
        one.server === server &&
        one.finding.entity.name !== finding.entity.name &&
        // What serves has got over the errors of its start.
        !(isDown(finding.entity, findings) && !isDown(one.finding.entity, findings)),
    );
    const alone = finding.cause === 'database-read-only' && !otherClients.some((one) => isGrave(one.finding));
    if (alone && isWellForOthers(server.entity, finding.entity, findings, calls)) {
      return [
        { ...finding, confidence: finding.confidence * ofOneClient.client },
        { ...ofServer(finding, server.entity), confidence: finding.confidence * ofOneClient.server },
      ];
    }
    if (
      isServers(
        finding,
        text,
        otherClients.some((one) => one.finding.cause === finding.cause),
      )
    )
      return [clientSymptom(finding, server.entity), ofServer(finding, server.entity)];
    const confidence =
      isWrongPort(finding, text) && isWell(server.entity, findings) && otherClients.length === 0
        ? wrongPort(finding, text, server, { findings, calls })
        : undefined;
    if (confidence !== undefined)
      return [
        {
          ...clientSymptom(finding, server.entity),
          cause: 'database-port' as const,
          role: 'cause' as const,
          confidence,
        },
      ];
    if (finding.about === 'store') return [{ ...finding, dependency: server.entity }];
    return [finding];
  });
}

/**
 * Tells whether the only server of a product in a cluster, in another namespace than its clients, is the one that an error is about: its own trouble
 * shows, the error gives its address, or several clients complain of the product.
 */
function lonelyServers(
  findings: readonly Finding[],
  { servers }: Databases,
  textOf: (finding: Finding) => string,
): (server: DatabaseServer, text: string) => boolean {
  const complaining = new Map(
    products.map((product) => [
      product,
      new Set(
        findings
          .filter(
            (one) =>
              one.specialist === 'logs' &&
              one.role !== 'context' &&
              isGrave(one) &&
              words[product].test(`${one.claim}\n${textOf(one)}`) &&
              !servers.some((server) => isWrittenBy(one, server)),
          )
          .map(({ entity }) => ownerOf(entity).name),
      ),
    ]),
  );
  return ({ product, entity }, text) => {
    const isTroubled = findings.some(
      (one) => one.role === 'cause' && isGrave(one) && sameWorkload(ownerOf(one.entity), entity),
    );
    const isAddressed = [...text.matchAll(memberHost)].some(
      ([, name, namespace]) => name === entity.name && (entity.namespace ?? namespace) === namespace,
    );
    return isTroubled || isAddressed || (complaining.get(product)?.size ?? 0) >= enoughWitnesses;
  };
}

/** Shares of the confidence where only one of many clients is refused: its endpoint or cached address is likely, the server is possible. */
const ofOneClient = { client: 0.7, server: 0.35 };
/** From this number of other clients, their silence counts. */
const enoughClients = 3;

const isGrave = ({ severity }: Finding): boolean => severity === 'critical' || severity === 'major';

/** Whether a server serves several other clients, and neither they nor the server show grave trouble. */
function isWellForOthers(
  server: EntityRef,
  client: EntityRef,
  findings: readonly Finding[],
  calls: readonly Dependency[],
): boolean {
  const own = ownerOf(client).name;
  const others = new Set(calls.flatMap(({ from, to }) => (to === server.name && from !== own ? [from] : [])));
  const troubled = new Set(
    findings
      .filter((one) => (one.role === 'symptom' || one.role === 'cause') && isGrave(one))
      .map(({ entity }) => ownerOf(entity).name),
  );
  return others.size >= enoughClients && !troubled.has(server.name) && ![...others].some((one) => troubled.has(one));
}

/** Whether the cluster shows that the workload is down. */
const isDown = (entity: EntityRef, findings: readonly Finding[]): boolean =>
  findings.some(
    (one) =>
      one.specialist === 'kubernetes' &&
      one.severity === 'critical' &&
      (one.role === 'cause' || one.role === 'symptom') &&
      ownerOf(one.entity).name === ownerOf(entity).name,
  );

function isServers({ cause, about, workedBefore }: Finding, text: string, otherClients: boolean): boolean {
  if (cause === 'database-read-only') return true;
  if (about === 'store' && cause !== undefined && causes[cause].depth !== 'effect') return true;
  // Wrong credentials of one client are its own; a server that denies several clients that it let in before has changed.
  if (cause === 'database-credentials') return otherClients && workedBefore === true;
  return cause === 'database-connections-exhausted' && (serverError.test(text) || otherClients);
}

/** Port after the host, as drivers and dialers write it: `orders-mysql:3307`, `10.0.0.7:3307`, `port 5433`. */
const portInError = /(?:[a-z0-9_-]|\d\.\d{1,3}):(\d{4,5})(?!\d|[:.]\d)|\bport[=: ]+(\d{4,5})\b/gi;

/**
 * Confidence that the client asks at the wrong port; undefined if nothing shows that the server answers elsewhere. A client that reached the server
 * before needs a change to have a wrong port now, and not every change is known.
 */
function wrongPort(
  { entity, workedBefore }: Finding,
  text: string,
  server: DatabaseServer,
  { findings, calls }: { readonly findings: readonly Finding[]; readonly calls: readonly Dependency[] },
): number | undefined {
  if (server.isAvailable === false) return undefined;
  const { ports } = server;
  const asked = new Set([...text.matchAll(portInError)].map(([, first, second]) => Number(first ?? second)));
  const isOther = ports !== undefined && asked.size > 0 && [...asked].every((port) => !ports.includes(port));
  if (!server.isAvailable && !isWellForOthers(server.entity, entity, findings, calls)) return undefined;
  if (isOther) return 0.85;
  const isChanged = findings.some(
    ({ role, entity: other }) => role === 'change' && ownerOf(other).name === ownerOf(entity).name,
  );
  return workedBefore && !isChanged ? 0.5 : 0.7;
}

const isWrongPort = ({ cause }: Finding, text: string): boolean =>
  (cause === undefined || cause === 'dependency-unavailable') && driverRefused.test(text) && !unreachable.test(text);

/** Whether no Kubernetes finding concerns the server. A server that is down also refuses connections. */
const isWell = (server: EntityRef, findings: readonly Finding[]): boolean =>
  !findings.some(
    ({ entity, role, specialist }) =>
      role !== 'context' && specialist === 'kubernetes' && sameWorkload(ownerOf(entity), server),
  );

/** Logs name a Service, the cluster names the workload behind it. */
function isWrittenBy({ entity }: Finding, server: DatabaseServer): boolean {
  const owner = ownerOf(entity);
  const near = entity.namespace === undefined || entity.namespace === (server.entity.namespace ?? entity.namespace);
  return sameWorkload(owner, server.entity) || (owner.name === server.entity.name && near);
}

const isServer = (entity: EntityRef, { servers }: Databases): boolean =>
  servers.some((server) => sameWorkload(ownerOf(entity), server.entity));

function asSymptom({ cause: _, ...finding }: Finding): Finding {
  return { ...finding, role: 'symptom' };
}
/** The client's finding, as a symptom that points to the server. */
const clientSymptom = (finding: Finding, dependency: EntityRef): Finding => ({ ...asSymptom(finding), dependency });

function ofServer(finding: Finding, entity: EntityRef): Finding {
  const { dependency: _, ...rest } = finding;
  return {
    ...rest,
    id: `${finding.id}-server`,
    entity,
    role: 'cause',
    claim: `Error of ${entity.name}, logged by ${finding.entity.name}: ${finding.claim}`.slice(0, 400),
  };
}

/** The one server that the error can come from: a server of that product that the client calls, or the only candidate nearby, or far away. */
function serverOf(
  client: EntityRef,
  text: string,
  { calls, servers }: Databases,
  {
    isShared,
    isAlone,
  }: {
    readonly isShared: (server: string) => boolean;
    readonly isAlone: (server: DatabaseServer, text: string) => boolean;
  },
): DatabaseServer | undefined {
  const owner = ownerOf(client).name;
  const called = new Set(calls.filter(({ from }) => from === owner || from === client.name).map(({ to }) => to));
  const inCluster = servers.filter(
    ({ entity }) => client.cluster === undefined || entity.cluster === undefined || entity.cluster === client.cluster,
  );
  const near = inCluster.filter(
    ({ entity }) =>
      client.namespace === undefined ||
      entity.namespace === undefined ||
      entity.namespace === client.namespace ||
      (called.has(entity.name) && isShared(entity.name)),
  );
  const named = near.filter(({ product }) => words[product].test(text));
  const namesProduct = products.some((product) => words[product].test(text));
  const fits = ({ product }: DatabaseServer) =>
    namesProduct ? words[product].test(text) : !relationalWords.test(text) || relational.has(product);
  const known = near.filter((server) => called.has(server.entity.name) && fits(server));
  // Drivers often name no product, and where the address comes from is not always known: then it is the only relational database nearby.
  const onlyOne = relationalWords.test(text) ? near.filter(({ product }) => relational.has(product)) : [];
  const host = serverInError(client, text, calls);
  const hosted = near.filter(({ entity }) => entity.name === host);
  const far = near.some(fits) ? [] : inCluster.filter(({ product }) => namesProduct && words[product].test(text));
  return [
    hosted,
    named.filter((one) => known.includes(one)),
    named,
    known,
    onlyOne,
    far.filter((one) => far.length === 1 && isAlone(one, text)),
  ].find((some) => some.length === 1)?.[0];
}
