// A LogsSource over pod logs, for clusters that ship logs nowhere else. It reads the last lines of each container of the paged service and its
// neighbours and, for a restarted container, those of the previous run.
import * as z from 'zod';
import { limitConcurrency } from '../../core/limit-concurrency.ts';
import { amongClusters, type Match, matchedService, type Scope } from '../../core/model/scope.ts';
import type { LogRecord } from '../../core/model/telemetry.ts';
import type { Source } from '../../core/ports/telemetry.ts';
import { type ClusterAccess, statusText } from './access.ts';
import { eachObject, type Kind } from './list.ts';

/** Pages of 500 pods of one list that names what it selects; other lists have one. */
const maxPages = 10;
/** Characters of one line that are kept. */
const maxLine = 16_384;
const maxPods = 40;
const atOnce = 8;
const tailLines = 2000;
/** Milliseconds for one log. */
const oneLogMs = 3000;
const Statuses = z
  .array(
    z.looseObject({
      name: z.string(),
      ready: z.boolean().default(false),
      restartCount: z.number().default(0),
      state: z.looseObject({ waiting: z.looseObject({}).nullish() }).nullish(),
    }),
  )
  .nullish();
const Pod = z.looseObject({
  metadata: z.looseObject({
    name: z.string(),
    namespace: z.string(),
    labels: z.record(z.string(), z.string()).nullish(),
  }),
  spec: z.looseObject({ nodeName: z.string().optional() }).optional(),
  status: z.looseObject({ initContainerStatuses: Statuses, containerStatuses: Statuses }),
});
type Pod = z.infer<typeof Pod>;
const stamped = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z) (.*)$/s;

interface LogsParts {
  readonly clusters: readonly ClusterAccess[];
  /** Milliseconds for all logs of a cluster; absent, 6 s, so that the specialist answers within its budget. */
  readonly withinMs?: number | undefined;
}

export function kubernetesLogs({ clusters, withinMs = 6000 }: LogsParts): Source<'logs'> {
  return {
    async observe(scope) {
      if (clusters.length === 0) return gap('No cluster is configured to read pod logs from.');
      const searched = amongClusters(
        scope,
        clusters.map(({ name }) => name),
      );
      const read = await Promise.all(clusters.map((cluster) => logsOf(cluster, searched, withinMs)));
      const records = read.flatMap((one) => one.records);
      const missing = read.flatMap((one) => one.missing);
      if (records.length === 0 && missing.length > 0) return gap(`No pod log could be read: ${missing.join('; ')}.`);
      return {
        kind: 'data',
        data: streamed(records.sort((a, b) => a.timestamp.localeCompare(b.timestamp))),
        query: `pod logs of ${clusters.map((one) => one.name).join(', ')}`,
        missing,
        bytes: read.reduce((sum, one) => sum + one.bytes, 0),
      };
    },
  };
}

const gap = (reason: string) => ({ kind: 'gap', gap: { source: 'logs', reason: reason.slice(0, 300) } }) as const;

async function* streamed(records: readonly LogRecord[]): AsyncGenerator<LogRecord> {
  yield* records;
}

interface Read {
  readonly records: readonly LogRecord[];
  readonly missing: readonly string[];
  readonly bytes: number;
}

const allPods = 'api/v1/pods';

/** The list requests that together cover the scope in this cluster; the API server selects the neighbours' pods. */
export function listsFor(
  { name }: ClusterAccess,
  { cluster, namespace, neighbours, reach, service, match = {} }: Scope,
): Kind[] {
  const some = (path: string, labels?: string): Kind => ({
    kind: 'Pod',
    path,
    ...(labels === undefined ? {} : { labels }),
    pages: labels === undefined && path === allPods ? 1 : maxPages,
  });
  const matched = (names: readonly string[], path: string): Kind[] =>
    names.flatMap((one) => {
      const selector = selectorOf(match[one]);
      return selector === undefined ? [] : [some(path, selector)];
    });
  const labelled = (names: readonly string[]): Kind[] => {
    const values = names.filter((one) => labelValue.test(one)).join(',');
    if (values === '') return matched(names, allPods);
    return [...serviceLabels.map((label) => some(allPods, `${label} in (${values})`)), ...matched(names, allPods)];
  };
  if (reach === 'everywhere') return [some(allPods)];
  const ofNeighbours = labelled(neighbours);
  if (reach === 'neighbours' || (cluster !== undefined && cluster !== name)) return ofNeighbours;
  const own = service === undefined ? [] : [service];
  // Without a namespace, the service's own pods are selected; the first pods of a large cluster may be those of anybody.
  if (reach !== 'neighbourhood' || namespace === undefined) return [...labelled(own), ...ofNeighbours, some(allPods)];
  const path = `api/v1/namespaces/${encodeURIComponent(namespace)}/pods`;
  return [some(path), ...matched(own, path), ...ofNeighbours];
}

/** Undefined without a match, or with one that is no selector. */
function selectorOf(match: Match | undefined): string | undefined {
  const parts = Object.entries(match ?? {});
  const usable = parts.length > 0 && parts.every(([key, value]) => labelKey.test(key) && labelValue.test(value));
  return usable ? parts.map(([key, value]) => `${key}=${value}`).join(',') : undefined;
}

async function logsOf(cluster: ClusterAccess, scope: Scope, withinMs: number): Promise<Read> {
  const pods = new Map<string, Pod>();
  const lists = await Promise.all(
    listsFor(cluster, scope).map(async (list) => ({
      list,
      ...(await eachObject(cluster, list, (item) => {
        const pod = Pod.safeParse(item);
        if (pod.success) pods.set(`${pod.data.metadata.namespace}/${pod.data.metadata.name}`, pod.data);
      })),
    })),
  );
  const unlisted = lists.flatMap(({ failed }) => failed?.why ?? []);
  const bytes = lists.reduce((sum, one) => sum + one.bytes, 0);
  if (pods.size === 0 && unlisted[0] !== undefined)
    return { records: [], missing: [`${cluster.name}: pods (${unlisted[0]})`], bytes };
  // The paged service comes first, then its neighbours, each with unhealthy pods first, whose logs say the most.
  const nearness = ({ metadata }: Pod): number => {
    const service = serviceOf(metadata, scope);
    if (service === undefined) return 0;
    return service === scope.service ? 2 : scope.neighbours.includes(service) ? 1 : 0;
  };
  const rank = (pod: Pod) => 2 * nearness(pod) + Number(isUnwell(pod));
  const all = [...pods.values()];
  const near =
    scope.namespace === undefined && scope.reach !== 'everywhere' ? all.filter((pod) => nearness(pod) > 0) : [];
  const ordered = (near.length > 0 ? near : all).toSorted((a, b) => rank(b) - rank(a));
  const logs = ordered.slice(0, maxPods).flatMap(logsToRead);
  const answers = await answersOf(cluster, logs, scope, withinMs);
  const failed = answers.flatMap((one) => one.failed ?? []);
  const cut = answers.filter(({ records: [first] }) => first?.cut === true).length;
  return {
    records: answers.flatMap((one) => one.records),
    missing: [
      ...[...new Set(unlisted)].map(
        (why) =>
          `${cluster.name}: ${unlisted.filter((one) => one === why).length} of ${lists.length} lists of pods (${why})`,
      ),
      ...(lists.some(({ more, list }) => more && list.pages === maxPages)
        ? [`${cluster.name}: pods after the first ${pods.size}`]
        : []),
      ...(ordered.length > maxPods ? [`${cluster.name}: ${maxPods} pods were read, and not the others`] : []),
      ...(cut === 0
        ? []
        : [
            `${cluster.name}: the lines before the last ${tailLines.toLocaleString('en-US')} of ${cut} of ${logs.length} logs`,
          ]),
      ...[...new Set(failed)].map(
        (why) => `${cluster.name}: ${failed.filter((one) => one === why).length} of ${logs.length} logs (${why})`,
      ),
    ],
    bytes: answers.reduce((sum, one) => sum + one.bytes, bytes),
  };
}

/** Labels that name a pod's service, in order of precedence. */
const serviceLabels = ['app.kubernetes.io/name', 'app'] as const;
export const serviceOf = ({ labels }: Pick<Pod['metadata'], 'labels'>, scope: Scope): string | undefined =>
  matchedService(scope, labels ?? {}) ??
  serviceLabels.map((label) => labels?.[label]).find((value) => value !== undefined);
const labelKey = /^(?:[a-z0-9][a-z0-9.-]{0,252}\/)?[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/;
/** The form of a label value. Any other text could change the selector. */
const labelValue = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/;

const statusesOf = ({ status }: Pod) => [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
const isUnwell = (pod: Pod): boolean =>
  (pod.status.containerStatuses ?? []).some((one) => !one.ready || one.restartCount > 0);

interface Log {
  readonly pod: Pod['metadata'];
  readonly node?: string | undefined;
  readonly container: string;
  /** The log of the previous run. */
  readonly previous: boolean;
}

/** A container that never ran has no log; for a restarted one, the previous run's log shows the reason. */
const logsToRead = (pod: Pod): Log[] =>
  statusesOf(pod).flatMap(({ name: container, restartCount, state }) => {
    const log = { pod: pod.metadata, node: pod.spec?.nodeName, container };
    const now = state?.waiting ? [] : [{ ...log, previous: false }];
    return restartCount > 0 ? [{ ...log, previous: true }, ...now] : now;
  });

/** A kubelet that is down lets each request wait. So a node that did not answer is not asked again, and all logs together have `withinMs`. */
function answersOf(
  cluster: ClusterAccess,
  logs: readonly Log[],
  scope: Scope,
  withinMs: number,
): Promise<readonly Answer[]> {
  const until = performance.now() + withinMs;
  const silent = new Set<string>();
  const turn = limitConcurrency(atOnce);
  return Promise.all(
    logs.map((log) =>
      turn(async (): Promise<Answer> => {
        const left = until - performance.now();
        const isSilent = log.node !== undefined && silent.has(log.node);
        if (left <= 0 || isSilent)
          return { records: [], failed: isSilent ? 'their node does not answer' : 'no time was left', bytes: 0 };
        const answer = await linesOf(cluster, log, scope, Math.min(oneLogMs, Math.ceil(left)));
        if (answer.isSilent && log.node !== undefined) silent.add(log.node);
        return answer;
      }),
    ),
  );
}

interface Answer {
  /** There was no answer at all. */
  readonly isSilent?: boolean;
  readonly records: readonly LogRecord[];
  readonly failed?: string;
  readonly bytes: number;
}

async function linesOf(
  cluster: ClusterAccess,
  { pod, container, previous }: Log,
  scope: Scope,
  timeoutMs: number,
): Promise<Answer> {
  const { window } = scope;
  const query = new URLSearchParams({
    container,
    timestamps: 'true',
    tailLines: String(tailLines),
    sinceTime: window.start,
    ...(previous ? { previous: 'true' } : {}),
  });
  const path = `api/v1/namespaces/${encodeURIComponent(pod.namespace)}/pods/${encodeURIComponent(pod.name)}/log?${query}`;
  const reply = await cluster.request(path, { text: true, timeoutMs });
  // 204 No Content: the pod has no node yet. The node may have removed the previous run with its log.
  if (reply.status === 204) return { records: [], bytes: 0 };
  if (previous && (reply.status === 400 || reply.status === 404)) return { records: [], bytes: 0 };
  if (reply.status !== 200 || typeof reply.body !== 'string')
    return { records: [], failed: statusText(reply), bytes: 0, isSilent: reply.status === 0 || reply.status === 504 };
  const service = serviceOf(pod, scope);
  const labels = {
    cluster: cluster.name,
    namespace: pod.namespace,
    pod: pod.name,
    container,
    ...(service === undefined ? {} : { service }),
  };
  const lines = reply.body.split('\n');
  // The log is longer than the lines that we read, so earlier lines are missing.
  const cut = lines.filter((line) => line !== '').length >= tailLines;
  const records = lines.flatMap((line): LogRecord[] => {
    const [, at, message] = stamped.exec(line) ?? [];
    if (!at || message === undefined) return [];
    const timestamp = new Date(at).toISOString();
    return timestamp > window.end
      ? []
      : [{ timestamp, source: 'kubernetes', labels, message: message.slice(0, maxLine) }];
  });
  const [first, ...rest] = records;
  return { records: cut && first ? [{ ...first, cut }, ...rest] : records, bytes: reply.bytes };
}
