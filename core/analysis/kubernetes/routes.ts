// Checks routes from outside (Ingress, HTTPRoute, VirtualService, Traefik's IngressRoute, Kong's TCPIngress): a missing backend, a port that the backend lacks, a path that is named after one
// service and leads to another, and an IngressClass that does not exist.
import * as z from 'zod';
import type { EntityRef } from '../../model/entity.ts';
import type { FindingDraft } from '../../model/report-draft.ts';
import type { KubernetesObject } from '../../model/telemetry.ts';
import type { Cluster } from './cluster.ts';
import { observed } from './finding.ts';
import { namesakesAmong } from './route-names.ts';
import { isNearName } from './services.ts';

interface Backend {
  readonly path: string;
  readonly name: string;
  readonly namespace: string | undefined;
  readonly port: number | string | undefined;
}
type Read = (spec: unknown, namespace: string | undefined) => Backend[];

const orNone = <T extends z.ZodType>(item: T) =>
  z
    .array(item)
    .nullish()
    .transform((v) => v ?? []);
const IngressSpec = z.looseObject({
  rules: orNone(
    z.looseObject({
      http: z
        .looseObject({
          paths: orNone(
            z.looseObject({
              path: z.string().nullish(),
              backend: z.looseObject({
                service: z
                  .looseObject({
                    name: z.string(),
                    port: z.looseObject({ number: z.number().nullish(), name: z.string().nullish() }).nullish(),
                  })
                  .nullish(),
              }),
            }),
          ),
        })
        .nullish(),
    }),
  ),
});
const HttpRouteSpec = z.looseObject({
  rules: orNone(
    z.looseObject({
      matches: orNone(z.looseObject({ path: z.looseObject({ value: z.string().nullish() }).nullish() })),
      backendRefs: orNone(
        z.looseObject({
          kind: z.string().nullish(),
          name: z.string(),
          namespace: z.string().nullish(),
          port: z.number().nullish(),
        }),
      ),
    }),
  ),
});
const uri = z.looseObject({ prefix: z.string().nullish(), exact: z.string().nullish() }).nullish();
const VirtualServiceSpec = z.looseObject({
  http: orNone(
    z.looseObject({
      match: orNone(z.looseObject({ uri })),
      route: orNone(
        z.looseObject({
          destination: z.looseObject({
            host: z.string(),
            port: z.looseObject({ number: z.number().nullish() }).nullish(),
          }),
        }),
      ),
    }),
  ),
});

/** doc.traefik.io/traefik/routing/providers/kubernetes-crd: a route is a rule in words and its services. */
const TraefikSpec = z.looseObject({
  routes: orNone(
    z.looseObject({
      match: z.string().nullish(),
      services: orNone(
        z.looseObject({
          kind: z.string().nullish(),
          name: z.string(),
          namespace: z.string().nullish(),
          port: z.union([z.number(), z.string()]).nullish(),
        }),
      ),
      middlewares: orNone(z.looseObject({ name: z.string(), namespace: z.string().nullish() })),
    }),
  ),
});
/** docs.konghq.com/kubernetes-ingress-controller: TCPIngress of configuration.konghq.com. */
const TcpIngressSpec = z.looseObject({
  rules: orNone(
    z.looseObject({
      host: z.string().nullish(),
      port: z.number().nullish(),
      backend: z.looseObject({ serviceName: z.string(), servicePort: z.number().nullish() }),
    }),
  ),
});
const traefikPath = /\b(?:Path|PathPrefix)\(\s*[`'"]([^`'"]+)/;

const ofTraefik: Read = (spec, namespace) =>
  read(TraefikSpec, spec).flatMap(({ routes: all }) =>
    all.flatMap(({ match, services }) =>
      services
        .filter(({ kind, name }) => (!kind || kind === 'Service') && !name.includes('@'))
        .map((one) => ({
          path: traefikPath.exec(match ?? '')?.[1] ?? '/',
          name: one.name,
          namespace: one.namespace ?? namespace,
          port: portOf(one.port),
        })),
    ),
  );

/** Traefik takes a port as a number, or as a number or a name in quotes. */
const portOf = (port: number | string | null | undefined): number | string | undefined =>
  typeof port === 'string' && /^\d+$/.test(port) ? Number(port) : (port ?? undefined);

const ofGateway: Read = (spec, namespace) =>
  read(HttpRouteSpec, spec).flatMap(({ rules }) =>
    rules.flatMap(({ matches, backendRefs }) =>
      backendRefs
        .filter(({ kind }) => !kind || kind === 'Service')
        .map((ref) => ({
          path: matches[0]?.path?.value ?? '/',
          name: ref.name,
          namespace: ref.namespace ?? namespace,
          port: ref.port ?? undefined,
        })),
    ),
  );

const readers: Readonly<Record<string, Read>> = {
  Ingress: (spec, namespace) =>
    read(IngressSpec, spec).flatMap(({ rules }) =>
      rules.flatMap(({ http }) =>
        (http?.paths ?? []).flatMap(({ path, backend: { service } }) =>
          service
            ? [
                {
                  path: path ?? '/',
                  name: service.name,
                  namespace,
                  port: service.port?.number ?? service.port?.name ?? undefined,
                },
              ]
            : [],
        ),
      ),
    ),
  HTTPRoute: ofGateway,
  GRPCRoute: ofGateway,
  TLSRoute: ofGateway,
  TCPRoute: ofGateway,
  IngressRoute: ofTraefik,
  IngressRouteTCP: ofTraefik,
  TCPIngress: (spec, namespace) =>
    read(TcpIngressSpec, spec).flatMap(({ rules }) =>
      rules.map(({ host, port, backend }) => ({
        path: host ?? `port ${port ?? '?'}`,
        name: backend.serviceName,
        namespace,
        port: backend.servicePort ?? undefined,
      })),
    ),
  VirtualService: (spec, namespace) =>
    read(VirtualServiceSpec, spec).flatMap(({ http }) =>
      http.flatMap(({ match, route }) =>
        route.map(({ destination: { host, port } }) => {
          const [name = host, of, svc] = host.split('.');
          return {
            path: match[0]?.uri?.prefix ?? match[0]?.uri?.exact ?? '/',
            name,
            // A host of another domain is outside the cluster.
            namespace: of === undefined || svc === 'svc' ? (of ?? namespace) : undefined,
            port: port?.number ?? undefined,
          };
        }),
      ),
    ),
};

function read<Schema extends z.ZodType>(schema: Schema, spec: unknown): z.infer<Schema>[] {
  const parsed = schema.safeParse(spec);
  return parsed.success ? [parsed.data] : [];
}

export function routes(cluster: Cluster): FindingDraft[] {
  return cluster.items.flatMap((item) => {
    const reader = readers[item.kind];
    if (!reader) return [];
    const { name, namespace } = item.metadata;
    const entity: EntityRef = { kind: item.kind, name, cluster: cluster.name, ...(namespace ? { namespace } : {}) };
    return [
      ...(classProblem(item, cluster, entity) ?? []),
      ...middlewareProblems(item, cluster, entity),
      ...reader(item.spec, namespace).flatMap((backend) => problemOf(backend, cluster, entity) ?? []),
    ];
  });
}

const Classed = z.looseObject({
  spec: z.looseObject({ ingressClassName: z.string().nullish() }).nullish(),
  metadata: z.looseObject({ annotations: z.record(z.string(), z.string()).nullish() }),
  status: z
    .looseObject({ loadBalancer: z.looseObject({ ingress: z.array(z.unknown()).nullish() }).nullish() })
    .nullish(),
});

/** An Ingress of a class that does not exist, and that no controller has given an address. */
function classProblem(item: KubernetesObject, cluster: Cluster, entity: EntityRef): FindingDraft[] | undefined {
  const classes = cluster.items.filter(({ kind }) => kind === 'IngressClass').map(({ metadata }) => metadata.name);
  const parsed = item.kind === 'Ingress' ? Classed.safeParse(item).data : undefined;
  const annotated = parsed?.metadata.annotations?.['kubernetes.io/ingress.class'];
  const named = parsed?.spec?.ingressClassName ?? annotated;
  const isServed = (parsed?.status?.loadBalancer?.ingress ?? []).length > 0;
  // Without any class, the kind may not have been read.
  if (named === undefined || isServed || classes.length === 0 || classes.includes(named)) return undefined;
  const near = classes.some((one) => isNearName(one, named));
  // A controller may serve an annotation without a class of that name.
  const isSure = parsed?.spec?.ingressClassName === named || near;
  return [
    observed(cluster, {
      claim: `Ingress ${entity.name} asks for class ${named}, and there is no such IngressClass (there are ${classes.join(', ')}), so no controller serves it.`,
      entity,
      ...(isSure ? { cause: 'route-wrong-backend' as const } : { role: 'context' as const, severity: 'info' as const }),
      confidence: near ? 0.92 : isSure ? 0.85 : 0.5,
      lines: [`Ingress ${entity.name}: class ${named}, no address`, `IngressClasses: ${classes.join(', ')}`],
      error: `no IngressClass ${named}`,
    }),
  ];
}

/** A Traefik route through a Middleware that does not exist: Traefik then drops the whole route and answers 404. */
function middlewareProblems(item: KubernetesObject, cluster: Cluster, entity: EntityRef): FindingDraft[] {
  if (item.kind !== 'IngressRoute') return [];
  const known = cluster.items.filter(({ kind }) => kind === 'Middleware').map(({ metadata }) => metadata);
  // Without any Middleware, the kind may not have been read.
  if (known.length === 0) return [];
  const wanted = read(TraefikSpec, item.spec).flatMap(({ routes: all }) => all.flatMap((one) => one.middlewares));
  return wanted
    .filter(
      ({ name, namespace }) =>
        !name.includes('@') &&
        !known.some((one) => one.name === name && one.namespace === (namespace ?? item.metadata.namespace)),
    )
    .map(({ name }) =>
      observed(cluster, {
        claim: `IngressRoute ${entity.name} leads through Middleware ${name}, and there is no such Middleware, so Traefik does not serve the route.`,
        entity,
        cause: 'route-wrong-backend',
        confidence: 0.88,
        lines: [
          `IngressRoute ${entity.name}: middleware ${name}`,
          `Middlewares: ${known.map((one) => one.name).join(', ')}`,
        ],
        error: `no Middleware ${name}`,
      }),
    );
}

/** The Services and ports that routes lead to. */
export const routedPorts = (cluster: Cluster) =>
  cluster.items.flatMap((item) =>
    (readers[item.kind]?.(item.spec, item.metadata.namespace) ?? []).map((backend) => ({
      from: `${item.kind} ${item.metadata.name}`,
      name: backend.name,
      namespace: backend.namespace,
      port: backend.port,
    })),
  );

/** The Services that each route leads to. */
export const routedBackends = (cluster: Cluster) =>
  cluster.items.flatMap((item) =>
    (readers[item.kind]?.(item.spec, item.metadata.namespace) ?? []).map(({ name, namespace }) => ({
      item,
      name,
      namespace,
    })),
  );

function problemOf(backend: Backend, cluster: Cluster, entity: EntityRef): FindingDraft | undefined {
  const there = cluster.services.filter(({ metadata }) => metadata.namespace === backend.namespace);
  // If the namespace was not recorded, the route cannot be judged.
  if (there.length === 0) return undefined;
  const service = there.find(({ metadata }) => metadata.name === backend.name);
  const route = `${entity.kind} ${entity.name} leads ${backend.path} to ${backend.name}`;
  const draft = (claim: string, confidence: number, line: string) =>
    observed(cluster, {
      claim,
      entity,
      cause: 'route-wrong-backend',
      confidence,
      lines: [`${entity.kind} ${entity.name}: ${backend.path} → ${backend.name}:${backend.port ?? ''}`, line],
      error: `${backend.path} to ${backend.name}:${backend.port ?? ''}`,
      dependency: { ...entity, kind: 'Service', name: backend.name },
    });
  if (!service) return draft(`${route}, and there is no such Service.`, 0.92, `no Service ${backend.name}`);
  const { ports } = service.spec;
  const fits = ({ port, name }: { port: number; name?: string | null | undefined }) =>
    backend.port === port || backend.port === name;
  if (backend.port !== undefined && !ports.some(fits)) {
    const has = ports.map(({ port }) => port).join(', ');
    return draft(
      `${route}:${backend.port}, and that Service has ${has}.`,
      0.92,
      `Service ${backend.name}: ports ${has}`,
    );
  }
  const namesakes = namesakesAmong(there.map(({ metadata }) => metadata.name));
  const namesake = namesakes.of(backend.path);
  return namesake !== undefined && namesake !== backend.name
    ? draft(`${route}, although the path is named after ${namesake}.`, 0.75, `Service ${namesake} is there`)
    : undefined;
}
