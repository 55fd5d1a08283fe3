// Images that cannot be pulled: not there, not allowed, or the registry not reachable. The kubelet's message tells them apart.
import type { CauseCode } from '../../model/causes.ts';
import type { FindingDraft } from '../../specialists/finish.ts';
import type { Cluster } from './cluster.ts';
import { clockTime, count, earliest, observed } from './finding.ts';

const pullReasons = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'InvalidImageName',
  'ErrImageNeverPull',
  'RegistryUnavailable',
]);

/** First that fits: the most specific words first. */
const kinds: readonly (readonly [words: RegExp, cause: CauseCode, says: string])[] = [
  [
    /no such host|server misbehaving|name resolution|dns/i,
    'image-registry-unreachable',
    'its registry cannot be reached',
  ],
  [
    /i\/o timeout|connection refused|connection reset|no route to host|deadline exceeded|TLS handshake/i,
    'image-registry-unreachable',
    'its registry cannot be reached',
  ],
  [
    /unauthorized|authentication required|no basic auth|denied|forbidden|401|403/i,
    'image-pull-secret-missing',
    'the registry refuses the pull credentials',
  ],
  [
    /not found|manifest unknown|does not exist|invalid reference|InvalidImageName|couldn't parse/i,
    'image-not-found',
    'the image or its tag does not exist',
  ],
];

export function images(cluster: Cluster): FindingDraft[] {
  const affected = cluster.pods.flatMap((pod) => {
    const statuses = [...pod.status.containerStatuses, ...pod.status.initContainerStatuses];
    const stuck = statuses.find((status) => pullReasons.has(status.state?.waiting?.reason ?? ''));
    if (!stuck) return [];
    const events = cluster
      .eventsOf('Pod', pod.metadata.name, pod.metadata.namespace)
      .filter((event) => /pull|image/i.test(event.message ?? ''));
    const secretMissing = cluster
      .eventsOf('Pod', pod.metadata.name, pod.metadata.namespace)
      .some((event) => event.reason === 'FailedToRetrieveImagePullSecret');
    const text = [stuck.state?.waiting?.message ?? '', ...events.map((event) => event.message ?? '')].join('\n');
    const image = pod.spec.containers.find((container) => container.name === stuck.name)?.image ?? stuck.image ?? '';
    return [{ pod, stuck, text, events, secretMissing, image }];
  });
  const groups = Map.groupBy(affected, ({ pod, image }) => {
    const owner = cluster.ownerOf('Pod', pod.metadata.name, pod.metadata.namespace);
    return `${owner.kind}/${owner.namespace}/${owner.name}/${image}`;
  });
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (!first) return [];
    const entity = cluster.ownerOf('Pod', first.pod.metadata.name, first.pod.metadata.namespace);
    const text = group.map((one) => one.text).join('\n');
    const kind = kinds.find(([words]) => words.test(text));
    // "denied … repository does not exist or may require authorization": anonymous registries say so for a wrong name; a named pull secret
    // that is missing decides.
    const missing = group.some((one) => one.secretMissing);
    const cause = missing && kind?.[1] !== 'image-registry-unreachable' ? 'image-pull-secret-missing' : kind?.[1];
    const says =
      missing && cause === 'image-pull-secret-missing'
        ? 'the named pull secret does not exist'
        : (kind?.[2] ?? 'its image cannot be pulled');
    const onset = earliest([
      ...group.flatMap((one) => one.events.map((event) => event.firstTimestamp)),
      ...group.map((one) => one.pod.metadata.creationTimestamp),
    ]);
    return [
      observed(cluster, {
        claim: `${count(group.length, 'pod')} of ${entity.kind} ${entity.name} cannot start${clockTime(onset)}: ${says} (${first.image}).`,
        entity,
        cause: cause ?? 'image-not-found',
        confidence: cause ? 0.95 : 0.6,
        onset,
        lines: group.flatMap(({ pod, stuck, events }) => [
          `Pod ${pod.metadata.name}: container ${stuck.name}: waiting ${stuck.state?.waiting?.reason}: ${stuck.state?.waiting?.message ?? ''}`,
          ...events.slice(0, 2).map((event) => `Event ${event.reason}: ${event.message}`),
        ]),
        error: `${cause ?? 'image pull failed'}: ${first.image}`,
      }),
    ];
  });
}
