// Finds failing Jobs and CronJobs. If the newest finished run of a CronJob succeeded, the CronJob is well, regardless of older runs.
import type { FindingDraft } from '../../model/report-draft.ts';
import type { Cluster } from './cluster.ts';
import { clockTime, count, earliest, isCut, observed } from './finding.ts';
import type { Job } from './objects.ts';

const conditionOf = (job: Job, type: string) =>
  job.status?.conditions.find((one) => one.type === type && one.status === 'True');
const finishedAt = (job: Job): string =>
  job.status?.completionTime ??
  conditionOf(job, 'Failed')?.lastTransitionTime ??
  conditionOf(job, 'Complete')?.lastTransitionTime ??
  '';

export function jobs(cluster: Cluster): FindingDraft[] {
  const finished = cluster.jobs.filter((job) => conditionOf(job, 'Failed') ?? conditionOf(job, 'Complete'));
  const groups = Map.groupBy(finished, (job) => {
    const owner = cluster.ownerOf('Job', job.metadata.name, job.metadata.namespace);
    return `${owner.kind}/${owner.namespace}/${owner.name}`;
  });
  return [...groups.values()]
    .flatMap((runs) => {
      const newest = runs.toSorted((a, b) => finishedAt(b).localeCompare(finishedAt(a)))[0];
      return newest ? runFinding(cluster, newest, runs.length) : [];
    })
    .concat(overlapping(cluster), suspended(cluster));
}

/** Runs of one CronJob that are active at the same time, although each was to have ended before the next. */
function overlapping(cluster: Cluster): FindingDraft[] {
  const active = cluster.jobs.filter(
    (job) =>
      (job.status?.active ?? 0) > 0 &&
      !conditionOf(job, 'Complete') &&
      !conditionOf(job, 'Failed') &&
      job.metadata.annotations['cronjob.kubernetes.io/instantiate'] !== 'manual',
  );
  return cluster.cronJobs.flatMap((cron) => {
    const runs = active
      .filter(
        ({ metadata }) =>
          metadata.namespace === cron.metadata.namespace &&
          metadata.ownerReferences.some(({ kind, name }) => kind === 'CronJob' && name === cron.metadata.name),
      )
      .toSorted((a, b) => startOf(a).localeCompare(startOf(b)));
    const second = runs[1];
    if (!second) return [];
    const onset = startOf(second) || undefined;
    return [
      observed(cluster, {
        claim: `${count(runs.length, 'run')} of CronJob ${cron.metadata.name} are active at the same time${clockTime(onset)}; its concurrency policy ${cron.spec.concurrencyPolicy ?? 'Allow'} lets the next run start before the last one ended.`,
        entity: cluster.entityOf(cron),
        cause: 'job-overlap',
        confidence: 0.85,
        severity: 'major',
        onset,
        lines: [
          `CronJob ${cron.metadata.name}: schedule ${cron.spec.schedule}, concurrencyPolicy ${cron.spec.concurrencyPolicy ?? 'Allow'}`,
          ...runs.slice(0, 6).map((job) => `Job ${job.metadata.name}: active since ${startOf(job)}`),
        ],
        error: `runs of ${cron.metadata.name} overlap`,
      }),
    ];
  });
}

const startOf = (job: Job): string => job.status?.startTime ?? job.metadata.creationTimestamp ?? '';

function runFinding(cluster: Cluster, job: Job, runs: number): FindingDraft[] {
  const entity = cluster.ownerOf('Job', job.metadata.name, job.metadata.namespace);
  const failed = conditionOf(job, 'Failed');
  const pods = cluster.pods.filter((pod) =>
    pod.metadata.ownerReferences.some((owner) => owner.kind === 'Job' && owner.name === job.metadata.name),
  );
  if (!failed) {
    // Success is reported only if there are other finished runs or someone started the run by hand: then it is news.
    return runs > 1 || job.metadata.annotations['cronjob.kubernetes.io/instantiate'] === 'manual'
      ? [
          observed(cluster, {
            claim: `The newest run of ${entity.kind} ${entity.name} (${job.metadata.name}) succeeded at ${finishedAt(job)}.`,
            entity,
            role: 'context',
            well: true,
            severity: 'info',
            confidence: 0.95,
            lines: [
              `Job ${job.metadata.name}: Complete at ${finishedAt(job)}, succeeded ${job.status?.succeeded ?? 0}`,
            ],
          }),
        ]
      : [];
  }
  const ends = pods.flatMap((pod) =>
    pod.status.containerStatuses.flatMap((status) =>
      status.state?.terminated ? [{ pod, status, ended: status.state.terminated }] : [],
    ),
  );
  const oom = ends.some(({ ended }) => ended.reason === 'OOMKilled');
  const deadline = failed.reason === 'DeadlineExceeded';
  const codes = [...new Set(ends.map(({ ended }) => ended.exitCode))];
  const onset = earliest([...ends.map(({ ended }) => ended.finishedAt), failed.lastTransitionTime]);
  const exit = codes.length > 0 ? `, exit code ${codes.join(' and ')}` : '';
  return [
    observed(cluster, {
      claim: `${entity.kind} ${entity.name} failed${clockTime(failed.lastTransitionTime ?? undefined)}: ${failed.reason ?? 'Failed'} after ${count(pods.length, 'pod')}${exit}.`,
      entity,
      cause: oom ? 'oom-killed' : deadline ? 'job-deadline' : 'job-failed',
      confidence: 0.85,
      onset,
      lines: [
        `Job ${job.metadata.name}: Failed ${failed.reason ?? ''}: ${failed.message ?? ''} at ${failed.lastTransitionTime ?? 'unknown'}`,
        ...ends.map(
          ({ pod, status, ended }) =>
            `Pod ${pod.metadata.name}: container ${status.name}: ${ended.reason ?? ''} exit code ${ended.exitCode} at ${ended.finishedAt ?? 'unknown'}${ended.message ? `: ${ended.message}` : ''}`,
        ),
      ],
      error: `${failed.reason ?? 'Failed'}${exit}`,
      partial: !deadline && !oom && !ends.some(({ ended }) => ended.message),
      cut: ends.some(({ ended }) => isCut(ended.message)),
      // The order and number of attempts do not identify the error.
      exact: [
        `${failed.reason ?? 'Failed'}: ${failed.message ?? ''}`,
        ...new Set(
          ends
            .map(
              ({ status, ended }) =>
                `container ${status.name}: ${ended.reason ?? ''} exit code ${ended.exitCode}${ended.message ? `: ${ended.message}` : ''}`,
            )
            .sort(),
        ),
      ].join('\n'),
    }),
  ];
}

function suspended(cluster: Cluster): FindingDraft[] {
  return cluster.cronJobs
    .filter((cron) => cron.spec.suspend === true)
    .map((cron) =>
      observed(cluster, {
        claim: `CronJob ${cron.metadata.name} is suspended; its last run was scheduled at ${cron.status?.lastScheduleTime ?? 'no time on record'}.`,
        entity: {
          kind: 'CronJob',
          name: cron.metadata.name,
          cluster: cluster.name,
          ...(cron.metadata.namespace ? { namespace: cron.metadata.namespace } : {}),
        },
        cause: 'cronjob-suspended',
        severity: 'minor',
        confidence: 0.5,
        lines: [`CronJob ${cron.metadata.name}: spec.suspend true, schedule ${cron.spec.schedule}`],
      }),
    );
}
