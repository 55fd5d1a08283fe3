import { describe, expect, test } from 'vitest';
import {
  ago,
  app,
  causes,
  down,
  ended,
  event,
  explanations,
  find,
  meta,
  ownedBy,
  pod,
  sick,
  waiting,
} from './objects.ts';

// Pods that were placed and do not run: images, containers that end, probes.

type Case = readonly [what: string, items: readonly Record<string, unknown>[], said: string[]];

describe('an image that is not pulled', () => {
  const image = 'registry.example.com/cart:1.4.2';
  const pull = (message: string, over: object = {}) => [
    ...sick('cart', { state: waiting('ImagePullBackOff', `Back-off pulling image "${image}"`) }, over),
    event('Pod', pod('cart'), 'Failed', `Failed to pull image "${image}": ${message}`),
  ];
  const noSecret = event(
    'Pod',
    pod('cart'),
    'FailedToRetrieveImagePullSecret',
    'Unable to retrieve some image pull secrets (regcred); attempting to pull the image may not succeed.',
  );
  const withSecret = { podSpec: { imagePullSecrets: [{ name: 'regcred' }] } };
  const notFound =
    'rpc error: code = NotFound desc = failed to pull and unpack image: failed to resolve reference: not found';
  const refused = `failed to resolve reference "${image}": failed to authorize: failed to fetch anonymous token: 401 Unauthorized`;
  const either =
    'pull access denied, repository does not exist or may require authorization: server message: insufficient_scope';
  const noHost = 'failed to do request: Head "https://x/v2/": dial tcp: lookup x on 10.96.0.10:53: no such host';
  test.each<Case>([
    ['the tag does not exist', pull(notFound), ['image-not-found']],
    [
      'the name is no name',
      sick('cart', { state: waiting('InvalidImageName', "couldn't parse image reference: invalid reference format") }),
      ['image-not-found'],
    ],
    ['the registry wants credentials', pull(refused), ['image-pull-secret-missing']],
    ['the named secret is missing', [...pull(refused, withSecret), noSecret], ['image-pull-secret-missing']],
    ['the registry has no address', pull(noHost), ['image-registry-unreachable']],
    [
      'the registry limits the pulls',
      pull('toomanyrequests: You have reached your pull rate limit. You may increase the limit by authenticating'),
      ['image-registry-rate-limit'],
    ],
    ['the kubelet may not ask so often', pull('pull QPS exceeded'), ['image-registry-rate-limit']],
    ['the registry answers 429', pull('unexpected status code: 429 Too Many Requests'), ['image-registry-rate-limit']],
    ['the registry does not answer', pull('dial tcp 10.9.9.9:443: i/o timeout'), ['image-registry-unreachable']],
    // Look-alikes
    ['a stranger is told that the name may be private', pull(either), ['image-not-found']],
    ['one with credentials is told the same', pull(either, withSecret), ['image-pull-secret-missing']],
    [
      'a secret is missing, but the registry has no address',
      [...pull(noHost), noSecret],
      ['image-registry-unreachable'],
    ],
    ['a secret is missing, but the registry knows no such tag', [...pull(notFound), noSecret], ['image-not-found']],
  ])('because %s', (_, items, said) => {
    expect(causes(...items)).toEqual(said.map((cause) => `Deployment cart: ${cause}`));
  });

  test('is not judged by the name of the image', () => {
    const named = 'registry.example.com/denied-dns:v1.403';
    const items = [
      ...sick('cart', { state: waiting('ErrImagePull') }, { container: { image: named } }),
      event('Pod', pod('cart'), 'Failed', `Failed to pull image ${named}: manifest unknown`),
    ];
    expect(causes(...items)).toEqual(['Deployment cart: image-not-found']);
  });

  test('is less sure without a word of why, or where it may be one of two', () => {
    const [silent] = find(...sick('cart', { state: waiting('ImagePullBackOff', 'Back-off') }));
    const [unsure] = find(...pull(either));
    const [sure] = find(...pull(notFound));
    expect(silent?.confidence).toBeLessThan(0.7);
    expect(unsure?.confidence).toBeLessThan(0.7);
    expect(sure?.confidence).toBeGreaterThan(0.9);
  });

  test('says the image, since when, and the line of the kubelet', () => {
    const [first] = find(...pull(notFound));
    expect(first).toMatchObject({
      claim: expect.stringContaining(image),
      entity: { kind: 'Deployment', name: 'cart', namespace: 'shop', cluster: 'backend-1' },
      role: 'cause',
    });
    expect(first?.evidence[0]?.excerpt).toContain('failed to resolve reference: not found');
  });
});

describe('a container that ends', () => {
  const crashLoop = waiting('CrashLoopBackOff', 'back-off 5m0s restarting failed container');
  test.each<Case>([
    [
      'for want of memory',
      sick('cart', { restartCount: 4, state: crashLoop, lastState: ended({ reason: 'OOMKilled', exitCode: 137 }) }),
      ['oom-killed'],
    ],
    [
      'because its limit is too small even to start',
      sick('cart', {
        state: waiting('RunContainerError', 'x'),
        lastState: ended({
          reason: 'StartError',
          exitCode: 128,
          message: 'container init was OOM-killed (memory limit too low?)',
        }),
      }),
      ['oom-killed'],
    ],
    [
      'because its command does not exist',
      sick('cart', {
        state: waiting('RunContainerError', 'exec: "/app/serve": stat /app/serve: no such file or directory: unknown'),
        lastState: ended({ reason: 'StartError', exitCode: 128 }),
      }),
      ['command-invalid'],
    ],
    [
      'because a Secret is missing',
      sick('cart', { state: waiting('CreateContainerConfigError', 'secret "db-login" not found') }),
      ['secret-missing'],
    ],
    [
      'because a key is missing',
      sick('cart', {
        state: waiting('CreateContainerConfigError', "couldn't find key password in Secret shop/db-login"),
      }),
      ['secret-missing'],
    ],
    ['by itself', sick('cart', { restartCount: 9, state: crashLoop, lastState: ended() }), ['application-crash']],
    // Look-alikes
    [
      'with 137, killed by somebody, not for memory',
      sick('cart', { restartCount: 2, state: crashLoop, lastState: ended({ exitCode: 137 }) }),
      ['application-crash'],
    ],
    [
      'never, since its configuration is refused for another reason than a Secret',
      sick('cart', {
        state: waiting('CreateContainerConfigError', 'container has runAsNonRoot and image will run as root'),
      }),
      [],
    ],
    [
      'never, since the runtime is slow',
      sick('cart', { state: waiting('CreateContainerError', 'context deadline exceeded') }),
      [],
    ],
    ['because it was done', sick('cart', { state: ended({ exitCode: 0, reason: 'Completed' }) }), []],
    [
      'once, days ago, and runs since',
      app('cart', {
        containerStatus: { restartCount: 1, lastState: ended({ reason: 'OOMKilled', finishedAt: ago(4000) }) },
      }),
      [],
    ],
    ['never', app('cart'), []],
  ])('%s', (_, items, said) => {
    expect(causes(...items)).toEqual(said.map((cause) => `Deployment cart: ${cause}`));
  });

  test('for want of memory tells the limit and the first time, for all pods in one finding', () => {
    const killed = (minutes: number) =>
      sick('cart', {
        restartCount: 3,
        state: crashLoop,
        lastState: ended({ reason: 'OOMKilled', finishedAt: ago(minutes) }),
      });
    const [deployment, replicas, one] = killed(7);
    const other = killed(20)[2] as { metadata: object };
    const found = find(deployment!, replicas!, one!, {
      ...other,
      metadata: { ...other.metadata, name: 'cart-6778bd7b8b-zzzzz' },
    });
    expect(found).toMatchObject([
      {
        claim: '2 pods of Deployment cart OOM-killed since 02:40 UTC, memory limit 128Mi.',
        onset: '2026-11-20T02:40:00.000Z',
        errorTemplate: 'OOMKilled, memory limit <n>',
        errorIdentity: { text: 'OOMKilled, memory limit 128Mi' },
      },
    ]);
  });

  test('in its init container is judged by the limit of that one', () => {
    const items = sick(
      'cart',
      { state: waiting('PodInitializing') },
      {
        podSpec: {
          initContainers: [{ name: 'migrate', resources: { limits: { memory: '32Mi' } } }],
        },
        podStatus: {
          phase: 'Pending',
          containerStatuses: undefined,
          initContainerStatuses: [
            {
              name: 'migrate',
              ready: false,
              restartCount: 2,
              state: crashLoop,
              lastState: ended({ reason: 'OOMKilled' }),
            },
          ],
        },
      },
    );
    expect(
      find(...items)
        .map(({ claim }) => claim)
        .join(),
    ).toContain('memory limit 32Mi');
  });

  test('by itself is a symptom: why, its log says', () => {
    const items = sick('cart', { restartCount: 9, state: crashLoop, lastState: ended() });
    expect(explanations(...items)).toEqual([]);
    expect(find(...items)[0]?.confidence).toBeLessThan(0.6);
  });
});

describe('a probe fails', () => {
  const httpGet = (port: number | string, over: object = {}) => ({
    httpGet: { path: '/healthz', port, ...over },
    periodSeconds: 10,
    failureThreshold: 3,
  });
  const failing = (which: 'Liveness' | 'Readiness', message: string) =>
    event('Pod', pod('cart'), 'Unhealthy', `${which} probe failed: ${message}`);
  const refused = 'Get "http://10.0.1.7:8080/healthz": dial tcp 10.0.1.7:8080: connect: connection refused';
  const malformed = `Get "http://10.0.1.7:8080/healthz": net/http: HTTP/1.x transport connection broken: malformed HTTP response "\\x00\\x00\\x06\\x04"`;
  const liveness = (probe: object, message = refused, over: { container?: object; status?: object } = {}) => [
    ...down('cart', {
      container: { livenessProbe: probe, ...over.container },
      containerStatus: {
        ready: false,
        restartCount: 3,
        lastState: ended({ exitCode: 137, startedAt: ago(9), finishedAt: ago(8) }),
        ...over.status,
      },
    }),
    failing('Liveness', message),
  ];
  const readiness = (probe: object, message = refused) => [
    ...sick('cart', { restartCount: 0 }, { container: { readinessProbe: probe } }),
    failing('Readiness', message),
  ];
  const impatient = {
    httpGet: { path: '/healthz', port: 8080 },
    initialDelaySeconds: 1,
    periodSeconds: 1,
    failureThreshold: 1,
  };
  const longAgo = { lastState: ended({ exitCode: 137, startedAt: ago(600), finishedAt: ago(8) }) };

  test.each<Case>([
    ['on a port the container does not have', liveness(httpGet(9999)), ['liveness-probe-port']],
    ['on a port of a name nobody has', liveness(httpGet('admin')), ['liveness-probe-port']],
    ['in another language', liveness(httpGet(8080), malformed), ['liveness-probe-protocol']],
    [
      'as gRPC on what speaks none',
      liveness({ grpc: { port: 8080 } }, 'error: this server does not implement the grpc health protocol'),
      ['liveness-probe-protocol'],
    ],
    [
      'over TLS on what speaks none',
      liveness(httpGet(8080, { scheme: 'HTTPS' }), 'Get "https://x": http: server gave HTTP response to HTTPS client'),
      ['liveness-probe-protocol'],
    ],
    ['before the application is up', liveness(impatient), ['liveness-probe-timing']],
    ['on readiness, on a wrong port', readiness(httpGet(8081)), ['readiness-probe-port']],
    ['on readiness, in another language', readiness(httpGet(8080), malformed), ['readiness-probe-protocol']],
  ])('%s', (_, items, said) => {
    expect(explanations(...items)).toEqual(said.map((cause) => `Deployment cart: ${cause}`));
  });

  describe('that a revision made more impatient', () => {
    const slow = { initialDelaySeconds: 60, periodSeconds: 10, failureThreshold: 6 };
    const quick = { initialDelaySeconds: 10, periodSeconds: 5, failureThreshold: 2 };
    const timed = (times: object) => ({ httpGet: { path: '/healthz', port: 8080 }, ...times });
    const lived = (seconds: number, exitCode = 143) => ({
      lastState: ended({ exitCode, startedAt: ago(8 + seconds / 60), finishedAt: ago(8) }),
    });
    const earlier = (probe: object | undefined) => ({
      kind: 'ReplicaSet',
      metadata: meta('cart-5f5f5f5f5f', {
        ...ownedBy('Deployment', 'cart'),
        annotations: { 'deployment.kubernetes.io/revision': '-1' },
      }),
      spec: {
        replicas: 0,
        selector: { matchLabels: { app: 'cart' } },
        template: {
          metadata: { labels: { app: 'cart' } },
          spec: { containers: [{ name: 'server', image: 'x:1', ...(probe && { livenessProbe: probe }) }] },
        },
      },
    });
    const said = (probe: object, before: object | undefined, status: object, message = refused) =>
      explanations(...liveness(probe, message, { status }), earlier(before));
    test('is too impatient, if it kills a container that does not listen yet', () => {
      expect(said(timed(quick), timed(slow), lived(21))).toEqual(['Deployment cart: liveness-probe-timing']);
    });
    test.each<[string, string[]]>([
      ['is as patient as before', said(timed(slow), timed(slow), lived(121))],
      ['has no probe before to compare with', said(timed(quick), undefined, lived(21))],
      ['kills a container that has run for long', said(timed(quick), timed(slow), lived(2000))],
      ['gets an answer', said(timed(quick), timed(slow), lived(21), 'HTTP probe failed with statuscode: 500')],
    ])('is not, if it %s', (_, found) => {
      expect(found).not.toContain('Deployment cart: liveness-probe-timing');
    });
  });

  test.each<Case>([
    ['refuses', liveness(httpGet(8080)), ['liveness-probe']],
    ['answers 500', liveness(httpGet(8080), 'HTTP probe failed with statuscode: 500'), ['liveness-probe']],
    ['hangs up', liveness(httpGet(8080), 'Get "http://10.0.1.7:8080/healthz": EOF'), ['liveness-probe']],
    [
      'is slow at TLS',
      liveness(httpGet(8080, { scheme: 'HTTPS' }), 'net/http: TLS handshake timeout'),
      ['liveness-probe'],
    ],
    [
      'has frames in its path',
      liveness(
        httpGet(8080, { path: '/http2/frames' }),
        'Get "http://10.0.1.7:8080/http2/frames": connect: connection refused',
      ),
      ['liveness-probe'],
    ],
    [
      'says it does not serve',
      liveness({ grpc: { port: 8080 } }, 'service unhealthy (responded with "NOT_SERVING")'),
      ['liveness-probe'],
    ],
    ['is asked by the name of its port', liveness(httpGet('http')), ['liveness-probe']],
    ['ran for hours under an impatient probe', liveness(impatient, refused, { status: longAgo }), ['liveness-probe']],
    [
      'had a startup probe to wait for it',
      liveness(impatient, refused, { container: { startupProbe: httpGet(8080) } }),
      ['liveness-probe'],
    ],
    ['is not ready', readiness(httpGet(8080)), ['readiness-probe']],
  ])('because the application %s: a symptom, and no explanation', (_, items, said) => {
    expect(explanations(...items)).toEqual([]);
    expect(causes(...items).filter((one) => one.includes('probe'))).toEqual(
      said.map((cause) => `Deployment cart: ${cause}`),
    );
  });

  test.each<Case>([
    [
      'while it started, and it is ready now',
      [...app('cart', { container: { readinessProbe: httpGet(9999) } }), failing('Readiness', refused)],
      [],
    ],
    [
      'on readiness a moment ago, and it is ready again, once restarted',
      [
        ...app('cart', {
          container: { readinessProbe: httpGet(9999) },
          containerStatus: { restartCount: 1 },
        }),
        failing('Readiness', refused),
      ],
      [],
    ],
    [
      'on liveness an hour ago, and it is ready since',
      [
        ...app('cart', { container: { livenessProbe: httpGet(9999) }, containerStatus: { restartCount: 1 } }),
        event('Pod', pod('cart'), 'Unhealthy', `Liveness probe failed: ${refused}`, { lastTimestamp: ago(60) }),
      ],
      [],
    ],
  ])('%s: nothing', (_, items, said) => {
    expect(causes(...items)).toEqual(said);
  });
});
