// Why a volume claim is not bound: compared with the volumes there are, the first thing that does not agree is the cause.
import type { CauseCode } from '../../model/causes.ts';
import type { FindingDraft } from '../../specialists/finish.ts';
import type { Cluster } from './cluster.ts';
import { observed } from './finding.ts';
import type { Claim, Pod, Volume } from './objects.ts';
import { bytesOf } from './quantity.ts';

export function volumeCause(cluster: Cluster, pod: Pod): { cause: CauseCode; says: string } {
  const names = pod.spec.volumes.flatMap((volume) => volume.persistentVolumeClaim?.claimName ?? []);
  const claims = cluster.claims.filter(
    (claim) => names.includes(claim.metadata.name) && claim.metadata.namespace === pod.metadata.namespace,
  );
  const pending = claims.find((claim) => claim.status?.phase !== 'Bound');
  return pending
    ? claimCause(cluster, pending)
    : { cause: 'volume-claimed-by-another', says: 'its volume claim is not there' };
}

function claimCause(cluster: Cluster, claim: Claim): { cause: CauseCode; says: string } {
  const name = `volume claim ${claim.metadata.name}`;
  const selector = Object.entries(claim.spec.selector?.matchLabels ?? {});
  const selects = (volume: Volume) => selector.every(([label, value]) => volume.metadata.labels[label] === value);
  const sameClass = (volume: Volume) => (volume.spec.storageClassName ?? '') === (claim.spec.storageClassName ?? '');
  const modes = (volume: Volume) => claim.spec.accessModes.every((mode) => volume.spec.accessModes.includes(mode));
  const wanted = bytesOf(claim.spec.resources?.requests.storage);
  const large = (volume: Volume) => bytesOf(volume.spec.capacity.storage) >= wanted;
  const free = (volume: Volume) =>
    !volume.spec.claimRef ||
    (volume.spec.claimRef.name === claim.metadata.name && volume.spec.claimRef.namespace === claim.metadata.namespace);
  const checks: readonly (readonly [fits: (volume: Volume) => boolean, cause: CauseCode, says: string])[] = [
    [selects, 'volume-selector', `the selector of ${name} matches no volume`],
    [sameClass, 'volume-storage-class', `${name} names a storage class that no volume has`],
    [modes, 'volume-access-mode', `${name} asks for an access mode that no volume offers`],
    [large, 'volume-capacity', `${name} asks for more than any volume has`],
    [free, 'volume-claimed-by-another', `the volume that ${name} needs is bound to another claim`],
  ];
  const candidates = claim.spec.volumeName
    ? cluster.volumes.filter((volume) => volume.metadata.name === claim.spec.volumeName)
    : cluster.volumes;
  // The volume that comes closest tells what is wrong with the claim.
  const ranked = candidates
    .map((volume) => ({ failed: checks.filter(([fits]) => !fits(volume)) }))
    .sort((a, b) => a.failed.length - b.failed.length);
  const closest = ranked[0]?.failed[0];
  if (closest) return { cause: closest[1], says: closest[2] };
  return { cause: 'volume-storage-class', says: `nothing provides a volume for ${name}` };
}

/** Claims that wait, also where no pod shows it. */
export function volumes(cluster: Cluster): FindingDraft[] {
  return cluster.claims
    .filter((claim) => claim.status?.phase === 'Pending')
    .map((claim) => {
      const { says } = claimCause(cluster, claim);
      const events = cluster.eventsOf('PersistentVolumeClaim', claim.metadata.name, claim.metadata.namespace);
      return observed(cluster, {
        claim: `PersistentVolumeClaim ${claim.metadata.name} is not bound: ${says}.`,
        entity: {
          kind: 'PersistentVolumeClaim',
          name: claim.metadata.name,
          cluster: cluster.name,
          ...(claim.metadata.namespace ? { namespace: claim.metadata.namespace } : {}),
        },
        role: 'symptom',
        severity: 'minor',
        confidence: 0.7,
        lines: [
          `PersistentVolumeClaim ${claim.metadata.name}: Pending`,
          ...events.map((event) => `Event ${event.reason}: ${event.message}`),
        ],
      });
    });
}
