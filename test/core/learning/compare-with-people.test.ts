import { beforeEach, describe, expect, test } from 'vitest';
import type { DynamoStores } from '../../../connectors/dynamodb/index.ts';
import { compareWithPeople } from '../../../core/learning/compare-with-people.ts';
import type { LevelCase } from '../../../core/model/levels.ts';
import type { Change } from '../../../core/model/telemetry.ts';
import { record } from '../../../core/record/timeline.ts';
import { verdictOf } from '../../../core/remediation/levels/evidence.ts';
import { anIncident, at } from '../../builders.ts';
import { aCase } from '../../contract/levels.ts';
import { storesForTests } from '../../stores.ts';
import { aWorld } from '../remediation/world.ts';

const open = storesForTests();
const clock = { now: () => new Date(at('04:00:00')) };
let stores: DynamoStores;
beforeEach(async () => {
  stores = await open(clock);
  await stores.incidents.open(anIncident());
});

const target = { kind: 'Deployment', name: 'checkout', namespace: 'shop', cluster: 'c1' };
const row = {
  environment: 'production',
  service: 'checkout',
  cause: 'application-errors',
  action: 'rollback-rollout',
} as const;
const shadow = (over: Partial<LevelCase> = {}) =>
  aCase({ row, target, changeId: 'b', fingerprint: 'f', at: at('02:48:00'), compareAt: at('03:48:00'), ...over });
const deploy = (id: string, time: string, version: string): Change => ({
  id,
  kind: 'deploy',
  at: at(time),
  service: 'checkout',
  title: `Deploy checkout ${version}`,
  version,
});
const broken = [deploy('a', '01:00:00', '1.0'), deploy('b', '02:40:00', '1.1')];
type Answer = readonly Change[] | 'away';

async function compared(one: LevelCase, changes: Answer, now = clock) {
  await stores.levels.writeCase(one);
  const gap = { kind: 'gap', gap: { source: 'changes', reason: 'It did not answer.' } };
  const telemetry = {
    changes: { observe: async () => (changes === 'away' ? gap : { kind: 'data', data: changes }) },
    kubernetes: { observe: async () => ({ kind: 'data', data: [] }) },
  };
  const { ports } = aWorld(stores, now);
  const counts = await compareWithPeople({ ...ports, ...stores, clock: now, telemetry: telemetry as never });
  const kept = await stores.levels.case(one.incidentId, one.row.action);
  return { counts, people: kept?.comparison?.people, verdict: kept && verdictOf(kept) };
}
const resolve = () =>
  record(
    'inc-1',
    { type: 'PageChanged', eventId: 'e1', status: 'resolved', at: at('03:10:00') },
    { step: 'PageUpdate', key: 'resolved' },
    { ...stores, clock },
  );

describe('an hour after a shadow', () => {
  test('the same fix and a resolved page count for the action, and the fix is kept for the error', async () => {
    await resolve();
    const answer = await compared(shadow(), [...broken, deploy('c', '03:05:00', '1.0')]);
    expect(answer).toEqual({ counts: { compared: 1, waiting: 0 }, people: 'same', verdict: 'helped' });
    expect(await stores.levels.fixes('f')).toMatchObject([{ helped: true, fix: { kind: 'rollout-undone' } }]);
    const said = (await stores.incidents.timeline('inc-1')).filter(({ event }) => event.type === 'PeopleCompared');
    expect(said.map(({ text }) => text)).toEqual([expect.stringMatching(/^People did what I would have done/)]);
  });
  test('the same fix without a resolved page counts against it', async () => {
    expect(await compared(shadow(), [...broken, deploy('c', '03:05:00', '1.0')])).toMatchObject({
      people: 'same',
      verdict: 'not-helped',
    });
  });
  test('no fix says nothing, and neither does a deployment forward', async () => {
    await resolve();
    expect(await compared(shadow(), [...broken, deploy('c', '03:05:00', '1.2')])).toMatchObject({
      people: 'none-seen',
      verdict: 'not-known',
    });
    expect(await stores.levels.fixes('f')).toEqual([]);
  });
  test('a source that is away is waited for, an hour at most; then it is not known', async () => {
    expect(await compared(shadow(), 'away')).toMatchObject({ counts: { compared: 0, waiting: 1 }, verdict: 'open' });
    const late = { now: () => new Date(at('05:00:00')) };
    expect(await compared(shadow(), 'away', late)).toMatchObject({ people: 'not-known', verdict: 'not-known' });
  });
});
