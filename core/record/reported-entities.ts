// Collects the entities of a specialist's report: from its findings, the entities these point at, their neighbours in the call graph, and hosts named
// in error texts.
import { type EntityRef, entityKey } from '../model/entity.ts';
import type { Finding, Report } from '../model/report.ts';

/** Limit per report; the entities of the findings come first. */
const maxEntities = 60;

/** The entities of a report, each once. */
export function entitiesOf({ findings, topology }: Pick<Report, 'findings' | 'topology'>): EntityRef[] {
  const named = findings.flatMap(({ entity, dependency }) =>
    dependency === undefined ? [entity] : [entity, dependency],
  );
  const names = new Set(named.map(({ name }) => name));
  const neighbours = (topology?.calls ?? [])
    .filter(({ from, to }) => names.has(from) || names.has(to))
    .flatMap(({ from, to }) => [service(from), service(to)]);
  const nodes = (topology?.onNodes ?? [])
    .filter(({ node, workload }) => names.has(node.name) || names.has(workload.name))
    .flatMap(({ node, workload }) => [node, workload]);
  const all = [...named, ...findings.flatMap(hostsIn), ...neighbours, ...nodes];
  return [...new Map(all.map((one) => [entityKey(one), one])).values()].slice(0, maxEntities);
}

const service = (name: string, namespace?: string): EntityRef => ({
  kind: 'Service',
  name: name.slice(0, 253),
  ...(namespace === undefined ? {} : { namespace: namespace.slice(0, 253) }),
});

/** Matches `ledger-api:8443`, `session-service.identity:8080`; an IP address is not a name. */
const host =
  /(?<![\w.:/-])([a-z](?:[a-z0-9-]{0,61}[a-z0-9])?)(?:\.([a-z](?:[a-z0-9-]{0,61}[a-z0-9])?))?(?:\.svc[a-z.]{0,20})?:\d{2,5}\b/g;

/** Hosts with a port in texts that quote a log or a status; no other field names these hosts. */
function hostsIn({ claim, errorTemplate, errorIdentity }: Finding): EntityRef[] {
  return [claim, errorTemplate ?? '', errorIdentity?.text ?? ''].flatMap((text) =>
    Array.from(text.matchAll(host), ([, name = '', namespace]) => service(name, namespace)),
  );
}
