// Reads the managed entities outside clusters that a recording contains, by the entity key that actions use.

import { type EntityRef, entityKey } from '../../core/model/entity.ts';
import { entityOfExecution, entityOfKey } from '../../core/topology/managed-resources.ts';
import { type Edition, readFileOf } from './scenario.ts';

export const isManaged = ({ kind }: Pick<EntityRef, 'kind'>): boolean =>
  kind === 'Execution' || kind === 'SurrogateKey';

/** Returns JSON, for comparison. */
export async function managedIn(edition: Edition): Promise<ReadonlyMap<string, string>> {
  const { executions, edge } = (await readFileOf(edition, 'managed.json'))?.data ?? { executions: [], edge: [] };
  return new Map([
    ...executions.map((one) => [entityKey(entityOfExecution(one.arn)), JSON.stringify(one)] as const),
    ...edge.flatMap((one) =>
      one.surrogateKeys.map((key) => [entityKey(entityOfKey(key, one)), JSON.stringify(one)] as const),
    ),
  ]);
}
