// What the dojo sees of its namespace at one moment, and what follows from it: who reaches whom, and whether each service answers.
import type { ClusterApi } from './api.ts';
import { Endpoints, Job, KeyValues, NetworkPolicy, Node, Pod, pathOf, Service, Workload } from './objects.ts';

export interface View {
  readonly at: number;
  readonly pods: readonly Pod[];
  readonly services: readonly Service[];
  readonly endpoints: readonly Endpoints[];
  readonly secrets: readonly KeyValues[];
  readonly configMaps: readonly KeyValues[];
  readonly policies: readonly NetworkPolicy[];
  readonly workloads: readonly Workload[];
  readonly jobs: readonly Job[];
  readonly nodes: readonly Node[];
}

export async function look(api: ClusterApi, namespace: string): Promise<View> {
  const list = async <T>(kind: string, schema: { parse(value: unknown): T }): Promise<T[]> =>
    (await api.list(pathOf(kind, namespace))).map((each) => schema.parse(each));
  const [pods, services, endpoints, secrets, configMaps, policies, deployments, sets, jobs, nodes] = await Promise.all([
    list('Pod', Pod),
    list('Service', Service),
    api.list(`api/v1/namespaces/${namespace}/endpoints`).then((all) => all.map((each) => Endpoints.parse(each))),
    list('Secret', KeyValues),
    list('ConfigMap', KeyValues),
    list('NetworkPolicy', NetworkPolicy),
    list('Deployment', Workload),
    list('StatefulSet', Workload),
    list('Job', Job),
    list('Node', Node),
  ]);
  const at = Date.now();
  const workloads = [...deployments, ...sets];
  return { at, pods, services, endpoints, secrets, configMaps, policies, workloads, jobs, nodes };
}

export const appOf = ({ metadata }: Pod): string => metadata.labels?.app ?? metadata.name;

/** What the first container's environment says, Secrets and ConfigMaps looked up. */
export function environmentOf(pod: Pod, view: View): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const { name, value, valueFrom } of pod.spec.containers[0]?.env ?? []) {
    const { secretKeyRef: secret, configMapKeyRef: map } = valueFrom ?? {};
    const kept = secret ? valueIn(view.secrets, secret) : map ? valueIn(view.configMaps, map) : undefined;
    const found = value ?? (secret && kept !== undefined ? Buffer.from(kept, 'base64').toString() : kept);
    if (found !== undefined) values.set(name, found);
  }
  return values;
}

export const valueIn = (
  all: readonly KeyValues[],
  { name, key }: { readonly name: string; readonly key: string },
): string | undefined => all.find(({ metadata }) => metadata.name === name)?.data?.[key];

export const portOf = (pod: Pod, view: View): number => Number(environmentOf(pod, view).get('PORT') ?? '8080');

export interface Call {
  readonly host: string;
  readonly port: number;
  readonly url: string;
}

/** Whom a program calls, as its environment says. */
export const callsOf = (pod: Pod, view: View): readonly Call[] =>
  [...environmentOf(pod, view)].flatMap(([name, url]) => {
    if (!name.endsWith('_URL') || !URL.canParse(url)) return [];
    const { hostname, port, protocol } = new URL(url);
    const usual = protocol === 'https:' ? 443 : 80;
    return [{ host: hostname, port: port === '' ? usual : Number(port), url }];
  });

/** Undefined where the call gets through; else the error as a Go program words it. */
export function whyUnreachable(from: Pod, { host, port }: Call, view: View): string | undefined {
  const service = view.services.find(({ metadata }) => metadata.name === host);
  if (service === undefined) return `dial tcp: lookup ${host} on 10.0.0.10:53: no such host`;
  const address = `${service.spec.clusterIP ?? '10.0.0.1'}:${port}`;
  if (!service.spec.ports?.some((each) => each.port === port)) return `dial tcp ${address}: i/o timeout`;
  const places = (view.endpoints.find(({ metadata }) => metadata.name === host)?.subsets ?? []).flatMap(
    ({ addresses = [], ports = [] }) => addresses.flatMap(({ ip }) => ports.map((each) => ({ ip, port: each.port }))),
  );
  if (places.length === 0) return `dial tcp ${address}: connect: connection refused`;
  const outcomes = places.map((place) => {
    const pod = view.pods.find(({ status }) => status?.podIP === place.ip);
    if (pod === undefined) return `dial tcp ${address}: connect: no route to host`;
    if (!isAllowed(from, pod, place.port, view)) return `dial tcp ${address}: i/o timeout`;
    return portOf(pod, view) === place.port ? undefined : `dial tcp ${address}: connect: connection refused`;
  });
  return outcomes.includes(undefined) ? undefined : outcomes[0];
}

const matches = (labels: Readonly<Record<string, string>> = {}, selector: Readonly<Record<string, string>> = {}) =>
  Object.entries(selector).every(([key, value]) => labels[key] === value);

/** NetworkPolicies of the namespace, as far as the dojo writes them: pods by labels, ports by number. */
function isAllowed(from: Pod, to: Pod, port: number, { policies }: View): boolean {
  const on = policies.filter(({ spec }) => matches(to.metadata.labels, spec.podSelector.matchLabels));
  if (on.length === 0) return true;
  return on.some(({ spec }) =>
    (spec.ingress ?? []).some(({ from: sources, ports }) => {
      const isFrom =
        sources === undefined ||
        sources.some(({ podSelector }) => podSelector && matches(from.metadata.labels, podSelector.matchLabels));
      return isFrom && (ports === undefined || ports.some((each) => each.port === undefined || each.port === port));
    }),
  );
}

export const isReadyPod = ({ status }: Pod): boolean =>
  status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True') ?? false;
