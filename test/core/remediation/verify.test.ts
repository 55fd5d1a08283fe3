import { beforeEach, describe, expect, test } from 'vitest';
import type { DynamoStores } from '../../../connectors/dynamodb/index.ts';
import type { Finding, Report } from '../../../core/model/report.ts';
import type { Rechecked } from '../../../core/model/workflow.ts';
import { actionOf, suggestedAction } from '../../../core/remediation/catalogue.ts';
import { compareFindings, verify } from '../../../core/remediation/verify.ts';
import {
  aContext,
  aFinding,
  aHypothesis,
  anAction,
  anAsk,
  anIncident,
  aPreference,
  aReport,
  at,
  cronJob,
} from '../../builders.ts';
import { storesForTests } from '../../stores.ts';
import { aWorld, diagnosed, type World } from './world.ts';

const acted = (recheck: readonly Report[], kind: 'ask' | 'act' = 'ask'): Rechecked => ({
  ...diagnosed(),
  decision: kind === 'ask' ? anAsk() : { kind, why: '', policies: [], action: anAction(), preferenceId: 'pref-1' },
  remediation: { kind: 'done', detail: '', startedAt: at('02:50:00'), finishedAt: at('02:50:01') },
  verificationPlan: [],
  recheck: [...recheck],
});
const healthy = (over: Partial<Finding> = {}): Finding =>
  aFinding({
    id: 'kubernetes-v-1',
    claim: 'The new Job succeeded.',
    role: 'context',
    well: true,
    severity: 'info',
    cause: undefined,
    evidenceIds: ['ev-good'],
    ...over,
  });
const broken = (over: Partial<Finding> = {}): Finding =>
  aFinding({ id: 'kubernetes-v-1', claim: 'The new Job failed too.', evidenceIds: ['ev-bad'], ...over });
const seen = (...findings: Finding[]) => [aReport({ findings })];
const elsewhere = { ...cronJob, cluster: 'backend-2' };

describe('after an action it is', () => {
  test.each<[string, readonly Report[], string]>([
    ['recovered by a positive sign about the target', seen(healthy()), 'recovered'],
    [
      'recovered though something else is broken',
      seen(healthy(), broken({ entity: { ...cronJob, name: 'payroll' } })),
      'recovered',
    ],
    [
      'recovered though the change that broke it is still in the list',
      seen(healthy(), broken({ role: 'change' })),
      'recovered',
    ],
    [
      'recovered by a sign that does not say where',
      seen(healthy({ entity: { kind: 'Service', name: cronJob.name } })),
      'recovered',
    ],
    [
      'not recovered while the same problem is there, whatever else is well',
      seen(healthy(), broken()),
      'not-recovered',
    ],
    [
      'worse by a grave problem that was not there before',
      seen(healthy(), broken({ cause: 'oom-killed' })),
      'made-worse',
    ],
    ['not worse by a small one', seen(healthy(), broken({ cause: 'oom-killed', severity: 'minor' })), 'recovered'],
    ['not known when nothing is seen', [aReport({ findings: [] })], 'unknown'],
    ['not known when nobody answered', [], 'unknown'],
    ['not known by what is well elsewhere', seen(healthy({ entity: { ...cronJob, name: 'payroll' } })), 'unknown'],
    [
      'not known by what is well in another namespace',
      seen(healthy({ entity: { ...cronJob, namespace: 'payroll' } })),
      'unknown',
    ],
    ['not known by the same name in another cluster', seen(healthy({ entity: elsewhere })), 'unknown'],
    [
      'recovered whatever the same name in another cluster does',
      seen(healthy(), broken({ entity: elsewhere })),
      'recovered',
    ],
  ])('%s', (_, recheck, kind) => {
    expect(compareFindings(acted(recheck)).kind).toBe(kind);
  });
  test('a problem by the same signal, whatever it is called now', () => {
    const signal = { name: 'error_ratio', unit: 'ratio', before: 0, during: 0.4 };
    const before = aFinding({ cause: 'application-errors', signal });
    const input = { ...acted(seen(broken({ cause: 'dependency-unavailable', signal }))), reports: seen(before) };
    expect(compareFindings(input).kind).toBe('not-recovered');
    const other = { ...signal, name: 'latency' };
    const fresh = { ...acted(seen(broken({ cause: 'dependency-unavailable', signal: other }))), reports: seen(before) };
    expect(compareFindings(fresh).kind).toBe('made-worse');
  });
  describe('held to what paged', () => {
    const checkout = { kind: 'Service', name: 'checkout' };
    const signal = { name: 'error_ratio', unit: 'ratio', before: 0.01, during: 0.4 };
    const symptom = aFinding({
      id: 'metrics-1-1',
      entity: checkout,
      role: 'symptom',
      cause: undefined,
      signal,
      claim: 'Errors rose.',
    });
    const context = aContext({
      workload: undefined,
      service: { value: 'checkout', source: 'alert', confidence: 1, alternatives: [] },
    });
    const judged = (...after: Finding[]) =>
      compareFindings({ ...acted(seen(...after)), context, reports: seen(aFinding(), symptom) });
    const errors = (during: number, over: Partial<Finding> = {}) => ({
      ...symptom,
      id: 'metrics-v-1',
      signal: { ...signal, during },
      claim: `Errors are at ${during}.`,
      ...over,
    });
    const back = errors(0.01, { role: 'context', well: true, severity: 'info' });

    test('recovered where that is well, whether or not the target says anything', () => {
      expect(judged(healthy(), back).kind).toBe('recovered');
      expect(judged(back)).toMatchObject({ kind: 'recovered', text: expect.stringContaining('Errors are at 0.01.') });
    });
    test('not recovered while that goes on, however well the target is', () => {
      expect(judged(healthy(), errors(0.38))).toMatchObject({
        kind: 'not-recovered',
        text: expect.stringContaining('Errors are at 0.38.'),
      });
    });
    test('worse where that grew much', () => {
      expect(judged(healthy(), errors(0.9)).kind).toBe('made-worse');
      expect(judged(healthy(), errors(0.5)).kind).toBe('not-recovered');
    });
    test('not known where nothing is seen of it, and then says what was', () => {
      expect(judged(healthy())).toMatchObject({
        kind: 'unknown',
        text: expect.stringMatching(
          /Whether what paged is gone .* checkout .*Errors rose\..*This is well: The new Job/,
        ),
      });
    });
    test('whatever else is wrong with it: it may have had that before', () => {
      const other = errors(0.3, { signal: { ...signal, name: 'latency' }, cause: 'cpu-overload' });
      expect(judged(healthy(), back, other).kind).toBe('recovered');
    });
    test('by no context that does not say that it is well', () => {
      expect(judged({ ...back, well: undefined }).kind).toBe('unknown');
    });
  });

  test('told with the claims that say so, and their evidence only', () => {
    expect(compareFindings(acted(seen(healthy())))).toEqual({
      kind: 'recovered',
      text: `Recovered after "${anAction().title}": The new Job succeeded.`,
      evidenceIds: ['ev-good'],
    });
    expect(compareFindings(acted(seen(healthy(), broken())))).toMatchObject({
      text: expect.stringContaining('The new Job failed too.'),
      evidenceIds: ['ev-bad'],
    });
  });
  test('not known, and who could not be asked', () => {
    const silent = aReport({ findings: [], gaps: [{ source: 'kubernetes', reason: 'The API server is away.' }] });
    expect(compareFindings(acted([silent]))).toMatchObject({
      kind: 'unknown',
      text: expect.stringContaining('kubernetes: The API server is away.'),
    });
  });
  test('not known where there was no action', () => {
    const input: Rechecked = { ...acted(seen(healthy())), decision: { kind: 'report', why: '', policies: [] } };
    expect(compareFindings(input).kind).toBe('unknown');
  });
});

describe('what got worse', () => {
  const open = storesForTests();
  const clock = { now: () => new Date(at('02:55:00')) };
  let world: World;
  beforeEach(async () => {
    const stores = await open(clock);
    world = aWorld(stores, clock);
    await stores.incidents.open(anIncident());
  });
  const target = { kind: 'Deployment', name: 'web', namespace: 'shop', cluster: 'backend-1' };
  const scaled = () => {
    const hypothesis = aHypothesis({ entity: target, cause: 'traffic-surge' });
    const entry = suggestedAction(hypothesis);
    if (!entry) throw new Error('There is an action for a surge.');
    const action = actionOf(entry, target, { incidentId: 'inc-1', evidenceIds: [] }, { from: 4, to: 6 });
    const worse = broken({ entity: target, cause: 'oom-killed', claim: 'Its pods are killed for memory.' });
    return { ...acted(seen(worse)), decision: { ...anAsk(), action } };
  };
  test('is told to who is paged, and offered to be taken back', async () => {
    const { verification, afterwards, takingBack } = await verify(scaled(), world.ports);
    expect(verification).toMatchObject({
      kind: 'made-worse',
      text: expect.stringMatching(
        /killed for memory.*I ask for that: Scale Deployment shop\/web in backend-1 back from 6 to 4/,
      ),
    });
    expect(afterwards).toBe('take-back');
    expect(takingBack?.action).toMatchObject({
      id: 'scale-workload',
      target,
      parameters: { from: 6, to: 4, undo: true },
    });
    expect(world.notes).toEqual([expect.stringMatching(/^Made worse, a person is needed: It got worse/)]);
  });
  test('by what took something back is not taken back in turn', async () => {
    const { takingBack } = await verify(scaled(), world.ports);
    const again = await verify({ ...scaled(), takingBack }, world.ports);
    expect(again).toMatchObject({
      afterwards: 'learn',
      verification: { text: expect.stringContaining('A person has to look now.') },
    });
    expect(again).not.toHaveProperty('takingBack');
    // The timeline holds both.
    expect(
      (await world.ports.incidents.timeline('inc-1')).filter(
        ({ kind }: { readonly kind: string }) => kind === 'verification',
      ),
    ).toHaveLength(2);
  });
  test('by what cannot be taken back says so', async () => {
    const made = await verify(acted(seen(broken({ cause: 'oom-killed' }))), world.ports);
    expect(made).toMatchObject({
      afterwards: 'learn',
      verification: { text: expect.stringContaining('It cannot be taken back.') },
    });
  });
  test('and cannot be told to who is paged is in the timeline', async () => {
    world.outsideIsAway = true;
    await verify(scaled(), world.ports);
    expect(
      (await world.ports.incidents.timeline('inc-1')).map(({ text }: { readonly text: string }) => text),
    ).toContainEqual(expect.stringContaining('The page did not receive the notice that the problem got worse'));
  });
});

describe('what was taught', () => {
  const open = storesForTests();
  const clock = { now: () => new Date(at('02:55:00')) };
  let stores: DynamoStores;
  let world: World;
  beforeEach(async () => {
    stores = await open(clock);
    world = aWorld(stores, clock);
    await stores.incidents.open(anIncident());
    await stores.preferences.teach(aPreference());
  });
  const state = async () => (await stores.preferences.get('pref-1'))?.state;
  const verified = async (input: Rechecked) => (await verify(input, world.ports)).verification;

  test.each<[string, readonly Report[], string]>([
    ['did not help', seen(broken()), 'suspended'],
    ['made it worse', seen(broken({ cause: 'oom-killed' })), 'suspended'],
    ['helped', seen(healthy()), 'active'],
    ['may have helped, nobody knows', [], 'active'],
  ])('and %s is %s afterwards', async (_, recheck, after) => {
    const { kind: verdict, text } = await verified(acted(recheck, 'act'));
    expect(await state()).toBe(after);
    const told = (await stores.incidents.timeline('inc-1')).find(({ kind }) => kind === 'verification');
    expect(told).toMatchObject({ text, event: { type: 'VerificationFinished', verdict, ofRollback: false } });
    expect(told?.event).toEqual(
      after === 'suspended'
        ? expect.objectContaining({ suspendedPreference: 'pref-1' })
        : expect.not.objectContaining({ suspendedPreference: expect.anything() }),
    );
  });
  test('says why it is suspended, also when the step runs twice', async () => {
    const first = await verified(acted(seen(broken()), 'act'));
    expect(await verified(acted(seen(broken()), 'act'))).toEqual(first);
    expect((await stores.preferences.get('pref-1'))?.stateReason).toMatch(
      /did not help in incident inc-1: Not recovered/,
    );
  });
  test('and revoked by a person meanwhile stays revoked', async () => {
    await stores.preferences.setState('pref-1', 'revoked', 'Ben said so.');
    const { text } = await verified(acted(seen(broken()), 'act'));
    expect(await stores.preferences.get('pref-1')).toMatchObject({ state: 'revoked', stateReason: 'Ben said so.' });
    expect(text).not.toContain('suspended');
  });
  test('is not blamed for what a person approved', async () => {
    await verified(acted(seen(broken()), 'ask'));
    expect(await state()).toBe('active');
  });
});
