import { describe, expect, test } from 'vitest';
import { app, find, service } from './objects.ts';

type Json = Readonly<Record<string, unknown>>;
const calling = (name: string, variable: string, value: string): Json[] =>
  app(name, { container: { env: [{ name: variable, value }] } });
const ingress = (number: number): Json => ({
  kind: 'Ingress',
  metadata: { name: 'public', namespace: 'shop' },
  spec: {
    rules: [{ http: { paths: [{ path: '/parcel', backend: { service: { name: 'parcel', port: { number } } } }] } }],
  },
});
const causes = (...items: readonly Json[]) =>
  find(...items)
    .filter(({ role, cause }) => role === 'cause' && cause !== undefined)
    .map(({ entity, cause }) => `${entity.kind} ${entity.name}: ${cause}`);
const on = (port: number) => ({ ports: [{ port, targetPort: 8080 }] });
const blamed = ['Service parcel: service-port'];

describe('a Service whose port was changed', () => {
  test('is to blame if several callers use the port that it lacks', () => {
    const callers = [...calling('desk', 'PARCEL_URL', 'http://parcel:80'), ingress(80)];
    expect(causes(...app('parcel'), service('parcel', on(8000)), ...callers)).toEqual(blamed);
  });
  test('is to blame if it was applied with the port that its caller uses', () => {
    const applied = {
      ...service('parcel', on(8000)),
      metadata: {
        name: 'parcel',
        namespace: 'shop',
        annotations: {
          'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify({ spec: { ports: [{ port: 80 }] } }),
        },
      },
    };
    expect(causes(...app('parcel'), applied, ingress(80))).toEqual(blamed);
  });
  test('is to blame if its pods listen on that port, as those of all neighbours do', () => {
    const neighbours = ['quay', 'crane', 'dock'].flatMap((name) => [...app(name), service(name, on(8080))]);
    expect(causes(...app('parcel'), service('parcel', on(8000)), ...neighbours, ingress(8080))).toEqual(blamed);
  });
  test('explains the failing callers', () => {
    const found = find(
      ...app('parcel'),
      service('parcel', on(8000)),
      ...calling('desk', 'PARCEL_URL', 'http://parcel:80'),
      ingress(80),
    );
    expect(found.filter(({ dependency }) => dependency?.name === 'parcel').map(({ role }) => role)).toEqual([
      'symptom',
      'symptom',
    ]);
  });
});

describe('a caller is to blame', () => {
  test('if it alone uses a port that the Service lacks', () => {
    expect(causes(...app('parcel'), service('parcel'), ingress(8080))).toEqual(['Ingress public: route-wrong-backend']);
  });
  test('if others use the port of the Service', () => {
    const callers = [...calling('desk', 'PARCEL_URL', 'http://parcel:80'), ingress(8080)];
    expect(causes(...app('parcel'), service('parcel'), ...callers)).toEqual(['Ingress public: route-wrong-backend']);
  });
  test('if the annotation of the Service is no JSON', () => {
    const odd = {
      ...service('parcel'),
      metadata: {
        name: 'parcel',
        namespace: 'shop',
        annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{"spec":' },
      },
    };
    expect(causes(...app('parcel'), odd, ingress(8080))).toEqual(['Ingress public: route-wrong-backend']);
  });
});

describe("Traefik's and Kong's routes", () => {
  const traefik = (name: string, port: unknown, more: Json = {}): Json => ({
    kind: 'IngressRoute',
    apiVersion: 'traefik.io/v1alpha1',
    metadata: { name: 'public', namespace: 'shop' },
    spec: { routes: [{ match: 'Host(`a.example`) && PathPrefix(`/parcel`)', services: [{ name, port }], ...more }] },
  });
  const kong = (serviceName: string, servicePort: number): Json => ({
    kind: 'TCPIngress',
    apiVersion: 'configuration.konghq.com/v1beta1',
    metadata: { name: 'public', namespace: 'shop' },
    spec: { rules: [{ port: 9000, backend: { serviceName, servicePort } }] },
  });
  const middleware = { kind: 'Middleware', metadata: { name: 'strip', namespace: 'shop' }, spec: {} };
  const both = [...app('parcel'), service('parcel'), ...app('letter'), service('letter')];
  const cut = (name: string) => ({ middlewares: [{ name }] });
  test.each<[string, Json, Json[]]>([
    ['to nothing', traefik('parsel', 80), []],
    ['to a port that the Service lacks', traefik('parcel', 8081), []],
    ['named after another service', traefik('letter', 80), []],
    ['through a middleware that does not exist', traefik('parcel', 80, cut('strap')), [middleware]],
    ['of Kong to a port that the Service lacks', kong('parcel', 81), []],
  ])('%s are wrong', (_, route, more) => {
    expect(causes(...both, route, ...more).map((one) => one.split(': ')[1])).toEqual(['route-wrong-backend']);
  });
  test.each<[string, Json, Json[]]>([
    ['to their service', traefik('parcel', '80'), []],
    ["to Traefik's own services", traefik('api@internal', undefined), []],
    ['through a middleware that exists, or of another provider', traefik('parcel', 80, cut('strip')), [middleware]],
    ['through a middleware that nobody read', traefik('parcel', 80, cut('strap')), []],
    ['of Kong to their service', kong('parcel', 80), []],
    [
      'of another form',
      { kind: 'IngressRoute', metadata: { name: 'public', namespace: 'shop' }, spec: { routes: 'all' } },
      [],
    ],
  ])('%s are right', (_, route, more) => {
    expect(causes(...both, route, ...more)).toEqual([]);
  });
});
