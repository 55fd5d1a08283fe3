// From the name of a pod or a Job back to the workload that made it, by the suffixes that Kubernetes' controllers append.
import type { EntityRef } from '../model/entity.ts';

/** The letters of generated suffixes: no vowels, no look-alikes (k8s.io/apimachinery, util/rand). */
const letter = '[bcdfghjklmnpqrstvwxz2456789]';
const scheduledTime = String.raw`\d{8,10}`;

/** Most telling first: kind of what is named, its suffix, kind of the owner. */
const suffixes: readonly (readonly [kind: string, suffix: RegExp, owner: string])[] = [
  ['Pod', new RegExp(`-${scheduledTime}-${letter}{5}$`), 'CronJob'],
  ['Pod', new RegExp(`-${letter}{6,10}-${letter}{5}$`), 'Deployment'],
  ['Pod', /-\d{1,3}$/, 'StatefulSet'],
  ['Pod', new RegExp(`-(?=[a-z]*\\d)${letter}{5}$`), 'DaemonSet'],
  ['Job', new RegExp(`-${scheduledTime}$`), 'CronJob'],
  ['ReplicaSet', new RegExp(`-${letter}{6,10}$`), 'Deployment'],
];

/** `Pod checkout-7f9c8d6b5d-x7k2p` is of `Deployment checkout`; a name without such a suffix is nobody's. */
export function ownerOf({ kind, name }: EntityRef): EntityRef {
  for (const [of, suffix, owner] of suffixes) {
    if (of === kind && suffix.test(name)) return { kind: owner, name: name.replace(suffix, '') };
  }
  return { kind, name };
}
