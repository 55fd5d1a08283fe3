// Starts Jobs: from a CronJob's template, or again from a failed Job.
import * as z from 'zod';
import { accepted, type Call, dry, keyAnnotation, Meta, type Outcome, read, targetOf } from './call.ts';

/** The label that names the Job that this one reruns; the analysis reads it. */
const rerunOf = 'watchkeeper.dev/rerun-of';
/** A created Job stays at least this long, because its name stores its key. */
const keptSeconds = 3600;
const maxNameCharacters = 63;

const CronJob = z.looseObject({
  metadata: Meta,
  spec: z.looseObject({
    concurrencyPolicy: z.string().nullish(),
    jobTemplate: z.looseObject({
      metadata: z.looseObject({}).nullish(),
      spec: z.looseObject({ ttlSecondsAfterFinished: z.number().nullish() }),
    }),
  }),
});
const Job = z.looseObject({
  metadata: Meta,
  status: z
    .looseObject({ conditions: z.array(z.looseObject({ type: z.string(), status: z.string() })).nullish() })
    .nullish(),
});
const Labels = z.record(z.string(), z.string()).nullish();
const FinishedJob = Job.extend({
  spec: z.looseObject({
    manualSelector: z.boolean().nullish(),
    ttlSecondsAfterFinished: z.number().nullish(),
    selector: z.unknown(),
    template: z.looseObject({ metadata: z.looseObject({ labels: Labels }).nullish() }),
  }),
});
const Jobs = z.looseObject({ items: z.array(Job) });
export async function rerunCronJob(call: Call): Promise<Outcome> {
  const { namespace, name } = targetOf(call);
  const found = await read(call, `apis/batch/v1/namespaces/${namespace}/cronjobs/${name}`, CronJob);
  if (found.kind === 'refused') return found;
  const cron = found.object;
  const jobName = `${name}-${digitsOf(call.key)}`;
  const existing = await existingJob(call, jobName);
  if (existing) return existing;
  if (cron.spec.concurrencyPolicy === 'Forbid') {
    // The CronJob's own status lists only the Jobs of its schedule.
    const jobs = await read(call, `apis/batch/v1/namespaces/${namespace}/jobs`, Jobs);
    if (jobs.kind === 'refused') return jobs;
    const running = jobs.object.items.find((job) => isOf(job, cron.metadata.uid) && !isFinished(job));
    if (running) {
      const why = `CronJob ${name} forbids concurrent runs, and Job ${running.metadata.name} is running.`;
      return { kind: 'refused', why };
    }
  }
  const { metadata, spec } = cron.spec.jobTemplate;
  const template = Meta.partial().safeParse(metadata ?? {}).data;
  const job = {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: jobName,
      namespace,
      labels: template?.labels ?? {},
      annotations: {
        ...template?.annotations,
        'cronjob.kubernetes.io/instantiate': 'manual',
        [keyAnnotation]: call.key,
      },
      ownerReferences: [{ apiVersion: 'batch/v1', kind: 'CronJob', name, uid: cron.metadata.uid, controller: true }],
    },
    spec: kept(spec),
  };
  return makeJob(call, job, `Job ${jobName} was made from the template of CronJob ${name}.`);
}

/** A Job cannot start twice, so a rerun is a new Job of the same template, without the labels that select the first Job's pods. */
export async function rerunJob(call: Call): Promise<Outcome> {
  const { namespace, name } = targetOf(call);
  const jobName = `${name.slice(0, maxNameCharacters - 11)}-${digitsOf(call.key)}`;
  const existing = await existingJob(call, jobName);
  if (existing) return existing;
  const found = await read(call, `apis/batch/v1/namespaces/${namespace}/jobs/${name}`, FinishedJob);
  if (found.kind === 'refused') return found;
  const { metadata, spec } = found.object;
  const controller = metadata.ownerReferences.find((owner) => owner.controller === true);
  if (controller)
    return { kind: 'refused', why: `Job ${name} belongs to a ${controller.kind}, which decides when it runs again.` };
  if (spec.manualSelector === true)
    return { kind: 'refused', why: `Job ${name} chooses its pods itself; a second one would take the first one's.` };
  if (!hasCondition(found.object, ['Failed'])) return { kind: 'refused', why: `Job ${name} has not failed.` };
  const { selector: _, template, ...rest } = spec;
  const job = {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: jobName,
      namespace,
      labels: withoutOwnLabels(metadata.labels),
      annotations: { [keyAnnotation]: call.key, [rerunOf]: name },
    },
    spec: kept({
      ...rest,
      suspend: false,
      template: {
        ...template,
        metadata: { ...template.metadata, labels: withoutOwnLabels(template.metadata?.labels ?? {}) },
      },
    }),
  };
  return makeJob(call, job, `Job ${jobName} was made from the template of Job ${name}.`);
}

/** The Job that an earlier attempt created, or the object that is in the way. */
async function existingJob(call: Call, jobName: string): Promise<Outcome | undefined> {
  const { namespace } = targetOf(call);
  const { status, body } = await call.cluster.request(`apis/batch/v1/namespaces/${namespace}/jobs/${jobName}`);
  if (status !== 200) return undefined;
  return Job.safeParse(body).data?.metadata.annotations[keyAnnotation] === call.key
    ? { kind: 'already-done', detail: `Job ${jobName} exists already.` }
    : { kind: 'refused', why: `Job ${jobName} exists already, and was not made by this action.` };
}

async function makeJob(
  call: Call,
  job: { readonly metadata: { readonly name: string } },
  detail: string,
): Promise<Outcome> {
  const { namespace } = targetOf(call);
  const path = `apis/batch/v1/namespaces/${namespace}/jobs${dry(call)}`;
  const reply = await call.cluster.request(path, { method: 'POST', body: job });
  if (reply.status === 409) return { kind: 'already-done', detail: `Job ${job.metadata.name} exists already.` };
  return accepted(call, reply, detail);
}

const kept = <Spec extends { readonly ttlSecondsAfterFinished?: number | null | undefined }>(spec: Spec): Spec =>
  typeof spec.ttlSecondsAfterFinished === 'number'
    ? { ...spec, ttlSecondsAfterFinished: Math.max(spec.ttlSecondsAfterFinished, keptSeconds) }
    : spec;

/** The labels by which a Job selects its own pods. */
const ownLabels = ['controller-uid', 'job-name', 'batch.kubernetes.io/controller-uid', 'batch.kubernetes.io/job-name'];
const withoutOwnLabels = (labels: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(labels).filter(([label]) => !ownLabels.includes(label)));

const isOf = ({ metadata }: z.infer<typeof Job>, uid: string): boolean =>
  metadata.ownerReferences.some((owner) => owner.uid === uid);
const isFinished = (job: z.infer<typeof Job>): boolean => hasCondition(job, ['Complete', 'Failed']);
const hasCondition = ({ status }: Pick<z.infer<typeof Job>, 'status'>, types: readonly string[]): boolean =>
  (status?.conditions ?? []).some(({ type, status: holds }) => types.includes(type) && holds === 'True');

/**
 * Ten digits of a key. A CronJob's own Jobs end in the minute of their schedule, which has eight digits now. Code that derives the CronJob from a
 * Job's name works for both, and the two never collide.
 */
const digitsOf = (key: string): string => String(1_000_000_000n + (BigInt(`0x${key}`) % 9_000_000_000n));
