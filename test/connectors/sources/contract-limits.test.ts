// The cases of the shared suite in which a source waits: as long as a throttling server says, and to its own limit for one that does not answer.
import { beforeAll, describe } from 'vitest';
import { sourceKinds } from '../../../connectors/sources.ts';
import { rows } from '../../contract/sources/rows.ts';
import { waitingContract, warmUp, withAws } from '../../contract/sources/suite.ts';

withAws();
beforeAll(() => warmUp(sourceKinds, rows));

for (const kind of sourceKinds) {
  const row = rows[kind.id];
  if (row !== undefined) describe.concurrent(kind.title, () => waitingContract(kind, row));
}
