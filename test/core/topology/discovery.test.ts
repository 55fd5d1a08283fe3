import { describe, expect, test } from 'vitest';
import { Catalog } from '../../../core/ports/catalog.ts';
import { type InventoryParts, joinInventories } from '../../../core/topology/discovery/inventory.ts';
import { isDrift, propose } from '../../../core/topology/discovery/propose.ts';

const cluster = (name: string, more: object = {}) => ({ name, complete: true, at: `cluster ${name}`, ...more });
const workload = (place: string, labels: Record<string, string> = {}, more: object = {}) => {
  const [clusterName = '', namespace = '', kind = '', name = ''] = place.split('/');
  return { cluster: clusterName, namespace, kind, name, labels, podLabels: labels, images: [`r/${name}:1`], ...more };
};
const proposed = (parts: InventoryParts, catalog: object = {}, options = {}) =>
  propose(
    joinInventories([parts]),
    Catalog.parse({
      environments: { production: { level: 'walk', aliases: ['prod'] }, staging: { level: 'run' } },
      ...catalog,
    }),
    options,
  );
const values = (all: ReturnType<typeof proposed>, name: string, field: string) =>
  all.changes.filter((one) => one.name === name && one.field === field).map(({ value }) => value);
const services = (all: ReturnType<typeof proposed>) => [
  ...new Set(all.changes.filter(({ section }) => section === 'services').map(({ name }) => name)),
];

describe('the services of a fleet', () => {
  test('one service in two environments is one entry with two placements, each with where it was read', () => {
    const all = proposed({
      clusters: [cluster('prod-1', { account: '111122223333', region: 'eu-west-1' }), cluster('staging-1')],
      workloads: [
        workload('prod-1/billing/Deployment/ledger'),
        workload('staging-1/billing-staging/Deployment/ledger'),
      ],
    });
    expect(values(all, 'ledger', 'placements')).toEqual([
      { cluster: 'prod-1', namespace: 'billing', environment: 'production' },
      { cluster: 'staging-1', namespace: 'billing-staging', environment: 'staging' },
    ]);
    expect(values(all, 'prod-1', 'account')).toEqual(['111122223333']);
    expect(all.changes.find(({ field }) => field === 'placements')?.at).toEqual(['prod-1: Deployment billing/ledger']);
    expect(isDrift(all)).toBe(true);
  });

  test('the label of a chart that many services share names none of them', () => {
    const labels = (instance: string) => ({
      'app.kubernetes.io/name': 'service-chart',
      'app.kubernetes.io/instance': instance,
    });
    const all = proposed({
      clusters: [cluster('prod-1')],
      workloads: [
        workload('prod-1/shop/Deployment/cart', labels('cart')),
        workload('prod-1/shop/Deployment/checkout', labels('checkout')),
        workload('prod-1/billing/Deployment/ledger', labels('ledger')),
      ],
    });
    expect(services(all)).toEqual(['cart', 'checkout', 'ledger']);
  });

  test('the label of a team on all its workloads names no service, but web and worker of one image are one', () => {
    const all = proposed({
      clusters: [cluster('prod-1')],
      workloads: [
        workload('prod-1/billing/Deployment/ledger', { app: 'billing' }),
        workload('prod-1/billing/Deployment/invoices', { app: 'billing' }),
        workload('prod-1/shop/Deployment/web', { app: 'storefront' }, { images: ['r/storefront:1'] }),
        workload('prod-1/shop/CronJob/sweeper', { app: 'storefront' }, { images: ['r/storefront:2'] }),
      ],
    });
    expect(services(all)).toEqual(['invoices', 'ledger', 'storefront']);
    expect(values(all, 'storefront', 'workloads')).toEqual(['Deployment/web', 'CronJob/sweeper']);
  });

  test('the same name in two namespaces of a cluster is a doubt, unless a label names the service on purpose', () => {
    const twice = (labels: Record<string, string>) =>
      proposed({
        clusters: [cluster('prod-1')],
        workloads: [workload('prod-1/a/Deployment/redis', labels), workload('prod-1/b/Deployment/redis', labels)],
      });
    expect(services(twice({}))).toEqual([]);
    expect(twice({}).doubts[0]?.about).toBe('redis');
    expect(services(twice({ 'backstage.io/kubernetes-id': 'redis' }))).toEqual(['redis']);
  });

  test("Kubernetes' own namespaces are left out, and names of an odd form are counted", () => {
    const all = proposed({
      clusters: [cluster('prod-1')],
      workloads: [
        workload('prod-1/kube-system/Deployment/coredns'),
        workload('prod-1/shop/Deployment/x', {}, { name: 'bad\u001b[2Jname: {level: run}' }),
      ],
    });
    expect(services(all)).toEqual([]);
    expect(all.missing[0]?.what).toContain('1 entries have names of an unusual form');
  });
});

describe('against the catalogue', () => {
  const catalog = {
    clusters: [{ name: 'prod-1', aliases: ['p1'], environment: 'production', account: '111122223333' }],
    services: [
      {
        name: 'ledger',
        aliases: ['books'],
        placements: [{ cluster: 'prod-1', namespace: 'billing', environment: 'production' }],
        owners: ['team-billing'],
        repository: 'acme/ledger',
      },
    ],
  };

  test('what it has is no change, whatever the case, the alias of the cluster or the spelling of the team', () => {
    const all = proposed(
      { clusters: [cluster('p1')], workloads: [workload('p1/billing/Deployment/ledger', { team: 'Billing' })] },
      catalog,
    );
    expect(all.changes).toEqual([]);
    expect(isDrift(all)).toBe(false);
  });

  test('a person’s words win: another owner, repository, account or environment is a doubt and no change', () => {
    const all = proposed(
      {
        clusters: [cluster('prod-1', { account: '999900001111' })],
        workloads: [
          workload('prod-1/billing/Deployment/ledger', {
            team: 'team-shop',
            env: 'staging',
            'a8r.io/repository': 'https://github.com/other/ledger',
          }),
        ],
      },
      catalog,
    );
    expect(all.changes).toEqual([]);
    expect(all.doubts.map(({ says }) => says)).toEqual([
      'the catalogue has account 111122223333, this says 999900001111',
      'a label says staging, but its cluster is production; place it in the catalogue',
      'the catalogue has owners team-billing, this says team-shop',
      'the catalogue has repository acme/ledger, this says other/ledger',
    ]);
  });

  test('a label of a workload never gives a place the level of another environment', () => {
    const all = proposed(
      {
        clusters: [cluster('prod-1')],
        workloads: [workload('prod-1/new/Deployment/fresh', { environment: 'staging' })],
      },
      catalog,
    );
    expect(values(all, 'fresh', 'placements')).toEqual([]);
    expect(all.changes.every(({ field }) => !['level', 'protected', 'approvers'].includes(field))).toBe(true);
  });

  test('a new environment is crawl, and a cluster without any sign of its environment is a doubt', () => {
    const seen = { clusters: [cluster('alpha'), cluster('qa-1')], workloads: [workload('alpha/x/Deployment/web')] };
    const all = proposed(seen);
    expect(values(all, 'qa', 'level')).toEqual(['crawl']);
    expect(all.doubts.map(({ about }) => about)).toEqual(['alpha']);
    expect(values(all, 'web', 'placements')).toEqual([]);
    expect(values(proposed(seen, {}, { environment: 'production' }), 'web', 'placements')).toHaveLength(1);
  });

  test('a workload of a known name elsewhere is added in the same namespace only', () => {
    const all = proposed(
      {
        clusters: [cluster('prod-1'), cluster('staging-1')],
        workloads: [
          workload('prod-1/billing/Deployment/ledger'),
          workload('staging-1/billing/Deployment/ledger'),
          workload('staging-1/games/Deployment/ledger'),
        ],
      },
      catalog,
    );
    expect(values(all, 'ledger', 'placements')).toEqual([
      { cluster: 'staging-1', namespace: 'billing', environment: 'staging' },
    ]);
    expect(all.doubts).toMatchObject([{ about: 'ledger', says: expect.stringContaining('namespace games') }]);
  });

  test('a placement without a workload is not seen, but only where the whole cluster was read', () => {
    const other = [workload('prod-1/billing/Deployment/other')];
    expect(proposed({ clusters: [cluster('prod-1')], workloads: other }, catalog).unseen).toHaveLength(1);
    expect(
      proposed({ clusters: [{ ...cluster('prod-1'), complete: false }], workloads: other }, catalog).unseen,
    ).toEqual([]);
    expect(proposed({}, catalog).unseen).toEqual([]);
  });

  test('the name of a Service is an alias, unless it is the name of another service', () => {
    const at = { cluster: 'prod-1', namespace: 'billing' };
    const all = proposed(
      {
        clusters: [cluster('prod-1')],
        workloads: [
          workload('prod-1/billing/Deployment/ledger', { app: 'ledger' }),
          workload('prod-1/billing/Deployment/tax', { app: 'tax' }),
        ],
        endpoints: [
          { ...at, name: 'accounts', selector: { app: 'ledger' } },
          { ...at, name: 'tax', selector: { app: 'ledger' } },
          { ...at, name: 'everything', selector: {} },
        ],
      },
      catalog,
    );
    expect(values(all, 'ledger', 'aliases')).toEqual(['accounts']);
  });
});

describe('other systems', () => {
  const catalog = {
    services: [{ name: 'checkout', owners: ['team-shop'] }, { name: 'checkout-worker' }, { name: 'clips' }],
  };

  test('a PagerDuty service is linked by the whole name in it; two names are a doubt, none is a guess', () => {
    const pager = (id: string, name: string, team?: string) => ({
      id,
      name,
      at: `PagerDuty ${id}`,
      ...(team && { team }),
    });
    const all = proposed(
      {
        pagers: [
          pager('PAAA111', 'AWS checkout worker (prod)', 'Team Shop'),
          pager('PBBB222', 'NR checkout'),
          pager('PCCC333', 'clips and checkout'),
          pager('PDDD444', 'API'),
          pager('bad id', 'checkout'),
        ],
      },
      catalog,
    );
    expect(values(all, 'checkout-worker', 'pagerduty')).toEqual(['PAAA111']);
    expect(values(all, 'checkout-worker', 'owners')).toEqual(['Team-Shop']);
    expect(values(all, 'checkout', 'pagerduty')).toEqual(['PBBB222']);
    expect(all.doubts.map(({ about }) => about)).toEqual(['PCCC333']);
    expect(all.guesses.map(({ at }) => at[0])).toEqual(['PagerDuty PDDD444']);
  });

  test('resources with a tag of a service are added with their account; two accounts are a doubt', () => {
    const resource = (type: string, name: string, account: string, tags: Record<string, string>) => ({
      type,
      name,
      account,
      region: 'eu-west-1',
      tags,
      at: `AWS ${account}`,
    });
    const all = proposed(
      {
        resources: [
          resource('lambda', 'clips-prod', '111122223333', { Service: 'clips', Team: 'media' }),
          resource('sqs', 'clips', '111122223333', { service: 'clips-prod' }),
          resource('lambda', 'a', '111122223333', { service: 'split' }),
          resource('lambda', 'b', '444455556666', { service: 'split' }),
          resource('s3', 'logs', '111122223333', {}),
        ],
      },
      catalog,
    );
    expect(values(all, 'clips', 'resources')).toEqual([{ lambda: 'clips-prod' }, { sqs: 'clips' }]);
    expect(values(all, 'clips', 'account')).toEqual(['111122223333']);
    expect(values(all, 'clips', 'owners')).toEqual(['media']);
    expect(all.doubts.map(({ about }) => about)).toEqual(['split']);
    expect(all.guesses[0]?.says).toContain('1 resources have no tag');
  });

  test('a source that has the data of a service routes it where another was read whole and has none', () => {
    const seen = (source: string, name: string) => ({
      source,
      signal: 'logs' as const,
      name,
      attribute: 'entity.name',
      at: source,
    });
    const all = proposed(
      {
        names: [seen('nr', 'clips-prod'), seen('nr', 'checkout'), seen('loki', 'checkout')],
        wholeSources: [
          { source: 'loki', signal: 'logs' },
          { source: 'nr', signal: 'logs' },
        ],
      },
      catalog,
    );
    expect(values(all, 'clips', 'sources.logs')).toEqual(['nr']);
    expect(values(all, 'clips', 'match')).toEqual([{ nr: { 'entity.name': 'clips-prod' } }]);
    expect(values(all, 'checkout', 'sources.logs')).toEqual([]);
  });

  test('calls are added between services that are known, once', () => {
    const all = proposed(
      {
        calls: [
          { from: 'checkout', to: 'clips', at: 'traces' },
          { from: 'checkout', to: 'unknown', at: 'traces' },
        ],
      },
      catalog,
    );
    expect(values(all, 'checkout', 'dependsOn')).toEqual(['clips']);
    expect(all.changes).toHaveLength(1);
  });
});
