// Finds the entity that wrote a log line from its labels. A node's unit counts as the node; a pod counts as its owner.

import type { EntityRef } from '../../model/entity.ts';
import type { LogRecord } from '../../model/telemetry.ts';
import { ownerOf } from '../../topology/owner.ts';

export interface Source {
  /** Equal for lines of the same source. */
  readonly key: string;
  readonly entity: EntityRef;
  /** The source's name for people: `checkout`, `kubelet on worker-01`. */
  readonly name: string;
}

/** `workload` is the paged workload; lines that carry its name belong to it. */
export function sourceOf(labels: LogRecord['labels'], workload: EntityRef | undefined): Source {
  const entity = entityOf(labels, workload);
  const { node, unit } = labels;
  const name = entity.kind === 'Node' && unit !== undefined ? `${unit} on ${node}` : entity.name;
  return { key: `${entity.cluster ?? ''}/${entity.namespace ?? ''}/${entity.kind}/${name}`, entity, name };
}

/** Pods of a Job end in five generated letters, which may look like a word. */
const isPodOf = (workload: string, pod: string | undefined): boolean =>
  pod?.startsWith(`${workload}-`) === true && /^[bcdfghjklmnpqrstvwxz2456789]{5}$/.test(pod.slice(workload.length + 1));

function entityOf(labels: LogRecord['labels'], workload: EntityRef | undefined): EntityRef {
  const { service, pod, node, unit, namespace, cluster } = labels;
  const where = { ...(namespace && { namespace }), ...(cluster && { cluster }) };
  if (unit !== undefined && node !== undefined) return { kind: 'Node', name: node, ...(cluster && { cluster }) };
  const owner = pod === undefined ? undefined : ownerOf({ kind: 'Pod', name: pod });
  const isOwn =
    workload !== undefined && ([service, owner?.name].includes(workload.name) || isPodOf(workload.name, pod));
  const own = isOwn ? workload : undefined;
  if (own) return { kind: own.kind, name: own.name, ...where };
  if (service) return { kind: 'Service', name: service, ...where };
  if (owner) return { ...owner, ...where };
  if (node) return { kind: 'Node', name: node, ...(cluster && { cluster }) };
  if (namespace) return { kind: 'Namespace', name: namespace, ...(cluster && { cluster }) };
  return { kind: 'Service', name: 'unknown', ...where };
}
