// Finds images that cannot be pulled: missing, not authorised, or from an unreachable registry. The kubelet's message tells these apart.
import type { CauseCode } from '../../causes/causes.ts';
import type { FindingDraft } from '../../model/report-draft.ts';
import type { Cluster } from './cluster.ts';
import { clockTime, count, earliest, observed } from './finding.ts';
import type { Pod } from './objects.ts';

const pullReasons = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'InvalidImageName',
  'ErrImageNeverPull',
  'RegistryUnavailable',
]);

/** Whether a container is waiting for its image. */
export const isPulling = ({ state }: Pick<Pod['status']['containerStatuses'][number], 'state'>): boolean =>
  pullReasons.has(state?.waiting?.reason ?? '');

/** Messages of registries and kubelets that limit the rate of pulls: Docker Hub, ECR, Quay, GHCR and the kubelet itself. */
export const pullThrottled =
  /toomanyrequests|too many requests|\bHTTP (?:status )?429\b|status(?: code)?:? 429\b|pull rate limit|rate limit exceeded|rate exceeded|pull QPS exceeded|throttl/i;

/** The first match wins; the most specific words come first. */
const kinds: readonly (readonly [words: RegExp, cause: CauseCode, says: string])[] = [
  [pullThrottled, 'image-registry-rate-limit', 'the registry takes no more pulls for now'],
  [
    /no such host|server misbehaving|name resolution|i\/o timeout|connection refused|connection reset|no route to host|deadline exceeded|TLS handshake|RegistryUnavailable/i,
    'image-registry-unreachable',
    'its registry cannot be reached',
  ],
  [
    /unauthorized|authentication required|no basic auth|denied|forbidden|\b40[13]\b/i,
    'image-pull-secret-missing',
    'the registry refuses the pull credentials',
  ],
  [
    /not found|manifest unknown|does not exist|invalid reference|InvalidImageName|couldn't parse/i,
    'image-not-found',
    'the image or its tag does not exist',
  ],
];

/** A registry does not tell anonymous clients whether a private image exists. Without credentials, a wrong name looks like a refusal. */
const oneOrTheOther = /repository does not exist or may require/i;
/** The registry asked for credentials, and the node had none to send. */
const noCredentials = /no basic auth credentials|authentication required/i;

export function images(cluster: Cluster): FindingDraft[] {
  const affected = cluster.pods.flatMap((pod) => {
    const statuses = [...pod.status.containerStatuses, ...pod.status.initContainerStatuses];
    const stuck = statuses.find(isPulling);
    if (!stuck) return [];
    const events = cluster
      .eventsOf('Pod', pod.metadata.name, pod.metadata.namespace)
      .filter((event) => /pull|image/i.test(event.message ?? ''));
    const secretMissing = cluster
      .eventsOf('Pod', pod.metadata.name, pod.metadata.namespace)
      .some((event) => event.reason === 'FailedToRetrieveImagePullSecret');
    const image =
      [...pod.spec.containers, ...pod.spec.initContainers].find((one) => one.name === stuck.name)?.image ??
      stuck.image ??
      '';
    // Names are removed from the text, because an image may be called "dns" or tagged 1.403.
    const text = [
      stuck.state?.waiting?.reason ?? '',
      stuck.state?.waiting?.message ?? '',
      ...events.map((event) => event.message ?? ''),
    ]
      .join('\n')
      .replaceAll(image || '\n', ' ')
      .replace(/"[^"]*"/g, ' ');
    const named = (pod.spec.imagePullSecrets ?? []).length > 0;
    return [{ pod, stuck, text, events, secretMissing, named, image }];
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
    // A missing pull secret explains a refusal or a failure without a message. It does not explain a missing tag or a registry that does not
    // answer.
    const missing = group.some((one) => one.secretMissing);
    const eitherWay =
      oneOrTheOther.test(text) && !noCredentials.test(text) && !missing && !group.some((one) => one.named);
    const { cause, problem } =
      missing && (kind === undefined || kind[1] === 'image-pull-secret-missing')
        ? { cause: 'image-pull-secret-missing' as const, problem: 'the named pull secret does not exist' }
        : eitherWay
          ? {
              cause: 'image-not-found' as const,
              problem: 'there is no such image, or it is private and no credentials are given',
            }
          : { cause: kind?.[1], problem: kind?.[2] ?? 'its image cannot be pulled, and why is not recorded' };
    const onset = earliest([
      ...group.flatMap((one) => one.events.map((event) => event.firstTimestamp)),
      ...group.map((one) => one.pod.metadata.creationTimestamp),
    ]);
    return [
      observed(cluster, {
        claim: `${count(group.length, 'pod')} of ${entity.kind} ${entity.name} cannot start${clockTime(onset)}: ${problem} (${first.image}).`,
        entity,
        cause: cause ?? 'image-not-found',
        // Without the kubelet's message, a missing secret or an unreachable registry is nearly as likely.
        confidence: cause === undefined ? 0.4 : eitherWay ? 0.6 : 0.95,
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
