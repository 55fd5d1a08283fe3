// Executes actions on a recording. The target must exist in it. The right action on the right target changes the world to its `after/` edition; any
// other changes nothing, as in reality. Each key is recorded once.
import { entityKey } from '../../core/model/entity.ts';
import type { Executor, ExecutorAction } from '../../core/ports/telemetry.ts';
import { isManaged, managedIn } from './managed.ts';
import { readKubernetes } from './scenario.ts';
import { type RecordedOptions, worldFinder } from './worlds.ts';

export function recordedExecutor(options: RecordedOptions): Executor {
  const worldOf = worldFinder(options);

  const refusal = async (action: ExecutorAction): Promise<string | undefined> => {
    const { edition } = await worldOf(action.incidentId);
    if (isManaged(action.target))
      return (await managedIn(edition)).has(entityKey(action.target))
        ? undefined
        : `There is no ${entityKey(action.target)} here.`;
    const clusters = (await readKubernetes(edition))?.data;
    const { kind, name, namespace, cluster } = action.target;
    const items = cluster === undefined ? undefined : clusters?.get(cluster);
    if (!items) return `There is no cluster ${cluster} here.`;
    const exists = items.some(
      (item) =>
        item.kind === kind && item.metadata.name === name && (item.metadata.namespace ?? '') === (namespace ?? ''),
    );
    return exists ? undefined : `There is no ${kind} ${namespace}/${name} in ${cluster}.`;
  };

  return {
    async dryRun(action) {
      const why = await refusal(action);
      return why === undefined
        ? { kind: 'ok', detail: 'The target exists and the recording would take the action.' }
        : { kind: 'refused', why };
    },
    async execute(action) {
      const why = await refusal(action);
      if (why !== undefined) return { kind: 'refused', why };
      const { kind, name, namespace, cluster } = action.target;
      const targetKey = `${cluster}/${namespace}/${kind}/${name}`;
      const added = await options.applied.add(action.incidentId, action.idempotencyKey, action.id, targetKey);
      return added === 'added'
        ? { kind: 'done', detail: `${action.id} was carried out on ${kind} ${namespace}/${name} (recorded world).` }
        : {
            kind: 'already-done',
            detail: `${action.id} had been carried out on ${kind} ${namespace}/${name} before (recorded world).`,
          };
    },
  };
}
