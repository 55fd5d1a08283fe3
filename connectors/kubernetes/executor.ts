// Carries out the catalogue's actions on a cluster, at most once for a key: the key becomes the name of what is made or an annotation of what
// is changed, so that the API server itself refuses a second time, also where the first answer was lost.
import { createHash } from 'node:crypto';
import * as z from 'zod';
import { Unavailable } from '../../core/errors.ts';
import type { Executor, ExecutorAction } from '../../core/ports/telemetry.ts';
import type { Clock } from '../../core/ports/world.ts';
import type { ClusterAccess, Reply } from './access.ts';

const keyAnnotation = 'watchkeeper.dev/action-key';
/** So many actions an object remembers, the last one first. */
const keysKept = 8;
/** What is made stays at least this long, because its name is the memory of its key. */
const keptSeconds = 3600;
const plural: Readonly<Record<string, string>> = {
  Deployment: 'deployments',
  StatefulSet: 'statefulsets',
  DaemonSet: 'daemonsets',
};
const strategicMerge = 'application/strategic-merge-patch+json';
const jsonPatch = 'application/json-patch+json';

type Outcome =
  | { readonly kind: 'done' | 'already-done'; readonly detail: string }
  | { readonly kind: 'refused'; readonly why: string };
interface Call {
  readonly cluster: ClusterAccess;
  readonly action: ExecutorAction;
  readonly key: string;
  readonly now: Date;
  readonly dryRun: boolean;
}

const Meta = z.looseObject({
  name: z.string(),
  uid: z.string().default(''),
  resourceVersion: z.string().default(''),
  generation: z.number().default(0),
  deletionTimestamp: z.string().nullish(),
  annotations: z
    .record(z.string(), z.string())
    .nullish()
    .transform((v) => v ?? {}),
  labels: z
    .record(z.string(), z.string())
    .nullish()
    .transform((v) => v ?? {}),
  ownerReferences: z
    .array(z.looseObject({ kind: z.string(), uid: z.string(), controller: z.boolean().nullish() }))
    .nullish()
    .transform((v) => v ?? []),
});
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
const Jobs = z.looseObject({ items: z.array(Job) });
const Revision = z.looseObject({ metadata: Meta, spec: z.looseObject({ template: z.looseObject({}) }) });
const ReplicaSets = z.looseObject({ items: z.array(Revision) });
const Workload = z.looseObject({
  metadata: Meta,
  spec: z.looseObject({
    paused: z.boolean().nullish(),
    updateStrategy: z.looseObject({ type: z.string().nullish() }).nullish(),
  }),
  status: z.looseObject({ observedGeneration: z.number().nullish() }).nullish(),
});
const Pod = z.looseObject({ metadata: Meta });
/** Of an Event that says which pod was deleted for a key. */
const Deletion = z.looseObject({ involvedObject: z.looseObject({ uid: z.string() }) });

/** How the API server says why. */
const Status = z.looseObject({ message: z.string() });

export function kubernetesExecutor({
  clusters,
  clock,
}: {
  readonly clusters: readonly ClusterAccess[];
  readonly clock: Clock;
}): Executor {
  const run = async (action: ExecutorAction, dryRun: boolean): Promise<Outcome> => {
    const cluster = clusters.find((one) => one.name === action.target.cluster);
    if (!cluster) return { kind: 'refused', why: `No access to cluster ${action.target.cluster} is configured.` };
    const key = createHash('sha256').update(action.idempotencyKey).digest('hex').slice(0, 16);
    const call = { cluster, action, key, now: clock.now(), dryRun };
    switch (action.id) {
      case 'rerun-cronjob':
        return rerunCronJob(call);
      case 'restart-rollout':
        return restartRollout(call);
      case 'rollback-rollout':
        return rollbackRollout(call);
      case 'delete-stuck-pod':
        return deletePod(call);
      default:
        return { kind: 'refused', why: `There is no action ${action.id}.` };
    }
  };
  return {
    async dryRun(action) {
      const outcome = await run(action, true);
      return outcome.kind === 'refused' ? outcome : { kind: 'ok', detail: `Tried without doing it: ${outcome.detail}` };
    },
    execute: (action) => run(action, false),
  };
}

async function rerunCronJob(call: Call): Promise<Outcome> {
  const { namespace, name } = targetOf(call);
  const found = await read(call, `apis/batch/v1/namespaces/${namespace}/cronjobs/${name}`, CronJob);
  if (found.kind === 'refused') return found;
  const cron = found.object;
  const jobName = `${name}-${digitsOf(call.key)}`;
  const existing = await call.cluster.request(`apis/batch/v1/namespaces/${namespace}/jobs/${jobName}`);
  if (existing.status === 200) {
    return Job.safeParse(existing.body).data?.metadata.annotations[keyAnnotation] === call.key
      ? { kind: 'already-done', detail: `Job ${jobName} exists already.` }
      : { kind: 'refused', why: `Job ${jobName} exists already, and was not made by this action.` };
  }
  if (cron.spec.concurrencyPolicy === 'Forbid') {
    // The CronJob's own status lists only what its schedule started.
    const jobs = await read(call, `apis/batch/v1/namespaces/${namespace}/jobs`, Jobs);
    if (jobs.kind === 'refused') return jobs;
    const running = jobs.object.items.find((job) => isOf(job, cron.metadata.uid) && !isFinished(job));
    if (running) {
      const why = `CronJob ${name} forbids concurrent runs, and Job ${running.metadata.name} is running.`;
      return { kind: 'refused', why };
    }
  }
  const { metadata, spec } = cron.spec.jobTemplate;
  const ttl = spec.ttlSecondsAfterFinished;
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
    spec: typeof ttl === 'number' ? { ...spec, ttlSecondsAfterFinished: Math.max(ttl, keptSeconds) } : spec,
  };
  const reply = await call.cluster.request(`apis/batch/v1/namespaces/${namespace}/jobs${dry(call)}`, {
    method: 'POST',
    body: job,
  });
  if (reply.status === 409) return { kind: 'already-done', detail: `Job ${jobName} exists already.` };
  return accepted(call, reply, `Job ${jobName} was made from the template of CronJob ${name}.`);
}

async function restartRollout(call: Call): Promise<Outcome> {
  const path = workloadPath(call);
  if (path === undefined) return notAWorkload(call);
  const found = await read(call, path, Workload);
  if (found.kind === 'refused') return found;
  const { metadata } = found.object;
  if (keysOf(metadata).includes(call.key)) return { kind: 'already-done', detail: 'This restart was begun before.' };
  const held = heldBack(call, found.object);
  if (held) return held;
  const patch = {
    // The version read is the version changed: what happened in between refuses the patch instead of being overwritten.
    metadata: { resourceVersion: metadata.resourceVersion, annotations: { [keyAnnotation]: withKey(metadata, call) } },
    spec: { template: { metadata: { annotations: { 'kubectl.kubernetes.io/restartedAt': call.now.toISOString() } } } },
  };
  const reply = await call.cluster.request(`${path}${dry(call)}`, {
    method: 'PATCH',
    body: patch,
    contentType: strategicMerge,
  });
  return accepted(call, reply, `${call.action.target.kind} ${call.action.target.name} is being restarted.`);
}

async function rollbackRollout(call: Call): Promise<Outcome> {
  const { namespace, name } = targetOf(call);
  if (call.action.target.kind !== 'Deployment')
    return { kind: 'refused', why: 'Only a Deployment keeps the revisions that a rollback needs.' };
  const path = `apis/apps/v1/namespaces/${namespace}/deployments/${name}`;
  const found = await read(call, path, Workload);
  if (found.kind === 'refused') return found;
  const { metadata, status } = found.object;
  if (keysOf(metadata).includes(call.key)) return { kind: 'already-done', detail: 'This rollback was begun before.' };
  const held = heldBack(call, found.object);
  if (held) return held;
  // Until the controller has made a revision of the newest template, the newest revision is not the one that runs.
  if ((status?.observedGeneration ?? 0) < metadata.generation)
    throw new Unavailable(`The last change of Deployment ${name} has not become a revision yet.`);
  const sets = await read(call, `apis/apps/v1/namespaces/${namespace}/replicasets`, ReplicaSets);
  if (sets.kind === 'refused') return sets;
  const [current, previous] = sets.object.items
    .filter((set) => set.metadata.ownerReferences.some((owner) => owner.uid === metadata.uid))
    .sort((a, b) => revisionOf(b) - revisionOf(a));
  if (!current || !previous)
    return { kind: 'refused', why: `Deployment ${name} has no earlier revision to go back to.` };
  const template = withoutHash(previous.spec.template);
  const patch = [
    // The generation counts changes of the spec; the resource version would also see each new status of a rollout.
    { op: 'test', path: '/metadata/generation', value: metadata.generation },
    { op: 'replace', path: '/spec/template', value: template },
    {
      op: 'add',
      path: '/metadata/annotations',
      value: { ...metadata.annotations, [keyAnnotation]: withKey(metadata, call) },
    },
  ];
  const reply = await call.cluster.request(`${path}${dry(call)}`, {
    method: 'PATCH',
    body: patch,
    contentType: jsonPatch,
  });
  if (reply.status === 422) {
    const now = await read(call, path, Workload);
    if (now.kind === 'found' && now.object.metadata.generation !== metadata.generation)
      throw new Unavailable(`Deployment ${name} was changed at the same moment.`);
  }
  return accepted(
    call,
    reply,
    `Deployment ${name} goes back from revision ${revisionOf(current)} to ${revisionOf(previous)}.`,
  );
}

async function deletePod(call: Call): Promise<Outcome> {
  const { namespace, name } = targetOf(call);
  const path = `api/v1/namespaces/${namespace}/pods/${name}`;
  const found = await call.cluster.request(path);
  if (found.status === 404) return { kind: 'already-done', detail: `Pod ${name} is gone.` };
  const pod = Pod.safeParse(found.body);
  if (found.status !== 200 || !pod.success) return failed(found);
  const { uid, ownerReferences, deletionTimestamp } = pod.data.metadata;
  // A static pod belongs to its Node, which goes on running it whatever becomes of its shadow in the API.
  if (!ownerReferences.some((owner) => owner.controller === true && owner.kind !== 'Node'))
    return { kind: 'refused', why: `Pod ${name} has no controller that would make it again.` };
  if (deletionTimestamp)
    return { kind: 'already-done', detail: `Pod ${name} is being deleted; it is gone once its node says so.` };
  const meant = call.dryRun ? undefined : await deletionFor(call, uid);
  if (meant?.kind === 'refused') return meant;
  if (meant && meant.uid !== uid)
    return { kind: 'already-done', detail: `The pod that was meant is gone; Pod ${name} is a new one.` };
  // The precondition is the very pod that was seen: a new one of the same name is not deleted.
  const body = {
    apiVersion: 'v1',
    kind: 'DeleteOptions',
    preconditions: { uid },
    ...(call.dryRun ? { dryRun: ['All'] } : {}),
  };
  const reply = await call.cluster.request(path, { method: 'DELETE', body });
  if (reply.status === 404 || reply.status === 409) return { kind: 'already-done', detail: `Pod ${name} is gone.` };
  return accepted(call, reply, `Pod ${name} was deleted; its controller makes a new one.`);
}

/**
 * Which pod is to be deleted for this key. A StatefulSet's next pod has the name of the one before, so that nothing on it could tell: what
 * remembers is an Event of the pod, named by the key and written before the deletion.
 */
async function deletionFor(
  call: Call,
  uid: string,
): Promise<{ readonly kind: 'pod'; readonly uid: string } | Extract<Outcome, { kind: 'refused' }>> {
  const { namespace = '', name } = call.action.target;
  const events = `api/v1/namespaces/${encodeURIComponent(namespace)}/events`;
  const eventName = `${name.slice(0, 200).replace(/[.-]+$/, '')}.${call.key}`;
  const at = call.now.toISOString().replace(/\.\d+/, '');
  const event = {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: eventName, namespace },
    involvedObject: { apiVersion: 'v1', kind: 'Pod', name, namespace, uid },
    reason: 'WatchkeeperDeleted',
    message: `Deleted by Watchkeeper for incident ${call.action.incidentId}, so that its controller makes a new one.`,
    type: 'Normal',
    source: { component: 'watchkeeper' },
    firstTimestamp: at,
    lastTimestamp: at,
    count: 1,
  };
  const made = await call.cluster.request(`${events}?fieldManager=watchkeeper`, { method: 'POST', body: event });
  if (made.status === 201) return { kind: 'pod', uid };
  if (made.status !== 409) return failed(made);
  const before = await call.cluster.request(`${events}/${eventName}`);
  const deletion = Deletion.safeParse(before.body);
  return before.status === 200 && deletion.success
    ? { kind: 'pod', uid: deletion.data.involvedObject.uid }
    : failed(before);
}

const keysOf = ({ annotations }: z.infer<typeof Meta>): string[] =>
  (annotations[keyAnnotation] ?? '').split(' ').filter(Boolean);
const withKey = (metadata: z.infer<typeof Meta>, { key }: Call): string =>
  [key, ...keysOf(metadata)].slice(0, keysKept).join(' ');

/** The API server takes a new template also where nothing would come of it. */
function heldBack({ action }: Call, { spec }: z.infer<typeof Workload>): Outcome | undefined {
  const { kind, name } = action.target;
  if (spec.paused === true)
    return { kind: 'refused', why: `The rollout of ${kind} ${name} is paused: nothing would be replaced.` };
  if (spec.updateStrategy?.type === 'OnDelete')
    return { kind: 'refused', why: `${kind} ${name} replaces its pods only when each is deleted (OnDelete).` };
  return undefined;
}

const isOf = ({ metadata }: z.infer<typeof Job>, uid: string): boolean =>
  metadata.ownerReferences.some((owner) => owner.uid === uid);
const isFinished = ({ status }: z.infer<typeof Job>): boolean =>
  (status?.conditions ?? []).some(
    (condition) => ['Complete', 'Failed'].includes(condition.type) && condition.status === 'True',
  );

/**
 * Ten digits of a key. A CronJob's own Jobs end in the minute of their schedule, eight digits now: whoever reads a Job's name back to its
 * CronJob reads this one, too, and neither can be the other.
 */
const digitsOf = (key: string): string => String(1_000_000_000n + (BigInt(`0x${key}`) % 9_000_000_000n));

const dry = (call: Call): string =>
  call.dryRun ? '?dryRun=All&fieldManager=watchkeeper' : '?fieldManager=watchkeeper';
const targetOf = ({ action }: Call) => ({
  namespace: encodeURIComponent(action.target.namespace ?? ''),
  name: encodeURIComponent(action.target.name),
});
const revisionOf = (set: z.infer<typeof Revision>): number =>
  Number(set.metadata.annotations['deployment.kubernetes.io/revision'] ?? 0);

function workloadPath(call: Call): string | undefined {
  const resource = plural[call.action.target.kind];
  const { namespace, name } = targetOf(call);
  return resource && `apis/apps/v1/namespaces/${namespace}/${resource}/${name}`;
}
const notAWorkload = ({ action }: Call): Outcome => ({
  kind: 'refused',
  why: `A ${action.target.kind} cannot be restarted as a rollout.`,
});

/** A template without the label that its ReplicaSet added. */
function withoutHash(template: Record<string, unknown>): Record<string, unknown> {
  const parsed = z
    .looseObject({ metadata: z.looseObject({ labels: z.record(z.string(), z.string()).optional() }).optional() })
    .parse(template);
  const { 'pod-template-hash': _, ...labels } = parsed.metadata?.labels ?? {};
  return { ...template, metadata: { ...parsed.metadata, labels } };
}

async function read<Schema extends z.ZodType>(
  { cluster, action }: Call,
  path: string,
  schema: Schema,
): Promise<{ readonly kind: 'found'; readonly object: z.infer<Schema> } | Extract<Outcome, { kind: 'refused' }>> {
  const reply = await cluster.request(path);
  if (reply.status === 404)
    return {
      kind: 'refused',
      why: `There is no ${action.target.kind} ${action.target.namespace}/${action.target.name}.`,
    };
  const object = schema.safeParse(reply.body);
  if (reply.status === 200 && object.success) return { kind: 'found', object: object.data };
  return failed(reply);
}

/** A dry run wants the rights of the real thing. Who decides may only read: then the server is asked when it is done, by who may act. */
function accepted(call: Call, reply: Reply, detail: string): Outcome {
  if (call.dryRun && reply.status === 403) {
    return { kind: 'done', detail: 'the target is there; whether it may be changed is asked by the one who acts.' };
  }
  return reply.status >= 200 && reply.status < 300
    ? { kind: 'done', detail: call.dryRun ? `the API server would take it: ${detail}` : detail }
    : failed(reply);
}

/** What may be different next time throws, so that it is tried again with the same key; a refusal is an answer. */
function failed(reply: Reply): Extract<Outcome, { kind: 'refused' }> {
  if (reply.status === 0 || reply.status === 409 || reply.status === 429 || reply.status >= 500) {
    throw new Unavailable(`The Kubernetes API did not carry it out (status ${reply.status}).`);
  }
  const why =
    reply.status === 401 || reply.status === 403
      ? 'The Kubernetes API does not allow it.'
      : `The Kubernetes API refused it with status ${reply.status}: ${Status.safeParse(reply.body).data?.message.slice(0, 300) ?? 'no reason given'}`;
  return { kind: 'refused', why };
}
