import { describe, expect, test } from 'vitest';
import { resolveContext } from '../../../core/context/resolve.ts';
import { Catalog, CatalogService } from '../../../core/ports/catalog.ts';
import { aTrigger } from '../../builders.ts';

const place = (cluster: string, environment = 'production') => ({ cluster, namespace: 'shop', environment });
const catalog = Catalog.parse({
  environments: { production: { level: 'walk', aliases: ['prod'] }, staging: { level: 'run' } },
  clusters: [
    { name: 'backend-2', aliases: ['be2'], environment: 'production', account: '111122223333', region: 'us-west-2' },
    { name: 'staging-1', environment: 'staging' },
  ],
  services: [
    {
      name: 'checkout',
      aliases: ['checkout-api', 'till'],
      placements: [place('backend-2'), place('staging-1', 'staging')],
      owners: ['team-shop'],
      dataSources: { metrics: 'prometheus' },
      dependsOn: ['cart'],
    },
    { name: 'cart', placements: [place('backend-2')], workloads: ['StatefulSet/basket'] },
  ],
});
const nothing = Catalog.parse({ environments: {} });
const resolve = (over: Parameters<typeof aTrigger>[0], known = catalog, edges: { from: string; to: string }[] = []) =>
  resolveContext(aTrigger({ title: 'Something is wrong', ...over }), known, edges);

describe('who and where', () => {
  test('comes from the alert alone where nobody knows the service', () => {
    const context = resolve({ details: { cluster: 'shop-eu-1', namespace: 'boutique', service: 'cartservice' } });
    expect(context).toMatchObject({
      service: { value: 'cartservice', source: 'details.service' },
      cluster: { value: 'shop-eu-1', source: 'details.cluster', confidence: 0.95 },
      namespace: { value: 'boutique' },
    });
    expect(context.environment).toBeUndefined();
    expect(context.questions).toEqual([
      'Which environment does the alert concern? Neither the alert nor the catalogue names it.',
    ]);
  });

  test('comes from the catalogue where the alert only names the service', () => {
    const context = resolve({ title: 'cart is slow' });
    expect(context).toMatchObject({
      service: { value: 'cart', source: 'the title, known to the catalogue' },
      cluster: { value: 'backend-2', source: "the catalogue's entry for cart" },
      namespace: { value: 'shop' },
      environment: { value: 'production' },
      account: { value: '111122223333' },
      region: { value: 'us-west-2' },
      callers: ['checkout'],
      questions: [],
    });
  });

  test('has the names of the sources that the catalogue lists for the service, in the older spelling too', () => {
    const inCatalog = (service: object) => CatalogService.parse({ name: 'cart', ...service }).sources;
    expect(resolve({ title: 'checkout is slow' }).sources).toEqual({ metrics: ['prometheus'] });
    expect(inCatalog({ sources: { logs: ['newrelic', 'kubernetes'] } })).toEqual({ logs: ['newrelic', 'kubernetes'] });
    expect(inCatalog({ dataSources: { logs: 'loki' }, sources: { metrics: ['amp'] } })).toEqual({
      logs: ['loki'],
      metrics: ['amp'],
    });
  });

  test('an alias, a workload or a pod is read back to its service', () => {
    expect(resolve({ details: { service: 'checkout-api' } }).service?.value).toBe('checkout');
    expect(resolve({ details: { statefulset: 'basket' } }).service?.value).toBe('cart');
    const ofPod = resolve({ details: { pod: 'checkout-7f9c8d6b5d-x7k2p' } });
    expect(ofPod.service?.value).toBe('checkout');
    expect(ofPod.workload).toMatchObject({ kind: 'Deployment', name: 'checkout', namespace: 'shop' });
  });

  test('what the alert says of the environment narrows where the service runs', () => {
    const context = resolve({ title: '[PROD] checkout is slow' });
    expect(context.environment?.value).toBe('production');
    expect(context.cluster).toMatchObject({ value: 'backend-2', confidence: 0.85 });
    expect(context.questions).toEqual([]);
  });

  test('a cluster by its alias brings its environment', () => {
    const context = resolve({ details: { cluster: 'be2' } });
    expect(context.cluster?.value).toBe('backend-2');
    expect(context.environment?.value).toBe('production');
  });

  test('what the alert says goes before what the catalogue says', () => {
    const context = resolve({ details: { service: 'cart', cluster: 'backend-9', namespace: 'canary' } });
    expect(context.cluster?.value).toBe('backend-9');
    expect(context.namespace?.value).toBe('canary');
  });

  test('with one environment and one cluster in the catalogue there is no other', () => {
    const single = Catalog.parse({
      environments: { production: { level: 'walk' } },
      clusters: [{ name: 'main', environment: 'production' }],
    });
    const context = resolve({}, single);
    expect(context.environment).toMatchObject({ value: 'production', source: 'the only environment in the catalogue' });
    expect(context.cluster?.value).toBe('main');
    expect(resolve({ details: { env: 'staging' } }, single).environment?.value).toBe('staging');
  });

  test('callers and callees come from the catalogue and from the call graph', () => {
    const context = resolve({ title: 'checkout is slow' }, catalog, [
      { from: 'storefront', to: 'checkout' },
      { from: 'checkout', to: 'payment' },
    ]);
    expect(context).toMatchObject({ callers: ['storefront'], callees: ['cart', 'payment'] });
  });

  test('a service that only the call graph knows is found in the title', () => {
    const context = resolve({ title: 'mediaservice returns 503' }, nothing, [{ from: 'web', to: 'mediaservice' }]);
    expect(context.service).toMatchObject({ value: 'mediaservice', source: 'the title, seen in the call graph' });
  });

  test('a word of a sentence does not outweigh a label', () => {
    const context = resolve({ title: 'the till reports errors', details: { service: 'gateway' } });
    expect(context.service).toMatchObject({ value: 'gateway' });
    expect(context.questions.join()).not.toContain('service');
  });
});

describe('what is ambiguous', () => {
  const context = resolve({ title: 'checkout is slow' });

  test('is kept, with less than half the confidence', () => {
    expect(context.cluster).toMatchObject({ value: 'backend-2', alternatives: [{ value: 'staging-1' }] });
    expect(context.cluster?.confidence).toBeLessThan(0.5);
    expect(context.environment?.confidence).toBeLessThan(0.5);
  });

  test('becomes a question, with who would know', () => {
    expect(context.questions[0]).toBe(
      "Which cluster does the alert concern: backend-2 (the catalogue's entry for checkout) or staging-1 (the catalogue's entry for checkout)? team-shop may know.",
    );
  });
});

test('the baseline ends where the incident window begins, before the page', () => {
  expect(resolve({ occurredAt: '2026-11-20T02:47:00.000Z' }).window).toEqual({
    baseline: { start: '2026-11-20T00:17:00.000Z', end: '2026-11-20T02:17:00.000Z' },
    incident: { start: '2026-11-20T02:17:00.000Z', end: '2026-11-20T02:52:00.000Z' },
  });
});

describe('the PagerDuty service or the Slack channel of a trigger', () => {
  const own = Catalog.parse({
    environments: { production: { level: 'walk' } },
    services: [
      { name: 'web-player', pagerduty: ['PABC123'], channels: ['C0123'], placements: [place('backend-2')] },
      { name: 'search', pagerduty: ['PSHARED'], channels: ['C0123', 'C0456'] },
      { name: 'clip-ingest', pagerduty: ['PSHARED'], account: '111122223333', region: 'us-east-1' },
    ],
  });
  const channel = (id: string) => ({ channel: id });
  test('gives the service that the catalogue names for it, with its place', () => {
    expect(resolve({ sourceServiceId: 'PABC123' }, own)).toMatchObject({
      service: { value: 'web-player', source: 'the PagerDuty service PABC123, known to the catalogue' },
      cluster: { value: 'backend-2' },
    });
    expect(resolve({ slack: channel('C0456') }, own)).toMatchObject({ service: { value: 'search' } });
  });
  test('says nothing with another id, or against what the alert names', () => {
    expect(resolve({ sourceServiceId: 'POTHER' }, own).service).toBeUndefined();
    expect(resolve({ slack: channel('C9999') }, own).service).toBeUndefined();
    expect(resolve({ sourceServiceId: 'PABC123', details: { service: 'search' } }, own).service?.value).toBe('search');
    expect(resolve({ title: 'search is slow', slack: channel('C0456') }, own).service?.value).toBe('search');
  });
  test('of several services leaves the choice open', () => {
    const { service, questions } = resolve({ sourceServiceId: 'PSHARED' }, own);
    expect(service?.alternatives.length).toBe(1);
    expect(service?.confidence).toBeLessThan(0.5);
    expect(questions.join()).toMatch(/Which service .*: search .* or clip-ingest /);
  });
  test('gives the account of a service that runs in no cluster', () => {
    expect(resolve({ title: 'clip-ingest fails' }, own)).toMatchObject({
      account: { value: '111122223333' },
      region: { value: 'us-east-1' },
    });
  });
});

describe('a service that runs in no cluster', () => {
  const lambda = { name: 'clip-ingest', account: '111122223333', resources: [{ lambda: 'clip-ingest' }] };
  const known = Catalog.parse({
    environments: { production: { level: 'walk' } },
    clusters: [{ name: 'backend-2', environment: 'production' }],
    services: [lambda, { name: 'cart' }],
  });
  test('has no open question about a cluster, and is not in the only one', () => {
    const context = resolve({ details: { service: 'clip-ingest' } }, known);
    expect(context).toMatchObject({ serverless: true, account: { value: '111122223333' }, questions: [] });
    expect(context.cluster).toBeUndefined();
  });
  test('is taken to run in one if the alert names one', () => {
    const context = resolve({ details: { service: 'clip-ingest', cluster: 'backend-2' } }, known);
    expect(context.serverless).toBeUndefined();
    expect(context.cluster).toMatchObject({ value: 'backend-2' });
  });
  test('is none of which nobody knows where it runs', () => {
    const context = resolve({ details: { service: 'cart' } }, known);
    expect(context.serverless).toBeUndefined();
    expect(context.cluster).toMatchObject({ value: 'backend-2' });
    expect(context.questions.join(' ')).toContain('Which namespace');
  });
});
