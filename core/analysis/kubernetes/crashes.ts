// Finds containers that end: killed for memory, refused by the runtime, or exiting on their own. All pods of one workload form one finding.
import type { CauseCode } from '../../causes/causes.ts';
import type { FindingDraft } from '../../model/report-draft.ts';
import type { Cluster } from './cluster.ts';
import { firstTimeOf, newestOf } from './event-times.ts';
import { clockTime, count, earliest, isCut, observed } from './finding.ts';
import type { ContainerStatus, KubernetesEvent, Pod } from './objects.ts';
import { bytesOf } from './quantity.ts';

interface End {
  readonly pod: Pod;
  readonly status: ContainerStatus;
  /** Undefined if the runtime's message matches no known error. */
  readonly cause: CauseCode | undefined;
  readonly exitCode: number | undefined;
  readonly line: string;
  readonly at: string | undefined;
  /** When its restarts began, as far as events show it; otherwise `at`. */
  readonly first: string | undefined;
  readonly limit: string | undefined;
}

const configErrors: readonly (readonly [words: RegExp, cause: CauseCode])[] = [
  [/(?:secret|configmap) "[^"]*" not found|couldn't find key/i, 'secret-missing'],
  [
    /executable file not found|no such file or directory|exec format error|permission denied: unknown/i,
    'command-invalid',
  ],
];

/** Events of the pod about this container. */
const eventsAbout = (cluster: Cluster, { metadata }: Pod, { name }: ContainerStatus): readonly KubernetesEvent[] =>
  cluster
    .eventsOf('Pod', metadata.name, metadata.namespace)
    .filter(({ involvedObject: { fieldPath } }) => typeof fieldPath !== 'string' || fieldPath.includes(`{${name}}`));

const restarts = new Set(['BackOff', 'Killing']);

/** The kubelet's message for a container that it cannot create: in the status, or else in its newest event. */
function refusalOf(cluster: Cluster, pod: Pod, status: ContainerStatus): string {
  const waitingMessage = status.state?.waiting?.message?.trim();
  if (waitingMessage) return waitingMessage;
  const failed = eventsAbout(cluster, pod, status).filter(
    ({ type, reason, message }) => type === 'Warning' && reason === 'Failed' && /^Error: (?!\w+$)/.test(message ?? ''),
  );
  return newestOf(failed)?.message?.replace(/^Error: /, '') ?? '';
}

function endOf(cluster: Cluster, pod: Pod, status: ContainerStatus): End | undefined {
  const ended = status.state?.terminated ?? status.lastState?.terminated ?? undefined;
  const waiting = status.state?.waiting ?? undefined;
  const limit = [...pod.spec.containers, ...pod.spec.initContainers].find((one) => one.name === status.name)?.resources
    .limits.memory;
  const events = eventsAbout(cluster, pod, status);
  const at = ended?.finishedAt ?? undefined;
  const began = earliest([
    at,
    ...events
      .filter(({ reason, message }) => restarts.has(reason ?? '') && /restart/i.test(message ?? ''))
      .map(firstTimeOf),
  ]);
  const base = { pod, status, limit, at, first: began, exitCode: ended?.exitCode };
  const lineOf = (words: string) => `Pod ${pod.metadata.name}: container ${status.name}: ${words}`;
  if (waiting?.reason === 'CreateContainerConfigError' || waiting?.reason === 'CreateContainerError') {
    const refusal = refusalOf(cluster, pod, status);
    const unsaid = refusal === '' && waiting.reason === 'CreateContainerConfigError' && readsSecrets(pod, status);
    const cause = unsaid ? 'secret-missing' : configErrors.find(([words]) => words.test(refusal))?.[1];
    return { ...base, cause, line: lineOf(`waiting ${waiting.reason}: ${refusal || 'no message'}`) };
  }
  const lastEnd = `restarts ${status.restartCount}, last ended ${ended?.reason ?? ''} with exit code ${ended?.exitCode} at ${ended?.finishedAt ?? 'unknown'}${ended?.message ? `: ${ended.message}` : ''}`;
  // If the limit is too small for the runtime itself, the container ends in a StartError that says so.
  if (ended?.reason === 'OOMKilled' || /OOM-killed|memory limit too low/i.test(ended?.message ?? '')) {
    return { ...base, cause: 'oom-killed', line: lineOf(`${lastEnd}; memory limit ${limit ?? 'none'}`) };
  }
  if (
    waiting?.reason === 'RunContainerError' ||
    ended?.reason === 'StartError' ||
    ended?.reason === 'ContainerCannotRun'
  ) {
    return {
      ...base,
      cause: 'command-invalid',
      line: lineOf(`${waiting?.reason ?? ended?.reason}: ${waiting?.message ?? ended?.message ?? ''}`),
    };
  }
  if (!ended) return undefined;
  const belongsToJob = pod.metadata.ownerReferences[0]?.kind === 'Job';
  if (belongsToJob) return undefined;
  const killed = events.find(
    ({ reason, message }) => reason === 'Killing' && /failed (?:liveness|startup) probe/i.test(message ?? ''),
  );
  if (killed) return { ...base, cause: 'liveness-probe', line: lineOf(`${lastEnd}; ${killed.message}`) };
  const heap = ended.exitCode === 137 ? heapOver(pod, status, limit) : undefined;
  if (heap !== undefined)
    return {
      ...base,
      cause: 'oom-killed',
      line: lineOf(`${lastEnd}; ${heap} exceeds the memory limit ${limit}`),
    };
  if (ended.exitCode === 0) {
    const loops = waiting?.reason === 'CrashLoopBackOff' && !hasLivenessProbe(pod, status);
    return loops ? { ...base, cause: 'command-invalid', line: lineOf(lastEnd) } : undefined;
  }
  return { ...base, cause: 'application-crash', line: lineOf(lastEnd) };
}

/**
 * Whether the container needs a Secret or ConfigMap to exist. The kubelet fails to configure a container for the lack of one, or because its image
 * would run as root although the pod forbids that.
 */
function readsSecrets({ spec }: Pod, { name }: ContainerStatus): boolean {
  const container = [...spec.containers, ...spec.initContainers].find((one) => one.name === name);
  const settings = JSON.stringify([container?.envFrom ?? [], container?.env.map(({ valueFrom }) => valueFrom) ?? []]);
  return (
    /"(?:secretRef|configMapRef|secretKeyRef|configMapKeyRef)"/.test(settings) &&
    !/"runAsNonRoot":true/.test(JSON.stringify([spec.securityContext, container?.securityContext]))
  );
}

/** The option with which a JVM may take more heap than the container's memory limit. Where a child process is killed, no status says OOMKilled. */
function heapOver({ spec }: Pod, { name }: ContainerStatus, limit: string | undefined): string | undefined {
  const container = [...spec.containers, ...spec.initContainers].find((one) => one.name === name);
  const words = [
    ...(container?.command ?? []),
    ...(container?.args ?? []),
    ...(container?.env.map(({ value }) => value ?? '') ?? []),
  ].join(' ');
  const [option, size = '', unit = ''] = /-Xmx(\d{1,12})([kmg])\b/i.exec(words) ?? [];
  const bytes = bytesOf(`${size}${{ k: 'Ki', m: 'Mi', g: 'Gi' }[unit.toLowerCase()] ?? ''}`);
  return option !== undefined && limit !== undefined && bytes > bytesOf(limit) ? option : undefined;
}

const hasLivenessProbe = ({ spec }: Pod, { name }: ContainerStatus): boolean =>
  spec.containers.some((one) => one.name === name && one.livenessProbe);

/** Minutes that a service may need until everything it waits for at its start is up. */
const startMinutes = 15;

/** Whether the container only ended while the pod started, and has run since. */
function endedAtStart({ pod, status, at }: End, takenAt: string): boolean {
  const age = Date.parse(at ?? '') - Date.parse(pod.metadata.creationTimestamp ?? '');
  const since = Date.parse(takenAt) - Date.parse(at ?? '');
  return status.ready && age < startMinutes * 60_000 && since > 5 * 60_000;
}

export function crashes(cluster: Cluster): FindingDraft[] {
  const ends = cluster.pods.flatMap((pod) =>
    [...pod.status.initContainerStatuses, ...pod.status.containerStatuses].flatMap(
      (status) => endOf(cluster, pod, status) ?? [],
    ),
  );
  const groups = Map.groupBy(ends, (end) => {
    const owner = cluster.ownerOf('Pod', end.pod.metadata.name, end.pod.metadata.namespace);
    return `${owner.kind}/${owner.namespace}/${owner.name}/${end.cause}`;
  });
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (!first) return [];
    const entity = cluster.ownerOf('Pod', first.pod.metadata.name, first.pod.metadata.namespace);
    const onset = earliest(group.map((end) => end.first));
    const last = group
      .map((end) => end.at ?? '')
      .sort()
      .at(-1);
    const waiting = group.some((end) => end.status.state?.waiting !== undefined && end.status.state.waiting !== null);
    // A pod that restarted once long ago and has run since is not a finding.
    const recent = Date.parse(cluster.takenAt) - Date.parse(last ?? '') < 3600_000;
    if (!waiting && !recent && group.every((end) => end.status.ready)) return [];
    const pods = count(new Set(group.map((end) => end.pod.metadata.name)).size, 'pod');
    return [
      observed(cluster, {
        ...describe(first, pods, `${entity.kind} ${entity.name}`, clockTime(onset)),
        entity,
        cause: first.cause,
        role: first.cause === undefined || consequences.has(first.cause) ? 'symptom' : 'cause',
        severity: waiting ? 'critical' : group.every((end) => endedAtStart(end, cluster.takenAt)) ? 'minor' : 'major',
        onset,
        lines: group.map((end) => end.line),
        ...(first.cause === 'application-crash'
          ? {
              exact: exactly(group),
              partial: !group.some(hasReason),
              cut: group.some((end) => isCut(terminationMessage(end))),
            }
          : {}),
      }),
    ];
  });
}

/** Ends that often have another cause behind them. */
const consequences: ReadonlySet<CauseCode> = new Set(['application-crash', 'liveness-probe']);

function describe(
  end: End,
  pods: string,
  workload: string,
  since: string,
): { claim: string; confidence: number; error: string } {
  switch (end.cause) {
    case 'oom-killed':
      return {
        claim: `${pods} of ${workload} OOM-killed${since}, memory limit ${end.limit ?? 'not set'}.`,
        confidence: end.line.includes(' exceeds the memory limit ') ? 0.8 : 0.93,
        error: `OOMKilled, memory limit ${end.limit ?? 'none'}`,
      };
    case 'secret-missing':
      return {
        claim: `${pods} of ${workload} cannot be created${since}: a Secret, ConfigMap or key is missing.`,
        confidence: end.line.endsWith(': no message') ? 0.75 : 0.93,
        error: messageOf(end.line),
      };
    case 'liveness-probe':
      return {
        claim: `${pods} of ${workload} are killed by the kubelet${since}, because their liveness probe fails.`,
        confidence: 0.5,
        error: messageOf(end.line).split('; ').at(-1) ?? 'liveness probe failed',
      };
    case 'command-invalid':
      if (end.exitCode === 0)
        return {
          claim: `${pods} of ${workload} end with exit code 0${since}, as if their work were done, and are started again.`,
          confidence: 0.75,
          error: 'exit code 0 in a crash loop',
        };
      return {
        claim: `${pods} of ${workload} cannot run their command${since}.`,
        confidence: 0.9,
        error: messageOf(end.line),
      };
    case undefined:
      return {
        claim: `${pods} of ${workload} cannot be created${since}: ${messageOf(end.line)}.`,
        confidence: 0.7,
        error: messageOf(end.line),
      };
    default:
      return {
        claim: `${pods} of ${workload} exit with code ${end.exitCode}${since} and are restarted.`,
        confidence: 0.55,
        error: `exit code ${end.exitCode}`,
      };
  }
}

const terminationMessage = ({ status }: End) => (status.state?.terminated ?? status.lastState?.terminated)?.message;
const hasReason = (end: End): boolean => Boolean(terminationMessage(end));

/** The distinct ends of the containers: reason, exit code and message. */
const exactly = (group: readonly End[]): string =>
  [
    ...new Set(
      group.map(({ status, exitCode }) => {
        const ended = status.state?.terminated ?? status.lastState?.terminated;
        return `container ${status.name}: ${ended?.reason ?? ''} exit code ${exitCode}${ended?.message ? `: ${ended.message}` : ''}`;
      }),
    ),
  ]
    .sort()
    .join('\n');

const messageOf = (line: string): string => line.replace(/^Pod \S+: container \S+: /, '');
