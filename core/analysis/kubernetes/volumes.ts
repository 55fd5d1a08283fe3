// Finds why a volume claim is not bound: the first mismatch between the claim and the closest existing volume is the cause.

import type { CauseCode } from '../../causes/causes.ts';
import type { FindingDraft } from '../../model/report-draft.ts';
import { selects } from '../../selectors.ts';
import type { Cluster } from './cluster.ts';
import { observed } from './finding.ts';
import type { Claim, Pod, Volume } from './objects.ts';
import { bytesOf } from './quantity.ts';

interface Judged {
  readonly cause: CauseCode | undefined;
  readonly problem: string;
}

export function volumeCause(cluster: Cluster, pod: Pod): Judged {
  const names = pod.spec.volumes.flatMap((volume) => volume.persistentVolumeClaim?.claimName ?? []);
  const claims = cluster.claims.filter(
    (claim) => names.includes(claim.metadata.name) && claim.metadata.namespace === pod.metadata.namespace,
  );
  const pending = claims.find((claim) => claim.status?.phase !== 'Bound');
  return pending
    ? claimCause(cluster, pending)
    : {
        cause: undefined,
        problem: names.length > claims.length ? 'its volume claim does not exist' : 'its volumes are not ready',
      };
}

function claimCause(cluster: Cluster, claim: Claim): Judged {
  const name = `volume claim ${claim.metadata.name}`;
  const provisioning = cluster
    .eventsOf('PersistentVolumeClaim', claim.metadata.name, claim.metadata.namespace)
    .findLast((event) => event.reason === 'ProvisioningFailed' || event.reason === 'ExternalProvisioning');
  // If a provisioner creates volumes on demand, existing volumes say nothing about this claim.
  if (provisioning)
    return {
      cause: 'volume-storage-class',
      problem: `nothing is provisioned for ${name}: ${(provisioning.message ?? '').slice(0, 200)}`,
    };
  const isSelected = (volume: Volume) => selects(claim.spec.selector ?? {}, volume.metadata.labels);
  const sameClass = (volume: Volume) => (volume.spec.storageClassName ?? '') === (claim.spec.storageClassName ?? '');
  const modes = (volume: Volume) => claim.spec.accessModes.every((mode) => volume.spec.accessModes.includes(mode));
  const requested = bytesOf(claim.spec.resources?.requests.storage);
  const large = (volume: Volume) => bytesOf(volume.spec.capacity.storage) >= requested;
  // A released volume still names its former claim, even if a new claim took that name.
  const free = (volume: Volume) =>
    !volume.spec.claimRef ||
    (volume.status?.phase !== 'Released' &&
      volume.spec.claimRef.name === claim.metadata.name &&
      volume.spec.claimRef.namespace === claim.metadata.namespace);
  const checks: readonly (readonly [fits: (volume: Volume) => boolean, cause: CauseCode, says: string])[] = [
    [isSelected, 'volume-selector', `the selector of ${name} matches no volume`],
    [sameClass, 'volume-storage-class', `${name} names a storage class that no volume has`],
    [modes, 'volume-access-mode', `${name} asks for an access mode that no volume offers`],
    [large, 'volume-capacity', `${name} asks for more than any volume has`],
    [free, 'volume-claimed-by-another', `the volume that ${name} needs is bound to another claim`],
  ];
  const candidates = claim.spec.volumeName
    ? cluster.volumes.filter((volume) => volume.metadata.name === claim.spec.volumeName)
    : cluster.volumes;
  // The closest volume shows what is wrong with the claim.
  const ranked = candidates
    .map((volume) => ({ failed: checks.filter(([fits]) => !fits(volume)), free: free(volume) }))
    .sort((a, b) => a.failed.length - b.failed.length || Number(b.free) - Number(a.free));
  const closest = ranked[0]?.failed[0];
  if (closest) return { cause: closest[1], problem: closest[2] };
  return ranked.length > 0
    ? { cause: undefined, problem: `a volume fits ${name}, and is not bound to it yet` }
    : { cause: 'volume-storage-class', problem: `nothing provides a volume for ${name}` };
}

/** Pending claims, even if no pod shows them. */
export function volumes(cluster: Cluster): FindingDraft[] {
  return cluster.claims
    .filter((claim) => claim.status?.phase === 'Pending')
    .map((claim) => {
      const { problem } = claimCause(cluster, claim);
      const events = cluster.eventsOf('PersistentVolumeClaim', claim.metadata.name, claim.metadata.namespace);
      return observed(cluster, {
        claim: `PersistentVolumeClaim ${claim.metadata.name} is not bound: ${problem}.`,
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
