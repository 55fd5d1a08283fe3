import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Context, Known } from '../../../core/model/incident.ts';
import { authorize } from '../../../core/remediation/authorization.ts';
import { placeOf } from '../../../core/remediation/target-place.ts';
import { unknownTargetState } from '../../../core/remediation/target-state.ts';
import { environmentOf, locate } from '../../../core/topology/placement.ts';
import { aContext, anAction, at, cronJob } from '../../builders.ts';
import { aCatalog, aService, policies } from './world.ts';

const known = (value: string, confidence = 0.9): Known => ({ value, source: 'alert', confidence, alternatives: [] });
const bare = { kind: 'CronJob', name: 'nightly-invoices' };

describe('an entity is located', () => {
  test('where it says itself, whatever the incident says', () => {
    const context = aContext({ cluster: known('backend-9'), namespace: known('payroll') });
    expect(locate(cronJob, context)).toEqual(cronJob);
  });
  test('by the incident where it says nothing', () => {
    expect(locate(bare, aContext())).toEqual(cronJob);
  });
  test('part by part', () => {
    expect(locate({ ...bare, namespace: 'payroll' }, aContext())).toEqual({ ...cronJob, namespace: 'payroll' });
  });
  test.each([
    [0.5, cronJob],
    [0.49, bare],
  ])('by a guess of %d only where that is sure enough', (confidence, located) => {
    const context = aContext({ cluster: known('backend-1', confidence), namespace: known('billing', confidence) });
    expect(locate(bare, context)).toEqual(located);
  });
  test('nowhere where nobody knows', () => {
    expect(locate(bare, aContext({ cluster: undefined, namespace: undefined }))).toEqual(bare);
  });
});

describe('the environment of an entity is', () => {
  const staging = { environment: known('staging') };
  test.each<[string, Partial<Context>, object, string | undefined]>([
    ["its owner's placement", {}, {}, 'production'],
    ["its owner's placement, not the alert's word", staging, {}, 'production'],
    ["its cluster's, where nobody owns it", {}, { services: [] }, 'production'],
    ["its cluster's, not the alert's word", staging, { services: [] }, 'production'],
    [
      "its cluster's, where its owners disagree",
      {},
      {
        services: [
          aService(),
          aService({ placements: [{ cluster: 'backend-1', namespace: 'billing', environment: 'staging' }] }),
        ],
      },
      'production',
    ],
    [
      'unknown in a cluster that the catalogue does not have',
      staging,
      { clusters: [], services: [aService({ placements: [] })] },
      undefined,
    ],
    ["the alert's word, where the catalogue places nothing at all", staging, { clusters: [], services: [] }, 'staging'],
    ['a known name for an alias', { environment: known('prod') }, { clusters: [], services: [] }, 'production'],
    ['unknown for a name nobody configured', { environment: known('moon') }, { clusters: [], services: [] }, undefined],
    [
      'unknown for a name every object has',
      { environment: known('constructor') },
      { clusters: [], services: [] },
      undefined,
    ],
    [
      "unknown where the alert's word is a guess",
      { environment: known('staging', 0.4) },
      { clusters: [], services: [] },
      undefined,
    ],
    [
      "unknown where the cluster's is not configured",
      {},
      { clusters: [{ name: 'backend-1', environment: 'moon' }], services: [] },
      undefined,
    ],
  ])('%s', (_, context, catalog, environment) => {
    expect(environmentOf(cronJob, aContext(context), aCatalog(catalog))).toBe(environment);
  });
  test('found by any name of its cluster', () => {
    expect(environmentOf({ ...cronJob, cluster: 'be1' }, aContext(), aCatalog())).toBe('production');
  });
});

describe('what may be done', () => {
  const now = new Date(at('02:48:00'));
  const person = { kind: 'person', id: 'ana' } as const;
  const asked = (catalog: object, context: Partial<Context> = {}, over: Parameters<typeof anAction>[0] = {}) => {
    const action = anAction(over);
    const facts = {
      place: placeOf(action, { context: aContext(context), now }, aCatalog(catalog)),
      confidence: 0.8,
      seenInEvidence: true,
      modelOnly: false,
      incidentId: 'inc-1',
      now,
      killSwitch: false,
      live: unknownTargetState,
      affects: { pods: 1, callers: [] },
      acts: [],
      approvals: 1,
      requesterApproved: false,
    };
    return authorize(person, action, facts, policies);
  };

  test.each<[string, object, boolean, string]>([
    ["its environment's level", {}, true, 'Level walk, environment production'],
    ["its owner's level over the environment's", { services: [aService({ level: 'crawl' })] }, false, 'Level crawl'],
    [
      'nothing in an environment nobody configured',
      { environments: { moon: { level: 'run' } } },
      false,
      'Level crawl, environment unknown',
    ],
    [
      'nothing where its environment is unknown, even if its owner may run',
      { services: [aService({ level: 'run' })], environments: { moon: { level: 'run' } } },
      false,
      'Level crawl, environment unknown',
    ],
    [
      'the lowest level of all that name it',
      { services: [aService({ level: 'run' }), aService({ name: 'other', level: 'crawl' })] },
      false,
      'Level crawl',
    ],
    [
      'its own level, not that of a neighbour in its namespace',
      { services: [aService(), aService({ name: 'other', workloads: ['Deployment/other'], level: 'crawl' })] },
      true,
      'Level walk',
    ],
    [
      'the lowest level of its neighbours where none names it',
      {
        services: [
          aService({ name: 'a', workloads: [], level: 'run' }),
          aService({ name: 'b', workloads: [], level: 'crawl' }),
        ],
      },
      false,
      'Level crawl',
    ],
  ])('is %s', async (_, catalog, allowed, why) => {
    expect(await asked(catalog)).toMatchObject({ allowed, why: expect.stringContaining(why) });
  });

  test.each<[string, object, Partial<Context>]>([
    ['the service that owns it', { services: [aService({ protected: true })] }, {}],
    [
      'a neighbour, where no service names it',
      { services: [aService({ name: 'a', workloads: [], protected: true }), aService({ name: 'b', workloads: [] })] },
      {},
    ],
    [
      'the service that was paged, wherever that is',
      { services: [aService(), { name: 'checkout', protected: true }] },
      { service: known('checkout') },
    ],
    [
      'the service that was paged by another of its names',
      { services: [aService(), { name: 'checkout', aliases: ['shop'], protected: true }] },
      { service: known('shop') },
    ],
  ])('is nothing where %s is protected', async (_, catalog, context) => {
    expect(await asked(catalog, context)).toMatchObject({ allowed: false, policies: ['protected-workload'] });
  });
  test('is not less because another service is protected', async () => {
    const catalog = {
      services: [aService(), aService({ name: 'other', workloads: ['CronJob/other'], protected: true })],
    };
    expect(await asked(catalog)).toMatchObject({ allowed: true });
  });
  test('to a pod is what may be done to its workload', async () => {
    const pod = { ...cronJob, kind: 'Pod', name: 'nightly-invoices-29381640-x7k2p' };
    const action = { id: 'delete-stuck-pod', target: pod } as const;
    const neighbour = aService({ name: 'other', workloads: [], level: 'crawl' });
    expect(await asked({ services: [aService(), neighbour] }, {}, action)).toMatchObject({ allowed: true });
    expect(await asked({ services: [aService({ level: 'crawl' }), neighbour] }, {}, action)).toMatchObject({
      allowed: false,
    });
  });

  const level = fc.constantFrom('crawl', 'walk', 'run');
  test('is never more for what an alert calls its environment, where the catalogue places anything', async () => {
    const word = fc.oneof(fc.constantFrom('staging', 'production', 'prod', 'constructor'), fc.string());
    const placed = fc.constantFrom(
      {},
      { services: [] },
      { clusters: [] },
      { clusters: [], services: [aService({ placements: [] })] },
    );
    await fc.assert(
      fc.asyncProperty(
        word,
        placed,
        fc.constantFrom('backend-1', 'be1', 'moon'),
        async (environment, catalog, cluster) => {
          const over = { target: { ...cronJob, cluster } };
          const silent = await asked(catalog, { environment: undefined }, over);
          const loud = await asked(catalog, { environment: known(environment, 1) }, over);
          expect(loud).toEqual(silent);
        },
      ),
      { numRuns: 200 },
    );
  });
  test('is never more for one more service that names the target, and the kill switch ends it all', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(level, { minLength: 1, maxLength: 4 }),
        level,
        fc.boolean(),
        async (levels, more, off) => {
          const services = levels.map((one, n) => aService({ name: `s${n}`, level: one }));
          const before = await asked({ services });
          const after = await asked({
            services: [...services, aService({ name: 'more', level: more })],
            killSwitch: off,
          });
          if (after.allowed) expect([before.allowed, off]).toEqual([true, false]);
          if (off) expect(after.policies).toEqual(['kill-switch']);
        },
      ),
      { numRuns: 200 },
    );
  });
});
