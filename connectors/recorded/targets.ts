// The target of an action as the recording has it, in the edition that the incident plays.
import type { Targets } from '../../core/ports/telemetry.ts';
import { readKubernetes } from './scenario.ts';
import { type RecordedOptions, worldFinder } from './worlds.ts';

export function recordedTargets(options: RecordedOptions): Targets {
  const worldOf = worldFinder(options);
  return {
    async look({ kind, name, namespace, cluster }, { incidentId }) {
      const { edition } = await worldOf(incidentId);
      const items = (await readKubernetes(edition))?.data.get(cluster ?? '');
      if (items === undefined) return { kind: 'unseen', why: `There is no cluster ${cluster} here.` };
      const object = items.find(
        (item) => item.kind === kind && item.metadata.name === name && item.metadata.namespace === namespace,
      );
      return object === undefined ? { kind: 'absent' } : { kind: 'object', object };
    },
  };
}
