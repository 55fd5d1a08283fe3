// The alerts of the test cluster: the usual rules about workloads, pods, Jobs and nodes, and one about the shop's own probes. An alert fires once its
// condition has held for a while, shortened as all times here.
import { isReadyPod, type View } from './view.ts';

export interface Alert {
  readonly labels: Readonly<Record<string, string>> & { readonly alertname: string };
  readonly summary: string;
}
interface Rule {
  readonly forMs: number;
  readonly alerts: (view: View, failing: ReadonlyMap<string, string>) => readonly Alert[];
}

const rules: readonly Rule[] = [
  { forMs: 2000, alerts: ({ pods }) => pods.flatMap((pod) => crashLoop(pod)) },
  { forMs: 5000, alerts: ({ pods }) => pods.flatMap((pod) => waitsFor(pod)) },
  { forMs: 8000, alerts: ({ pods }) => pods.flatMap((pod) => notReady(pod)) },
  { forMs: 7000, alerts: ({ workloads }) => workloads.flatMap((one) => mismatch(one)) },
  { forMs: 1000, alerts: ({ workloads }) => workloads.flatMap((one) => stuck(one)) },
  { forMs: 500, alerts: ({ jobs }) => jobs.flatMap((one) => failedJob(one, jobs)) },
  { forMs: 2000, alerts: ({ nodes }) => nodes.flatMap((one) => lostNode(one)) },
  { forMs: 8000, alerts: (_, failing) => [...failing.keys()].map((name) => errors(name)) },
];

const crashLoop = (pod: View['pods'][number]): Alert[] => {
  const reason = pod.status?.containerStatuses?.[0]?.state?.waiting?.reason;
  const restarts = pod.status?.containerStatuses?.[0]?.restartCount ?? 0;
  if (reason !== 'CrashLoopBackOff' && restarts < 2) return [];
  return [
    {
      labels: { alertname: 'KubePodCrashLooping', pod: pod.metadata.name, container: 'main' },
      summary: `Pod ${pod.metadata.name} is restarting`,
    },
  ];
};
const waitsFor = (pod: View['pods'][number]): Alert[] => {
  const reason = pod.status?.containerStatuses?.[0]?.state?.waiting?.reason;
  if (reason === undefined || reason === 'CrashLoopBackOff') return [];
  return [
    {
      labels: { alertname: 'KubeContainerWaiting', pod: pod.metadata.name, container: 'main' },
      summary: `A container of ${pod.metadata.name} waits`,
    },
  ];
};
const notReady = (pod: View['pods'][number]): Alert[] => {
  const isOver = pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
  if (isOver || isReadyPod(pod) || pod.metadata.deletionTimestamp !== undefined) return [];
  return [
    {
      labels: { alertname: 'KubePodNotReady', pod: pod.metadata.name },
      summary: `Pod ${pod.metadata.name} is not ready`,
    },
  ];
};
const mismatch = ({ kind = 'Deployment', metadata, spec, status }: View['workloads'][number]): Alert[] => {
  const has = (kind === 'StatefulSet' ? status?.readyReplicas : status?.availableReplicas) ?? 0;
  if (has >= (spec.replicas ?? 1)) return [];
  const alertname = kind === 'StatefulSet' ? 'KubeStatefulSetReplicasMismatch' : 'KubeDeploymentReplicasMismatch';
  return [
    {
      labels: { alertname, [kind.toLowerCase()]: metadata.name },
      summary: `${metadata.name} has fewer replicas than it should`,
    },
  ];
};
const stuck = ({ metadata, status }: View['workloads'][number]): Alert[] =>
  status?.conditions?.some(({ reason }) => reason === 'ProgressDeadlineExceeded')
    ? [
        {
          labels: { alertname: 'KubeDeploymentRolloutStuck', deployment: metadata.name },
          summary: `The rollout of ${metadata.name} does not progress`,
        },
      ]
    : [];
/** A later run of the same owner that succeeded ends it. */
const failedJob = ({ metadata, status }: View['jobs'][number], all: View['jobs']): Alert[] => {
  const owner = metadata.ownerReferences?.[0]?.uid;
  const isMended = all.some(
    (one) =>
      one.metadata.ownerReferences?.[0]?.uid === owner &&
      (one.status?.succeeded ?? 0) > 0 &&
      (one.metadata.creationTimestamp ?? '') >= (metadata.creationTimestamp ?? ''),
  );
  const hasFailed = status?.conditions?.some(({ type, status: is }) => type === 'Failed' && is === 'True');
  if (!hasFailed || isMended) return [];
  return [{ labels: { alertname: 'KubeJobFailed', job_name: metadata.name }, summary: `Job ${metadata.name} failed` }];
};
const lostNode = ({ metadata, status }: View['nodes'][number]): Alert[] =>
  status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True')
    ? []
    : [
        {
          labels: { alertname: 'KubeNodeNotReady', node: metadata.name },
          summary: `Node ${metadata.name} is not ready`,
        },
      ];
const errors = (service: string): Alert => ({
  labels: { alertname: 'HighErrorRatio', service },
  summary: `${service}: error ratio above 20 %`,
});

export interface Watch {
  /** Takes a look into account; returns the alerts that fire now, those that began first at the front. */
  seen(view: View, failing: ReadonlyMap<string, string>): readonly Alert[];
}

export function watchAlerts(): Watch {
  const since = new Map<string, { readonly at: number; readonly alert: Alert; readonly forMs: number }>();
  return {
    seen(view, failing) {
      const held = new Set<string>();
      for (const { forMs, alerts } of rules)
        for (const alert of alerts(view, failing)) {
          const key = JSON.stringify(alert.labels);
          held.add(key);
          if (!since.has(key)) since.set(key, { at: view.at, alert, forMs });
        }
      for (const key of since.keys()) if (!held.has(key)) since.delete(key);
      return [...since.values()]
        .filter(({ at, forMs }) => view.at - at >= forMs)
        .sort((a, b) => a.at + a.forMs - b.at - b.forMs)
        .map(({ alert }) => alert);
    },
  };
}

/** The webhook body that PagerDuty would POST for an alert. */
export function pageOf(
  { labels, summary }: Alert,
  id: string,
  place: { readonly namespace: string; readonly cluster: string },
): string {
  const at = new Date().toISOString().replace(/\.\d+/, '');
  const details = { firing: { labels: { ...labels, ...place } } };
  return JSON.stringify({
    event: {
      id: `01${id}`,
      event_type: 'incident.triggered',
      resource_type: 'incident',
      occurred_at: at,
      data: {
        id,
        type: 'incident',
        html_url: `https://example.pagerduty.com/incidents/${id}`,
        status: 'triggered',
        created_at: at,
        title: `[FIRING:1] ${labels.alertname}: ${summary}`,
        service: { id: 'PSVC1', summary: 'Shop', type: 'service_reference' },
        urgency: 'high',
        body: { type: 'incident_body', details },
      },
    },
  });
}
