// Finds pods that have a node and cannot start there: no address for them, a volume that cannot be attached or mounted, a hook that fails. The
// kubelet and the attach controller report this in events; the pod itself only says ContainerCreating.
import * as z from 'zod';
import type { CauseCode } from '../../causes/causes.ts';
import type { FindingDraft } from '../../model/report-draft.ts';
import type { Cluster } from './cluster.ts';
import { firstTimeOf } from './event-times.ts';
import { clockTime, count, earliest, observed } from './finding.ts';
import type { KubernetesEvent, Pod } from './objects.ts';

interface Kind {
  readonly reasons: ReadonlySet<string>;
  readonly words: RegExp;
  readonly cause: CauseCode;
  readonly confidence: number;
  /** What the pods lack, as the end of a sentence. */
  describe(cluster: Cluster, pod: Pod, message: string): string;
}

/** Refusals of network plugins and address managers: AWS, Azure, Google, host-local, Calico, Cilium, Whereabouts, Kube-OVN. */
const noAddress =
  /failed to assign an IP address|not enough (?:free |available )?(?:IPs?|IP addresses|addresses)(?: available)?|insufficient ?free ?(?:IP )?addresses|no (?:more |free |available |unallocated )*(?:IP ?v?[46]?s?|IP addresses|addresses)(?: (?:are )?(?:available|left|remain))|no IP addresses available in range set|(?:no (?:more )?(?:free|available) IPs?|range is full|IP pool (?:is )?(?:exhausted|full)|address(?:es)? (?:space )?(?:is |are )?exhausted|out of (?:IP )?addresses)|could not allocate IP|failed to allocate .{0,40}\bIP\b/i;

const kinds: readonly Kind[] = [
  {
    reasons: new Set(['FailedCreatePodSandBox', 'FailedCreatePodSandbox']),
    words: noAddress,
    cause: 'pod-address-exhausted',
    confidence: 0.94,
    describe: () => 'the network has no free address for them',
  },
  {
    reasons: new Set(['FailedAttachVolume']),
    words:
      /multi-attach|already (?:exclusively )?attached|volumeinuse|is in use|already used by pod|attached to (?:another|a different)/i,
    cause: 'volume-attached-elsewhere',
    confidence: 0.94,
    describe: (cluster, pod, message) => {
      const held = holderOf(cluster, pod, message);
      return held === undefined
        ? 'their volume is still attached to another node'
        : `their volume ${held.volume} is still attached to node ${held.node}`;
    },
  },
  {
    reasons: new Set(['FailedMount', 'FailedAttachVolume']),
    words: /(?:secret|configmap) "[^"]*" not found|references? non-?existent (?:secret|config) key/i,
    cause: 'secret-missing',
    confidence: 0.93,
    describe: (_, __, message) =>
      /(?:secret|configmap) "[^"]*" not found|references? non-?existent (?:secret|config) key: ?\S*/i.exec(
        message,
      )?.[0] ?? 'a Secret or ConfigMap is missing',
  },
  {
    reasons: new Set(['FailedMount']),
    words: /permission denied|access denied|operation not permitted/i,
    cause: 'volume-permission-denied',
    confidence: 0.85,
    describe: () => 'their volume refuses the mount',
  },
  {
    reasons: new Set(['FailedPostStartHook']),
    words: /./,
    cause: 'lifecycle-hook-failed',
    confidence: 0.88,
    describe: () => 'the hook after the start of their container fails',
  },
];

export function starting(cluster: Cluster): FindingDraft[] {
  const stuck = cluster.pods.filter(isStuck).flatMap((pod) => {
    const events = cluster.eventsOf('Pod', pod.metadata.name, pod.metadata.namespace);
    const kind = kinds.find((one) => events.some((event) => isOf(one, event)));
    return kind ? [{ pod, kind, events: events.filter((event) => isOf(kind, event)) }] : [];
  });
  const groups = Map.groupBy(stuck, ({ pod, kind }) => {
    const { kind: of, namespace, name } = cluster.ownerOf('Pod', pod.metadata.name, pod.metadata.namespace);
    return `${of}/${namespace}/${name}/${kind.cause}`;
  });
  const explained = new Set(stuck.map(({ pod }) => pod));
  return [...groups.values()]
    .flatMap((group) => {
      const [first] = group;
      if (!first) return [];
      const { pod, kind, events } = first;
      const entity = cluster.ownerOf('Pod', pod.metadata.name, pod.metadata.namespace);
      const message = events[0]?.message ?? '';
      const onset = earliest(group.flatMap((one) => one.events.map(firstTimeOf)));
      return [
        observed(cluster, {
          claim: `${count(group.length, 'pod')} of ${entity.kind} ${entity.name} cannot start${clockTime(onset)}: ${kind.describe(cluster, pod, message)}.`,
          entity,
          cause: kind.cause,
          confidence: kind.confidence,
          onset,
          lines: group.flatMap((one) =>
            one.events
              .slice(0, 2)
              .map(({ reason, message: text }) => `Pod ${one.pod.metadata.name}: ${reason}: ${text ?? ''}`),
          ),
          error: message,
        }),
      ];
    })
    .concat(
      cluster.pods.filter((pod) => isStuck(pod) && !explained.has(pod)).flatMap((pod) => withoutSecret(cluster, pod)),
    );
}

const SecretVolume = z.looseObject({
  secret: z.looseObject({ secretName: z.string(), optional: z.boolean().nullish() }),
});
const secretsOf = ({ spec }: Pod): readonly string[] =>
  spec.volumes.flatMap((volume) => {
    const { data } = SecretVolume.safeParse(volume);
    return data && data.secret.optional !== true ? [data.secret.secretName] : [];
  });

/** Longer than the kubelet needs to mount what exists and to create a container from an image that is there. */
const creationMs = 2 * 60_000;

/**
 * A pod that has waited long in ContainerCreating with no event left that says why. A Secret that it mounts and that no running pod uses may be
 * missing; recorded Secrets tell it for certain. Events older than an hour are gone, so the reason has to come from the objects.
 */
function withoutSecret(cluster: Cluster, pod: Pod): FindingDraft[] {
  const { name, namespace, creationTimestamp } = pod.metadata;
  const creates =
    pod.spec.nodeName &&
    pod.status.containerStatuses.length > 0 &&
    pod.status.containerStatuses.every(({ state }) => state?.waiting?.reason === 'ContainerCreating');
  const waited = Date.parse(cluster.takenAt) - Date.parse(creationTimestamp ?? '');
  const warned = cluster.eventsOf('Pod', name, namespace).some(({ type }) => type === 'Warning');
  if (!creates || !(waited > creationMs) || warned) return [];
  const secretsRead = cluster.items.some((one) => one.kind === 'Secret' && one.metadata.namespace === namespace);
  const used = new Set(
    cluster.pods
      .filter((one) => one.metadata.namespace === namespace && !isStuck(one))
      .flatMap((one) => secretsOf(one)),
  );
  const missing = secretsOf(pod).filter((one) =>
    secretsRead ? !cluster.has('Secret', one, namespace) : !used.has(one),
  );
  const node = cluster.nodes.find(({ metadata }) => metadata.name === pod.spec.nodeName);
  const isNodeWell =
    node?.status?.conditions.every(({ type, status }) => type !== 'Ready' || status === 'True') ?? true;
  if (missing.length === 0 || !isNodeWell) return [];
  const entity = cluster.ownerOf('Pod', name, namespace);
  return [
    observed(cluster, {
      claim: `1 pod of ${entity.kind} ${entity.name} cannot start: it waits for Secret ${missing.join(', ')}, which ${secretsRead ? 'does not exist' : 'no running pod uses'}.`,
      entity,
      cause: 'secret-missing',
      confidence: secretsRead ? 0.9 : 0.7,
      lines: [`Pod ${name}: ContainerCreating since ${creationTimestamp}; mounts Secret ${missing.join(', ')}`],
      error: `Secret ${missing.join(', ')}`,
    }),
  ];
}

const isOf = ({ reasons, words }: Kind, { reason, message }: KubernetesEvent): boolean =>
  reasons.has(reason ?? '') && words.test(message ?? '');

/** A pod that once had to wait for its volume and runs now is well. */
const isStuck = ({ metadata, status }: Pod): boolean =>
  !metadata.deletionTimestamp &&
  !/Succeeded|Failed/.test(status.phase ?? '') &&
  !(status.containerStatuses.length > 0 && status.containerStatuses.every(({ ready }) => ready));

const Attachment = z.looseObject({
  spec: z.looseObject({
    nodeName: z.string(),
    source: z.looseObject({ persistentVolumeName: z.string().nullish() }),
  }),
  status: z.looseObject({ attached: z.boolean().nullish() }).nullish(),
});

/** The other node that holds the volume, by its VolumeAttachment. */
function holderOf(
  cluster: Cluster,
  pod: Pod,
  message: string,
): { readonly volume: string; readonly node: string } | undefined {
  const named = /volume "([^"]+)"/i.exec(message)?.[1];
  const claims = new Set(pod.spec.volumes.flatMap((volume) => volume.persistentVolumeClaim?.claimName ?? []));
  const own = cluster.claims.flatMap(({ metadata, spec }) =>
    metadata.namespace === pod.metadata.namespace && claims.has(metadata.name) ? (spec.volumeName ?? []) : [],
  );
  const volumes = new Set([...(named === undefined ? [] : [named]), ...own]);
  return cluster.items.flatMap((item) => {
    const attachment = item.kind === 'VolumeAttachment' ? Attachment.safeParse(item).data : undefined;
    const volume = attachment?.spec.source.persistentVolumeName ?? '';
    return attachment && volumes.has(volume) && attachment.spec.nodeName !== pod.spec.nodeName
      ? [{ volume, node: attachment.spec.nodeName }]
      : [];
  })[0];
}
