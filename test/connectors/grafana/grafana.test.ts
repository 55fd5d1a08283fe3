// Against a double of Grafana's HTTP API (grafana.com/docs/grafana/latest/developers/http_api): service-account tokens, annotations, alerts in
// Prometheus' form, the proxy of data sources, and a redirect to the login page without a token.
import { describe, expect, test } from 'vitest';
import { readEntries } from '../../../connectors/configured.ts';
import { Change, FiringAlert } from '../../../core/model/telemetry.ts';
import { aScope } from '../../builders.ts';
import { type Answer, type Asked, serve } from '../../server.ts';

const window = { start: '2026-11-20T01:00:00.000Z', end: '2026-11-20T03:00:00.000Z' };
const at = (clock: string) => Date.parse(`2026-11-20T${clock}Z`);
const json = (body: unknown): Answer => ({ body: JSON.stringify(body) });
const alert = (labels: object, over: object = {}) => ({
  labels: { alertname: 'High p99', ...labels },
  annotations: { summary: 'p99 is above 2 s' },
  state: 'Alerting',
  activeAt: '2026-11-20T02:00:00Z',
  ...over,
});

const grafana = (paths: Readonly<Record<string, Answer | ((asked: Asked) => Answer)>>) =>
  serve((asked) => {
    if (asked.headers.authorization !== 'Bearer glsa_x') return { status: 302, headers: { location: '/login' } };
    const answer = paths[new URL(asked.path, 'http://x').pathname];
    return typeof answer === 'function' ? answer(asked) : (answer ?? { status: 404, body: '{}' });
  });
const sourcesOf = async (entries: object, token = 'glsa_x') => {
  const configured = readEntries(entries, { place: 'stage' });
  const read = await Promise.all(
    configured.map(async (one) => {
      const secret = (name: string) => (name === 'graf-token' ? async () => token : undefined);
      return [one.name, await one.observe({ clock: { now: () => new Date() }, secret })] as const;
    }),
  );
  return Object.fromEntries(read);
};
const graf = (url: string) => ({ kind: 'grafana', url, auth: 'bearer' });
const scope = aScope({ service: 'web', neighbours: ['cart'], window });

describe('alerts', () => {
  const observe = async (alerts: readonly object[], over = {}) => {
    await using server = await grafana({
      '/api/prometheus/grafana/api/v1/alerts': json({ status: 'success', data: { alerts } }),
    });
    const answer = await (await sourcesOf({ graf: graf(server.url) })).graf?.alerts?.observe({ ...scope, ...over }, {});
    if (answer?.kind !== 'data') throw new Error(answer?.gap.reason);
    return answer.data.map((one) => FiringAlert.parse(one));
  };
  test('that fire are read with their entity and place', async () => {
    const labels = { service_name: 'web', cluster: 'eu-1', namespace: 'shop', severity: 'critical' };
    expect(await observe([alert(labels), alert({}, { state: 'Normal' }), alert({}, { state: 'Pending' })])).toEqual([
      {
        name: 'High p99',
        at: '2026-11-20T02:00:00.000Z',
        severity: 'critical',
        summary: 'p99 is above 2 s',
        status: 'firing',
        entity: { kind: 'Service', name: 'web', cluster: 'eu-1', namespace: 'shop' },
      },
    ]);
  });
  test('of another place are not', async () => {
    const elsewhere = [alert({ service: 'other', cluster: 'us-1', namespace: 'ads' }), alert({ service: 'cart' })];
    const found = await observe(elsewhere, { cluster: 'eu-1', namespace: 'shop', reach: 'neighbourhood' });
    expect(found.map(({ entity }) => entity?.name)).toEqual(['cart']);
  });
});

describe('annotations', () => {
  const annotation = (over: object) => ({
    id: 1,
    time: at('02:00:00'),
    text: 'Release',
    tags: ['deploy'],
    alertId: 0,
    ...over,
  });
  const observe = async (annotations: readonly object[]) => {
    await using server = await grafana({ '/api/annotations': json(annotations) });
    const answer = await (await sourcesOf({ graf: graf(server.url) })).graf?.changes?.observe(scope, {});
    if (answer?.kind !== 'data') throw new Error(answer?.gap.reason);
    return { changes: answer.data.map((one) => Change.parse(one)), query: server.asked[0]?.path ?? '' };
  };
  test('with a tag of changes are changes, with author and link to the time', async () => {
    const { changes, query } = await observe([
      annotation({
        text: 'Deployed <b>v2</b>',
        tags: ['deploy', 'service:web'],
        login: 'jo',
        dashboardUID: 'd1',
        panelId: 4,
      }),
      annotation({ id: 2, alertId: 7 }),
    ]);
    expect(changes).toEqual([
      {
        id: 'grafana-annotation-1',
        kind: 'deploy',
        at: '2026-11-20T02:00:00.000Z',
        title: 'Deployed v2',
        service: 'web',
        author: 'jo',
        link: expect.stringMatching(/\/d\/d1\?from=1795138200000&to=1795141800000&viewPanel=4$/),
      },
    ]);
    expect([...new URL(query, 'http://x').searchParams.getAll('tags')]).toContain('deploy');
  });
  test.each([
    ['a tag that is its name', { tags: ['deploy', 'cart'] }, 'cart'],
    ['its name in the text', { text: 'cart: new image' }, 'cart'],
    ['a name with a dash', { tags: ['deploy', 'ad-server'] }, 'ad-server'],
    ['nothing', { tags: ['deploy', 'weekly'] }, undefined],
  ])('belong to a service by %s', async (_, over, service) => {
    expect((await observe([annotation(over)])).changes[0]?.service).toBe(service);
  });
});

describe('trouble', () => {
  test.each<[string, Answer, RegExp]>([
    ['another form', { body: '[1]' }, /not its API/],
    ['no JSON', { body: '<html>' }, /not its API/],
    ['no right', { status: 403 }, /refused the token/],
    ['a broken server', { status: 500 }, /status 500/],
  ])('%s is a gap', async (_, answer, reason) => {
    await using server = await grafana({ '/api/annotations': answer });
    const found = await (await sourcesOf({ graf: graf(server.url) })).graf?.changes?.observe(scope, {});
    expect(found?.kind === 'gap' && found.gap.reason).toMatch(reason);
  });
  test('a wrong token is a gap, and the login page is no answer', async () => {
    await using server = await grafana({});
    const found = await (await sourcesOf({ graf: graf(server.url) }, 'wrong')).graf?.alerts?.observe(scope, {});
    expect(found).toMatchObject({ kind: 'gap', gap: { reason: expect.stringContaining('refused the token') } });
  });
});

describe('a data source behind Grafana', () => {
  test("is asked by Grafana's proxy with Grafana's token", async () => {
    await using server = await grafana({
      '/api/datasources/proxy/uid/P1/api/v1/alerts': json({
        status: 'success',
        data: {
          alerts: [{ labels: { alertname: 'A', service: 'web' }, state: 'firing', activeAt: '2026-11-20T02:00:00Z' }],
        },
      }),
    });
    const sources = await sourcesOf({ graf: graf(server.url), prom: { kind: 'prometheus', via: 'graf', uid: 'P1' } });
    expect(await sources.prom?.alerts?.observe(scope, {})).toMatchObject({ kind: 'data', data: [{ name: 'A' }] });
  });
  const url = 'https://grafana.example.com';
  const loki = { kind: 'loki', via: 'graf', uid: 'P2' };
  test.each<[string, object, string]>([
    ['an unknown name', { loki }, 'loki.via'],
    ['a source that is no Grafana', { graf: { kind: 'loki', url }, loki }, 'loki.via'],
    ['no uid', { graf: graf(url), loki: { ...loki, uid: undefined } }, 'loki.uid'],
    ['a uid that is a path', { graf: graf(url), loki: { ...loki, uid: '../../admin' } }, 'loki.uid'],
    ['an address of its own', { graf: graf(url), loki: { ...loki, url } }, 'loki.via'],
    ['a Grafana without a login to share', { graf: { kind: 'grafana', url }, loki }, 'loki.via'],
  ])('is refused with %s', (_, entries, path) => {
    expect(() => readEntries(entries, { place: 'stage' })).toThrow(
      expect.objectContaining({ issues: [expect.objectContaining({ path: path.split('.') })] }),
    );
  });
  test('shares the secret of its Grafana', () => {
    const [, read] = readEntries({ graf: graf(url), loki }, { place: 'stage' });
    expect(read?.config).toMatchObject({
      url: `${url}/api/datasources/proxy/uid/P2`,
      auth: { kind: 'bearer', secret: 'graf-token' },
    });
    expect(read?.secrets.map(({ name }) => name)).toEqual(['graf-token']);
  });
});
