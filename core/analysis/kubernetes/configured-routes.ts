// Checks gateways that read their routes from a ConfigMap (nginx, Envoy, Traefik, Spring Cloud Gateway and the like): it finds route addresses that
// no Service has, or that a Service has on another port.
import type { FindingDraft } from '../../model/report-draft.ts';
import type { Cluster } from './cluster.ts';
import { observed } from './finding.ts';
import { configMapsOf } from './topology.ts';

/** Places where a route names its target. Other values in the file may be anything. */
const routes = [
  /\b(?:proxy_pass|fastcgi_pass|grpc_pass|uwsgi_pass)\s+(?:[a-z]+:\/\/)?(?<host>[a-z0-9][a-z0-9-]{0,62})(?<domain>(?:\.[a-z0-9-]+)*)(?::(?<port>\d{2,5}))?/gi,
  /^\s*server\s+(?<host>[a-z0-9][a-z0-9-]{0,62})(?<domain>(?:\.[a-z0-9-]+)*):(?<port>\d{2,5})[^\n{]*;/gim,
  /\b(?:ur[il]|backend|target|upstream|service)["']?\s*[:=]\s*["']?(?:lb|https?|grpc|h2c):\/\/(?<host>[a-z0-9][a-z0-9-]{0,62})(?<domain>(?:\.[a-z0-9-]+)*)(?::(?<port>\d{2,5}))?/gi,
];
const maxText = 200_000;

export function configuredRoutes(cluster: Cluster): FindingDraft[] {
  return cluster.workloads.flatMap((workload) => {
    const { namespace } = workload.metadata;
    return configMapsOf(cluster, workload).flatMap(({ name, texts }) => {
      const wrong = new Map(
        texts.flatMap((text) =>
          routes.flatMap((route) =>
            [...text.slice(0, maxText).matchAll(route)].flatMap(({ 0: line, groups }) => {
              const problem = groups && problemOf(cluster, namespace, groups);
              return problem
                ? [
                    [
                      `${groups.host}:${groups.port ?? ''}`,
                      { line: line.trim(), says: problem, host: groups.host ?? '' },
                    ] as const,
                  ]
                : [];
            }),
          ),
        ),
      );
      return [...wrong.values()].map(({ line, says: problem, host }) =>
        observed(cluster, {
          claim: `${workload.kind} ${workload.metadata.name} is told by ConfigMap ${name} to send calls to ${problem}.`,
          entity: cluster.entityOf(workload),
          cause: 'route-wrong-backend',
          confidence: 0.88,
          lines: [`ConfigMap ${name}: ${line}`],
          error: `route to ${problem}`,
          dependency: { kind: 'Service', name: host, cluster: cluster.name, ...(namespace ? { namespace } : {}) },
        }),
      );
    });
  });
}

/** Undefined if the route fits or cannot be judged: a namespace that was not recorded, an outside host, an upstream's own name. */
function problemOf(
  cluster: Cluster,
  own: string | undefined,
  { host = '', domain = '', port }: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const inside = /^(?:\.([a-z0-9-]+)(?:\.svc(?:\.cluster\.local)?)?)?$/.exec(domain);
  if (!inside || /^(?:\d+|localhost)$/.test(host)) return undefined;
  const there = cluster.services.filter(({ metadata }) => metadata.namespace === (inside[1] ?? own));
  if (there.length === 0) return undefined;
  const service = there.find(({ metadata }) => metadata.name === host);
  // A name without a port may be an upstream that another line defines.
  if (!service) return port === undefined ? undefined : `${host}:${port}, and there is no such Service`;
  const ports = service.spec.ports.map((one) => one.port);
  return port === undefined || ports.includes(Number(port))
    ? undefined
    : `${host}:${port}, and that Service has ${ports.join(', ')}`;
}
