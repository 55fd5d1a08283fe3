// Finds which workload serves a route (Ingress, HTTPRoute, VirtualService, IngressRoute, TCPIngress), so that an entry's calls are known without a mesh.
import * as z from 'zod';
import type { KubernetesObject } from '../../model/telemetry.ts';
import { isServedBy } from '../../selectors.ts';
import type { Cluster } from './cluster.ts';
import type { Workload } from './objects.ts';

const text = z.string().nullish();
const Routed = z.looseObject({
  metadata: z.looseObject({ annotations: z.record(z.string(), z.string()).nullish() }),
  spec: z
    .looseObject({
      ingressClassName: text,
      gateways: z.array(z.string()).nullish(),
      parentRefs: z.array(z.looseObject({ kind: text, name: z.string(), namespace: text })).nullish(),
    })
    .nullish(),
});
const IngressClass = z.looseObject({ spec: z.looseObject({ controller: z.string() }) });
const Gateway = z.looseObject({
  spec: z.looseObject({
    gatewayClassName: text,
    selector: z.record(z.string(), z.string()).nullish(),
  }),
});

/** Words of a controller's or class's name, and of the image of the workload that serves it. */
const products: readonly (readonly [named: RegExp, image: RegExp])[] = [
  [/nginx/i, /ingress-nginx|nginx-(?:plus-)?ingress|nginx-ingress-controller|nginx-gateway/i],
  [/traefik/i, /(?:^|\/)traefik(?:[:@]|$)/i],
  [/kong/i, /(?:^|\/)kong(?:-gateway|-ee)?(?:[:@]|$)/i],
  [/haproxy/i, /haproxy-ingress|kubernetes-ingress/i],
  [/contour|envoy/i, /(?:^|\/)(?:envoy|envoy-distroless|contour)(?:[:@]|$)/i],
  [/istio/i, /istio\/proxyv2|(?:^|\/)proxyv2(?:[:@]|$)/i],
  [/ambassador|emissary/i, /ambassador|emissary/i],
  [/apisix/i, /apisix/i],
];

/** Kinds that one product alone serves, by its name. */
const productOfKind: Readonly<Record<string, string>> = {
  IngressRoute: 'traefik',
  IngressRouteTCP: 'traefik',
  TCPIngress: 'kong',
};
/** Label that controllers of the Gateway API put on what serves a Gateway: gateway-api.sigs.k8s.io/geps/gep-1762. */
const gatewayLabel = 'gateway.networking.k8s.io/gateway-name';

/** The workloads that serve the route, as far as the cluster shows them. */
export function entriesOf(item: KubernetesObject, cluster: Cluster): readonly Workload[] {
  const route = Routed.safeParse(item).data;
  if (route === undefined) return [];
  const ofKind = productOfKind[item.kind];
  if (ofKind !== undefined) return servedBy(ofKind, cluster);
  if (item.kind === 'Ingress')
    return servedBy(
      controllerOf(
        route.spec?.ingressClassName ?? route.metadata.annotations?.['kubernetes.io/ingress.class'] ?? undefined,
        cluster,
      ),
      cluster,
    );
  const parents = [
    ...(route.spec?.gateways ?? []).map((name) => {
      const [first = name, second] = name.split('/');
      return second === undefined ? { name: first, namespace: undefined } : { name: second, namespace: first };
    }),
    ...(route.spec?.parentRefs ?? []),
  ];
  return parents.flatMap(({ name, namespace }) =>
    gatewayServedBy(name, namespace ?? item.metadata.namespace ?? undefined, cluster),
  );
}

/** The controller of a class; a class that was not read says its product by its own name. */
function controllerOf(name: string | undefined, cluster: Cluster): string | undefined {
  const found = cluster.items.find(({ kind, metadata }) => kind === 'IngressClass' && metadata.name === name);
  return IngressClass.safeParse(found).data?.spec.controller ?? name;
}

function gatewayServedBy(name: string, namespace: string | undefined, cluster: Cluster): readonly Workload[] {
  const labelled = cluster.workloads.filter(
    ({ metadata, spec }) =>
      metadata.labels[gatewayLabel] === name || spec.template.metadata?.labels?.[gatewayLabel] === name,
  );
  if (labelled.length > 0) return labelled;
  const gateway = Gateway.safeParse(
    cluster.items.find(
      ({ kind, metadata }) => kind === 'Gateway' && metadata.name === name && metadata.namespace === namespace,
    ),
  ).data?.spec;
  const selector = gateway?.selector ?? {};
  return Object.keys(selector).length > 0
    ? cluster.workloads.filter(({ spec }) => isServedBy(selector, spec.template.metadata?.labels))
    : servedBy(gateway?.gatewayClassName ?? undefined, cluster);
}

function servedBy(name: string | undefined, cluster: Cluster): readonly Workload[] {
  const image = name === undefined ? undefined : products.find(([named]) => named.test(name))?.[1];
  return image === undefined
    ? []
    : cluster.workloads.filter(({ spec }) =>
        spec.template.spec.containers.some((container) => image.test(container.image ?? '')),
      );
}
