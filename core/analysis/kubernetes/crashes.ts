// Finds containers that end: killed for memory, refused by the runtime, or exiting on their own. All pods of one workload form one finding.
import type { CauseCode } from '../../causes/causes.ts';
import type { FindingDraft } from '../../model/report-draft.ts';
import type { Cluster } from './cluster.ts';
import { clockTime, count, earliest, isCut, observed } from './finding.ts';
import type { ContainerStatus, Pod } from './objects.ts';

interface End {
  readonly pod: Pod;
  readonly status: ContainerStatus;
  /** Undefined if the runtime's message matches no known error. */
  readonly cause: CauseCode | undefined;
  readonly exitCode: number | undefined;
  readonly line: string;
  readonly at: string | undefined;
  readonly limit: string | undefined;
}

const configErrors: readonly (readonly [words: RegExp, cause: CauseCode])[] = [
  [/(?:secret|configmap) "[^"]*" not found|couldn't find key/i, 'secret-missing'],
  [
    /executable file not found|no such file or directory|exec format error|permission denied: unknown/i,
    'command-invalid',
  ],
];

function endOf(pod: Pod, status: ContainerStatus): End | undefined {
  const ended = status.state?.terminated ?? status.lastState?.terminated ?? undefined;
  const waiting = status.state?.waiting ?? undefined;
  const limit = [...pod.spec.containers, ...pod.spec.initContainers].find((one) => one.name === status.name)?.resources
    .limits.memory;
  const base = { pod, status, limit, at: ended?.finishedAt ?? undefined, exitCode: ended?.exitCode };
  const lineOf = (words: string) => `Pod ${pod.metadata.name}: container ${status.name}: ${words}`;
  if (waiting?.reason === 'CreateContainerConfigError' || waiting?.reason === 'CreateContainerError') {
    const cause = configErrors.find(([words]) => words.test(waiting.message ?? ''))?.[1];
    return { ...base, cause, line: lineOf(`waiting ${waiting.reason}: ${waiting.message ?? ''}`) };
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
  if (ended.exitCode === 0 || belongsToJob) return undefined;
  return { ...base, cause: 'application-crash', line: lineOf(lastEnd) };
}

export function crashes(cluster: Cluster): FindingDraft[] {
  const ends = cluster.pods.flatMap((pod) =>
    [...pod.status.initContainerStatuses, ...pod.status.containerStatuses].flatMap(
      (status) => endOf(pod, status) ?? [],
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
    const onset = earliest(group.map((end) => end.at));
    const waiting = group.some((end) => end.status.state?.waiting !== undefined && end.status.state.waiting !== null);
    // A pod that restarted once long ago and has run since is not a finding.
    const recent = onset !== undefined && Date.parse(cluster.takenAt) - Date.parse(onset) < 3600_000;
    if (!waiting && !recent && group.every((end) => end.status.ready)) return [];
    const pods = count(new Set(group.map((end) => end.pod.metadata.name)).size, 'pod');
    return [
      observed(cluster, {
        ...describe(first, pods, `${entity.kind} ${entity.name}`, clockTime(onset)),
        entity,
        cause: first.cause,
        role: first.cause === undefined || first.cause === 'application-crash' ? 'symptom' : 'cause',
        severity: waiting ? 'critical' : 'major',
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
        confidence: 0.93,
        error: `OOMKilled, memory limit ${end.limit ?? 'none'}`,
      };
    case 'secret-missing':
      return {
        claim: `${pods} of ${workload} cannot be created${since}: a Secret, ConfigMap or key is missing.`,
        confidence: 0.93,
        error: messageOf(end.line),
      };
    case 'command-invalid':
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
