// Decides whether an entity is related to the page. Clusters always have something broken. A problem in another namespace does not compete unless
// calls, error texts or shared infrastructure link it to the page.
import type { EntityRef } from '../model/entity.ts';
import type { Context } from '../model/incident.ts';
import type { Finding } from '../model/report.ts';
import type { CallGraph } from '../topology/call-graph.ts';
import type { Subjects } from './subjects.ts';

/** Namespaces that everything depends on without calling them by name. */
const infrastructure = /^(?:kube|istio|linkerd|ingress|cert-manager|calico|cilium|gatekeeper|kyverno)(?:-|$)|-system$/;

/** Whether an entity is in another namespace than the page and nothing links it to the page. */
export function isElsewhere({
  context,
  findings,
  graph,
  subjects,
  paged,
}: {
  readonly context: Context;
  readonly findings: readonly Finding[];
  readonly graph: CallGraph;
  readonly subjects: Subjects;
  readonly paged: string | undefined;
}): (entity: EntityRef) => boolean {
  const isPaged = (entity: EntityRef) => paged !== undefined && subjects.serviceOf(entity) === paged;
  const namespaces = new Set(findings.flatMap(({ entity }) => (isPaged(entity) ? (entity.namespace ?? []) : [])));
  if (context.namespace) namespaces.add(context.namespace.value);
  const near = findings.filter(({ entity }) => entity.namespace !== undefined && namespaces.has(entity.namespace));
  const services = new Set([
    ...(paged === undefined ? [] : [paged]),
    ...near.flatMap(({ entity }) => subjects.serviceOf(entity) ?? []),
  ]);
  const related = new Set(
    [...services].flatMap((one) => [...graph.calleesOf(one).keys(), ...graph.callersOf(one).keys()]),
  );
  const named = new Set(near.flatMap(({ dependency }) => (dependency ? [subjects.keyOf(dependency)] : [])));
  return (entity) => {
    if (namespaces.size === 0 || entity.namespace === undefined || namespaces.has(entity.namespace)) return false;
    if (infrastructure.test(entity.namespace) || named.has(subjects.keyOf(entity))) return false;
    const service = subjects.serviceOf(entity);
    return service === undefined || !(services.has(service) || related.has(service));
  };
}
