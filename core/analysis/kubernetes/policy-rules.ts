// Evaluates NetworkPolicies as Kubernetes defines them: a pod that no policy of a direction selects is open in it; otherwise the rules of all selecting
// policies add up, and what no rule allows is blocked. What the snapshot does not tell is `unknown`, never `no`.

import * as z from 'zod';
import { holds, LabelSelector } from '../../selectors.ts';
import type { Cluster } from './cluster.ts';

type Verdict = 'yes' | 'no' | 'unknown';
export type Direction = 'ingress' | 'egress';
type Labels = Readonly<Record<string, string>>;

/** One side of a call. */
export interface Party {
  readonly namespace: string | undefined;
  /** Labels of the pod; undefined if unknown. */
  readonly labels: Labels | undefined;
  /** Known addresses of its pods and Services. */
  readonly addresses: readonly string[];
  readonly ports: readonly { readonly name?: string | null | undefined; readonly containerPort: number }[];
  readonly hostNetwork: boolean;
}
/** A port of a pod. */
export interface PodPort {
  readonly port: number;
  readonly protocol: string;
}

const peerSchema = z.looseObject({
  podSelector: LabelSelector.nullish(),
  namespaceSelector: LabelSelector.nullish(),
  ipBlock: z.looseObject({ cidr: z.string(), except: z.array(z.string()).nullish() }).nullish(),
});
export type Peer = z.infer<typeof peerSchema>;
const portSchema = z.looseObject({
  protocol: z.string().nullish(),
  port: z.union([z.number(), z.string()]).nullish(),
  endPort: z.number().nullish(),
});
const ruleSchema = z.looseObject({
  ports: z.array(portSchema).nullish(),
  from: z.array(peerSchema).nullish(),
  to: z.array(peerSchema).nullish(),
});
type Rule = z.infer<typeof ruleSchema>;
const specSchema = z.looseObject({
  podSelector: LabelSelector,
  policyTypes: z.array(z.string()).nullish(),
  ingress: z.array(ruleSchema).nullish(),
  egress: z.array(ruleSchema).nullish(),
});

export interface Policy {
  readonly name: string;
  readonly namespace: string | undefined;
  readonly created: string | undefined;
  /** Undefined if the policy cannot be read: it may allow anything. */
  readonly spec: z.infer<typeof specSchema> | undefined;
}

export const policiesIn = (cluster: Cluster): readonly Policy[] =>
  cluster.items
    .filter(({ kind }) => kind === 'NetworkPolicy')
    .map(({ metadata: { name, namespace, creationTimestamp }, spec }) => ({
      name,
      namespace,
      created: typeof creationTimestamp === 'string' ? creationTimestamp : undefined,
      spec: specSchema.safeParse(spec).data,
    }));

const anyOf = (verdicts: readonly Verdict[]): Verdict =>
  verdicts.includes('yes') ? 'yes' : verdicts.includes('unknown') ? 'unknown' : 'no';
const allOf = (verdicts: readonly Verdict[]): Verdict =>
  verdicts.includes('no') ? 'no' : verdicts.includes('unknown') ? 'unknown' : 'yes';
const verdict = (isTrue: boolean): Verdict => (isTrue ? 'yes' : 'no');

/** `isComplete` tells whether labels that are not listed are absent, or only unknown. */
function matches({ matchLabels, matchExpressions }: LabelSelector, labels: Labels, isComplete: boolean): Verdict {
  const judged = (key: string, isTrue: boolean) =>
    isComplete || labels[key] !== undefined ? verdict(isTrue) : 'unknown';
  return allOf([
    ...Object.entries(matchLabels ?? {}).map(([key, value]) => judged(key, labels[key] === value)),
    ...(matchExpressions ?? []).map((expression) => judged(expression.key, holds(expression, labels))),
  ]);
}

function podMatches(selector: LabelSelector | null | undefined, { labels, hostNetwork }: Party): Verdict {
  // Network plugins differ in whether a pod on its node's network counts as a pod.
  if (hostNetwork) return 'unknown';
  return matches(selector ?? {}, labels ?? {}, labels !== undefined);
}

function namespaceMatches(cluster: Cluster, selector: LabelSelector, namespace: string | undefined): Verdict {
  if (namespace === undefined) return matches(selector, {}, false);
  const object = cluster.items.find(({ kind, metadata }) => kind === 'Namespace' && metadata.name === namespace);
  // The API server sets this label on every namespace.
  const labels = { ...object?.metadata.labels, 'kubernetes.io/metadata.name': namespace };
  return matches(selector, labels, object !== undefined);
}

/** An IPv4 address as a number; undefined if it is none. */
function numberOf(address: string): number | undefined {
  const bytes = address.split('.').map(Number);
  const isAddress = bytes.length === 4 && bytes.every((byte) => Number.isInteger(byte) && byte >= 0 && byte <= 255);
  return isAddress ? bytes.reduce((sum, byte) => sum * 256 + byte, 0) : undefined;
}

/** IPv6 is not evaluated. */
function isInside(address: string, cidr: string): Verdict {
  const [net = '', bits = '32'] = cidr.split('/');
  const [own, first] = [numberOf(address), numberOf(net)];
  const size = 2 ** (32 - Number(bits));
  if (own === undefined || first === undefined || !(size >= 1)) return 'unknown';
  return verdict(Math.floor(own / size) === Math.floor(first / size));
}

const not = (one: Verdict): Verdict => (one === 'unknown' ? one : verdict(one === 'no'));

const blockMatches = ({ cidr, except }: NonNullable<Peer['ipBlock']>, { addresses }: Party): Verdict =>
  addresses.length === 0
    ? 'unknown'
    : anyOf(
        addresses.map((one) =>
          allOf([isInside(one, cidr), ...(except ?? []).map((excluded) => not(isInside(one, excluded)))]),
        ),
      );

export function peerMatches(cluster: Cluster, peer: Peer, party: Party, namespace: string | undefined): Verdict {
  if (peer.ipBlock) return blockMatches(peer.ipBlock, party);
  if (!peer.podSelector && !peer.namespaceSelector) return 'unknown';
  return allOf([
    peer.namespaceSelector
      ? namespaceMatches(cluster, peer.namespaceSelector, party.namespace)
      : verdict(party.namespace === namespace),
    podMatches(peer.podSelector, party),
  ]);
}

/** `receiver` owns the port: a port by name is one of its containers'. */
export function portMatches({ ports }: Rule, { port, protocol }: PodPort, receiver: Party): Verdict {
  if (!ports || ports.length === 0) return 'yes';
  return anyOf(
    ports.map((one): Verdict => {
      if ((one.protocol ?? 'TCP') !== protocol) return 'no';
      if (one.port === null || one.port === undefined) return 'yes';
      if (typeof one.port === 'number') return verdict(port >= one.port && port <= (one.endPort ?? one.port));
      const named = receiver.ports.find(({ name }) => name === one.port);
      return named ? verdict(named.containerPort === port) : receiver.ports.length === 0 ? 'unknown' : 'no';
    }),
  );
}

export const peersOf = (rule: Rule, direction: Direction): readonly Peer[] =>
  (direction === 'ingress' ? rule.from : rule.to) ?? [];

export const rulesOf = ({ spec }: Policy, direction: Direction): readonly Rule[] => spec?.[direction] ?? [];

function governs({ spec }: Policy, direction: Direction): boolean {
  if (!spec) return true;
  const types = spec.policyTypes ?? ['Ingress', ...((spec.egress ?? []).length > 0 ? ['Egress'] : [])];
  return types.includes(direction === 'ingress' ? 'Ingress' : 'Egress');
}

/** A call as one side sees it: `own` is the side that policies select, `other` the side that rules name. */
export interface Passage {
  readonly direction: Direction;
  readonly own: Party;
  readonly other: Party;
  readonly port: PodPort;
}

/** The policies that together block the call at this side; empty if it is allowed, or if that is not known. */
export function blockersOf(cluster: Cluster, policies: readonly Policy[], passage: Passage): readonly Policy[] {
  const { direction, own, other, port } = passage;
  if (own.hostNetwork || own.labels === undefined) return [];
  const { labels } = own;
  const selecting = policies.filter(
    (policy) =>
      policy.namespace === own.namespace &&
      governs(policy, direction) &&
      (!policy.spec || matches(policy.spec.podSelector, labels, true) === 'yes'),
  );
  if (selecting.some(({ spec }) => !spec)) return [];
  const receiver = direction === 'ingress' ? own : other;
  const allowed = selecting.flatMap((policy) =>
    rulesOf(policy, direction).map((rule) => {
      const peers = peersOf(rule, direction);
      const fromOrTo = anyOf(peers.map((peer) => peerMatches(cluster, peer, other, policy.namespace)));
      return allOf([peers.length === 0 ? 'yes' : fromOrTo, portMatches(rule, port, receiver)]);
    }),
  );
  return anyOf(allowed) === 'no' ? selecting : [];
}
