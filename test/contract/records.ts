// What every implementation of the record ports has to hold: one suite a port, run by the tests of each connector. `open` gives
// fresh, empty stores with the given clock.
import type { DynamoStores } from '../../connectors/dynamodb/index.ts';
import { actionLedgerContract, appliedActionsContract, seenEventsContract } from './actions.ts';
import { approvalStoreContract } from './approvals.ts';
import { callGraphContract } from './call-graph.ts';
import { decisionContracts } from './decisions.ts';
import { incidentStoreContract } from './incidents.ts';
import { levelStoreContract } from './levels.ts';
import { lineContract } from './line.ts';
import { postBookContract } from './posts.ts';
import { preferenceStoreContract } from './preferences.ts';
import { spendingContract } from './spending.ts';

export interface TestClock {
  now(): Date;
  /** Sets the time, `HH:MM:SS` of the day the builders live in, or a whole instant. */
  set(time: string): void;
}
export type OpenStores = (clock: TestClock) => Promise<DynamoStores>;

export function testClock(time = '02:47:00'): TestClock {
  const instant = (text: string) => new Date(text.includes('T') ? text : `2026-11-20T${text}.000Z`);
  let now = instant(time);
  return {
    now: () => now,
    set: (next) => {
      now = instant(next);
    },
  };
}

export function recordContracts(open: OpenStores): void {
  incidentStoreContract(open);
  approvalStoreContract(open);
  preferenceStoreContract(open);
  seenEventsContract(open);
  actionLedgerContract(open);
  appliedActionsContract(open);
  decisionContracts(open);
  spendingContract(open);
  postBookContract(open);
  lineContract(open);
  callGraphContract(open);
  levelStoreContract(open);
}

/** `run` many times at once. */
export const parallel = <T>(times: number, run: (index: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: times }, (_, index) => run(index)));
