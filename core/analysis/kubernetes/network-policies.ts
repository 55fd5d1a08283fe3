// Finds calls that NetworkPolicies block: to Services that a workload names in its environment, and to the DNS of the cluster. A blocked call alone is
// context, because most are blocked on purpose; messages of the pods, or their logs (core/diagnosis), show that it is missed.

import type { EntityRef } from '../../model/entity.ts';
import type { FindingDraft } from '../../model/report-draft.ts';
import { isServedBy } from '../../selectors.ts';
import { isResolverSilent, isSilent } from '../unanswered.ts';
import type { Cluster } from './cluster.ts';
import { observed } from './finding.ts';
import type { Pod, Service, Workload } from './objects.ts';
import {
  blockersOf,
  type Direction,
  type Party,
  type Passage,
  type PodPort,
  type Policy,
  peerMatches,
  peersOf,
  policiesIn,
  portMatches,
  rulesOf,
} from './policy-rules.ts';
import { isNearName } from './services.ts';
import { hostsIn, textsOf } from './topology.ts';

/** Blocked calls told of one cluster; each report is sent along with all others. */
const maxFindings = 100;

interface Side {
  readonly entity: EntityRef;
  readonly party: Party;
  readonly template: Pick<Workload, 'metadata' | 'spec'>;
}
interface Target {
  readonly service: Service;
  readonly sides: readonly { readonly side: Side; readonly ports: readonly PodPort[] }[];
}

export function blockedCalls(cluster: Cluster): FindingDraft[] {
  const policies = policiesIn(cluster);
  if (policies.length === 0) return [];
  const sides = sidesIn(cluster);
  const resolvers = cluster.services
    .filter(isResolver)
    .map((service) => targetOf(service, sides, [53]))
    .filter((target) => target.sides.length > 0);
  return sides
    .flatMap((caller) => {
      const names = resolvesInCluster(caller) && resolvers.length > 0 ? [resolvers] : [];
      const calls = calledBy(cluster, caller, sides).map((target) => [target]);
      return [...names, ...calls].flatMap((targets) => judged(cluster, policies, caller, targets) ?? []);
    })
    .toSorted((a, b) => b.confidence - a.confidence)
    .slice(0, maxFindings);
}

/** Workloads and pods on their own, each with the labels of its pods. */
function sidesIn(cluster: Cluster): readonly Side[] {
  const groups = Map.groupBy(cluster.pods, ({ metadata }) => {
    const { kind, namespace, name } = cluster.ownerOf('Pod', metadata.name, metadata.namespace);
    return `${kind} ${namespace} ${name}`;
  });
  const running = [...groups.values()].flatMap(([pod]) =>
    pod ? [sideOf(cluster.ownerOf('Pod', pod.metadata.name, pod.metadata.namespace), asTemplate(pod), pod)] : [],
  );
  const without = cluster.workloads
    .filter((workload) => cluster.podsOf(cluster.entityOf(workload)).length === 0)
    .map((workload) => sideOf(cluster.entityOf(workload), workload));
  return [...running, ...without];
}

const asTemplate = ({ metadata, spec }: Pod): Pick<Workload, 'metadata' | 'spec'> => ({
  metadata,
  spec: { template: { metadata: { labels: metadata.labels }, spec } },
});

function sideOf(entity: EntityRef, template: Side['template'], pod?: Pod): Side {
  const { metadata, spec } = template.spec.template;
  const address = pod?.status.podIP;
  return {
    entity,
    template,
    party: {
      namespace: template.metadata.namespace,
      labels: metadata?.labels ?? {},
      addresses: typeof address === 'string' ? [address] : [],
      ports: spec.containers.flatMap(({ ports }) => ports),
      hostNetwork: spec.hostNetwork === true,
    },
  };
}

const isResolver = ({ metadata: { namespace }, spec: { ports } }: Service): boolean =>
  (namespace === 'kube-system' || namespace === 'openshift-dns') && ports.some(({ port }) => port === 53);

const resolvesInCluster = ({ template, party }: Side): boolean =>
  !party.hostNetwork && ['ClusterFirst', undefined].includes(policyOf(template.spec.template.spec.dnsPolicy));
const policyOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** Where NodeLocal DNSCache listens on each node (https://kubernetes.io/docs/tasks/administer-cluster/nodelocaldns/). */
const nodeLocal = '169.254.20.10';

/** `called` are the ports of the Service that are called; empty if it is not known which. */
function targetOf(service: Service, sides: readonly Side[], called: readonly number[]): Target {
  const behind = sides.filter(
    ({ party }) => party.namespace === service.metadata.namespace && isServedBy(service.spec.selector, party.labels),
  );
  const { clusterIP } = service.spec;
  const own = clusterIP && clusterIP !== 'None' ? [clusterIP] : [];
  const isDns = isResolver(service);
  return {
    service,
    sides: behind.map((side) => ({
      side: {
        ...side,
        party: {
          ...side.party,
          // A pod without a known address may be any.
          addresses:
            side.party.addresses.length === 0 ? [] : [...side.party.addresses, ...own, ...(isDns ? [nodeLocal] : [])],
        },
      },
      ports: service.spec.ports
        .filter(
          ({ port, protocol }) => called.length === 0 || (called.includes(port) && (!isDns || protocol === 'UDP')),
        )
        .flatMap(({ port, targetPort, protocol = 'TCP' }) => {
          const target = targetPort ?? port;
          const number =
            typeof target === 'number' ? target : side.party.ports.find(({ name }) => name === target)?.containerPort;
          return number === undefined ? [] : [{ port: number, protocol: protocol ?? 'TCP' }];
        }),
    })),
  };
}

/** Services that the workload names in its environment or its ConfigMaps. */
function calledBy(cluster: Cluster, caller: Side, sides: readonly Side[]): readonly Target[] {
  const texts = textsOf(cluster, caller.template);
  if (texts.length === 0) return [];
  const hosts = hostsIn(texts);
  return cluster.services.flatMap((service) => {
    const { name, namespace } = service.metadata;
    if (!hosts.has(name)) return [];
    const whole = new RegExp(`(?<![\\w.-])${name}((?:\\.[a-z0-9-]+)*)(?::(\\d{1,5}))?(?![\\w-])`, 'gi');
    const named = texts
      .flatMap((text) => [...text.slice(0, 100_000).matchAll(whole)])
      .filter(([, domain = '']) => (domain.split('.')[1] ?? caller.party.namespace) === namespace);
    if (named.length === 0) return [];
    const has = new Set(service.spec.ports.map(({ port }) => port));
    const called = named.flatMap(([, , port]) => (port !== undefined && has.has(Number(port)) ? [Number(port)] : []));
    const target = targetOf(service, sides, called);
    return target.sides.some(({ side }) => side.entity === caller.entity) ? [] : [target];
  });
}

/** A finding if no pod behind any of the targets can be reached at any of its ports, because policies of one side block it. */
function judged(
  cluster: Cluster,
  policies: readonly Policy[],
  caller: Side,
  targets: readonly Target[],
): FindingDraft | undefined {
  const [target] = targets;
  // Without a ready pod the call fails with or without a policy.
  if (targets.every(({ sides }) => sides.every(({ side }) => isDown(cluster, side)))) return undefined;
  const ways = targets.flatMap(({ sides }) =>
    sides.flatMap(({ side, ports }) => ports.map((port) => ({ side, port }))),
  );
  for (const direction of ['egress', 'ingress'] as const) {
    const passages = ways.map(({ side, port }): Passage & { readonly side: Side } => ({
      direction,
      side,
      port,
      own: direction === 'egress' ? caller.party : side.party,
      other: direction === 'egress' ? side.party : caller.party,
    }));
    const blockers = passages.map((passage) => blockersOf(cluster, policies, passage));
    const [first] = passages;
    const [selecting] = blockers;
    if (target && first && selecting && blockers.every((one) => one.length > 0))
      return findingOf(cluster, caller, target.service, first, first.side, selecting);
  }
  return undefined;
}

function isDown(cluster: Cluster, { entity }: Side): boolean {
  const pods = cluster.podsOf(entity);
  return pods.length > 0 && pods.every(({ status }) => status.containerStatuses.every(({ ready }) => !ready));
}

function findingOf(
  cluster: Cluster,
  caller: Side,
  service: Service,
  passage: Passage,
  callee: Side,
  selecting: readonly Policy[],
): FindingDraft {
  const { direction, port } = passage;
  const { name, namespace } = service.metadata;
  const isDns = isResolver(service);
  const isOut = direction === 'egress';
  const other = isOut ? (isDns ? 'the DNS of the cluster' : callee.entity.name) : caller.entity.name;
  const missing = `no ${direction} rule allows ${port.protocol} ${port.port} ${isOut ? 'to' : 'from'} ${other}${isDns && namespace ? ` in ${namespace}` : ''}`;
  const why = nearestRule(cluster, selecting, passage);
  const named = selecting.map((one) => one.name).join(', ');
  const shown = messagesOf(cluster, caller.entity).filter((line) =>
    isDns ? isResolverSilent(line) : isSilent(line, name),
  );
  return observed(cluster, {
    claim: `NetworkPolicy ${named} blocks calls of ${caller.entity.name} to Service ${name}: ${missing}${why ? ` (${why})` : ''}.`,
    entity: isOut ? caller.entity : callee.entity,
    cause: 'network-policy',
    ...(shown.length > 0
      ? { severity: 'critical' as const, confidence: 0.88 }
      : // core/diagnosis makes it the cause if the caller's log shows that the call gets no answer.
        { role: 'context' as const, severity: 'info' as const, confidence: 0.5 }),
    onset: selecting
      .flatMap(({ created }) => created ?? [])
      .toSorted()
      .at(-1),
    lines: [
      ...selecting.map(
        (one) =>
          `NetworkPolicy ${one.namespace}/${one.name}${one.created ? ` of ${one.created}` : ''}: ${direction} ${JSON.stringify(rulesOf(one, direction)).slice(0, 300)}`,
      ),
      `Service ${namespace}/${name}: pods ${JSON.stringify(callee.party.labels)}`,
      ...shown.slice(0, 3),
    ],
    error: `network policy ${named} blocks ${name}`,
    ...(isOut
      ? { dependency: { kind: 'Service', name, cluster: cluster.name, ...(namespace ? { namespace } : {}) } }
      : {}),
  });
}

/** The last messages of the containers themselves. */
const messagesOf = (cluster: Cluster, entity: EntityRef): string[] =>
  cluster
    .podsOf(entity)
    .flatMap(({ metadata, status }) =>
      status.containerStatuses.flatMap(({ name, state, lastState }) =>
        [state?.terminated?.message, lastState?.terminated?.message].flatMap((message) =>
          (message ?? '').split('\n').map((line) => `Pod ${metadata.name}: container ${name}: ${line}`),
        ),
      ),
    );

/** What keeps the rule that comes nearest from allowing the call. */
function nearestRule(cluster: Cluster, selecting: readonly Policy[], passage: Passage): string | undefined {
  const { direction, own, other, port } = passage;
  const receiver = direction === 'ingress' ? own : other;
  const reasons = selecting.flatMap((policy) =>
    rulesOf(policy, direction).flatMap((rule) => {
      const peers = peersOf(rule, direction);
      const isForPort = portMatches(rule, port, receiver) !== 'no';
      const isForPeer =
        peers.length === 0 || peers.some((peer) => peerMatches(cluster, peer, other, policy.namespace) === 'yes');
      if (isForPeer && !isForPort) {
        const ports = (rule.ports ?? []).map((one) => `${one.protocol ?? 'TCP'} ${one.port ?? 'any'}`);
        return [`its rule allows only ${ports.join(', ')}`];
      }
      return isForPort ? peers.flatMap((peer) => mismatchOf(peer, other, policy.namespace, direction) ?? []) : [];
    }),
  );
  return reasons[0];
}

function mismatchOf(
  { podSelector, namespaceSelector, ipBlock }: ReturnType<typeof peersOf>[number],
  { labels, namespace }: Party,
  own: string | undefined,
  direction: Direction,
): string | undefined {
  const wrong = Object.entries(podSelector?.matchLabels ?? {}).filter(([label, value]) => labels?.[label] !== value);
  const near = wrong.find(([label, value]) => labels?.[label] !== undefined && isNearName(labels[label], value));
  if (near) return `its rule names pods with ${near[0]}=${near[1]}, and these have ${near[0]}=${labels?.[near[0]]}`;
  return podSelector && !namespaceSelector && !ipBlock && wrong.length === 0 && namespace !== own
    ? `its rule names such pods of namespace ${own} only, and ${direction === 'egress' ? 'the callee' : 'the caller'} is in ${namespace}`
    : undefined;
}
