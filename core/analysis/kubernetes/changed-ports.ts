// Tells a Service whose port was changed from callers that use a wrong port: the Service is at fault if the port that it lacks is the one that it had,
// that several callers agree on, or that its pods listen on as those of its neighbours do. The callers' findings then become symptoms of it.

import * as z from 'zod';
import type { FindingDraft } from '../../model/report-draft.ts';
import { isServedBy } from '../../selectors.ts';
import { formatList } from '../../wording.ts';
import type { Cluster } from './cluster.ts';
import { configuredPorts } from './configured-routes.ts';
import { observed } from './finding.ts';
import type { Service } from './objects.ts';
import { routedPorts } from './routes.ts';
import { addressedPorts } from './services.ts';

const callersCauses: ReadonlySet<FindingDraft['cause']> = new Set([
  'route-wrong-backend',
  'environment-address',
  'database-port',
]);
/** Neighbours whose Service has the port of its pods, and their share, from which on that is the custom. */
const leastNeighbours = 3;
const custom = 0.8;

const Applied = z.looseObject({
  spec: z.looseObject({ ports: z.array(z.looseObject({ port: z.number() })).nullish() }).nullish(),
});

/** `found` are the findings of the other analyzers. */
export function withChangedPorts(cluster: Cluster, found: readonly FindingDraft[]): readonly FindingDraft[] {
  const suspected = found.filter(
    ({ cause, dependency, claim }) =>
      callersCauses.has(cause) && dependency !== undefined && /that Service has|but the Service has/.test(claim),
  );
  if (suspected.length === 0) return found;
  const references = [...addressedPorts(cluster), ...routedPorts(cluster), ...configuredPorts(cluster)];
  const changed = cluster.services.flatMap((service) => {
    const { name, namespace } = service.metadata;
    const own = suspected.filter(
      ({ dependency }) => dependency?.name === name && (dependency.namespace ?? namespace) === namespace,
    );
    if (own.length === 0) return [];
    const numbers = new Set(service.spec.ports.map(({ port }) => port));
    const callers = references.filter(
      (one) => one.name === name && one.namespace === namespace && one.port !== undefined,
    );
    const missing = Map.groupBy(
      callers.filter(({ port }) => typeof port === 'number' && !numbers.has(port)),
      ({ port }) => Number(port),
    );
    const [port, users] = [...missing].toSorted((a, b) => b[1].length - a[1].length)[0] ?? [];
    const why = port === undefined ? undefined : reasonFor(cluster, service, port, callers);
    return port === undefined || why === undefined
      ? []
      : [{ service, port, why, own, users: [...new Set((users ?? []).map(({ from }) => from))] }];
  });
  if (changed.length === 0) return found;
  const explained = new Map(changed.flatMap(({ own, service }) => own.map((finding) => [finding, service] as const)));
  return [
    ...found.map((finding): FindingDraft => {
      const service = explained.get(finding);
      if (service === undefined) return finding;
      const { cause: _, ...rest } = finding;
      return { ...rest, role: 'symptom', severity: 'major', dependency: cluster.entityOf(service) };
    }),
    ...changed.map(({ service, port, why, users }) => portFinding(cluster, service, port, why, users)),
  ];
}

/** Why the Service and not its callers is at fault; undefined if nothing says so. */
function reasonFor(
  cluster: Cluster,
  service: Service,
  port: number,
  callers: readonly { readonly from: string; readonly port: number | string | undefined }[],
): string | undefined {
  if (appliedPorts(service).includes(port)) return `it was applied with port ${port}`;
  const agreeing = new Set(callers.filter((one) => one.port === port).map(({ from }) => from));
  const has = new Set<number | string | undefined>(
    service.spec.ports.flatMap((one) => [one.port, one.name ?? undefined]),
  );
  const well = callers.some((one) => has.has(one.port));
  if (agreeing.size > 1 && !well) return `${agreeing.size} callers use port ${port}, and none uses another`;
  const listens = (one: Service): ReadonlySet<number> => portsOfPods(cluster, one);
  const asPods = (one: Service) => one.spec.ports.every((each) => listens(one).has(each.port));
  const neighbours = cluster.services.filter(
    (one) => one !== service && one.metadata.namespace === service.metadata.namespace && listens(one).size > 0,
  );
  const kept = neighbours.filter(asPods).length;
  return listens(service).has(port) && kept >= leastNeighbours && kept >= custom * neighbours.length
    ? `its pods listen on ${port}, and the other Services have the port of their pods`
    : undefined;
}

/** The ports in the annotation that `kubectl apply` keeps, if they are not those of now. */
function appliedPorts({ metadata: { annotations } }: Service): readonly number[] {
  try {
    const text = annotations['kubectl.kubernetes.io/last-applied-configuration'] ?? 'null';
    return (Applied.safeParse(JSON.parse(text)).data?.spec?.ports ?? []).map(({ port }) => port);
  } catch {
    // An annotation that is no JSON says nothing.
    return [];
  }
}

function portsOfPods(cluster: Cluster, { metadata, spec }: Service): ReadonlySet<number> {
  const pods = cluster.pods.filter(
    (pod) => pod.metadata.namespace === metadata.namespace && isServedBy(spec.selector, pod.metadata.labels),
  );
  return new Set(
    pods.flatMap((pod) => pod.spec.containers.flatMap((one) => one.ports.map((each) => each.containerPort))),
  );
}

function portFinding(
  cluster: Cluster,
  service: Service,
  port: number,
  why: string,
  users: readonly string[],
): FindingDraft {
  const has = service.spec.ports.map((one) => one.port).join(', ');
  return observed(cluster, {
    claim: `Service ${service.metadata.name} offers port ${has} and not ${port}, which ${formatList(users, 3)} ${users.length === 1 ? 'uses' : 'use'}: ${why}.`,
    entity: cluster.entityOf(service),
    cause: 'service-port',
    confidence: 0.9,
    lines: [
      `Service ${service.metadata.name}: ports ${has}`,
      ...users.slice(0, 5).map((user) => `${user}: ${service.metadata.name}:${port}`),
    ],
    error: `service ${service.metadata.name} has no port ${port}`,
  });
}
