import { describe, expect, test } from 'vitest';
import {
  ago,
  app,
  causes,
  cronJob,
  down,
  ended,
  event,
  explanations,
  find,
  job,
  meta,
  node,
  ownedBy,
  pending,
  pod,
  replicaSet,
  service,
  sick,
  waiting,
} from './objects.ts';

// What events say of pods that cannot start or had to go, and of what stands behind that.

type Json = Readonly<Record<string, unknown>>;
const creating = (name: string, over: Json = {}): Json[] => sick(name, { state: waiting('ContainerCreating') }, over);
const about = (name: string, reason: string, message: string, over: Json = {}) =>
  event('Pod', pod(name), reason, message, over);

describe('a pod that has a node and does not start', () => {
  test.each([
    ['plugin type="aws-cni" failed (add): add cmd: failed to assign an IP address to container'],
    [
      'failed to setup network: plugin type="host-local" failed (add): no IP addresses available in range set: 10.8.0.1-10.8.0.62',
    ],
    ['plugin type="calico" failed (add): no more free addresses left in the pool'],
  ])('has no address: %s', (message) => {
    const items = [
      ...creating('desk'),
      about('desk', 'FailedCreatePodSandBox', `Failed to create pod sandbox: ${message}`),
    ];
    expect(causes(...items)).toEqual(['Deployment desk: pod-address-exhausted']);
  });

  test('has a network plugin that is not there: no word of addresses', () => {
    const message =
      'Failed to create pod sandbox: plugin type="calico" failed (add): stat /var/lib/calico/nodename: no such file or directory';
    expect(explanations(...creating('desk'), about('desk', 'FailedCreatePodSandBox', message))).toEqual([]);
  });

  test('got its address in the meantime', () => {
    expect(
      causes(...app('desk'), about('desk', 'FailedCreatePodSandBox', 'failed to assign an IP address to container')),
    ).toEqual([]);
  });

  const attachment = {
    kind: 'VolumeAttachment',
    metadata: { name: 'csi-1' },
    spec: { nodeName: 'worker-07', source: { persistentVolumeName: 'pv-ledger' } },
    status: { attached: true },
  };
  const multi =
    'Multi-Attach error for volume "pv-ledger" Volume is already exclusively attached to one node and can\'t be attached to another';

  test('waits for a volume that another node holds, and says which', () => {
    const [finding] = find(...creating('ledger-db'), about('ledger-db', 'FailedAttachVolume', multi), attachment);
    expect(finding).toMatchObject({ cause: 'volume-attached-elsewhere', entity: { name: 'ledger-db' } });
    expect(finding?.claim).toContain('pv-ledger is still attached to node worker-07');
  });

  test('waits for a volume whose driver fails: not said to be elsewhere', () => {
    const message = 'AttachVolume.Attach failed for volume "pv-ledger": rpc error: code = Internal desc = timed out';
    expect(explanations(...creating('ledger-db'), about('ledger-db', 'FailedAttachVolume', message))).toEqual([]);
  });

  test('misses a Secret that it mounts', () => {
    const message = 'MountVolume.SetUp failed for volume "keys" : secret "ledger-keys" not found';
    const [finding] = find(...creating('ledger'), about('ledger', 'FailedMount', message));
    expect(finding).toMatchObject({ cause: 'secret-missing' });
    expect(finding?.claim).toContain('secret "ledger-keys" not found');
  });

  test('fails in its hook', () => {
    const items = [
      ...sick('mailer', { state: waiting('CrashLoopBackOff') }),
      about('mailer', 'FailedPostStartHook', 'PostStartHook failed'),
    ];
    expect(causes(...items)).toContain('Deployment mailer: lifecycle-hook-failed');
  });

  test('is told by the event why its container is not made, where the status is silent', () => {
    const items = [
      ...sick('ledger', { state: waiting('CreateContainerConfigError', '') }),
      about('ledger', 'Failed', 'Error: secret "ledger-db" not found'),
    ];
    expect(causes(...items)).toEqual(['Deployment ledger: secret-missing']);
  });
});

describe('a container that is restarted', () => {
  const loop = { state: waiting('CrashLoopBackOff'), restartCount: 6 };
  test('began with its first restart, not with its last', () => {
    const items = [
      ...sick('dns-cache', { ...loop, lastState: ended() }),
      about('dns-cache', 'BackOff', 'Back-off restarting failed container server', { firstTimestamp: ago(40) }),
    ];
    expect(find(...items).find(({ cause }) => cause === 'application-crash')?.onset).toBe(
      new Date(ago(40)).toISOString(),
    );
  });

  test('is killed by the kubelet, and does not end by itself', () => {
    const items = [
      ...sick('gate', { ...loop, lastState: ended({ exitCode: 137 }) }),
      about('gate', 'Killing', 'Container server failed liveness probe, will be restarted', { type: 'Normal' }),
    ];
    expect(causes(...items)).toEqual(['Deployment gate: liveness-probe']);
  });

  test('ends well and is started again and again', () => {
    const done = ended({ exitCode: 0, reason: 'Completed' });
    expect(causes(...sick('migrate', { ...loop, lastState: done }))).toEqual(['Deployment migrate: command-invalid']);
  });

  test('ended while its pod started and has run since: a minor observation', () => {
    const items = app('gate', { containerStatus: { restartCount: 2, lastState: ended({ finishedAt: ago(50) }) } });
    const young = items.map((item) =>
      item.kind === 'Pod' ? { ...item, metadata: { ...(item.metadata as Json), creationTimestamp: ago(55) } } : item,
    );
    expect(find(...young).map(({ severity }) => severity)).toEqual(['minor']);
  });
});

describe('a probe that the mesh rewrote', () => {
  const rewritten = { httpGet: { path: '/app-health/server/readyz', port: 15020 } };
  const proxy = (probers: unknown) => ({
    name: 'istio-proxy',
    ports: [{ containerPort: 15090 }],
    env: [{ name: 'ISTIO_KUBE_APP_PROBERS', value: JSON.stringify(probers) }],
  });
  const meshed = (probers: unknown) =>
    sick(
      'rates',
      { state: { running: { startedAt: ago(60) } } },
      {
        podSpec: {
          containers: [{ name: 'server', ports: [{ containerPort: 8080 }], readinessProbe: rewritten }, proxy(probers)],
        },
      },
    );
  const fails = about('rates', 'Unhealthy', 'Readiness probe failed: HTTP probe failed with statuscode: 500');

  test('asks the port that the application has', () => {
    expect(
      explanations(...meshed({ '/app-health/server/readyz': { httpGet: { path: '/', port: 8080 } } }), fails),
    ).toEqual([]);
  });
  test('asks a port that it does not have', () => {
    expect(
      explanations(...meshed({ '/app-health/server/readyz': { httpGet: { path: '/', port: 9999 } } }), fails),
    ).toEqual(['Deployment rates: readiness-probe-port']);
  });
  test('is not judged by the port of the mesh', () => {
    expect(explanations(...meshed({}), fails)).toEqual([]);
  });
});

describe('a webhook', () => {
  const call = (why: string) =>
    `Error creating: Internal error occurred: failed calling webhook "pods.stamp.example.io": Post "https://stamp.gates.svc:443/pods?timeout=10s": ${why}`;
  const inGates = (item: Json): Json => ({ ...item, metadata: { ...(item.metadata as Json), namespace: 'gates' } });
  const lacking = [...down('cart').filter(({ kind }) => kind !== 'Pod')];
  const refused = (why: string) => event('ReplicaSet', replicaSet('cart'), 'FailedCreate', call(why));

  test('that does not answer is the cause, and not the workload that waits', () => {
    const items = [
      ...lacking,
      refused('no endpoints available for service "stamp"'),
      ...down('stamp').map(inGates),
      inGates(service('stamp')),
    ];
    expect(explanations(...items)).toEqual(['Deployment stamp: admission-webhook-unavailable']);
    expect(find(...items).find(({ entity }) => entity.name === 'cart')?.dependency).toMatchObject({
      name: 'stamp',
      namespace: 'gates',
    });
  });

  test('that refuses does answer', () => {
    const message = 'Error creating: admission webhook "pods.stamp.example.io" denied the request: no owner label';
    expect(explanations(...lacking, event('ReplicaSet', replicaSet('cart'), 'FailedCreate', message))).toEqual([
      'Deployment cart: admission-refused',
    ]);
  });

  test('is found without events, by its configuration and what has no pods', () => {
    const items = [
      ...lacking,
      ...down('stamp').map(inGates),
      inGates(service('stamp')),
      {
        kind: 'MutatingWebhookConfiguration',
        metadata: { name: 'stamp' },
        webhooks: [
          {
            name: 'pods.stamp.example.io',
            failurePolicy: 'Fail',
            clientConfig: { service: { name: 'stamp', namespace: 'gates' } },
          },
        ],
      },
    ];
    expect(explanations(...items)).toEqual(['Deployment stamp: admission-webhook-unavailable']);
  });
});

describe('a webhook with a certificate that the API server refuses', () => {
  const configuration = (caBundle?: string): Json => ({
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name: 'stamp-rules' },
    webhooks: [
      {
        name: 'pods.stamp.example.io',
        failurePolicy: 'Fail',
        clientConfig: { service: { name: 'stamp', namespace: 'gates' }, ...(caBundle && { caBundle }) },
      },
    ],
  });
  const inGates = (item: Json): Json => ({ ...item, metadata: { ...(item.metadata as Json), namespace: 'gates' } });
  const lacking = [...down('cart').filter(({ kind }) => kind !== 'Pod')];
  const well = [...app('stamp').map(inGates), inGates(service('stamp'))];
  const refused = (why: string) =>
    event(
      'ReplicaSet',
      replicaSet('cart'),
      'FailedCreate',
      `Error creating: Internal error occurred: failed calling webhook "pods.stamp.example.io": failed to call webhook: Post "https://stamp.gates.svc:443/pods?timeout=10s": ${why}`,
    );
  const bundle = (body: string) => btoa(`-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----\n`);
  /** The validity alone, as DER writes it. */
  const validUntil = (end: string) => bundle(btoa(`0\x1e\x17\r250101000000Z\x17\r${end}Z`));
  /** openssl x509: valid from 2026-11-28 to 2026-11-29, 04:59:29 UTC. */
  const real =
    'MIIBIDCBxwIUE+LkBOVLn+TqnMjsSSPt3WsowdcwCgYIKoZIzj0EAwIwEzERMA8GA1UEAwwIc3RhbXAtY2EwHhcNMjYxMTI4MDQ1OTI5WhcNMjYxMTI5MDQ1OTI5WjATMREwDwYDVQQDDAhzdGFtcC1jYTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABHugADFmgI1E/CRlQlNlA2xs9XbiaVrT7rvpRXgoCVjAv/c6SP/ET5m59fK7htlVFy1OoPaHhW/o1fPv7t79DqwwCgYIKoZIzj0EAwIDSAAwRQIgUDN0sPYKllFRcKbMI1KbkP9rJQ/mD4KNv9hEVi7zzdMCIQDqtS3IT2B/8EVASnzttqDhwlndl0bPS9xLnQJfLlh3jA==';

  test('that has expired is the cause', () => {
    const why =
      'tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time 2026-11-20T02:48:00Z is after 2026-11-19T00:00:00Z';
    expect(explanations(...lacking, ...well, configuration(), refused(why))).toEqual([
      'Deployment stamp: certificate-expired',
    ]);
  });
  test('that its caBundle does not fit is the fault of the configuration', () => {
    const why = 'tls: failed to verify certificate: x509: certificate signed by unknown authority';
    expect(explanations(...lacking, ...well, configuration(), refused(why))).toEqual([
      'ValidatingWebhookConfiguration stamp-rules: certificate-invalid',
    ]);
  });
  test('is found without events, by the end of the authority in the caBundle', () => {
    expect(explanations(...lacking, ...well, configuration(validUntil('261119000000')))).toEqual([
      'Deployment stamp: certificate-expired',
    ]);
  });
  test.each([
    ['valid', real],
    ['missing', undefined],
    ['no certificate', bundle('AAAA')],
    ['no base64', '%%%'],
  ])('is not suspected without events if the authority is %s', (_, caBundle) => {
    expect(explanations(...lacking, ...well, configuration(caBundle))).toEqual([]);
  });
  test('is not suspected if every pod was created', () => {
    expect(explanations(...app('cart'), ...well, configuration(validUntil('261119000000')))).toEqual([]);
  });
});

describe('a network plugin that is not ready on a node', () => {
  const waiting = { ready: false, state: { waiting: { reason: 'ContainerCreating' } } };
  const plugin = (available: number): Json[] =>
    app('calico-node', {
      kind: 'DaemonSet',
      status: { desiredNumberScheduled: 1, numberAvailable: available, conditions: [] },
      containerStatus: { ready: available > 0 },
    });
  const stuck = down('cart', { containerStatus: waiting });
  const message =
    'Failed to create pod sandbox: plugin type="calico" failed (add): stat /var/lib/calico/nodename: no such file or directory: check that the calico/node container is running';

  test('is the cause, and the workload whose pods wait points to it', () => {
    const found = find(...plugin(0), ...stuck, event('Pod', pod('cart'), 'FailedCreatePodSandBox', message));
    expect(
      found.find(({ entity, cause }) => entity.name === 'calico-node' && cause === 'pods-unavailable'),
    ).toMatchObject({
      role: 'cause',
      confidence: 0.93,
    });
    expect(
      found.find(({ entity, dependency }) => entity.name === 'cart' && dependency?.name === 'calico-node')?.role,
    ).toBe('symptom');
  });
  test('is less sure without events', () => {
    expect(
      find(...plugin(0), ...stuck).find(({ entity, role }) => entity.name === 'calico-node' && role === 'cause')
        ?.confidence,
    ).toBe(0.8);
  });
  test.each<[string, Json[]]>([
    ['is ready', [...plugin(1), ...stuck]],
    ['is not ready where no pod waits', [...plugin(0), ...app('cart')]],
  ])('is no cause if it %s', (_, items) => {
    expect(find(...items).filter(({ claim }) => claim.includes('network plugin'))).toEqual([]);
  });
});

describe('a pod that had to go', () => {
  const high = {
    kind: 'PriorityClass',
    metadata: { name: 'batch-high', creationTimestamp: ago(20) },
    value: 1000,
    globalDefault: true,
  };
  const gone = (reason: string, message: string) =>
    event('Pod', 'scorer-6778bd7b8b-bbbbb', reason, message, { type: 'Normal', firstTimestamp: ago(11) });
  const taker = app('trainer', { podSpec: { priority: 1000, priorityClassName: 'batch-high' } });

  test('to pods of a higher priority: by whom, and why they outrank it', () => {
    const items = [
      ...pending('scorer', '0/3 nodes are available: 3 Insufficient cpu.'),
      gone('Preempted', `Preempted by shop/${pod('trainer')} on node worker-01`),
      ...taker,
      high,
    ];
    expect(causes(...items)).toEqual([
      'Deployment scorer: scheduling-insufficient-cpu',
      'Deployment scorer: preempted',
    ]);
    expect(find(...items).find(({ cause }) => cause === 'preempted')?.claim).toMatch(
      /trainer.*batch-high, the default of the cluster/,
    );
  });

  test('and found another place', () => {
    expect(causes(...app('scorer'), gone('Preempted', 'Preempted by pod 1234 on node worker-01'))).toEqual([]);
  });

  const interrupted = event(
    'Node',
    'ip-10-0-7-9',
    'SpotInterrupted',
    'Spot interruption warning was triggered for the node',
    { firstTimestamp: ago(12) },
  );

  test('with its node, which its provider took back', () => {
    const items = [
      ...pending('scorer', '0/2 nodes are available: 2 Insufficient memory.'),
      gone('Evicted', 'Evicted pod'),
      interrupted,
    ];
    expect(explanations(...items)).toEqual(['Node ip-10-0-7-9: node-reclaimed']);
    expect(find(...items).find(({ entity }) => entity.name === 'scorer')?.dependency).toMatchObject({
      kind: 'Node',
      name: 'ip-10-0-7-9',
    });
  });

  test('while its node stays: nothing was taken back', () => {
    expect(explanations(...app('scorer'), node('ip-10-0-7-9'), interrupted)).toEqual([]);
  });
});

describe('a volume that is elsewhere', () => {
  const conflict = '0/2 nodes are available: 2 node(s) had volume node affinity conflict.';
  const zone = (name: string, value: string, spec: Json = {}) =>
    node(name, { labels: { 'topology.kubernetes.io/zone': value }, spec });
  const stored = [
    ...pending('vault', conflict, { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'vault-data' } }] }),
    {
      kind: 'PersistentVolumeClaim',
      metadata: meta('vault-data'),
      spec: { volumeName: 'pv-vault' },
      status: { phase: 'Bound' },
    },
    {
      kind: 'PersistentVolume',
      metadata: { name: 'pv-vault' },
      spec: {
        capacity: { storage: '10Gi' },
        nodeAffinity: {
          required: {
            nodeSelectorTerms: [
              { matchExpressions: [{ key: 'topology.kubernetes.io/zone', operator: 'In', values: ['north-c'] }] },
            ],
          },
        },
      },
      status: { phase: 'Bound' },
    },
  ];
  test('in a zone without a node', () => {
    const items = [...stored, zone('n-1', 'north-a'), zone('n-2', 'north-b')];
    expect(causes(...items)).toEqual(['Deployment vault: volume-zone-mismatch']);
    expect(find(...items)[0]?.claim).toContain('north-c, where no node is');
  });
  test('in a zone whose node is cordoned', () => {
    expect(causes(...stored, zone('n-1', 'north-a'), zone('n-3', 'north-c', { unschedulable: true }))).toEqual([
      'Deployment vault: scheduling-node-cordoned',
    ]);
  });
});

describe('other observations', () => {
  test('every workload that lacks pods is reported with its newest warning', () => {
    const items = [
      ...sick('desk', { state: waiting('ContainerCreating') }),
      about('desk', 'FailedCreatePodSandBox', 'network plugin is not ready', { lastTimestamp: ago(9) }),
      about('desk', 'FailedMount', 'timed out waiting for the condition', { lastTimestamp: ago(2) }),
    ];
    expect(find(...items).map(({ claim, cause }) => `${cause}: ${claim}`)).toEqual([
      expect.stringMatching(
        /^pods-unavailable: Deployment desk: 0 of 1 available since .*; newest Warning: FailedMount: timed out/,
      ),
    ]);
    expect(find(...app('desk'))).toEqual([]);
  });

  test('an autoscaler that cannot count is context', () => {
    const scaler = (type: string, reason: string) => ({
      kind: 'HorizontalPodAutoscaler',
      metadata: meta('teller'),
      spec: { maxReplicas: 9, scaleTargetRef: { kind: 'Deployment', name: 'teller' } },
      status: {
        currentReplicas: 2,
        conditions: [{ type, status: 'False', reason, message: 'missing request for cpu' }],
      },
    });
    expect(find(scaler('ScalingActive', 'FailedGetResourceMetric'))).toMatchObject([
      {
        cause: 'autoscaler-without-metrics',
        role: 'context',
        claim: expect.stringContaining('its containers request no cpu'),
      },
    ]);
    expect(find(scaler('ScalingActive', 'ScalingDisabled'))).toEqual([]);
  });

  test('runs of a CronJob that overlap', () => {
    const run = (name: string, minutes: number) => ({
      ...job(name, 'rollup', {}),
      metadata: { ...meta(name, ownedBy('CronJob', 'rollup')) },
      status: { active: 1, startTime: ago(minutes), conditions: [] },
    });
    expect(
      causes(cronJob('rollup', { concurrencyPolicy: 'Allow' }), run('rollup-1', 130), run('rollup-2', 70)),
    ).toEqual(['CronJob rollup: job-overlap']);
    expect(causes(cronJob('rollup'), run('rollup-1', 10))).toEqual([]);
  });

  test('a Service whose selected pods are not recorded leads somewhere if its endpoints are ready', () => {
    const endpoints = { kind: 'Endpoints', metadata: meta('desk'), subsets: [{ addresses: [{ ip: '10.8.0.3' }] }] };
    const other = { ...service('desk'), spec: { selector: { app: 'elsewhere' }, ports: [{ port: 80 }] } };
    expect(causes(...app('desk'), other)).toEqual(['Service desk: service-selector']);
    expect(causes(...app('desk'), other, endpoints)).toEqual([]);
  });
});
