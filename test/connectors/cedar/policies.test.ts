import { readdir, readFile } from 'node:fs/promises';
import { schemaToJson } from '@cedar-policy/cedar-wasm/web';
import { beforeAll, describe, expect, test } from 'vitest';
import { cedarPolicies } from '../../../connectors/cedar/index.ts';
import { ActionId } from '../../../core/model/action.ts';
import type { Policies, PolicyRequest } from '../../../core/ports/channels.ts';
import { actions } from '../../../core/remediation/actions/index.ts';

// The real policies, decided by the real engine.

const schema = await readFile('policies/watchkeeper.cedarschema', 'utf8');
const wasm = await readFile(new URL('cedar_wasm_bg.wasm', import.meta.resolve('@cedar-policy/cedar-wasm/web')));
const files = (await readdir('policies')).filter((file) => file.endsWith('.cedar'));
let policies: Policies;
beforeAll(async () => {
  const texts = await Promise.all(files.map(async (file) => [file, await readFile(`policies/${file}`, 'utf8')]));
  policies = cedarPolicies({ schema, policies: Object.fromEntries(texts), wasm });
});

const request = (over: Partial<PolicyRequest> = {}, context: PolicyRequest['context'] = {}): PolicyRequest => ({
  actor: { kind: 'person', id: 'ana' },
  action: 'rerun-cronjob',
  target: { kind: 'CronJob', name: 'nightly-invoices', namespace: 'billing', cluster: 'backend-1' },
  ...over,
  context: {
    level: 'walk',
    environment: 'production',
    environmentKnown: true,
    killSwitch: false,
    protected: false,
    seenInEvidence: true,
    modelOnly: false,
    reversible: true,
    confidencePercent: 80,
    frozen: false,
    database: false,
    approvals: 2,
    approvalsNeeded: 2,
    requesterApproved: false,
    takesBack: false,
    anotherActed: false,
    actsInHour: 0,
    actsPerHour: 6,
    actsInIncident: 0,
    actsPerIncident: 3,
    sameInDay: 0,
    samePerDay: 3,
    podsInHour: 3,
    podsPerHour: 100,
    ...context,
  },
});

describe('levels', () => {
  test.each(ActionId.options)('crawl permits nothing: %s', async (action) => {
    expect(await policies.authorize(request({ action }, { level: 'crawl' }))).toEqual({
      allowed: false,
      policies: ['deny-by-default'],
      why: 'No policy permits it at this level.',
    });
  });
  test('walk permits a safe action, and names the policy', async () => {
    expect(await policies.authorize(request())).toEqual({
      allowed: true,
      policies: ['walk-safe-actions'],
      why: 'Allowed by policy walk-safe-actions.',
    });
  });
  test('walk lets a person roll back, but nothing that was taught', async () => {
    const rollback = { action: 'rollback-rollout' };
    expect(await policies.authorize(request(rollback))).toMatchObject({ allowed: true });
    expect(await policies.authorize(request({ ...rollback, actor: { kind: 'preference', id: 'p' } }))).toMatchObject({
      allowed: false,
    });
  });
  test('run permits a roll back', async () => {
    expect(await policies.authorize(request({ action: 'rollback-rollout' }, { level: 'run' }))).toMatchObject({
      allowed: true,
      policies: ['run-high-stakes-actions'],
    });
  });
});

describe('forbidden whatever the level', () => {
  test.each([
    ['kill-switch', {}, { killSwitch: true }],
    ['protected-workload', {}, { protected: true }],
    ['target-not-in-evidence', {}, { seenInEvidence: false }],
    ['another-incident-acts', {}, { anotherActed: true }],
    ['model-hypothesis-unattended', { actor: { kind: 'preference', id: 'p' } as const }, { modelOnly: true }],
    ['environment-unknown', { actor: { kind: 'preference', id: 'p' } as const }, { environmentKnown: false }],
    [
      'system-namespaces',
      { target: { kind: 'Deployment', name: 'coredns', namespace: 'kube-system', cluster: 'c' } },
      {},
    ],
    [
      'never-unattended-high-stakes',
      { action: 'rollback-rollout', actor: { kind: 'preference', id: 'p' } as const },
      {},
    ],
  ])('%s', async (id, over, context) => {
    const answer = await policies.authorize(request(over, { level: 'run', ...context }));
    expect(answer).toMatchObject({ allowed: false, policies: [id] });
  });
  test.each(['delete-namespace', 'drop-database', 'constructor', ''])(
    'an action outside the catalogue: %j',
    async (action) => {
      expect(await policies.authorize(request({ action }, { level: 'run' }))).toMatchObject({ allowed: false });
    },
  );
  test('a request with a context the schema does not know', async () => {
    expect(await policies.authorize(request({}, { level: 3 }))).toMatchObject({
      allowed: false,
      policies: ['outside-the-catalogue'],
    });
  });
});

describe('the schema and the table of actions agree', () => {
  const groupOf = (): Record<string, string | undefined> => {
    const read = schemaToJson(schema);
    if (read.type === 'failure') throw new Error(JSON.stringify(read.errors));
    const { actions: known = {} } = read.json.Watchkeeper ?? {};
    return Object.fromEntries(Object.entries(known).map(([id, action]) => [id, action.memberOf?.[0]?.id]));
  };
  test('each action is in the group of its stakes', () => {
    expect(groupOf()).toMatchObject(Object.fromEntries(actions.map(({ id, stakes }) => [id, stakes])));
  });
  test('the schema has no other action but those that destroy data', () => {
    const others = Object.entries(groupOf()).filter(([id]) => !actions.some((action) => action.id === id));
    expect(new Set(others.map(([, group]) => group))).toEqual(new Set([undefined, 'destroys-data']));
  });
  test('no policy names an action that does not exist', async () => {
    const named = policies.rules().flatMap(({ text }) => [...text.matchAll(/Watchkeeper::Action::"([^"]+)"/g)]);
    expect(Object.keys(groupOf())).toEqual(expect.arrayContaining(named.map(([, id]) => id)));
  });
});

describe('what is wrong with a policy is said at start', () => {
  test.each([
    ['no @id', 'permit (principal, action, resource);', /x\.cedar has no @id/],
    ['no Cedar', 'permit everything', /x\.cedar is not Cedar/],
    [
      'a context key that does not exist',
      '@id("t") @says("T.") permit (principal, action, resource) when { context.nope };',
      /t: /,
    ],
  ])('%s', (_, text, message) => {
    expect(() => cedarPolicies({ schema, policies: { 'x.cedar': text }, wasm })).toThrow(message);
  });
});
