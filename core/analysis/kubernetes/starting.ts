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
  /failed to assign an IP address|insufficient ?free ?(?:IP )?addresses|no (?:more |free |available |unallocated )*(?:IP ?v?[46]?s?|IP addresses|addresses)(?: (?:are )?(?:available|left|remain))|no IP addresses available in range set|(?:no (?:more )?(?:free|available) IPs?|range is full|IP pool (?:is )?(?:exhausted|full)|address(?:es)? (?:space )?(?:is |are )?exhausted|out of (?:IP )?addresses)|could not allocate IP|failed to allocate .{0,40}\bIP\b/i;

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
  return [...groups.values()].flatMap((group) => {
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
  });
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
