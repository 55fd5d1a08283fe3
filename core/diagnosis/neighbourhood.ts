// Decides how an entity is related to the page. Clusters always have something broken. A problem in another namespace does not compete if it is known
// what the paged service calls, and no call, error text or shared infrastructure leads there. If its calls are not known, that says little: the
// problem competes with less weight, unless the paged service has a fault of its own.
import type { EntityRef } from '../model/entity.ts';
import type { Context } from '../model/incident.ts';
import type { Finding } from '../model/report.ts';
import type { CallGraph } from '../topology/call-graph.ts';
import { isGrave, isOwnFault } from './own-fault.ts';
import type { Subjects } from './subjects.ts';

/** Namespaces that everything depends on without calling them by name. */
const infrastructure = /^(?:kube|istio|linkerd|ingress|cert-manager|calico|cilium|gatekeeper|kyverno)(?:-|$)|-system$/;

/**
 * `near`: linked to the page, or in its namespace. `not-known`: in another namespace, and the calls that could lead there are not known. `elsewhere`:
 * in another namespace, and nothing leads there, or in another cluster without a known call.
 */
export type Relation = 'near' | 'not-known' | 'elsewhere';

export interface Surroundings {
  readonly context: Context;
  readonly findings: readonly Finding[];
  readonly graph: CallGraph;
  /** Calls that somebody observed or wrote down as a whole: a mesh, traces, the catalogue. Configuration shows only some of the calls. */
  readonly observedCalls: CallGraph;
  readonly subjects: Subjects;
  readonly paged: string | undefined;
}

/** Routes bring traffic from outside to any namespace: trouble with one shows itself at the entry, wherever the route is. */
const routes: ReadonlySet<string> = new Set([
  'Ingress',
  'HTTPRoute',
  'GRPCRoute',
  'TLSRoute',
  'TCPRoute',
  'IngressRoute',
  'IngressRouteTCP',
  'TCPIngress',
  'VirtualService',
  'KongIngress',
  'KongPlugin',
]);

/** A cluster beside the page's own is reached only by a call that somebody knows. */
const isInAnotherCluster = ({ cluster }: EntityRef, { cluster: own }: Context): boolean =>
  own !== undefined && cluster !== undefined && cluster !== own.value;

export interface Relations {
  readonly relationTo: (entity: EntityRef) => Relation;
  /** Whether the calls of the paged service are known as far as they matter. */
  readonly areCallsKnown: boolean;
}

export function relationsOf(surroundings: Surroundings): Relations {
  const { context, findings, graph, subjects, paged } = surroundings;
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
  const isRelated = (service: string | undefined) =>
    service !== undefined && (services.has(service) || related.has(service));
  const named = new Set(near.flatMap(({ dependency }) => (dependency ? [subjects.keyOf(dependency)] : [])));
  const areCallsKnown = knowsCalls(surroundings);
  const isEntry = paged !== undefined && graph.callersOf(paged).size === 0;
  const relationTo = (entity: EntityRef): Relation => {
    if (namespaces.size === 0 || entity.namespace === undefined || namespaces.has(entity.namespace)) return 'near';
    if (infrastructure.test(entity.namespace) || named.has(subjects.keyOf(entity))) return 'near';
    if (isRelated(subjects.serviceOf(entity))) return 'near';
    if (isInAnotherCluster(entity, context)) return 'elsewhere';
    return areCallsKnown && !(isEntry && routes.has(entity.kind)) ? 'elsewhere' : 'not-known';
  };
  return { relationTo, areCallsKnown };
}

/**
 * Whether the calls of the paged service are known as far as they matter, or its own fault makes them unimportant. A path of known calls that ends at
 * a service in trouble without a fault of its own may go on.
 */
function knowsCalls({ findings, observedCalls, subjects, paged }: Surroundings): boolean {
  if (paged === undefined) return true;
  const faulty = new Set(findings.filter(isOwnFault).map(({ entity }) => subjects.serviceOf(entity)));
  if (faulty.has(paged)) return true;
  const reached = observedCalls.calleesOf(paged);
  if (reached.size === 0) return false;
  const troubled = new Set(
    findings
      .filter((finding) => (finding.role === 'cause' || finding.role === 'symptom') && isGrave(finding))
      .map(({ entity }) => subjects.serviceOf(entity)),
  );
  return ![...reached.keys()].some(
    (service) => troubled.has(service) && !faulty.has(service) && observedCalls.calleesOf(service).size === 0,
  );
}
