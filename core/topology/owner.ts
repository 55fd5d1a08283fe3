// Resolves the name of a pod, Job or ReplicaSet to the workload that created it, by the suffixes that Kubernetes' controllers append.
import type { EntityRef } from '../model/entity.ts';

/** Letters of generated suffixes: no vowels and no look-alikes (k8s.io/apimachinery, util/rand). */
const letter = '[bcdfghjklmnpqrstvwxz2456789]';
const scheduledTime = String.raw`\d{8,10}`;

/** Most specific first: kind of the named object, its suffix, kind of its owner. */
const suffixes: readonly (readonly [kind: string, suffix: RegExp, owner: string])[] = [
  ['Pod', new RegExp(`-${scheduledTime}-${letter}{5}$`), 'CronJob'],
  ['Pod', new RegExp(`-${letter}{6,10}-${letter}{5}$`), 'Deployment'],
  ['Pod', /-\d{1,3}$/, 'StatefulSet'],
  ['Pod', new RegExp(`-(?=[a-z]*\\d)${letter}{5}$`), 'DaemonSet'],
  ['Job', new RegExp(`-${scheduledTime}$`), 'CronJob'],
  ['ReplicaSet', new RegExp(`-${letter}{6,10}$`), 'Deployment'],
];

/** `Pod checkout-7f9c8d6b5d-x7k2p` becomes `Deployment checkout`; a name without such a suffix is returned unchanged. */
export function ownerOf({ kind, name }: EntityRef): EntityRef {
  for (const [of, suffix, owner] of suffixes) {
    if (of === kind && suffix.test(name)) return { kind: owner, name: name.replace(suffix, '') };
  }
  return { kind, name };
}
