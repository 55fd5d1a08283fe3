// Kubernetes objects as `kubectl get -o json` gives them, for the scenarios that are written by generate.mjs. Shapes only; no story.

const uid = (text) => {
  let hash = 2166136261;
  for (const character of text) hash = Math.imul(hash ^ character.charCodeAt(0), 16777619) >>> 0;
  const hex = hash.toString(16).padStart(8, '0');
  return `${hex}-${hex.slice(0, 4)}-4${hex.slice(1, 4)}-8${hex.slice(2, 5)}-${hex}${hex.slice(0, 4)}`;
};
const alphabet = 'bcdfghjklmnpqrstvwxz2456789';
export const suffix = (text, length) => {
  const hex = uid(text).replaceAll('-', '') + uid(`${text}+`).replaceAll('-', '');
  return [...hex]
    .slice(0, length)
    .map((c, i) => alphabet[(Number.parseInt(c, 16) * 7 + i * 3) % alphabet.length])
    .join('');
};

const meta = (kind, name, namespace, createdAt, extra = {}) => ({
  name,
  ...(namespace ? { namespace } : {}),
  uid: uid(`${kind}/${namespace}/${name}`),
  creationTimestamp: createdAt,
  ...extra,
});
const owner = (kind, name, namespace) => [
  {
    apiVersion: 'apps/v1',
    kind,
    name,
    uid: uid(`${kind}/${namespace}/${name}`),
    controller: true,
    blockOwnerDeletion: true,
  },
];

export const node = (name, createdAt) => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: meta('Node', name, undefined, createdAt, {
    labels: { 'kubernetes.io/hostname': name, 'topology.kubernetes.io/zone': 'us-east-1a' },
  }),
  spec: {},
  status: {
    capacity: { cpu: '16', memory: '65536Mi', pods: '110' },
    allocatable: { cpu: '15890m', memory: '63000Mi', pods: '110' },
    conditions: [
      { type: 'MemoryPressure', status: 'False', reason: 'KubeletHasSufficientMemory', lastTransitionTime: createdAt },
      { type: 'DiskPressure', status: 'False', reason: 'KubeletHasNoDiskPressure', lastTransitionTime: createdAt },
      { type: 'PIDPressure', status: 'False', reason: 'KubeletHasSufficientPID', lastTransitionTime: createdAt },
      { type: 'Ready', status: 'True', reason: 'KubeletReady', lastTransitionTime: createdAt },
    ],
  },
});

export const service = ({ name, namespace, port, targetPort, createdAt }) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: meta('Service', name, namespace, createdAt, { labels: { app: name } }),
  spec: {
    type: 'ClusterIP',
    selector: { app: name },
    ports: [{ name: 'http', port, targetPort: targetPort ?? port, protocol: 'TCP' }],
  },
});

export const endpoints = ({ name, namespace, port, pods, createdAt }) => ({
  apiVersion: 'v1',
  kind: 'Endpoints',
  metadata: meta('Endpoints', name, namespace, createdAt),
  subsets: [
    {
      addresses: pods.map((pod, n) => ({
        ip: `10.42.${n % 8}.${n + 11}`,
        targetRef: { kind: 'Pod', name: pod, namespace },
      })),
      ports: [{ name: 'http', port, protocol: 'TCP' }],
    },
  ],
});

const template = ({ app, image, port, env = [], resources }) => ({
  metadata: { labels: { app } },
  spec: {
    containers: [
      {
        name: app,
        image,
        ports: port ? [{ name: 'http', containerPort: port, protocol: 'TCP' }] : [],
        env,
        resources,
        ...(port
          ? {
              readinessProbe: {
                httpGet: { path: '/healthz', port: 'http', scheme: 'HTTP' },
                periodSeconds: 10,
                failureThreshold: 3,
              },
            }
          : {}),
      },
    ],
  },
});

/** A Deployment with its ReplicaSets and pods. `revisions` oldest first: {revision, image, at, env?, replicas}. */
export function deployment({
  name,
  namespace,
  replicas,
  port,
  resources,
  revisions,
  createdAt,
  ready = replicas,
  pods: podsOf,
  conditions,
}) {
  const current = revisions.at(-1);
  const labels = { app: name };
  const hash = (revision) => suffix(`${namespace}/${name}/${revision.revision}`, 10);
  const annotations = {
    'deployment.kubernetes.io/revision': String(current.revision),
    ...(current.cause ? { 'kubernetes.io/change-cause': current.cause } : {}),
  };
  const objects = [
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: meta('Deployment', name, namespace, createdAt, { labels, annotations, generation: current.revision }),
      spec: {
        replicas,
        selector: { matchLabels: labels },
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
        template: template({
          app: name,
          image: current.image,
          port,
          env: current.env,
          resources: current.resources ?? resources,
        }),
      },
      status: {
        observedGeneration: current.revision,
        replicas,
        updatedReplicas: current.updated ?? replicas,
        readyReplicas: ready,
        availableReplicas: ready,
        ...(ready < replicas ? { unavailableReplicas: replicas - ready } : {}),
        conditions: conditions ?? [
          { type: 'Available', status: 'True', reason: 'MinimumReplicasAvailable', lastTransitionTime: createdAt },
          { type: 'Progressing', status: 'True', reason: 'NewReplicaSetAvailable', lastTransitionTime: current.at },
        ],
      },
    },
    ...revisions.map((revision) => ({
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: meta('ReplicaSet', `${name}-${hash(revision)}`, namespace, revision.at, {
        labels: { ...labels, 'pod-template-hash': hash(revision) },
        annotations: {
          'deployment.kubernetes.io/revision': String(revision.revision),
          'deployment.kubernetes.io/desired-replicas': String(replicas),
        },
        ownerReferences: owner('Deployment', name, namespace),
      }),
      spec: {
        replicas: revision.replicas ?? (revision === current ? replicas : 0),
        selector: { matchLabels: { ...labels, 'pod-template-hash': hash(revision) } },
        template: template({
          app: name,
          image: revision.image,
          port,
          env: revision.env,
          resources: revision.resources ?? resources,
        }),
      },
      status: {
        replicas: revision.replicas ?? (revision === current ? replicas : 0),
        readyReplicas: revision.ready ?? (revision === current ? ready : 0),
      },
    })),
  ];
  const pods = [];
  for (const revision of revisions) {
    const count = revision.replicas ?? (revision === current ? replicas : 0);
    for (let n = 0; n < count; n += 1) {
      const podName = `${name}-${hash(revision)}-${suffix(`${name}${revision.revision}${n}`, 5)}`;
      pods.push(
        pod({
          name: podName,
          namespace,
          app: name,
          ownerKind: 'ReplicaSet',
          ownerName: `${name}-${hash(revision)}`,
          image: revision.image,
          port,
          env: revision.env,
          resources: revision.resources ?? resources,
          startedAt: revision.at,
          node: `node-${(n % 3) + 1}`,
          hash: hash(revision),
          ...(podsOf ? podsOf(revision, n) : {}),
        }),
      );
    }
  }
  return { objects: [...objects, ...pods], pods: pods.map((one) => one.metadata.name) };
}

/**
 * `state` is the container's state; `last` its last termination. A pod with `unschedulable`, what the scheduler says of it, has no node and no container
 * yet; `claim` is the PersistentVolumeClaim that it mounts.
 */
export function pod({
  name,
  namespace,
  app,
  ownerKind,
  ownerName,
  image,
  port,
  env = [],
  resources,
  startedAt,
  node: nodeName,
  hash,
  phase = 'Running',
  ready = true,
  state,
  last,
  restarts = 0,
  imageID,
  unschedulable,
  claim,
}) {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: meta('Pod', name, namespace, startedAt, {
      labels: {
        app,
        ...(hash
          ? { 'pod-template-hash': hash }
          : { 'job-name': ownerName, 'batch.kubernetes.io/job-name': ownerName }),
      },
      ownerReferences: [
        {
          apiVersion: ownerKind === 'Job' ? 'batch/v1' : 'apps/v1',
          kind: ownerKind,
          name: ownerName,
          uid: uid(`${ownerKind}/${namespace}/${ownerName}`),
          controller: true,
        },
      ],
    }),
    spec: {
      ...(unschedulable ? {} : { nodeName }),
      restartPolicy: ownerKind === 'Job' ? 'Never' : 'Always',
      serviceAccountName: 'default',
      containers: [
        {
          name: app,
          image,
          env,
          resources,
          ports: port ? [{ name: 'http', containerPort: port, protocol: 'TCP' }] : [],
        },
      ],
      ...(claim ? { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: claim } }] } : {}),
    },
    status: unschedulable
      ? waitingForNode(startedAt, unschedulable)
      : {
          phase,
          startTime: startedAt,
          conditions: [
            { type: 'PodScheduled', status: 'True', lastTransitionTime: startedAt },
            { type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime: startedAt },
          ],
          containerStatuses: [
            {
              name: app,
              image,
              ...(imageID ? { imageID } : {}),
              ready,
              restartCount: restarts,
              started: ready,
              state: state ?? { running: { startedAt } },
              lastState: last ? { terminated: last } : {},
            },
          ],
        },
  };
}

const waitingForNode = (since, message) => ({
  phase: 'Pending',
  conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message, lastTransitionTime: since }],
});

const jobTemplate = (app, image, env) => ({
  template: {
    metadata: { labels: { app } },
    spec: {
      restartPolicy: 'Never',
      containers: [
        { name: app, image, env, resources: { requests: { cpu: '500m', memory: '512Mi' }, limits: { memory: '1Gi' } } },
      ],
    },
  },
  backoffLimit: 2,
});

export const cronJob = ({
  name,
  namespace,
  app,
  image,
  env,
  schedule,
  createdAt,
  lastScheduleTime,
  lastSuccessfulTime,
}) => ({
  apiVersion: 'batch/v1',
  kind: 'CronJob',
  metadata: meta('CronJob', name, namespace, createdAt, { labels: { app } }),
  spec: {
    schedule,
    timeZone: 'Etc/UTC',
    suspend: false,
    concurrencyPolicy: 'Forbid',
    successfulJobsHistoryLimit: 3,
    failedJobsHistoryLimit: 1,
    jobTemplate: { spec: jobTemplate(app, image, env) },
  },
  status: { lastScheduleTime, lastSuccessfulTime },
});

export const job = ({
  name,
  namespace,
  cronJob: cron,
  app,
  image,
  env,
  startedAt,
  finishedAt,
  failed,
  annotations,
}) => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: meta('Job', name, namespace, startedAt, {
    labels: { app },
    ...(annotations ? { annotations } : {}),
    ownerReferences: [
      {
        apiVersion: 'batch/v1',
        kind: 'CronJob',
        name: cron,
        uid: uid(`CronJob/${namespace}/${cron}`),
        controller: true,
      },
    ],
  }),
  spec: { ...jobTemplate(app, image, env), completions: 1, parallelism: 1 },
  status: failed
    ? {
        startTime: startedAt,
        failed,
        conditions: [
          {
            type: 'Failed',
            status: 'True',
            reason: 'BackoffLimitExceeded',
            message: 'Job has reached the specified backoff limit',
            lastTransitionTime: finishedAt,
          },
        ],
      }
    : {
        startTime: startedAt,
        completionTime: finishedAt,
        succeeded: 1,
        conditions: [{ type: 'Complete', status: 'True', lastTransitionTime: finishedAt }],
      },
});

export const event = ({
  type = 'Warning',
  reason,
  message,
  kind,
  name,
  namespace,
  at,
  firstAt = at,
  count = 1,
  component = 'kubelet',
}) => ({
  apiVersion: 'v1',
  kind: 'Event',
  metadata: meta('Event', `${name}.${uid(reason + message + at).slice(0, 16)}`, namespace, firstAt),
  involvedObject: { kind, name, namespace, apiVersion: kind === 'Job' || kind === 'CronJob' ? 'batch/v1' : 'v1' },
  type,
  reason,
  message,
  count,
  firstTimestamp: firstAt,
  lastTimestamp: at,
  source: { component },
});

export const list = (items) => ({ kind: 'List', apiVersion: 'v1', items });

/** A PagerDuty V3 webhook body as the incident.triggered event has it. */
export const page = ({ id, at, title, service, details, urgency = 'high' }) => ({
  event: {
    id: `01${id}EVT`,
    event_type: 'incident.triggered',
    resource_type: 'incident',
    occurred_at: at,
    agent: null,
    client: { name: 'Alertmanager' },
    data: {
      id: `Q${id}`,
      type: 'incident',
      self: `https://api.pagerduty.com/incidents/Q${id}`,
      html_url: `https://example.pagerduty.com/incidents/Q${id}`,
      number: 4711,
      status: 'triggered',
      incident_key: `watchkeeper-${id.toLowerCase()}`,
      created_at: at,
      title,
      service: {
        html_url: 'https://example.pagerduty.com/services/PSVC100',
        id: 'PSVC100',
        self: 'https://api.pagerduty.com/services/PSVC100',
        summary: service,
        type: 'service_reference',
      },
      assignees: [],
      escalation_policy: { id: 'PESC001', summary: 'On-call', type: 'escalation_policy_reference' },
      teams: [],
      priority: null,
      urgency,
      conference_bridge: null,
      resolve_reason: null,
      body: { type: 'incident_body', details },
    },
  },
});
