// Finds broken Services: a selector that matches no pod, a port without a listener, a protocol that the application does not use. Also finds
// environment variables that point to a missing Service or port.

import type { EntityRef } from '../../model/entity.ts';
import type { FindingDraft } from '../../model/report-draft.ts';
import { isServedBy } from '../../selectors.ts';
import type { Cluster } from './cluster.ts';
import { corroboration } from './corroboration.ts';
import { hasReadyEndpoints } from './endpoints.ts';
import { observed } from './finding.ts';
import type { Container, Pod, Service, Workload } from './objects.ts';

export function services(cluster: Cluster): FindingDraft[] {
  return cluster.services.flatMap((service) => {
    if (Object.keys(service.spec.selector ?? {}).length === 0 || service.spec.type === 'ExternalName') return [];
    const namespace = service.metadata.namespace;
    const entity: EntityRef = {
      kind: 'Service',
      name: service.metadata.name,
      cluster: cluster.name,
      ...(namespace ? { namespace } : {}),
    };
    const matched = cluster.pods.filter(
      (pod) => pod.metadata.namespace === namespace && isServedBy(service.spec.selector, pod.metadata.labels),
    );
    // Addresses of pods that the snapshot does not hold lead somewhere, too.
    if (matched.length === 0)
      return hasReadyEndpoints(cluster, service) ? [] : selectorFinding(cluster, service, entity);
    const foreign = foreignPods(cluster, service, entity, matched);
    if (foreign) return [foreign];
    return [...portFindings(cluster, service, entity, matched), ...protocolFindings(cluster, service, entity, matched)];
  });
}

function selectorFinding(cluster: Cluster, service: Service, entity: EntityRef): FindingDraft[] {
  // If a workload's pod labels match the selector but it has no pods, the workload is at fault, not the selector.
  const inNamespace = cluster.workloads.filter((one) => one.metadata.namespace === service.metadata.namespace);
  const labelsOf = (one: Workload) => one.spec.template.metadata?.labels ?? {};
  if (inNamespace.some((one) => isServedBy(service.spec.selector, labelsOf(one)))) return [];
  const namesake = inNamespace.find((one) => one.metadata.name === service.metadata.name);
  const running = namesake
    ? cluster.podsOf({
        kind: namesake.kind,
        name: namesake.metadata.name,
        ...(namesake.metadata.namespace ? { namespace: namesake.metadata.namespace } : {}),
      })
    : [];
  // A Service without a workload of the same name and without callers is a leftover.
  const missed = namesake !== undefined || addressedBy(cluster, service.metadata.name, service.metadata.namespace);
  return [
    observed(cluster, {
      claim: `Service ${service.metadata.name} selects no pod: its selector ${selectorText(service)} matches nothing${running.length > 0 ? `, although ${running.length} pods of ${service.metadata.name} run` : ''}.`,
      entity,
      ...(missed ? { cause: 'service-selector' as const } : { role: 'context' as const, severity: 'info' as const }),
      confidence: running.length > 0 ? 0.94 : 0.7,
      lines: [
        `Service ${service.metadata.name}: selector ${selectorText(service)}`,
        ...(namesake
          ? [`${namesake.kind} ${namesake.metadata.name}: pod labels ${JSON.stringify(labelsOf(namesake))}`]
          : []),
      ],
      error: `service ${service.metadata.name} selects no pod`,
    }),
  ];
}

/**
 * A Service whose namesake runs, and that selects only the pods of another workload with a Service of its own. Names of which one holds the other
 * (`web` and `web-green`) are versions of one service.
 */
function foreignPods(
  cluster: Cluster,
  service: Service,
  entity: EntityRef,
  matched: readonly Pod[],
): FindingDraft | undefined {
  const { name, namespace } = service.metadata;
  const namesake = cluster.workloads.find(({ metadata }) => metadata.name === name && metadata.namespace === namespace);
  if (!namesake || cluster.podsOf(cluster.entityOf(namesake)).length === 0) return undefined;
  const owners = new Set(matched.map((pod) => cluster.ownerOf('Pod', pod.metadata.name, namespace).name));
  const isOther = (owner: string): boolean =>
    !owner.includes(name) &&
    !name.includes(owner) &&
    cluster.services.some(({ metadata }) => metadata.name === owner && metadata.namespace === namespace);
  if (![...owners].every(isOther)) return undefined;
  return observed(cluster, {
    claim: `Service ${name} selects pods of ${[...owners].join(', ')} (${selectorText(service)}), not those of ${namesake.kind} ${name}.`,
    entity,
    cause: 'service-selector',
    confidence: 0.93,
    lines: [
      `Service ${name}: selector ${selectorText(service)}`,
      `${namesake.kind} ${name}: pod labels ${JSON.stringify(namesake.spec.template.metadata?.labels ?? {})}`,
    ],
    error: `service ${name} selects pods of ${[...owners].join(', ')}`,
  });
}

const selectorText = (service: Service): string =>
  Object.entries(service.spec.selector ?? {})
    .map(([k, v]) => `${k}=${v}`)
    .join(',');

function portFindings(cluster: Cluster, service: Service, entity: EntityRef, pods: readonly Pod[]): FindingDraft[] {
  const containers = pods.flatMap((pod) => pod.spec.containers);
  const declared = containers.flatMap((container) => container.ports);
  if (declared.length === 0) return [];
  return service.spec.ports.flatMap((port) => {
    const target = port.targetPort ?? port.port;
    const fits = declared.some((one) =>
      typeof target === 'number' ? one.containerPort === target : one.name === target,
    );
    if (fits || answersAt(pods, target)) return [];
    return [
      observed(cluster, {
        claim: `Service ${service.metadata.name} sends port ${port.port} to ${target}, where no container of its pods listens (they have ${[...new Set(declared.map((one) => one.containerPort))].join(', ')}).`,
        entity,
        cause: 'service-port',
        confidence: 0.92,
        lines: [
          `Service ${service.metadata.name}: port ${port.port} targetPort ${target}`,
          `containers: ports ${[...new Set(declared.map((one) => one.containerPort))].join(', ')}`,
        ],
        error: `service ${service.metadata.name} port ${port.port} targets ${target}`,
      }),
    ];
  });
}

/** Whether a ready pod's probe uses the target port. Containers need not declare their ports, but a passing probe shows that the port answers. */
function answersAt(pods: readonly Pod[], target: number | string): boolean {
  return pods.some((pod) =>
    pod.spec.containers.some(({ name, readinessProbe }) => {
      const probedPort = readinessProbe?.httpGet?.port ?? readinessProbe?.tcpSocket?.port ?? readinessProbe?.grpc?.port;
      return probedPort === target && pod.status.containerStatuses.some((one) => one.name === name && one.ready);
    }),
  );
}

function protocolFindings(cluster: Cluster, service: Service, entity: EntityRef, pods: readonly Pod[]): FindingDraft[] {
  const declared = pods.flatMap((pod) => pod.spec.containers).flatMap((container) => container.ports);
  return service.spec.ports.flatMap((port) => {
    const target = port.targetPort ?? port.port;
    const behind = declared.filter((one) => one.containerPort === target || one.name === target);
    const protocol = port.protocol ?? 'TCP';
    if (behind.length === 0 || behind.some((one) => (one.protocol ?? 'TCP') === protocol)) return [];
    return [
      observed(cluster, {
        claim: `Service ${service.metadata.name} offers port ${port.port} over ${protocol}, its pods listen over ${behind[0]?.protocol ?? 'TCP'}.`,
        entity,
        cause: 'service-protocol',
        confidence: 0.93,
        lines: [
          `Service ${service.metadata.name}: port ${port.port}/${protocol} targetPort ${target}`,
          `container port ${target}/${behind[0]?.protocol ?? 'TCP'}`,
        ],
        error: `service ${service.metadata.name} port ${port.port} is ${protocol}`,
      }),
    ];
  });
}

/** `host:port`, with an optional scheme (`jdbc:mysql://` too), user and path. */
const address =
  /^(?:[a-z][a-z0-9+.:-]*:\/\/)?(?:[^@/\s]+@)?([a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)((?:\.[a-z0-9-]+)*):(\d{1,5})(?:\/\S*)?$/i;

/**
 * Whether a Service of this name is missing because the quota on Services refuses it: the quota is full, and a workload of this name exists or several
 * workloads call it. Then the address is right.
 */
function isRefused(cluster: Cluster, host: string, namespace: string | undefined): boolean {
  const isFull = cluster.quotas.some(({ metadata, status }) => {
    const hard = status?.hard.services;
    return metadata.namespace === namespace && hard !== undefined && Number(status?.used.services ?? 0) >= Number(hard);
  });
  if (!isFull) return false;
  const inNamespace = cluster.workloads.filter(({ metadata }) => metadata.namespace === namespace);
  const callers = inNamespace.filter(({ spec }) =>
    spec.template.spec.containers.some((container) => addressesOf(container).some((one) => one.host === host)),
  );
  return callers.length > 1 || inNamespace.some(({ metadata }) => metadata.name === host);
}

/** Variables that must lead to their namesakes before another one that does not is odd. */
const leastNamed = 3;

/**
 * Gives the Service that a variable is named after and does not lead to, if the cluster's other variables lead to theirs. A host to which several
 * such variables lead is a proxy or a gateway.
 */
function namingCustom(cluster: Cluster): (address: Address, namespace: string | undefined) => string | undefined {
  const namesOf = new Map<string | undefined, Set<string>>();
  for (const { metadata } of cluster.services)
    namesOf.set(metadata.namespace, (namesOf.get(metadata.namespace) ?? new Set()).add(metadata.name));
  const namesake = ({ name }: Address, namespace: string | undefined): string | undefined => {
    const stem = stemOf(name);
    return stem !== undefined && namesOf.get(namespace)?.has(stem) ? stem : undefined;
  };
  const all = cluster.workloads.flatMap(({ metadata: { namespace }, spec }) =>
    spec.template.spec.containers.flatMap((container) =>
      addressesOf(container).flatMap((one) => {
        const meant = namesake(one, namespaceOf(one.domain) ?? namespace);
        return meant === undefined ? [] : [{ meant, host: one.host }];
      }),
    ),
  );
  const kept = all.filter(({ meant, host }) => meant === host).length;
  return (one, namespace) => {
    const meant = namesake(one, namespace);
    if (meant === undefined || meant === one.host || kept < leastNamed) return undefined;
    if (meant.includes(one.host) || one.host.includes(meant) || !namesOf.get(namespace)?.has(one.host))
      return undefined;
    return new Set(all.filter(({ host }) => host === one.host).map((other) => other.meant)).size > 2
      ? undefined
      : meant;
  };
}

/** `LEDGER_API_HOST` and `LEDGER_API_HOST and LEDGER_API_PORT` are about `ledger-api`. */
const stemOf = (name: string): string | undefined =>
  /^(.+?)_(?:HOST|HOST_?NAME|SERVER|ADDR|ADDRESS|URL|URI|ENDPOINT)(?: and .*)?$/i
    .exec(name)?.[1]
    ?.toLowerCase()
    .replaceAll('_', '-');

/** The one Service of this name in the cluster, if all namespaces were read and the one that the address names does not exist. */
function servedElsewhere(cluster: Cluster, host: string, target: string | undefined): Service | undefined {
  const namespaces = cluster.items.flatMap(({ kind, metadata }) => (kind === 'Namespace' ? [metadata.name] : []));
  if (target === undefined || namespaces.length < 2 || namespaces.includes(target)) return undefined;
  const named = cluster.services.filter(({ metadata }) => metadata.name === host);
  return named.length === 1 && namespaces.includes(named[0]?.metadata.namespace ?? '') ? named[0] : undefined;
}

function inWrongNamespace(
  cluster: Cluster,
  { kind, metadata: { name, namespace } }: Workload,
  container: Container,
  one: Address,
  { metadata }: Service,
): FindingDraft {
  return observed(cluster, {
    claim: `${kind} ${name}: ${one.name}=${one.value} points to namespace ${namespaceOf(one.domain)}, which does not exist; Service ${one.host} is in ${metadata.namespace}.`,
    entity: { kind, name, cluster: cluster.name, ...(namespace ? { namespace } : {}) },
    cause: 'environment-address',
    severity: 'critical',
    confidence: 0.9,
    lines: [
      `${kind} ${name}: container ${container.name}: ${one.name}=${one.value}`,
      `Service ${metadata.namespace}/${one.host}; no namespace ${namespaceOf(one.domain)}`,
    ],
    error: `${one.name}=${one.value}`,
    dependency: {
      kind: 'Service',
      name: one.host,
      cluster: cluster.name,
      ...(metadata.namespace ? { namespace: metadata.namespace } : {}),
    },
  });
}

/** Checks addresses in environment variables against the existing Services. */
export function environment(cluster: Cluster): FindingDraft[] {
  const custom = namingCustom(cluster);
  return cluster.workloads.flatMap((workload) => {
    const namespace = workload.metadata.namespace;
    const entity: EntityRef = {
      kind: workload.kind,
      name: workload.metadata.name,
      cluster: cluster.name,
      ...(namespace ? { namespace } : {}),
    };
    return workload.spec.template.spec.containers.flatMap((container) =>
      addressesOf(container).flatMap((one) => {
        const target = namespaceOf(one.domain) ?? namespace;
        const inNamespace = cluster.services.filter((service) => service.metadata.namespace === target);
        // If the namespace was not recorded, the address cannot be judged. A name with a foreign domain is outside this cluster.
        const elsewhere = inNamespace.length === 0 ? servedElsewhere(cluster, one.host, target) : undefined;
        if (elsewhere !== undefined) return [inWrongNamespace(cluster, workload, container, one, elsewhere)];
        if (inNamespace.length === 0 || (one.domain !== '' && namespaceOf(one.domain) === undefined)) return [];
        const service = inNamespace.find((other) => other.metadata.name === one.host);
        const ports = service?.spec.ports.map((port) => port.port) ?? [];
        const meant = custom(one, target);
        if (!service && isRefused(cluster, one.host, target)) return [];
        if (service && meant === undefined && (one.port === undefined || ports.includes(one.port))) return [];
        const problem = meant
          ? `${one.host}, although it is named after ${meant} and the other variables lead to the Services that they are named after`
          : service
            ? `port ${one.port}, but the Service has ${ports.join(', ')}`
            : `${one.host}, and there is no such Service`;
        // A name unlike any Service often belongs to an optional part that was never installed. A name with one letter wrong is a mistake. An
        // address that was set recently or that errors mention is missed by the workload.
        const why =
          service || resembles(one.host, inNamespace)
            ? { confidence: 0.9, lines: [] }
            : corroboration(cluster, workload, container, one);
        return [
          observed(cluster, {
            claim: `${workload.kind} ${workload.metadata.name}: ${one.name}=${one.value} points to ${problem}.`,
            entity,
            ...(why
              ? {
                  cause:
                    service && meant === undefined && isDatabase(one)
                      ? ('database-port' as const)
                      : ('environment-address' as const),
                  severity: 'critical' as const,
                }
              : // core/diagnosis makes it the cause if a log complains about the host.
                { cause: 'environment-address' as const, role: 'context' as const, severity: 'info' as const }),
            confidence: why?.confidence ?? 0.5,
            lines: [
              `${workload.kind} ${workload.metadata.name}: container ${container.name}: ${one.name}=${one.value}`,
              service ? `Service ${one.host}: ports ${ports.join(', ')}` : `no Service ${one.host} in ${target}`,
              ...(why?.lines ?? []),
            ],
            error: `${one.name}=${one.value}`,
            dependency: {
              kind: 'Service',
              name: one.host,
              cluster: cluster.name,
              ...(target ? { namespace: target } : {}),
            },
          }),
        ];
      }),
    );
  });
}

interface Address {
  readonly name: string;
  readonly value: string;
  readonly host: string;
  readonly domain: string;
  /** Undefined if the variable names a host alone. */
  readonly port: number | undefined;
}

/** Addresses in one variable, or split into a host and a port variable with matching names. */
function addressesOf({ env, command, args }: Container): Address[] {
  const values = new Map(env.flatMap(({ name, value }) => (value ? [[name, value]] : [])));
  const words = [...(command ?? []), ...(args ?? [])].flatMap((word) => optionsIn(word));
  const inside = [...values].flatMap(([name, value]) => (/[\s{]/.test(value) ? optionsIn(value, name) : []));
  const whole = [...[...values], ...words, ...inside].flatMap(([name, value]) => addressIn(name, value) ?? []);
  const halves = [...values].flatMap(([name, host]) => {
    const stem = /^(.*?)_?(?:HOST|HOST_?NAME|ADDRESS|ADDR|SERVER)$/i.exec(name)?.[1];
    const portName = stem === undefined ? undefined : [`${stem}_PORT`, `${stem}PORT`].find((one) => values.has(one));
    const port = portName === undefined ? undefined : values.get(portName);
    return portName && /^[\w.-]+$/.test(host) && /^\d{1,5}$/.test(port ?? '')
      ? (addressIn(`${name} and ${portName}`, `${host}:${port}`) ?? [])
      : [];
  });
  const complete = new Set([...whole, ...halves].flatMap(({ name }) => name.split(' and ')));
  const hosts = [...values].flatMap(([name, value]) => (complete.has(name) ? [] : (hostIn(name, value) ?? [])));
  return [...whole, ...halves, ...hosts];
}

/** Options with a URL, as `--ledger.url=http://ledger:8080`, `-Dspring.datasource.url=jdbc:mysql://db:3306/app` or a field of JSON. */
const option =
  /(?:(?<name>[\w.-]{1,80})["']?\s{0,2}[=:]\s{0,2}["']?)?(?<url>[a-z][a-z0-9+:-]{1,30}:\/\/[^\s"',;{}]{1,200})/gi;
const optionsIn = (text: string, within?: string): [name: string, value: string][] =>
  [...text.slice(0, 10_000).matchAll(option)].map(({ groups }) => [
    [within, groups?.name?.replace(/^-+D?/, '')].filter(Boolean).join(' ') || 'argument',
    groups?.url ?? '',
  ]);

const hostVariable = /(?:HOST|HOST_?NAME|SERVER|SERVER_?NAME|ADDR|ADDRESS|ADDRESSES|URL|URI|ENDPOINT|BROKER)$/i;
const hostAlone = /^(?:[a-z][a-z0-9+.:-]*:\/\/)?([a-z](?:[a-z0-9-]{0,61}[a-z0-9])?)((?:\.[a-z0-9-]+)*)(?:\/[^\s:]*)?$/i;

/** A host without a port, in a variable that by its name holds one. */
function hostIn(name: string, value: string): Address | undefined {
  const [, host, domain = ''] = hostVariable.test(name) ? (hostAlone.exec(value) ?? []) : [];
  return host === undefined || host === 'localhost' ? undefined : { name, value, host, domain, port: undefined };
}

function addressIn(name: string, value: string): Address | undefined {
  const [, host, domain = '', port] = address.exec(value) ?? [];
  if (!host || /^\d+$/.test(host) || host === 'localhost' || /^(?:0|127)\./.test(`${host}${domain}`)) return undefined;
  return { name, value, host, domain, port: Number(port) };
}

/** Whether the address belongs to an SQL database; caches and queues count as ordinary addresses. */
const isDatabase = ({ name, value, host }: Address): boolean =>
  /mysql|maria|postgres|pgsql|sqlserver|oracle|jdbc|(?:^|[_-])(?:db|sql)(?:[_-]|$)/i.test(
    `${name} ${value.split('?')[0]} ${host}`,
  );

/** `.billing`, `.billing.svc` and `.billing.svc.cluster.local` name a namespace; any other domain is outside the cluster. */
function namespaceOf(domain: string): string | undefined {
  return /^\.([a-z0-9-]+)(?:\.svc(?:\.cluster\.local)?)?$/.exec(domain)?.[1];
}

/**
 * Whether a Service has nearly this name: one contains the other and is at most twice as long, or at most two letters differ, fewer for a short
 * name.
 */
const resembles = (host: string, services: readonly Service[]): boolean =>
  services.some(({ metadata: { name } }) => isNearName(name, host));

export function isNearName(name: string, other: string): boolean {
  const [short, long] = name.length < other.length ? [name, other] : [other, name];
  return (
    (long.includes(short) && short.length * 2 >= long.length) ||
    distance(name, other) <= Math.min(2, Math.floor(short.length / 4))
  );
}

/** Levenshtein distance. */
export function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, n) => n);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const substitution = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substitution, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

/** The Services and ports that variables and arguments of workloads name. */
export const addressedPorts = (cluster: Cluster) =>
  cluster.workloads.flatMap((workload) =>
    workload.spec.template.spec.containers.flatMap((container) =>
      addressesOf(container).flatMap((one) => {
        const inside = one.domain === '' || namespaceOf(one.domain) !== undefined;
        return inside && one.port !== undefined
          ? [
              {
                from: `${workload.kind} ${workload.metadata.name}`,
                name: one.host,
                namespace: namespaceOf(one.domain) ?? workload.metadata.namespace,
                port: one.port,
              },
            ]
          : [];
      }),
    ),
  );

/** Whether a workload of the namespace has this host in its environment. */
export function addressedBy(cluster: Cluster, host: string, namespace: string | undefined): boolean {
  return cluster.workloads.some(
    (workload) =>
      workload.metadata.namespace === namespace &&
      workload.spec.template.spec.containers.some((container) =>
        addressesOf(container).some((one) => one.host === host),
      ),
  );
}
