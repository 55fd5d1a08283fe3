// Joins a change of an object that the whole cluster depends on to the state of a workload that it can have caused, although they are different
// entities: a priority class to a preemption, a webhook's configuration to refused objects, the configuration of DNS to names that do not resolve.
import { type CauseCode, isChange } from '../causes/causes.ts';
import type { Candidate } from './candidates.ts';
import type { ScoringContext } from './scene.ts';

interface Reach {
  readonly causes: ReadonlySet<CauseCode>;
  /** The state's evidence has to name the object, because a cluster has many of its kind. */
  readonly byName: boolean;
}

const webhook: Reach = {
  causes: new Set<CauseCode>([
    'admission-webhook-unavailable',
    'admission-refused',
    'certificate-expired',
    'certificate-invalid',
  ]),
  byName: true,
};
const policy: Reach = { causes: new Set<CauseCode>(['network-policy']), byName: true };
const daemonSet: Reach = {
  causes: new Set<CauseCode>(['pods-unavailable', 'pod-address-exhausted', 'node-kube-proxy', 'dns-failure']),
  byName: true,
};
const reaches: Readonly<Record<string, Reach>> = {
  PriorityClass: { causes: new Set<CauseCode>(['preempted']), byName: true },
  MutatingWebhookConfiguration: webhook,
  ValidatingWebhookConfiguration: webhook,
  NetworkPolicy: policy,
  GlobalNetworkPolicy: policy,
  CiliumClusterwideNetworkPolicy: policy,
  AdminNetworkPolicy: policy,
  BaselineAdminNetworkPolicy: policy,
  ConfigMap: { causes: new Set<CauseCode>(['dns-failure']), byName: false },
  DaemonSet: daemonSet,
};
/** Words of a change of the whole cluster, as people and tools describe it, by the state that it can have caused. */
const topics: readonly (readonly [cause: CauseCode, words: RegExp])[] = [
  ['preempted', /priority ?class|pod priorit|preempt/i],
  ['dns-failure', /\b(?:core|kube-)?dns\b/i],
  ['network-policy', /network ?polic|default[- ]deny/i],
  ['admission-webhook-unavailable', /webhook|admission|gatekeeper|kyverno/i],
  ['admission-refused', /webhook|admission|gatekeeper|kyverno|pod security/i],
  ['pod-address-exhausted', /\bcni\b|subnet|ip ?pool|vpc/i],
  ['node-kube-proxy', /kube-?proxy/i],
  ['disruption-budget', /disruption budget|\bpdb\b/i],
];
const minute = 60_000;
const day = 24 * 60 * minute;

/** Whether the change, a candidate of its own, can have caused the state. */
export function reachesState(
  change: Candidate,
  state: Candidate,
  { excerptsOf }: Pick<ScoringContext, 'excerptsOf'>,
): boolean {
  if (isChange(state.cause)) return false;
  const { cluster, name } = change.entity;
  if (cluster !== undefined && state.entity.cluster !== undefined && cluster !== state.entity.cluster) return false;
  const waited = Date.parse(state.onset ?? '') - Date.parse(change.onset ?? '');
  if (!(waited >= -minute && waited <= day)) return false;
  if (name === 'cluster' && change.entity.kind === 'Service')
    return topics.some(
      ([cause, words]) => cause === state.cause && change.findings.some(({ claim }) => words.test(titleIn(claim))),
    );
  const reach = reaches[change.entity.kind];
  if (reach === undefined || !reach.causes.has(state.cause)) return false;
  return (
    !reach.byName ||
    state.entity.name === name ||
    state.findings.some((finding) => wordsOf(`${finding.claim}\n${excerptsOf(finding)}`).has(name))
  );
}

const wordsOf = (text: string): ReadonlySet<string> =>
  new Set(text.split(/[^a-zA-Z0-9.-]+/).map((word) => word.replace(/^[.-]+|[.-]+$/g, '')));

/** The title of a change, which its finding quotes. */
const titleIn = (claim: string): string => /"([^"]*)"/.exec(claim)?.[1] ?? '';
