// A LogsSource over the logs of pods: of what was paged and its neighbours, the last lines of each container, and of the run before where one
// was restarted. For clusters whose logs go nowhere else.
import * as z from 'zod';
import type { TimeWindow } from '../../core/model/entity.ts';
import type { LogRecord } from '../../core/model/telemetry.ts';
import type { LogsSource, Scope } from '../../core/ports/telemetry.ts';
import type { ClusterAccess } from './access.ts';

const maxPods = 40;
const tailLines = 2000;
const Pods = z.looseObject({
  items: z.array(
    z.looseObject({
      metadata: z.looseObject({
        name: z.string(),
        namespace: z.string(),
        labels: z.record(z.string(), z.string()).nullish(),
      }),
      status: z.looseObject({
        containerStatuses: z
          .array(
            z.looseObject({ name: z.string(), ready: z.boolean().default(false), restartCount: z.number().default(0) }),
          )
          .nullish(),
      }),
    }),
  ),
});
const stamped = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z) (.*)$/;

export function kubernetesLogs({ clusters }: { readonly clusters: readonly ClusterAccess[] }): LogsSource {
  return {
    async records(scope, window) {
      if (clusters.length === 0)
        return { kind: 'gap', gap: { source: 'logs', reason: 'No cluster is configured to read pod logs from.' } };
      return {
        kind: 'data',
        data: stream(clusters, scope, window),
        query: `pod logs of ${clusters.map((one) => one.name).join(', ')}`,
        bytes: 0,
      };
    },
  };
}

async function* stream(
  clusters: readonly ClusterAccess[],
  scope: Scope,
  window: TimeWindow,
): AsyncGenerator<LogRecord> {
  const all: LogRecord[] = [];
  for (const cluster of clusters) {
    const path = scope.namespace
      ? `api/v1/namespaces/${encodeURIComponent(scope.namespace)}/pods?limit=500`
      : 'api/v1/pods?limit=500';
    const pods = Pods.safeParse((await cluster.request(path)).body);
    if (!pods.success) continue;
    // Pods that are not well say most.
    const unwell = (pod: (typeof pods.data.items)[number]) =>
      (pod.status.containerStatuses ?? []).some((one) => !one.ready || one.restartCount > 0);
    const chosen = pods.data.items.toSorted((a, b) => Number(unwell(b)) - Number(unwell(a))).slice(0, maxPods);
    for (const pod of chosen) {
      for (const container of pod.status.containerStatuses ?? []) {
        const previous = container.restartCount > 0 ? [true, false] : [false];
        for (const before of previous)
          all.push(...(await linesOf(cluster, pod.metadata, container.name, before, window)));
      }
    }
  }
  yield* all.sort((a, b) => a.timestamp.localeCompare(b.timestamp));
}

async function linesOf(
  cluster: ClusterAccess,
  pod: {
    readonly name: string;
    readonly namespace: string;
    readonly labels?: Readonly<Record<string, string>> | null | undefined;
  },
  container: string,
  previous: boolean,
  window: TimeWindow,
): Promise<LogRecord[]> {
  const query = new URLSearchParams({
    container,
    timestamps: 'true',
    tailLines: String(tailLines),
    sinceTime: window.start,
    ...(previous ? { previous: 'true' } : {}),
  });
  const path = `api/v1/namespaces/${encodeURIComponent(pod.namespace)}/pods/${encodeURIComponent(pod.name)}/log?${query}`;
  const reply = await cluster.request(path, { text: true });
  if (reply.status !== 200 || typeof reply.body !== 'string') return [];
  const service = pod.labels?.['app.kubernetes.io/name'] ?? pod.labels?.app;
  return reply.body.split('\n').flatMap((line): LogRecord[] => {
    const [, at, message] = stamped.exec(line) ?? [];
    if (!at || message === undefined) return [];
    const timestamp = new Date(at).toISOString();
    if (timestamp > window.end) return [];
    const labels = {
      cluster: cluster.name,
      namespace: pod.namespace,
      pod: pod.name,
      container,
      ...(service === undefined ? {} : { service }),
    };
    return [{ timestamp, source: 'kubernetes', labels, message }];
  });
}
