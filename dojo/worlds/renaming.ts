// Renames everything that has a name of its own: services, workloads, namespaces, nodes, clusters, and objects called after none of them. The same
// new name stands wherever the old one stood: in objects, logs, series, changes, texts, and the truth. Names that mean something by themselves (of
// products, of Kubernetes' own namespaces) stay, because they are evidence.

import { at, listOf, textAt } from './json.ts';
import { mapJsonLines } from './map-recording.ts';
import type { Random } from './random.ts';
import type { Recording } from './recording.ts';
import {
  applied,
  nameOf,
  namespaceOf,
  objectsOf,
  servicesOf,
  type Transformation,
  workloadKinds,
} from './transformation.ts';

const systemNamespaces =
  /^(?:default|kube-.*|ingress-nginx|cert-manager|istio-system|linkerd.*|monitoring|calico-.*|tigera-.*|argocd|amazon-.*)$/;
const products =
  'mysql mariadb postgres postgresql pg redis valkey memcached kafka zookeeper rabbitmq nats elasticsearch opensearch mongo mongodb cassandra clickhouse consul etcd vault nginx envoy haproxy traefik kong istio fastly coredns calico cilium prometheus grafana sqs sns s3 dynamodb lambda rds';
const product = new Set(products.split(' '));
const ordinary = new Set(
  'app main http https grpc tcp config data default latest true false api standard public private none node pod service labels'.split(
    ' ',
  ),
);
/** Kinds that are named freely; others (pods, ReplicaSets, endpoints) are named after them. */
const named = new Set([
  ...workloadKinds,
  'Service',
  'Ingress',
  'ConfigMap',
  'Secret',
  'PersistentVolumeClaim',
  'NetworkPolicy',
  'Namespace',
]);

const first =
  'amber birch cedar delta ember fjord gable hazel iris jade kelp larch maple nimbus opal pine quartz raven sable thorn umber vesper willow yarrow zephyr alder basalt clover dune elm fern'.split(
    ' ',
  );
const second =
  'heron otter falcon badger marten lynx ibex curlew plover osprey bison gecko newt tapir civet kestrel puffin stoat weasel wren dingo bongo magpie skua tern vole yak gull hare kite'.split(
    ' ',
  );

/** The words that a name consists of, each with its new word; the same word of two names stays the same word. */
function namesOf(recording: Recording): readonly string[] {
  const { entity } = recording.expected.rootCause;
  const objects = objectsOf(recording).filter(
    (object) => named.has(textAt(object, 'kind') ?? '') && !systemNamespaces.test(namespaceOf(object) ?? ''),
  );
  const system = new Set(
    objectsOf(recording).flatMap((object) =>
      systemNamespaces.test(namespaceOf(object) ?? '') ? [nameOf(object)] : [],
    ),
  );
  const all = new Set([
    ...servicesOf(recording),
    ...objects.map(nameOf),
    ...objectsOf(recording).flatMap((object) => namespaceOf(object) ?? []),
    ...resourcesOf(recording),
    ...(entity.kind === 'Vendor' ? [] : [entity.name, ...(entity.namespace === undefined ? [] : [entity.namespace])]),
  ]);
  return [...all].filter((name) => !system.has(name) && isRenamable(name)).sort();
}

/** Names of AWS resources. An ECS service stands after its cluster, a function before its version. */
const resourcesOf = ({ others }: Recording): readonly string[] =>
  listOf(at(others.get('resources.json'), 'resources')).flatMap((one) => textAt(one, 'name')?.split(/[/:]/) ?? []);

const isRenamable = (name: string): boolean =>
  name.length > 2 &&
  !ordinary.has(name) &&
  !product.has(name.toLowerCase()) &&
  !systemNamespaces.test(name) &&
  !/^kube-|^kubernetes$|^ip-|^arn:|[:/@]/.test(name);

function newNames(recording: Recording, random: Random): ReadonlyMap<string, string> {
  const pairs = random.shuffled(first.flatMap((one) => second.map((other) => `${one}-${other}`)));
  const fresh = (): string => pairs.pop() ?? `thing-${random.int(1000, 9999)}`;
  const names = new Map<string, string>();
  for (const name of namesOf(recording).toSorted((a, b) => a.length - b.length)) {
    const stem = [...names.keys()].filter((known) => name.startsWith(`${known}-`)).at(-1);
    if (stem !== undefined && !servicesOf(recording).includes(name)) continue;
    const kept = name.split(/[-_]/).filter((word) => product.has(word.toLowerCase()));
    const host = /^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/.test(name) ? `.${fresh()}.example` : undefined;
    names.set(name, host === undefined ? [fresh(), ...kept].join('-') : `${random.pick(first)}${host}`);
  }
  const nodes = new Set([
    ...objectsOf(recording).flatMap((object) => (textAt(object, 'kind') === 'Node' ? [nameOf(object)] : [])),
    ...(recording.logs ?? []).flatMap(({ labels }) => labels.node ?? []),
  ]);
  for (const node of nodes)
    names.set(
      node,
      `ip-10-${random.int(16, 31)}-${random.int(0, 255)}-${random.int(2, 250)}.eu-west-1.compute.internal`,
    );
  for (const cluster of recording.kubernetes.keys())
    names.set(cluster, `${fresh()}-${random.pick(['eks', 'live', 'prod'])}`);
  return names;
}

/** The name as it stands in variables, tables and classes. */
function variants(name: string, other: string): readonly (readonly [string, string])[] {
  const words = (text: string) => text.split(/[-.]/);
  const pascal = (text: string) =>
    words(text)
      .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
      .join('');
  return [
    [name, other],
    [words(name).join('_'), words(other).join('_')],
    [words(name).join('_').toUpperCase(), words(other).join('_').toUpperCase()],
    // "Web server failed to start" names no service.
    ...(name === 'web' ? [] : [[pascal(name), pascal(other)] as const]),
  ];
}

/** Words of the format and of the API, which are no names. */
const fixedKeys = new Set(
  'kind apiVersion type reason phase status operator verb verbs protocol signal unit source level vocabulary cause event_type resource_type alertname state provider'.split(
    ' ',
  ),
);

export const renamed: Transformation = {
  name: 'renamed',
  about: 'services, namespaces, nodes and clusters have other names',
  apply(recording, random) {
    const names = newNames(recording, random);
    const others = new Map([...names].flatMap(([name, other]) => variants(name, other)));
    for (const [name, other] of names) others.set(name, other);
    const known = [...others.keys()].sort((a, b) => b.length - a.length || a.localeCompare(b));
    const any = new RegExp(
      `(?<![A-Za-z0-9])(?:${known.map((name) => name.replaceAll(/[.*+?^$(){}|[\]\\]/g, '\\$&')).join('|')})(?![a-z0-9])`,
      'g',
    );
    const rename = (text: string): string => text.replaceAll(any, (name) => others.get(name) ?? name);
    return applied(
      mapJsonLines(
        recording,
        // A reason of an Event is one word; a reason of a stopped task is a sentence with names.
        (text, key) => (fixedKeys.has(key) && !/\s/.test(text) ? text : rename(text)),
        (name, under) => (under === 'data' || under === 'stringData' ? rename(name) : name),
      ),
    );
  },
};
