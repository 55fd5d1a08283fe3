// Finds service mesh configuration (Istio's objects) that blocks calls: a route to a missing subset, deliberate fault injection, mutual TLS on one
// side only, a policy that blocks every caller, and a sidecar proxy that is not ready.

import * as z from 'zod';
import type { EntityRef } from '../../model/entity.ts';
import type { FindingDraft } from '../../model/report-draft.ts';
import type { KubernetesObject } from '../../model/telemetry.ts';
import { carries } from '../../selectors.ts';
import type { Cluster } from './cluster.ts';
import { count, observed } from './finding.ts';
import type { Pod, Workload } from './objects.ts';
import { topologyIn } from './topology.ts';

const orNone = <T extends z.ZodType>(item: T) =>
  z
    .array(item)
    .nullish()
    .transform((v) => v ?? []);
const labels = z.record(z.string(), z.string()).nullish();
const share = z
  .looseObject({ percentage: z.looseObject({ value: z.number() }).nullish(), percent: z.number().nullish() })
  .nullish();
const VirtualService = z.looseObject({
  http: orNone(
    z.looseObject({
      fault: z.looseObject({ abort: share, delay: share }).nullish(),
      route: orNone(
        z.looseObject({
          destination: z.looseObject({ host: z.string(), subset: z.string().nullish() }),
          weight: z.number().nullish(),
        }),
      ),
    }),
  ),
});
const DestinationRule = z.looseObject({
  host: z.string(),
  subsets: orNone(z.looseObject({ name: z.string(), labels })),
  trafficPolicy: z.looseObject({ tls: z.looseObject({ mode: z.string().nullish() }).nullish() }).nullish(),
});
const selector = z.looseObject({ matchLabels: labels }).nullish();
const PeerAuthentication = z.looseObject({ selector, mtls: z.looseObject({ mode: z.string().nullish() }).nullish() });
const AuthorizationPolicy = z.looseObject({
  selector,
  action: z.string().nullish(),
  rules: z.array(z.unknown()).nullish(),
});

interface Found<T> {
  readonly item: KubernetesObject;
  readonly spec: T;
}
const found = <Schema extends z.ZodType>(cluster: Cluster, kind: string, schema: Schema): Found<z.infer<Schema>>[] =>
  cluster.items.flatMap((item) => {
    const parsed = item.kind === kind ? schema.safeParse(item.spec ?? {}) : undefined;
    return parsed?.success ? [{ item, spec: parsed.data }] : [];
  });

export function mesh(cluster: Cluster): FindingDraft[] {
  return [...subsets(cluster), ...faults(cluster), ...mutualTls(cluster), ...policies(cluster), ...proxies(cluster)];
}

const refOf = (cluster: Cluster, { kind, metadata: { name, namespace } }: KubernetesObject): EntityRef => ({
  kind,
  name,
  cluster: cluster.name,
  ...(namespace === undefined ? {} : { namespace }),
});
/** `reviews.shop.svc.cluster.local` is Service reviews in namespace shop; a short name belongs to the namespace of the object that names it. */
function hostOf(host: string, namespace: string | undefined) {
  const [name = host, of] = host.split('.');
  return { name, namespace: of ?? namespace };
}

function subsets(cluster: Cluster): FindingDraft[] {
  const rules = found(cluster, 'DestinationRule', DestinationRule);
  return found(cluster, 'VirtualService', VirtualService).flatMap(({ item, spec }) =>
    spec.http.flatMap(({ route }) =>
      route.flatMap(({ destination, weight }) => {
        if (!destination.subset || weight === 0) return [];
        const to = hostOf(destination.host, item.metadata.namespace);
        const subset = rules
          .filter((rule) => {
            const host = hostOf(rule.spec.host, rule.item.metadata.namespace);
            return host.name === to.name && host.namespace === to.namespace;
          })
          .flatMap((rule) => rule.spec.subsets)
          .find(({ name }) => name === destination.subset);
        const service = cluster.services.find(
          ({ metadata }) => metadata.name === to.name && metadata.namespace === to.namespace,
        );
        const pods = cluster.pods.filter(
          (pod) =>
            pod.metadata.namespace === to.namespace &&
            carries(pod.metadata.labels, service?.spec.selector) &&
            carries(pod.metadata.labels, subset?.labels),
        );
        if (!service || (subset && pods.length > 0)) return [];
        const problem = subset ? 'no pod belongs to it' : 'no DestinationRule defines it';
        return [
          observed(cluster, {
            claim: `VirtualService ${item.metadata.name} sends calls of ${to.name} to subset ${destination.subset}, and ${problem}.`,
            entity: refOf(cluster, item),
            cause: 'mesh-route',
            confidence: 0.93,
            lines: [
              `VirtualService ${item.metadata.name}: ${destination.host} subset ${destination.subset}${weight == null ? '' : ` weight ${weight}`}`,
              subset
                ? `subset ${subset.name}: ${JSON.stringify(subset.labels ?? {})}, 0 pods`
                : `no subset ${destination.subset}`,
            ],
            error: `subset ${destination.subset} of ${to.name}`,
            dependency: {
              kind: 'Service',
              name: to.name,
              cluster: cluster.name,
              ...(to.namespace ? { namespace: to.namespace } : {}),
            },
          }),
        ];
      }),
    ),
  );
}

function faults(cluster: Cluster): FindingDraft[] {
  return found(cluster, 'VirtualService', VirtualService).flatMap(({ item, spec }) =>
    spec.http.flatMap(({ fault, route }) => {
      const shares = (['abort', 'delay'] as const).flatMap((kind) => {
        const of = fault?.[kind];
        // A fault without a percentage applies to every call.
        const percent = of ? (of.percentage?.value ?? of.percent ?? 100) : 0;
        return percent > 0 ? [`${kind}s ${percent} % of the calls`] : [];
      });
      const host = hostOf(route[0]?.destination.host ?? item.metadata.name, item.metadata.namespace);
      return shares.length === 0
        ? []
        : [
            observed(cluster, {
              claim: `VirtualService ${item.metadata.name} ${shares.join(' and ')} to ${host.name} on purpose.`,
              entity: refOf(cluster, item),
              cause: 'mesh-fault-injection',
              confidence: 0.9,
              lines: [`VirtualService ${item.metadata.name}: fault ${JSON.stringify(fault)}`],
              error: `fault injection ${shares.join(' and ')}`,
              dependency: {
                kind: 'Service',
                name: host.name,
                cluster: cluster.name,
                ...(host.namespace ? { namespace: host.namespace } : {}),
              },
            }),
          ];
    }),
  );
}

const proxyNames: ReadonlySet<string> = new Set(['istio-proxy', 'linkerd-proxy']);
const hasProxy = ({ spec }: Pick<Pod, 'spec'>): boolean =>
  [...spec.containers, ...spec.initContainers].some(({ name }) => proxyNames.has(name));

/** Servers that require mutual TLS, and callers that cannot use it. */
function mutualTls(cluster: Cluster): FindingDraft[] {
  const strict = found(cluster, 'PeerAuthentication', PeerAuthentication).filter(
    ({ spec }) => spec.mtls?.mode === 'STRICT',
  );
  const plain = found(cluster, 'DestinationRule', DestinationRule).filter(
    ({ spec }) => spec.trafficPolicy?.tls?.mode === 'DISABLE',
  );
  if (strict.length === 0) return [];
  const isStrict = (pod: Pod) =>
    hasProxy(pod) &&
    strict.some(
      ({ item, spec }) =>
        item.metadata.namespace === pod.metadata.namespace && carries(pod.metadata.labels, spec.selector?.matchLabels),
    );
  const { calls } = topologyIn(cluster);
  return cluster.workloads.flatMap((server) => {
    const pods = podsOf(cluster, server);
    if (pods.length === 0 || !pods.some(isStrict)) return [];
    const { name, namespace } = server.metadata;
    const disabled = plain.find(({ item, spec }) => {
      const host = hostOf(spec.host, item.metadata.namespace);
      return host.name === name && host.namespace === namespace;
    });
    const outside = cluster.workloads.filter(
      (caller) =>
        calls.some(({ from, to }) => from === caller.metadata.name && to === name) &&
        podsOf(cluster, caller).length > 0 &&
        podsOf(cluster, caller).every((pod) => !hasProxy(pod)),
    );
    if (!disabled && outside.length === 0) return [];
    const who = disabled
      ? `DestinationRule ${disabled.item.metadata.name} turns it off for who calls`
      : `${outside.map(({ metadata }) => metadata.name).join(', ')}, which ${outside.length === 1 ? 'calls' : 'call'} it, ${outside.length === 1 ? 'has' : 'have'} no proxy`;
    return [
      observed(cluster, {
        claim: `${server.kind} ${name} takes mutual TLS only, and ${who}.`,
        entity: cluster.entityOf(server),
        cause: 'mesh-mutual-tls',
        confidence: 0.88,
        lines: [
          ...strict.map(({ item }) => `PeerAuthentication ${item.metadata.namespace}/${item.metadata.name}: STRICT`),
          ...(disabled ? [`DestinationRule ${disabled.item.metadata.name}: tls DISABLE`] : []),
          ...outside.map(({ metadata }) => `${metadata.name}: no proxy container`),
        ],
        error: `strict mutual TLS at ${name}`,
      }),
    ];
  });
}

const podsOf = (cluster: Cluster, { kind, metadata: { name, namespace } }: Workload): readonly Pod[] =>
  cluster.podsOf({ kind, name, ...(namespace === undefined ? {} : { namespace }) });

/**
 * An ALLOW policy without rules allows no caller, and a DENY policy with an empty rule denies all. Another policy that allows does not override a
 * DENY.
 */
function policies(cluster: Cluster): FindingDraft[] {
  const all = found(cluster, 'AuthorizationPolicy', AuthorizationPolicy);
  const isEmpty = (rule: unknown) => typeof rule === 'object' && rule !== null && Object.keys(rule).length === 0;
  return cluster.workloads.flatMap((server) => {
    const pods = podsOf(cluster, server).filter(hasProxy);
    const [pod] = pods;
    if (!pod) return [];
    const own = all.filter(
      ({ item, spec }) =>
        item.metadata.namespace === pod.metadata.namespace && carries(pod.metadata.labels, spec.selector?.matchLabels),
    );
    const deny = own.find(({ spec }) => spec.action === 'DENY' && (spec.rules ?? []).some(isEmpty));
    const allows = own.filter(({ spec }) => (spec.action ?? 'ALLOW') === 'ALLOW');
    const nobody =
      allows.length > 0 && allows.every(({ spec }) => (spec.rules ?? []).length === 0) ? allows[0] : undefined;
    const one = deny ?? nobody;
    if (!one) return allows.length === 0 ? [] : [limiting(cluster, server, allows)];
    return [
      observed(cluster, {
        claim: `AuthorizationPolicy ${one.item.metadata.name} ${deny ? 'denies everybody' : 'allows nobody'} to call ${server.kind} ${server.metadata.name}.`,
        entity: cluster.entityOf(server),
        cause: 'mesh-authorization',
        confidence: 0.88,
        lines: [
          `AuthorizationPolicy ${one.item.metadata.name}: ${one.spec.action ?? 'ALLOW'} rules ${JSON.stringify(one.spec.rules ?? [])}`,
        ],
        error: `authorization policy ${one.item.metadata.name}`,
      }),
    ];
  });
}

const allowedBy = z.looseObject({
  from: orNone(
    z.looseObject({
      source: z.looseObject({
        principals: orNone(z.string()),
        namespaces: orNone(z.string()),
        serviceAccounts: orNone(z.string()),
      }),
    }),
  ),
});

/** Policies that let only some callers in. Most are as they should be: core/diagnosis makes one the cause if a log shows that the proxy refused. */
function limiting(
  cluster: Cluster,
  server: Workload,
  allows: readonly Found<z.infer<typeof AuthorizationPolicy>>[],
): FindingDraft {
  const names = allows.map(({ item }) => item.metadata.name);
  const callers = allows
    .flatMap(({ spec }) => spec.rules ?? [])
    .flatMap((rule) => allowedBy.safeParse(rule).data?.from ?? [])
    .flatMap(({ source: { principals, namespaces, serviceAccounts } }) => [
      ...principals,
      ...serviceAccounts,
      ...namespaces.map((name) => `namespace ${name}`),
    ]);
  const who = callers.length === 0 ? 'some requests' : `calls of ${[...new Set(callers)].slice(0, 3).join(', ')}`;
  return observed(cluster, {
    claim:
      `AuthorizationPolicy ${names.join(', ')} allows only ${who} to ${server.kind} ${server.metadata.name}.`.slice(
        0,
        400,
      ),
    entity: cluster.entityOf(server),
    cause: 'mesh-authorization',
    role: 'context',
    severity: 'info',
    confidence: 0.5,
    onset: allows
      .flatMap(({ item: { metadata } }) =>
        typeof metadata.creationTimestamp === 'string' ? [metadata.creationTimestamp] : [],
      )
      .sort()
      .at(-1),
    lines: allows.map(
      ({ item, spec }) =>
        `AuthorizationPolicy ${item.metadata.namespace}/${item.metadata.name}: ${spec.action ?? 'ALLOW'} rules ${JSON.stringify(spec.rules ?? []).slice(0, 300)}`,
    ),
    error: `authorization policy ${names.join(', ')}`,
  });
}

function proxies(cluster: Cluster): FindingDraft[] {
  return cluster.workloads.flatMap((workload) => {
    const pods = podsOf(cluster, workload).filter(({ status }) => {
      const proxy = status.containerStatuses.find(({ name }) => proxyNames.has(name));
      const otherContainers = status.containerStatuses.filter(({ name }) => !proxyNames.has(name));
      return (
        proxy !== undefined && !proxy.ready && otherContainers.length > 0 && otherContainers.every(({ ready }) => ready)
      );
    });
    if (pods.length === 0) return [];
    return [
      observed(cluster, {
        claim: `The sidecar proxy of ${count(pods.length, 'pod')} of ${workload.kind} ${workload.metadata.name} is not ready, although the application is.`,
        entity: cluster.entityOf(workload),
        cause: 'mesh-proxy',
        confidence: 0.85,
        lines: pods.map(({ metadata }) => `Pod ${metadata.name}: proxy not ready, other containers ready`),
        error: 'sidecar proxy not ready',
      }),
    ];
  });
}
