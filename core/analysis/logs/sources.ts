// Who wrote a line: the entity that its labels speak of. A unit of a node speaks for the node; a pod for what owns it.

import type { EntityRef } from '../../model/entity.ts';
import type { LogRecord } from '../../model/telemetry.ts';
import { ownerOf } from '../../topology/owner.ts';

export interface Source {
  /** Same text for the same source. */
  readonly key: string;
  readonly entity: EntityRef;
  /** As people say it: `checkout`, `kubelet on worker-01`. */
  readonly name: string;
}

/** `workload` is what was paged: lines that carry its name are its own. */
export function sourceOf(labels: LogRecord['labels'], workload: EntityRef | undefined): Source {
  const entity = entityOf(labels, workload);
  const { node, unit } = labels;
  const name = entity.kind === 'Node' && unit !== undefined ? `${unit} on ${node}` : entity.name;
  return { key: `${entity.cluster ?? ''}/${entity.namespace ?? ''}/${entity.kind}/${name}`, entity, name };
}

function entityOf(labels: LogRecord['labels'], workload: EntityRef | undefined): EntityRef {
  const { service, pod, node, unit, namespace, cluster } = labels;
  const where = { ...(namespace && { namespace }), ...(cluster && { cluster }) };
  if (unit !== undefined && node !== undefined) return { kind: 'Node', name: node, ...(cluster && { cluster }) };
  const owner = pod === undefined ? undefined : ownerOf({ kind: 'Pod', name: pod });
  const own = [service, owner?.name].includes(workload?.name) ? workload : undefined;
  if (own) return { kind: own.kind, name: own.name, ...where };
  if (service) return { kind: 'Service', name: service, ...where };
  if (owner) return { ...owner, ...where };
  if (node) return { kind: 'Node', name: node, ...(cluster && { cluster }) };
  if (namespace) return { kind: 'Namespace', name: namespace, ...(cluster && { cluster }) };
  return { kind: 'Service', name: 'unknown', ...where };
}
