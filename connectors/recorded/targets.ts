// Reads the target of an action from the recording, in the edition of the incident.
import * as z from 'zod';
import type { KubernetesObject } from '../../core/model/telemetry.ts';
import type { Targets } from '../../core/ports/telemetry.ts';
import { readKubernetes } from './scenario.ts';
import { type RecordedOptions, worldFinder } from './worlds.ts';

const bounding = ['Pod', 'HorizontalPodAutoscaler', 'ResourceQuota', 'LimitRange'];
const Placed = z.looseObject({ spec: z.looseObject({ nodeName: z.string() }) });
const nodeOf = (pod: KubernetesObject): string | undefined => Placed.safeParse(pod).data?.spec.nodeName;

export function recordedTargets(options: RecordedOptions): Targets {
  const worldOf = worldFinder(options);
  return {
    async look({ kind, name, namespace, cluster }, { incidentId }) {
      const { edition } = await worldOf(incidentId);
      const items = (await readKubernetes(edition))?.data.get(cluster ?? '');
      if (items === undefined) return { kind: 'unseen', why: `There is no cluster ${cluster} here.` };
      const object = items.find(
        (item) =>
          item.kind === kind && item.metadata.name === name && (item.metadata.namespace ?? '') === (namespace ?? ''),
      );
      return object === undefined ? { kind: 'absent' } : { kind: 'object', object };
    },
    async around({ kind, name, namespace, cluster }, { incidentId }) {
      const { edition } = await worldOf(incidentId);
      const items = (await readKubernetes(edition))?.data.get(cluster ?? '');
      const nodes = items?.filter((item) => item.kind === 'Node') ?? [];
      const objects = (items ?? []).filter((item) =>
        kind === 'Node'
          ? item.kind === 'Pod' && nodeOf(item) === name
          : bounding.includes(item.kind) && item.metadata.namespace === namespace,
      );
      return {
        objects: [...objects, ...nodes],
        // A recording is complete except that it may lack nodes: without any node it recorded none, and any other missing object did not exist.
        without: items === undefined ? [...bounding, 'Node'] : nodes.length === 0 ? ['Node'] : [],
      };
    },
  };
}
