// Removes unknown dependencies from findings. A finding keeps its `dependency` only if something besides that finding knows the name, because log
// lines mention many things that are not services.

import type { EntityRef } from '../model/entity.ts';
import type { Context } from '../model/incident.ts';
import type { Finding } from '../model/report.ts';
import type { Dependency } from '../model/telemetry.ts';
import { ownerOf } from '../topology/owner.ts';

export function withKnownDependencies(
  findings: readonly Finding[],
  dependencies: readonly Dependency[],
  context: Pick<Context, 'service' | 'workload' | 'callers' | 'callees'>,
): readonly Finding[] {
  const known = new Set(
    [
      ...dependencies.flatMap(({ from, to }) => [from, to]),
      ...context.callers,
      ...context.callees,
      ...(context.service ? [context.service.value] : []),
      ...(context.workload ? [context.workload.name] : []),
      ...findings.map(({ entity }) => entity.name),
    ].map((name) => name.toLowerCase()),
  );
  const entities = findings.map(({ entity }) => ({ ...entity, ...ownerOf(entity) }));
  return findings.map((given) => {
    const finding = withHostRead(given, entities, known);
    const { dependency, ...rest } = finding;
    // A finding that knows the dependency's cluster has more evidence than a name, and so has the host of a managed resource.
    const isKnown =
      dependency?.cluster !== undefined ||
      finding !== given ||
      (dependency && known.has(dependency.name.toLowerCase()));
    return dependency === undefined || isKnown ? finding : rest;
  });
}

const kindOfManaged: Readonly<Record<string, string>> = {
  rds: 'Database',
  docdb: 'Database',
  neptune: 'Database',
  cache: 'Cache',
  elb: 'LoadBalancer',
};
/** Hosts of AWS begin with the name of the resource: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.RDSInstanceNames.html */
const managedHost =
  /\.(rds|cache|docdb|neptune|elb|es)\.(?:[a-z0-9-]+\.)?(?:amazonaws\.com|amazonaws\.com\.cn|on\.aws)$/;

/**
 * A log names a host. The host means an entity that another finding is about if its first label is the entity's name, and its other labels name the
 * entity's namespace or cluster, or it is a host of a managed resource.
 */
function withHostRead(finding: Finding, entities: readonly EntityRef[], known: ReadonlySet<string>): Finding {
  const { dependency } = finding;
  const host = dependency?.name.toLowerCase() ?? '';
  if (dependency === undefined || dependency.cluster !== undefined || known.has(host)) return finding;
  const [name = '', ...places] = host.split('.');
  if (places.length === 0) return finding;
  const meant = entities.find(
    (entity) =>
      entity.name.toLowerCase() === name &&
      (managedHost.test(host) ||
        [entity.namespace, entity.cluster].some(
          (place) => place !== undefined && places.includes(place.toLowerCase()),
        )),
  );
  const kind = managedHost.exec(host)?.[1];
  if (meant === undefined && kind !== undefined)
    return { ...finding, dependency: { kind: kindOfManaged[kind] ?? 'Service', name } };
  if (meant === undefined) return finding;
  const { namespace, cluster } = meant;
  return {
    ...finding,
    dependency: { kind: 'Service', name: meant.name, ...(namespace && { namespace }), ...(cluster && { cluster }) },
  };
}
