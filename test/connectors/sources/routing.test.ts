// The service catalogue decides which named source a question goes to: the service's entry beats that of its cluster, which beats the defaults.
import { describe, expect, test } from 'vitest';
import { readEntries } from '../../../connectors/configured.ts';
import { liveSources, refuseMisrouted } from '../../../connectors/live.ts';
import type { RuntimeMeans } from '../../../connectors/source-kind.ts';
import { Misconfigured } from '../../../core/errors.ts';
import { isWithin } from '../../../core/model/scope.ts';
import type { TimelineEntry } from '../../../core/model/timeline.ts';
import { Catalog } from '../../../core/ports/catalog.ts';
import type { Ports } from '../../../core/ports/index.ts';
import { mergedSources, type NamedSource } from '../../../core/ports/merged.ts';
import { noSources, noTelemetry } from '../../../core/ports/none.ts';
import { misroutedIn, routesOf, unservedIn } from '../../../core/ports/routing.ts';
import { consultationText } from '../../../core/record/describe.ts';
import { fileReport } from '../../../core/record/file-report.ts';
import { notingSources } from '../../../core/specialists/consulted.ts';
import { aBrief, aReport, aScope } from '../../builders.ts';
import { withBeacon as kinds } from '../../fixtures/extension/sources.ts';
import { partly } from '../../partly.ts';

/** A platform with a cluster of its own Prometheus, a service that ships its logs elsewhere, and a serverless service. */
const catalog = Catalog.parse({
  environments: { production: { level: 'crawl' } },
  defaults: { logs: ['kubernetes'], metrics: ['amp'], calls: ['amp'] },
  clusters: [
    { name: 'backend-1', aliases: ['be1'], environment: 'production', sources: { metrics: ['prom-be1'] } },
    { name: 'backend-2', environment: 'production' },
  ],
  services: [
    {
      name: 'web-player',
      aliases: ['player'],
      placements: [{ cluster: 'backend-1', namespace: 'web', environment: 'production' }],
      sources: { logs: ['nr-shop'] },
      match: { 'nr-shop': { 'entity.name': 'web-player-prod' } },
      repository: 'org/web-player',
      pagerduty: ['PABC123'],
      channels: ['C0123'],
    },
    { name: 'search', placements: [{ cluster: 'backend-2', namespace: 'search', environment: 'production' }] },
    {
      name: 'clip-ingest',
      account: '111122223333',
      resources: [{ lambda: 'clip-ingest' }, { sqs: 'clips' }, { rds: 'clips-db' }],
      sources: { logs: ['cw'], metrics: ['cw', 'amp'] },
    },
    { name: 'silent', sources: { logs: [] } },
  ],
});
const names = ['kubernetes', 'nr-shop', 'prom-be1', 'amp', 'cw'];
const place = aScope({ reach: 'neighbourhood', cluster: 'backend-1', namespace: 'web', service: 'web-player' });
const chosen = (signal: 'logs' | 'metrics' | 'calls', scope: Partial<typeof place>) => {
  const { by, routes, notAsked } = routesOf(signal, aScope({ reach: 'neighbourhood', ...scope }), catalog, names);
  return { by, asked: routes.map(({ source }) => source), notAsked };
};

describe('the sources of a question', () => {
  test('are those of the service, before those of its cluster and the defaults', () => {
    expect(chosen('logs', place)).toEqual({
      by: 'service',
      asked: ['nr-shop'],
      notAsked: ['kubernetes', 'prom-be1', 'amp', 'cw'],
    });
    expect(chosen('logs', { service: 'PLAYER', cluster: 'backend-1' }).asked).toEqual(['nr-shop']);
  });
  test('are those of the cluster if the service names none, also by an alias of it', () => {
    expect(chosen('metrics', place)).toMatchObject({ by: 'cluster', asked: ['prom-be1'] });
    expect(chosen('metrics', { service: 'unlisted', cluster: 'be1' })).toMatchObject({ by: 'cluster' });
  });
  test('are those of the clusters where the catalogue places the service, if the incident names no cluster', () => {
    expect(chosen('metrics', { service: 'web-player', cluster: undefined })).toMatchObject({ asked: ['prom-be1'] });
  });
  test('are the defaults if neither service nor cluster names any', () => {
    expect(chosen('metrics', { service: 'search', cluster: 'backend-2' })).toMatchObject({
      by: 'defaults',
      asked: ['amp'],
    });
    expect(chosen('calls', {})).toMatchObject({ by: 'defaults', asked: ['amp'] });
  });
  test('can be several', () => {
    expect(chosen('metrics', { service: 'clip-ingest' })).toMatchObject({ by: 'service', asked: ['cw', 'amp'] });
  });
  test('can be none, if the catalogue says so', () => {
    expect(chosen('logs', { service: 'silent' })).toMatchObject({ asked: [], notAsked: names });
  });
  test('are all where nothing is routed', () => {
    const { by, routes, notAsked } = routesOf('logs', place, Catalog.parse({ environments: {} }), names);
    expect({ by, asked: routes.map(({ source }) => source), notAsked }).toEqual({
      by: 'all',
      asked: names,
      notAsked: [],
    });
    expect(routes.every(({ scope }) => JSON.stringify(scope) === JSON.stringify(place))).toBe(true);
  });
  test('are told the resources and repositories that the catalogue gives to the services of the question', () => {
    const scope = aScope({ service: 'web-player', neighbours: ['clip-ingest'] });
    const { routes } = routesOf('changes', scope, catalog, ['trail']);
    expect(routes.map((one) => one.scope)).toMatchObject([
      {
        resources: { 'clip-ingest': ['clip-ingest', 'clips', 'clips-db'] },
        repositories: { 'web-player': 'org/web-player' },
      },
    ]);
  });
  test('include those of the neighbours, which are asked about the neighbours alone', () => {
    const scope = { ...place, neighbours: ['clip-ingest', 'search', 'a-database'] };
    const { routes } = routesOf('logs', scope, catalog, names);
    expect(
      routes.map(({ source, neighboursOnly, scope: { neighbours, reach } }) => [
        source,
        neighboursOnly,
        neighbours,
        reach,
      ]),
    ).toEqual([
      ['nr-shop', false, [], 'neighbourhood'],
      ['cw', true, ['clip-ingest'], 'neighbours'],
      ['kubernetes', true, ['search', 'a-database'], 'neighbours'],
    ]);
  });
  test('get the name that the service has in them, and no other source gets it', () => {
    const { routes } = routesOf('logs', { ...place, neighbours: ['search'] }, catalog, names);
    expect(routes.map(({ source, scope }) => [source, scope.match])).toEqual([
      ['nr-shop', { 'web-player': { 'entity.name': 'web-player-prod' } }],
      ['kubernetes', undefined],
    ]);
  });
  test('a question about neighbours alone includes nothing else', () => {
    const scope = { ...place, neighbours: ['search'], reach: 'neighbours' } as const;
    expect(isWithin(scope, { cluster: 'backend-2', namespace: 'search', service: 'search' })).toBe(true);
    expect(isWithin(scope, { cluster: 'backend-1', namespace: 'web', service: 'web-player' })).toBe(false);
    expect(isWithin(scope, { cluster: 'backend-1', namespace: 'kube-system' })).toBe(false);
  });
});

describe('a name of a source in the catalogue', () => {
  const configured = names.map((name) => ({ name, signals: ['logs', 'metrics', 'calls'] as const }));
  test('that every source has fits', () => expect(misroutedIn(catalog, configured)).toEqual([]));
  test('that no source has is told with its place', () => {
    const without = configured.filter(({ name }) => name !== 'nr-shop' && name !== 'prom-be1');
    expect(misroutedIn(catalog, without)).toEqual([
      'clusters.backend-1.sources.metrics names prom-be1, but no source has that name: there are kubernetes, amp, cw',
      'services.web-player.sources.logs names nr-shop, but no source has that name: there are kubernetes, amp, cw',
      'services.web-player.match names nr-shop, but no source has that name: there are kubernetes, amp, cw',
    ]);
  });
  test('of a source without the signal is taken, and told when sources are checked', () => {
    const changesOnly = configured.map((one) =>
      one.name === 'kubernetes' ? { ...one, signals: ['changes'] as const } : one,
    );
    expect(misroutedIn(catalog, changesOnly)).toEqual([]);
    expect(unservedIn(catalog, changesOnly)).toEqual([
      'defaults.logs names kubernetes, which gives changes and no logs',
    ]);
  });
  test('is not compared where nothing is configured', () => expect(misroutedIn(catalog, [])).toEqual([]));
  test('stops the start', () => {
    const sources = readEntries({ north: { kind: 'beacon', site: 'n' } }, { place: 'stage', kinds });
    expect(() => refuseMisrouted(catalog, sources)).toThrow(Misconfigured);
    expect(() => refuseMisrouted(catalog, sources)).toThrow(/services\.web-player\.sources\.logs names nr-shop/);
  });
});

const clock = { now: () => new Date('2026-11-20T02:47:00.000Z') };
const means: RuntimeMeans = { clock, secret: (name) => async () => `value of ${name}` };

describe('the record of a question', () => {
  const two = readEntries(
    { north: { kind: 'beacon', site: 'n' }, south: { kind: 'beacon', site: 's' } },
    { place: 'stage', kinds },
  );
  const routed = (given: object) =>
    liveSources(two, means, async () => Catalog.parse({ environments: {}, ...given })).sources;
  test('says which sources were asked, what they answered and which were not asked', async () => {
    const { metrics } = routed({ services: [{ name: 'web', sources: { metrics: ['north'] } }] });
    expect(await metrics.observe(aScope({ service: 'web' }), {})).toMatchObject({
      kind: 'data',
      query: 'series of n',
      consulted: {
        signal: 'metrics',
        by: 'service',
        asked: [{ source: 'north', answer: 'part', count: 4, reason: 'Not read: errors' }],
        notAsked: ['south'],
      },
    });
  });
  test('says that nobody was asked', async () => {
    const { logs } = routed({ services: [{ name: 'web', sources: { logs: [] } }] });
    expect(await logs.observe(aScope({ service: 'web' }), {})).toEqual({
      kind: 'gap',
      gap: { source: 'logs', reason: 'The catalogue names no source of logs for web.', notConfigured: true },
      consulted: { signal: 'logs', by: 'service', asked: [], notAsked: ['north', 'south'] },
    });
  });
  test('names a source that the catalogue got since the start and nobody configured', async () => {
    const { logs } = routed({ services: [{ name: 'web', sources: { logs: ['nope', 'north'] } }] });
    expect(await logs.observe(aScope({ service: 'web' }), {})).toMatchObject({
      kind: 'data',
      gaps: [{ source: 'logs', reason: 'The catalogue names nope for logs; no source of that name gives it.' }],
      consulted: { asked: [{ source: 'north' }] },
    });
  });
  test('says that the catalogue could not be read, and then all are asked', async () => {
    const { sources } = liveSources(two, means, () => Promise.reject(new Error('gone')));
    expect(await sources.logs.observe(aScope({ service: 'web' }), {})).toMatchObject({
      gaps: [{ source: 'logs', reason: 'The service catalogue cannot be read; Watchkeeper queries all sources.' }],
      consulted: { by: 'all', asked: [{ source: 'north' }, { source: 'south' }], notAsked: [] },
    });
  });
  test('has the source that failed beside the one that answered', async () => {
    const failing = (name: string, fails: boolean): NamedSource => ({
      name,
      signals: ['alerts'],
      sources: {
        ...noSources,
        alerts: {
          observe: () =>
            fails
              ? Promise.reject(new Error('no'))
              : Promise.resolve({ kind: 'data', data: [], query: name, bytes: 0 }),
        },
      },
    });
    const { alerts } = mergedSources([failing('a', true), failing('b', false)]);
    expect(await alerts.observe(aScope(), {})).toMatchObject({
      consulted: {
        asked: [
          { source: 'a', answer: 'none' },
          { source: 'b', answer: 'data', count: 0 },
        ],
      },
    });
  });
  test('is on the timeline with the report of the specialist that asked', async () => {
    const { sources } = liveSources(two, means, async () =>
      Catalog.parse({ environments: {}, services: [{ name: 'billing', sources: { metrics: ['north'] } }] }),
    );
    const { telemetry, noteIn } = notingSources({ ...noTelemetry, ...sources });
    await telemetry.metrics.observe(aScope({ service: 'billing' }), {});
    const report = noteIn(aReport({ specialist: 'metrics', summary: 'Nothing moved.' }));
    const entries: TimelineEntry[] = [];
    const incidents = partly<Ports['incidents']>({ append: async (entry) => void entries.push(entry) });
    const filed = await fileReport(aBrief({ specialist: 'metrics' }), report, {
      incidents,
      clock,
    });
    expect(filed.consulted).toBeUndefined();
    const [entry] = entries;
    expect(entry?.event).toMatchObject({
      type: 'SpecialistReported',
      consulted: [{ signal: 'metrics', by: 'service', asked: [{ source: 'north' }], notAsked: ['south'] }],
    });
    expect(entry?.text).toBe('Nothing moved. Asked for metrics: north (4, not complete). Not asked: south.');
  });
  test('keeps questions about earlier times apart from those about the incident', async () => {
    const { sources } = liveSources(two, means);
    const { telemetry, noteIn } = notingSources({ ...noTelemetry, ...sources });
    const { window, ...scope } = aScope({ service: 'billing' });
    const dayBefore = (instant: string) => new Date(Date.parse(instant) - 86_400_000).toISOString();
    const earlier = { start: dayBefore(window.start), end: dayBefore(window.end) };
    await telemetry.metrics.observe({ ...scope, window: earlier }, {});
    await telemetry.metrics.observe({ ...scope, window }, {});
    const { consulted = [] } = noteIn(aReport({ specialist: 'metrics' }));
    expect(consulted.map((one) => one.earlier)).toEqual([undefined, true]);
    expect(consulted.map(consultationText)[1]).toMatch(/^Asked for metrics of earlier times: north .* and south /);
  });
});

describe('vendors of the catalogue', () => {
  const vendor = (name: string, status: string) => ({
    name,
    status,
    components: ['API'],
    hosts: [`${name}.example.com`],
  });
  const withVendors = Catalog.parse({
    environments: {},
    vendors: [vendor('acme-pay', 'acme-status'), vendor('mailer', 'mailer-status')],
    services: [
      { name: 'checkout', dependsOn: ['cart', 'acme-pay'] },
      { name: 'web', dependsOn: ['checkout'] },
      { name: 'newsletter', dependsOn: ['mailer'] },
      { name: 'cart' },
    ],
  });
  const sources = ['acme-status', 'mailer-status', 'cloud-status'];
  const asked = (service: string) =>
    routesOf('status', aScope({ service, reach: 'cluster' }), withVendors, sources).routes.map(({ source, scope }) => [
      source,
      scope.vendors?.map(({ name, usedBy }) => `${name} of ${usedBy.join(',')}`),
    ]);
  test('are asked for the services that depend on them, with what is used; a page of no vendor is always asked', () => {
    expect(asked('checkout')).toEqual([
      ['acme-status', ['acme-pay of checkout']],
      ['cloud-status', undefined],
    ]);
    expect(asked('web')).toEqual([
      ['acme-status', ['acme-pay of checkout']],
      ['cloud-status', undefined],
    ]);
    expect(asked('cart')).toEqual([['cloud-status', undefined]]);
  });
  test('play no part in questions of other signals', () => {
    expect(
      routesOf('logs', aScope({ service: 'checkout' }), withVendors, ['kubernetes']).routes[0]?.scope,
    ).not.toHaveProperty('vendors');
  });
  test('with a source that nobody configured, or that gives no status, are refused', () => {
    expect(misroutedIn(withVendors, [{ name: 'acme-status', signals: ['status'] }])).toEqual([
      expect.stringContaining('vendors.mailer.status names mailer-status'),
    ]);
    expect(
      unservedIn(withVendors, [
        { name: 'acme-status', signals: ['logs'] },
        { name: 'mailer-status', signals: ['status'] },
      ]),
    ).toEqual([expect.stringContaining('vendors.acme-pay.status names acme-status')]);
  });
});
