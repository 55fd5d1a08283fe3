import { beforeEach, describe, expect, test } from 'vitest';
import type { DynamoStores } from '../../../connectors/dynamodb/index.ts';
import { parseTeaching } from '../../../core/language/parse-teaching.ts';
import { confirmTeaching, handleTeaching, revokePreference } from '../../../core/learning/teach.ts';
import type { IncidentError } from '../../../core/model/incident.ts';
import { preferenceScope } from '../../../core/record/preference-scope.ts';
import { decide } from '../../../core/remediation/decide.ts';
import { anIncident, aPreference, at, cronJob } from '../../builders.ts';
import { storesForTests } from '../../stores.ts';
import { aCatalog, aService, aWorld, diagnosed, type World } from '../remediation/world.ts';

// From words in a thread to a preference: real records, real policies.

const open = storesForTests();
let now = at('02:48:00');
const clock = { now: () => new Date(now) };
let stores: DynamoStores;
let world: World;
const teaching = "next time you see this exact error, don't ask me, just rerun it";
beforeEach(async () => {
  now = at('02:48:00');
  stores = await open(clock);
  world = aWorld(stores, clock);
  await stores.incidents.open(anIncident());
  await decide(diagnosed(), world.ports);
});
const say = (text: string, by = 'ana', incidentId = 'inc-1') =>
  handleTeaching({ utterance: parseTeaching(text), by, incidentId }, world.ports);
const decided = async (id: string) =>
  (await decide({ ...diagnosed(), incident: anIncident({ id, sourceId: id }) }, world.ports)).decision;
const audited = async () =>
  (await stores.audit.list({ since: at('00:00:00'), until: at('23:00:00') })).map(
    ({ kind, outcome, actor }) => `${kind} ${outcome} ${actor.id}`,
  );

describe('what is taught in words', () => {
  test('is said back with scope, expiry and limit, and counts for nothing until it is confirmed', async () => {
    const heard = await say(`${teaching}, at most twice a day, for two weeks`);
    expect(heard).toMatchObject({
      kind: 'proposed',
      text:
        'When CronJob/billing/nightly-invoices in production fails with exactly "ledger-api:8443 connection reset" ' +
        '(only what is known to vary may differ: times, ids, pod names, quantities), rerun-cronjob without asking: until 2026-12-04, at most 2 times a day, ' +
        'and no more once it did not help. Anyone can revoke it. Is that what you mean? Answer yes or no; until you do, it does not count.',
    });
    expect(await stores.preferences.list()).toEqual([]);
    expect((await decided('inc-2')).kind).toBe('ask');
  });
  test('is obeyed once the same person said yes, and each step is on record', async () => {
    await say(teaching);
    expect(await say('yes')).toMatchObject({ kind: 'taught', preference: { taughtBy: 'ana', maxUsesPerDay: 3 } });
    expect(await decided('inc-2')).toMatchObject({ kind: 'act', why: expect.stringContaining('taught by ana') });
    const [preference] = await stores.preferences.list();
    expect(await audited()).toEqual(
      expect.arrayContaining(['decision ask watchkeeper', 'preference taught ana', `decision act ${preference?.id}`]),
    );
  });
  test('is listed as to be taught again where another recipe told the error, and not confirmed then', async () => {
    expect(preferenceScope(aPreference({ fingerprint: 'wk2-1' }))).toBe(
      'When CronJob/billing/nightly-invoices in production fails with "ledger-api:8443 connection reset", rerun-cronjob: needs to be ' +
        'taught again, and a person is asked until then. It was taught when errors were told apart less exactly.',
    );
    const heard = await say(teaching);
    if (heard.kind !== 'proposed') throw new Error(heard.kind);
    const preference = { ...heard.proposal.preference, fingerprint: 'wk2-1' };
    const older = { ...heard.proposal, id: `${heard.proposal.id}-older`, preference };
    await stores.preferences.propose(older);
    expect((await confirmTeaching({ proposal: older, by: 'ana', confirmed: true }, world.ports)).kind).toBe('cannot');
    expect(await stores.preferences.list()).toEqual([]);
  });
  test('is refused for an error that was told by another recipe', async () => {
    const error = (await stores.incidents.get('inc-1'))?.error;
    if (!error) throw new Error('It has an error.');
    await stores.incidents.update('inc-1', { error: { ...error, fingerprint: 'wk2-1' } });
    expect((await say(teaching)).kind).toBe('cannot');
  });
  test('is confirmed by a button as by a word, once', async () => {
    const heard = await say(teaching);
    if (heard.kind !== 'proposed') throw new Error(heard.kind);
    const confirm = () => confirmTeaching({ proposal: heard.proposal, by: 'ana', confirmed: true }, world.ports);
    expect((await Promise.all([confirm(), confirm()])).map(({ kind }) => kind)).toEqual(['taught', 'taught']);
    expect(await stores.preferences.list()).toHaveLength(1);
    expect(await say('yes')).toEqual({ kind: 'nothing' });
  });
  test('is dropped by no, and a yes after it finds nothing', async () => {
    await say(teaching);
    expect(await say('no')).toEqual({ kind: 'dropped', text: 'Nothing was remembered.' });
    expect(await say('yes')).toEqual({ kind: 'nothing' });
    expect(await stores.preferences.list()).toEqual([]);
  });
  test("is not confirmed by another person's yes, nor by a button of theirs", async () => {
    const heard = await say(teaching);
    if (heard.kind !== 'proposed') throw new Error(heard.kind);
    expect(await say('yes', 'mallory')).toEqual({ kind: 'nothing' });
    expect(await confirmTeaching({ proposal: heard.proposal, by: 'mallory', confirmed: true }, world.ports)).toEqual({
      kind: 'cannot',
      text: 'ana proposed it, and only ana can confirm it.',
    });
    expect(await stores.preferences.list()).toEqual([]);
  });
  test('is not confirmed half an hour later', async () => {
    await say(teaching);
    now = at('03:18:00');
    expect(await say('yes')).toMatchObject({ kind: 'cannot', text: expect.stringContaining('too long ago') });
  });
  test('is refused to whoever is not among the approvers, then and at the confirmation', async () => {
    world.catalog = aCatalog({ approvers: ['group:oncall'], groups: { oncall: ['ana', 'ben'] } });
    expect(await say(teaching, 'mallory')).toEqual({ kind: 'cannot', text: 'mallory is not among the approvers.' });
    await say(teaching);
    world.catalog = aCatalog({ approvers: ['ben'] });
    expect(await say('yes')).toEqual({ kind: 'cannot', text: 'ana is not among the approvers.' });
    expect(await stores.preferences.list()).toEqual([]);
    expect(await audited()).toContain('preference refused mallory');
  });
  test("is for the owners' approvers where a service has its own", async () => {
    world.catalog = aCatalog({ approvers: ['ana'], services: [aService({ approvers: ['ben'] })] });
    expect((await say(teaching, 'ana')).kind).toBe('cannot');
    expect((await say(teaching, 'ben')).kind).toBe('proposed');
  });
  test('is refused where it could never be done unattended', async () => {
    const target = { ...cronJob, kind: 'Deployment' };
    const error: IncidentError = {
      fingerprint: 'wk3-x',
      describes: {
        cause: 'code-change',
        workload: 'Deployment/billing/nightly-invoices',
        environment: 'production',
        errorTemplate: 'x',
      },
      actionId: 'rollback-rollout',
      target,
    };
    await stores.incidents.update('inc-1', { error });
    expect(await say('next time just roll it back without asking')).toMatchObject({
      kind: 'cannot',
      text: expect.stringContaining('never-unattended-high-stakes'),
    });
    await stores.incidents.update('inc-1', {
      error: { ...error, describes: { ...error.describes, environment: 'moon' }, actionId: 'restart-rollout' },
    });
    world.catalog = aCatalog({ services: [], clusters: [{ name: 'backend-1', environment: 'moon' }] });
    expect(await say('next time just restart it without asking')).toMatchObject({ kind: 'cannot' });
  });
  test('is refused for another action than what can be done about the error', async () => {
    expect(await say('next time just roll it back without asking')).toEqual({
      kind: 'cannot',
      text: 'What can be done about this error is rerun-cronjob; that is not what you said.',
    });
  });
  test('is refused in an incident without a known error', async () => {
    await stores.incidents.open(anIncident({ id: 'inc-9', sourceId: 'PD-9' }));
    expect(await say(teaching, 'ana', 'inc-9')).toMatchObject({ kind: 'cannot' });
    expect(await say(teaching, 'ana', 'inc-nowhere')).toMatchObject({ kind: 'cannot' });
  });
  test('is refused for an error that no action is known for, and nothing is proposed', async () => {
    const error = (await stores.incidents.get('inc-1'))?.error;
    if (!error) throw new Error('It has an error.');
    const { actionId: _, ...withoutAction } = error;
    await stores.incidents.update('inc-1', { error: withoutAction });
    expect(await say(teaching)).toMatchObject({ kind: 'cannot' });
    expect(await stores.preferences.proposals('inc-1')).toEqual([]);
  });
  test('is for the action that was proposed, whatever is known of the error by the time of the yes', async () => {
    await say(teaching);
    const error = (await stores.incidents.get('inc-1'))?.error;
    if (!error) throw new Error('It has an error.');
    await stores.incidents.update('inc-1', { error: { ...error, actionId: 'rollback-rollout' } });
    expect(await say('yes')).toMatchObject({ kind: 'taught', preference: { actionId: 'rerun-cronjob' } });
  });
  test('can be taught while the kill switch is on or a freeze holds, and is not obeyed until they are over', async () => {
    world.catalog = aCatalog({ killSwitch: true });
    await say(teaching);
    expect((await say('yes')).kind).toBe('taught');
    expect((await decided('inc-2')).kind).toBe('refuse');
    world.catalog = aCatalog();
    expect((await decided('inc-3')).kind).toBe('act');
  });
});

describe('what was taught is revoked', () => {
  beforeEach(async () => {
    await say(teaching);
    await say('yes');
  });
  test('in words, by anybody, from any incident of the same error', async () => {
    await decided('inc-2');
    await stores.incidents.open(anIncident({ id: 'inc-3', sourceId: 'PD-3' }));
    await decided('inc-3');
    expect(await say('ask me again', 'ben', 'inc-3')).toEqual({
      kind: 'revoked',
      text: 'Revoked. Next time, Watchkeeper asks a person again.',
    });
    expect((await decided('inc-4')).kind).toBe('ask');
    expect(await audited()).toContain('preference revoked ben');
    expect(await say('ask me again', 'ben', 'inc-3')).toMatchObject({ kind: 'cannot' });
  });
  test('by its id, once, and the first word stands', async () => {
    const [preference] = await stores.preferences.list();
    const id = preference?.id ?? '';
    expect(await revokePreference({ id, by: 'ben' }, world.ports)).toMatchObject({ state: 'revoked' });
    expect(await revokePreference({ id, by: 'eve' }, world.ports)).toMatchObject({ stateReason: 'Revoked by ben.' });
    expect(await revokePreference({ id: 'nothing', by: 'ben' }, world.ports)).toBeUndefined();
  });
});
