// Checks gateways that read their routes from a ConfigMap or from their environment: Spring Cloud Gateway, nginx, Envoy, Traefik, HAProxy, Kong. It
// finds route addresses that no Service has, or that a Service has on another port, and routes that are named after one service and lead to another.
import type { FindingDraft } from '../../model/report-draft.ts';
import type { Cluster } from './cluster.ts';
import { observed } from './finding.ts';
import type { Workload } from './objects.ts';
import { type Namesakes, namesakesAmong } from './route-names.ts';
import { configMapsOf } from './topology.ts';

/** A route as a file states it. */
export interface ConfiguredRoute {
  readonly host: string;
  readonly domain: string;
  readonly port: string | undefined;
  /** The path or the id of the route, as far as the file has them beside the address. */
  readonly names: readonly string[];
  readonly line: string;
}

const host = String.raw`(?<host>[a-z0-9][a-z0-9-]{0,62})(?<domain>(?:\.[a-z0-9-]+)*)`;
/** Places where a route names its target. Other values in the file may be anything. */
const targets = [
  String.raw`\b(?:proxy_pass|fastcgi_pass|grpc_pass|uwsgi_pass)\s+(?:[a-z]+:\/\/)?${host}(?::(?<port>\d{2,5}))?`,
  String.raw`^\s*server\s+(?:[\w.-]+\s+)?${host}:(?<port>\d{2,5})\b[^\n{]*`,
  String.raw`\b(?:ur[il]|backend|target|upstream|service)["']?\s*[:=]\s*["']?(?:lb(?::wss?)?|https?|wss?|grpc|h2c):\/\/${host}(?::(?<port>\d{2,5}))?`,
  String.raw`\baddress["']?\s*:\s*["']?${host}["']?\s*,?\s*["']?port_value["']?\s*:\s*(?<port>\d{2,5})`,
].map((source) => new RegExp(source, 'gim'));

/** Names of the route beside its target: a Spring path or id, a location of nginx, a prefix of Envoy, a rule of Traefik, paths of Kong. */
const before = [
  /location\s+(?:[=~^*]+\s+)?(?<name>\/[^\s{]*)\s*\{[^{}]*$/i,
  /-\s*(?:id|name)["']?\s*[:=]\s*["']?(?<name>[\w./-]+)[^{}]{0,120}$/i,
];
const after = [
  /^[^\n]*(?:\n(?!\s*-\s*(?:id|name|uri)\b)[^\n]*){0,8}?\bPath\s*=\s*["']?(?<name>\/[^\s"',\]]+)/,
  /^[^\n]*(?:\n(?!\s*-\s*(?:id|name|url)\b)[^\n]*){0,8}?\bpaths["']?\s*:\s*\[?\s*(?:-\s*)?["']?(?<name>\/[^\s"',\]]+)/,
];

const maxText = 200_000;
const maxContext = 600;

/** The routes that a configuration file states, each target once per name. */
export function routesIn(whole: string): ConfiguredRoute[] {
  const text = whole.slice(0, maxText);
  return targets.flatMap((target) =>
    [...text.matchAll(target)].flatMap(({ 0: line, index, groups }) => {
      if (!groups?.host) return [];
      const [head, tail] = [
        text.slice(Math.max(0, index - maxContext), index),
        text.slice(index + line.length, index + line.length + maxContext),
      ];
      const names = [
        ...before.flatMap((one) => one.exec(head)?.groups?.name ?? []),
        ...after.flatMap((one) => one.exec(tail)?.groups?.name ?? []),
      ];
      return [{ host: groups.host, domain: groups.domain ?? '', port: groups.port, names, line: line.trim() }];
    }),
  );
}

export function configuredRoutes(cluster: Cluster): FindingDraft[] {
  const namesakes = new Map<string | undefined, Namesakes>();
  const among = (namespace: string | undefined): Namesakes => {
    const known =
      namesakes.get(namespace) ??
      namesakesAmong(
        cluster.services.flatMap(({ metadata }) => (metadata.namespace === namespace ? [metadata.name] : [])),
      );
    namesakes.set(namespace, known);
    return known;
  };
  return cluster.workloads.flatMap((workload) => {
    const { namespace } = workload.metadata;
    return filesOf(cluster, workload).flatMap(({ source, texts }) => {
      const routes = texts.flatMap(routesIn);
      const named = among(namespace);
      const isConsistent = routes.filter((route) => leadsToNamesake(route, named)).length >= 2;
      const wrong = new Map(
        routes.flatMap((route) => {
          const problem = problemOf(cluster, namespace, route) ?? otherService(route, named, isConsistent);
          return problem === undefined
            ? []
            : [[`${route.host}:${route.port ?? ''}:${problem.what}`, { route, problem }] as const];
        }),
      );
      return [...wrong.values()].map(({ route, problem }) =>
        observed(cluster, {
          claim: `${source} makes ${workload.kind} ${workload.metadata.name} send ${route.names[0] ? `${route.names[0]} ` : 'calls '}to ${problem.what}.`,
          entity: cluster.entityOf(workload),
          cause: 'route-wrong-backend',
          confidence: problem.confidence,
          lines: [`${source}: ${route.line}`, ...route.names.map((name) => `${source}: ${name}`)],
          error: `route to ${problem.what}`,
          dependency: { kind: 'Service', name: route.host, cluster: cluster.name, ...(namespace ? { namespace } : {}) },
        }),
      );
    });
  });
}

/** The Services and ports that the configuration of gateways names. */
export const configuredPorts = (cluster: Cluster) =>
  cluster.workloads.flatMap((workload) =>
    filesOf(cluster, workload).flatMap(({ texts }) =>
      texts.flatMap(routesIn).flatMap(({ host: name, domain, port }) => {
        const inside = /^(?:\.([a-z0-9-]+)(?:\.svc(?:\.cluster\.local)?)?)?$/.exec(domain);
        return inside && port !== undefined
          ? [
              {
                from: `${workload.kind} ${workload.metadata.name}`,
                name,
                namespace: inside[1] ?? workload.metadata.namespace,
                port: Number(port),
              },
            ]
          : [];
      }),
    ),
  );

interface File {
  /** Where the routes stand, for people. */
  readonly source: string;
  readonly texts: readonly string[];
}

/** ConfigMaps that the workload uses or that are named after it, and the routes in its environment. */
function filesOf(cluster: Cluster, workload: Workload): readonly File[] {
  const { name, namespace } = workload.metadata;
  const used = configMapsOf(cluster, workload);
  const named = cluster.items.flatMap(({ kind, metadata, data }) => {
    const own = kind === 'ConfigMap' && metadata.namespace === namespace && isNamedAfter(metadata.name, name);
    if (!own || used.some((one) => one.name === metadata.name)) return [];
    const texts = Object.values(typeof data === 'object' && data !== null ? data : {});
    return [{ name: metadata.name, texts: texts.filter((text) => typeof text === 'string') }];
  });
  const environment = routesInEnvironment(workload);
  return [
    ...[...used, ...named].map(({ name: map, texts }) => ({ source: `ConfigMap ${map}`, texts })),
    ...(environment === '' ? [] : [{ source: 'its environment', texts: [environment] }]),
  ];
}

const isNamedAfter = (map: string, workload: string): boolean => map === workload || map.startsWith(`${workload}-`);

/** Spring's relaxed names: SPRING_CLOUD_GATEWAY_ROUTES_0_URI is spring.cloud.gateway.routes[0].uri. */
const routeVariable = /GATEWAY(?:_SERVER_WEB(?:FLUX|MVC))?_ROUTES_(?<place>\d+)_(?<key>ID|URI|PREDICATES)/;

/** The routes of the environment, in the form of a Spring file. */
function routesInEnvironment({ spec }: Workload): string {
  const variables = spec.template.spec.containers.flatMap(({ env }) =>
    env.flatMap(({ name, value }) => {
      const { place, key } = routeVariable.exec(name)?.groups ?? {};
      return place && key && value ? [{ place, key, value }] : [];
    }),
  );
  const json = spec.template.spec.containers.flatMap(({ env }) =>
    env.flatMap(({ name, value }) => (name === 'SPRING_APPLICATION_JSON' && value ? [value] : [])),
  );
  const blocks = [...Map.groupBy(variables, ({ place }) => place)].map(([place, own]) => {
    const of = (key: string) => own.filter((one) => one.key === key).map(({ value }) => value);
    return [
      `- id: ${of('ID')[0] ?? place}`,
      ...of('URI').map((uri) => `  uri: ${uri}`),
      ...of('PREDICATES').map((one) => `  - ${one}`),
    ].join('\n');
  });
  return [...blocks, ...json].join('\n');
}

interface Problem {
  readonly what: string;
  readonly confidence: number;
}

const leadsToNamesake = ({ host: target, names }: ConfiguredRoute, namesakes: Namesakes): boolean =>
  names.some((name) => namesakes.of(name) === target);

/** A route that is named after another service than the one it leads to. */
function otherService(route: ConfiguredRoute, namesakes: Namesakes, isConsistent: boolean): Problem | undefined {
  const isInside = route.domain === '' || /^\.[a-z0-9-]+(?:\.svc(?:\.cluster\.local)?)?$/.test(route.domain);
  if (!isInside || leadsToNamesake(route, namesakes)) return undefined;
  const meant = route.names.flatMap((name) => namesakes.of(name) ?? [])[0];
  return meant === undefined
    ? undefined
    : {
        what: `${route.host}, although it is named after ${meant}${isConsistent ? ' and the other routes lead to the service that they are named after' : ''}`,
        confidence: isConsistent ? 0.88 : 0.7,
      };
}

/** Undefined if the route fits or cannot be judged: a namespace that was not recorded, an outside host, an upstream's own name. */
function problemOf(
  cluster: Cluster,
  own: string | undefined,
  { host: target, domain, port, line }: ConfiguredRoute,
): Problem | undefined {
  const inside = /^(?:\.([a-z0-9-]+)(?:\.svc(?:\.cluster\.local)?)?)?$/.exec(domain);
  if (!inside || /^(?:\d+|localhost)$/.test(target)) return undefined;
  const there = cluster.services.filter(({ metadata }) => metadata.namespace === (inside[1] ?? own));
  if (there.length === 0) return undefined;
  const service = there.find(({ metadata }) => metadata.name === target);
  // A name without a port may be an upstream that another line defines. A balanced name is one that a registry of services knows.
  if (!service) {
    const isMissing =
      port !== undefined ||
      (/\blb:/.test(line) &&
        resemblesOne(
          target,
          there.map(({ metadata }) => metadata.name),
        ));
    return isMissing
      ? { what: `${target}${port === undefined ? '' : `:${port}`}, and there is no such Service`, confidence: 0.88 }
      : undefined;
  }
  const ports = service.spec.ports.map((one) => one.port);
  return port === undefined || ports.includes(Number(port))
    ? undefined
    : { what: `${target}:${port}, and that Service has ${ports.join(', ')}`, confidence: 0.88 };
}

/** Whether a Service has this name but for a letter or two at its end. */
const resemblesOne = (name: string, services: readonly string[]): boolean =>
  services.some(
    (one) =>
      Math.abs(one.length - name.length) <= 2 &&
      (one.startsWith(name.slice(0, -1)) || name.startsWith(one.slice(0, -1))),
  );
