// Attributes database trouble to the right side. Some errors are the server's (read-only, no connections left) although its clients report them. If
// one client is refused while the server is otherwise well, the client uses the wrong port.

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

const words: Readonly<Record<DatabaseServer['product'], RegExp>> = {
  mysql: /mysql|mariadb|--(?:super-)?read-only/i,
  postgresql: /postgres|pgsql|\bpq\b|pgx|psycopg|remaining connection slots|read-only transaction|too many clients/i,
  mongodb: /mongo|NotWritablePrimary/i,
  redis: /redis|jedis|lettuce|READONLY You can't write/i,
};
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
  if (databases.servers.length === 0) return findings;
  const complaints = findings.flatMap((finding) => {
    if (finding.specialist !== 'logs' || finding.role === 'context') return [];
    const text = `${finding.claim}\n${textOf(finding)}`;
    const server = serverOf(finding.entity, text, databases);
    return server && !sameWorkload(ownerOf(finding.entity), server.entity) ? [{ finding, text, server }] : [];
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
      (one) => one.server === server && one.finding.entity.name !== finding.entity.name,
    );
    if (
      isServers(
        finding,
        text,
        otherClients.some((one) => one.finding.cause === finding.cause),
      )
    )
      return [clientSymptom(finding, server.entity), ofServer(finding, server.entity)];
    if (isWrongPort(finding, text) && isWell(server.entity, findings) && otherClients.length === 0)
      return [
        {
          ...clientSymptom(finding, server.entity),
          cause: 'database-port' as const,
          role: 'cause' as const,
          confidence: 0.7,
        },
      ];
    return [finding];
  });
}

function isServers({ cause }: Finding, text: string, otherClients: boolean): boolean {
  if (cause === 'database-read-only') return true;
  return cause === 'database-connections-exhausted' && (serverError.test(text) || otherClients);
}

const isWrongPort = ({ cause }: Finding, text: string): boolean =>
  (cause === undefined || cause === 'dependency-unavailable') && driverRefused.test(text) && !unreachable.test(text);

/** Whether no Kubernetes finding concerns the server. A server that is down also refuses connections. */
const isWell = (server: EntityRef, findings: readonly Finding[]): boolean =>
  !findings.some(
    ({ entity, role, specialist }) =>
      role !== 'context' && specialist === 'kubernetes' && sameWorkload(ownerOf(entity), server),
  );

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
    claim: `Said by ${entity.name}, heard at ${finding.entity.name}: ${finding.claim}`.slice(0, 400),
  };
}

/** The one server that the error can come from: a server of that product that the client calls, or the only candidate nearby. */
function serverOf(client: EntityRef, text: string, { calls, servers }: Databases): DatabaseServer | undefined {
  const near = servers.filter(
    ({ entity }) =>
      (client.cluster === undefined || entity.cluster === client.cluster) &&
      (client.namespace === undefined || entity.namespace === client.namespace),
  );
  const named = near.filter(({ product }) => words[product].test(text));
  const owner = ownerOf(client).name;
  const called = new Set(calls.filter(({ from }) => from === owner || from === client.name).map(({ to }) => to));
  const known = near.filter(({ entity }) => called.has(entity.name));
  return [named.filter((one) => known.includes(one)), named, known].find((some) => some.length === 1)?.[0];
}
