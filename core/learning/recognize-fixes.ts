// Recognises the change by which somebody mended an incident, from changes and from the objects of the cluster after it was diagnosed. Each rule
// needs a time within the hour and the same subject; in doubt there is no fix. Pure.
import * as z from 'zod';
import type { EntityRef } from '../model/entity.ts';
import type { Fix } from '../model/levels.ts';
import type { Change, KubernetesObject } from '../model/telemetry.ts';
import { redact } from '../redaction/redact.ts';
import { shorten } from '../text.ts';

export interface Aftermath {
  readonly target: EntityRef;
  /** The service that owns the target; absent if none is known. */
  readonly service?: string | undefined;
  /** The change that the diagnosis holds for the cause. */
  readonly changeId?: string | undefined;
  /** Changes from a day before the diagnosis to an hour after it. */
  readonly changes: readonly Change[];
  /** The objects of the target's cluster now. */
  readonly objects: readonly KubernetesObject[];
  readonly since: Date;
  readonly until: Date;
}

/** Oldest first. */
export function recognizeFixes(seen: Aftermath): readonly Fix[] {
  const fixes = [...revertedChange(seen), ...fromObjects(seen)];
  const first = new Map<string, Fix>();
  for (const fix of fixes.toSorted((a, b) => a.at.localeCompare(b.at)))
    if (!first.has(fix.kind)) first.set(fix.kind, fix);
  return [...first.values()];
}

const within = ({ since, until }: Aftermath, at: string | undefined): at is string => {
  const time = at === undefined ? Number.NaN : Date.parse(at);
  return time > since.getTime() && time <= until.getTime();
};

const kinds = {
  deploy: 'rollout-undone',
  flag: 'flag-turned-off',
  config: 'config-reverted',
} as const;

const same = (a: unknown, b: unknown): boolean => a !== undefined && JSON.stringify(a) === JSON.stringify(b);

/** The flag or key that a change is about: the first word of its title. */
const subjectOf = ({ title }: Change): string => /^[\w./-]+/.exec(title)?.[0].toLowerCase() ?? '';

/** A later change that takes the diagnosed change back: to its `from`, or to the version that was live before it. */
function revertedChange(seen: Aftermath): Fix[] {
  const { changes, changeId, target } = seen;
  const cause = changes.find(({ id }) => id === changeId);
  if (cause === undefined || !(cause.kind in kinds)) return [];
  const kind = kinds[cause.kind as keyof typeof kinds];
  const ofSame = changes.filter(
    (one) => one.kind === cause.kind && one.service === cause.service && sameEntity(one.entity, cause.entity),
  );
  const before = ofSame
    .filter(({ at }) => Date.parse(at) < Date.parse(cause.at))
    .toSorted((a, b) => a.at.localeCompare(b.at))
    .at(-1);
  const back = ofSame.find(
    (one) =>
      one.id !== cause.id &&
      within(seen, one.at) &&
      (isReverse(one, cause) || (cause.kind === 'deploy' && isEarlierVersion(one, cause, before))),
  );
  if (back === undefined) return [];
  const action =
    kind === 'rollout-undone' && target.kind === 'Deployment' ? ({ action: 'rollback-rollout' } as const) : {};
  return [{ kind, ...action, what: clean(back.title), ...byOf(back.author), at: new Date(back.at).toISOString() }];
}

const isReverse = (one: Change, cause: Change): boolean =>
  same(one.to, cause.from) &&
  same(one.from, cause.to) &&
  !same(one.to, cause.to) &&
  (cause.kind === 'deploy' || subjectOf(one) === subjectOf(cause));

const isEarlierVersion = (one: Change, cause: Change, before: Change | undefined): boolean => {
  const version = ({ version: named, commit }: Change) => named ?? commit;
  return (
    before !== undefined &&
    version(one) !== undefined &&
    version(one) === version(before) &&
    version(one) !== version(cause)
  );
};

const sameEntity = (a: EntityRef | undefined, b: EntityRef | undefined): boolean =>
  a === undefined || b === undefined
    ? a === b
    : a.kind === b.kind && a.name === b.name && a.namespace === b.namespace && a.cluster === b.cluster;

const Meta = z.looseObject({
  name: z.string(),
  namespace: z.string().optional(),
  creationTimestamp: z.string().optional(),
  annotations: z.record(z.string(), z.string()).optional(),
  ownerReferences: z.array(z.looseObject({ kind: z.string(), name: z.string() })).optional(),
  managedFields: z
    .array(
      z.looseObject({
        manager: z.string().optional(),
        time: z.string().optional(),
        subresource: z.string().optional(),
      }),
    )
    .optional(),
});
const Template = z.looseObject({
  metadata: z.looseObject({ annotations: z.record(z.string(), z.string()).optional() }).optional(),
});
const Read = z.looseObject({
  kind: z.string(),
  metadata: Meta,
  spec: z.looseObject({ template: Template.optional() }).optional(),
  status: z
    .looseObject({
      conditions: z
        .array(z.looseObject({ type: z.string(), status: z.string(), lastUpdateTime: z.string().optional() }))
        .optional(),
      succeeded: z.number().optional(),
    })
    .optional(),
});
type Read = z.infer<typeof Read>;

const revision = 'deployment.kubernetes.io/revision';
const revisionHistory = 'deployment.kubernetes.io/revision-history';
const restartedAt = 'kubectl.kubernetes.io/restartedAt';
const manual = 'cronjob.kubernetes.io/instantiate';
/** The mark of an own action: Watchkeeper's objects and changes carry the action's key. */
const isOwn = ({ annotations = {} }: z.infer<typeof Meta>): boolean =>
  Object.keys(annotations).some((name) => name.startsWith('watchkeeper'));

function fromObjects(seen: Aftermath): Fix[] {
  const objects = seen.objects.flatMap((object) => {
    const read = Read.safeParse(object);
    return read.success ? [read.data] : [];
  });
  const { target } = seen;
  if (target.kind === 'Node') return nodeReplaced(seen, objects);
  if (target.kind === 'CronJob') return jobRerun(seen, objects);
  const own = objects.find(
    ({ kind, metadata }) =>
      kind === target.kind && metadata.name === target.name && metadata.namespace === target.namespace,
  );
  if (own === undefined || isOwn(own.metadata)) return [];
  return [...rolloutUndone(seen, own, objects), ...restarted(seen, own), ...scaled(seen, own)];
}

/** An older ReplicaSet got the newest revision, as `kubectl rollout undo` does it, and the rollout moved within the hour. */
function rolloutUndone(seen: Aftermath, own: Read, objects: readonly Read[]): Fix[] {
  const current = own.metadata.annotations?.[revision];
  const moved = own.status?.conditions?.find(({ type }) => type === 'Progressing')?.lastUpdateTime;
  const set = objects.find(
    ({ kind, metadata }) =>
      kind === 'ReplicaSet' &&
      metadata.namespace === own.metadata.namespace &&
      metadata.ownerReferences?.some((owner) => owner.kind === own.kind && owner.name === own.metadata.name) === true &&
      metadata.annotations?.[revision] === current,
  );
  const { annotations, creationTimestamp } = set?.metadata ?? {};
  const isOlder = creationTimestamp !== undefined && Date.parse(creationTimestamp) < seen.since.getTime();
  if (current === undefined || !isOlder || !annotations?.[revisionHistory] || !within(seen, moved)) return [];
  return [{ kind: 'rollout-undone', action: 'rollback-rollout', what: nameOf(own), at: instantOf(moved) }];
}

function restarted(seen: Aftermath, own: Read): Fix[] {
  const at = own.spec?.template?.metadata?.annotations?.[restartedAt];
  return within(seen, at)
    ? [{ kind: 'restarted', action: 'restart-rollout', what: nameOf(own), at: instantOf(at) }]
    : [];
}

/** The subresource `scale` was written by somebody; an autoscaler's writes are no fix of a person. */
function scaled(seen: Aftermath, own: Read): Fix[] {
  const write = own.metadata.managedFields?.find(
    ({ subresource, time, manager }) =>
      subresource === 'scale' && within(seen, time) && !/controller|autoscaler|keda|watchkeeper/i.test(manager ?? ''),
  );
  return write?.time === undefined
    ? []
    : [
        {
          kind: 'scaled',
          action: 'scale-workload',
          what: nameOf(own),
          ...byOf(write.manager),
          at: instantOf(write.time),
        },
      ];
}

/** A Job that somebody created from the CronJob's template, and that succeeded. */
function jobRerun(seen: Aftermath, objects: readonly Read[]): Fix[] {
  const { target } = seen;
  const job = objects.find(
    ({ kind, metadata, status }) =>
      kind === 'Job' &&
      metadata.namespace === target.namespace &&
      metadata.annotations?.[manual] === 'manual' &&
      metadata.ownerReferences?.some((owner) => owner.kind === 'CronJob' && owner.name === target.name) === true &&
      !isOwn(metadata) &&
      (status?.succeeded ?? 0) > 0 &&
      within(seen, metadata.creationTimestamp),
  );
  const at = job?.metadata.creationTimestamp;
  return job === undefined || at === undefined
    ? []
    : [{ kind: 'job-rerun', action: 'rerun-cronjob', what: nameOf(job), at: instantOf(at) }];
}

/** The node is gone, and another one came within the hour. Without any node in the answer nothing is known. */
function nodeReplaced(seen: Aftermath, objects: readonly Read[]): Fix[] {
  const nodes = objects.filter(({ kind }) => kind === 'Node');
  if (nodes.length === 0 || nodes.some(({ metadata }) => metadata.name === seen.target.name)) return [];
  const fresh = nodes.find(({ metadata }) => within(seen, metadata.creationTimestamp));
  const at = fresh?.metadata.creationTimestamp;
  return fresh === undefined || at === undefined
    ? []
    : [
        {
          kind: 'node-replaced',
          what: `Node ${seen.target.name} by ${fresh.metadata.name}`.slice(0, 300),
          at: instantOf(at),
        },
      ];
}

const instantOf = (at: string): string => new Date(at).toISOString();
const clean = (text: string): string => shorten(redact(text), 300);
const nameOf = ({ kind, metadata }: Read): string =>
  clean(`${kind} ${metadata.namespace === undefined ? '' : `${metadata.namespace}/`}${metadata.name}`);
const byOf = (author: string | undefined) => (author === undefined ? {} : { by: shorten(redact(author), 200) });
