// Defines the action that rolls a workload back to an earlier revision.
import * as z from 'zod';
import { pullThrottled } from '../../analysis/kubernetes/images.ts';
import { missesSchema } from '../../analysis/logs/missing-schema.ts';
import { isOutsideRevisions } from '../../model/change-ids.ts';
import { sameWorkload } from '../../model/entity.ts';
import type { KubernetesObject } from '../../model/telemetry.ts';
import { ownerOf } from '../../topology/owner.ts';
import { type Check, causesWith, hasCause, rolloutPaused, type Seen } from '../action-checks.ts';
import type { ActionDefinition, Planned, Surroundings } from '../action-definition.ts';
import { replacesAllPods } from '../action-impact.ts';
import { undo } from '../action-parameters.ts';
import { namespacedName, takesBack, verb } from '../action-words.ts';
import { planned, unlimited } from '../workload-limits.ts';

const revision = z.number().int().min(1).optional();

function plan({ target }: Surroundings): Planned {
  const fromRevision = Number(revisionOf(target));
  return planned(fromRevision > 0 ? { fromRevision } : {});
}

/** The current revision of a Deployment, from the annotation that Kubernetes writes. */
const revisionOf = (target: KubernetesObject | undefined): string | undefined =>
  target?.metadata.annotations?.['deployment.kubernetes.io/revision'];

const refusedByRegistry = causesWith('registry-gives-no-image');

const Waiting = z.looseObject({ waiting: z.looseObject({ message: z.string().nullish() }).nullish() }).nullish();
const Pod = z.looseObject({
  status: z.looseObject({ containerStatuses: z.array(z.looseObject({ state: Waiting })).nullish() }).nullish(),
});
const pullsThrottled = ({ target, around }: Seen): boolean =>
  around.some(({ kind, metadata, ...pod }) => {
    if (kind !== 'Pod' || !metadata.name.startsWith(`${target?.metadata.name}-`)) return false;
    const statuses = Pod.safeParse(pod).data?.status?.containerStatuses ?? [];
    return statuses.some(({ state }) => pullThrottled.test(state?.waiting?.message ?? ''));
  });

const registryRefuses: Check = {
  code: 'registry-refuses',
  why: 'The registry gives no image at the moment, and it would have to give one for the earlier revision, too.',
  holds: (seen) => hasCause(seen, refusedByRegistry) || pullsThrottled(seen),
};
const onlyOneRevision: Check = {
  code: 'only-one-revision',
  why: 'There is only one revision of it, and none before that to go back to.',
  holds: ({ target }) => target?.kind === 'Deployment' && revisionOf(target) === '1',
};

const outsideRevisions: Check = {
  code: 'outside-its-revisions',
  why: 'No revision of it holds the change: a tag, a flag or something that it reads was changed, and an earlier revision would get the same.',
  holds: ({ hypothesis }) => hypothesis.changeId !== undefined && isOutsideRevisions(hypothesis.changeId),
};

/** Another service misses a column or table: what took it away is done, whichever revision runs. */
const schemaStaysChanged: Check = {
  code: 'schema-stays-changed',
  why: 'Another service misses a column or table that the change took away, and an earlier revision does not bring it back.',
  holds: ({ hypothesis, findings }) =>
    hypothesis.changeId !== undefined &&
    findings.some(
      ({ specialist, role, claim, entity }) =>
        specialist === 'logs' &&
        role !== 'context' &&
        missesSchema.test(claim) &&
        entity.name !== hypothesis.entity.name,
    ) &&
    !findings.some(
      ({ specialist, role, entity }) =>
        specialist === 'logs' &&
        (role === 'cause' || role === 'symptom') &&
        sameWorkload(ownerOf(entity), hypothesis.entity),
    ),
};

export const rollbackRollout: ActionDefinition<'rollback-rollout', 'kubernetes'> = {
  id: 'rollback-rollout',
  executor: 'kubernetes',
  stakes: 'high-stakes',
  kinds: ['Deployment', 'StatefulSet', 'DaemonSet'],
  verbs: {
    does: [...takesBack, 'roll * back', 'roll back *', 'back out *', 'back * out', 'downgrade *'],
    undoes: ['roll * forward', 'roll forward *', 'go forward', 'go forward again'],
    nouns: ['roll back', 'revert'],
    targetWords: ['deploy', 'deployment', 'release', 'rollout', 'change', 'version', 'revision', 'last', 'latest'],
    taught: verb('rollback', '(roll|rolling) [<it>] back', '(revert|reverting|undo|undoing)'),
  },
  mends: [
    'image-not-found',
    'image-architecture',
    'lifecycle-hook-failed',
    'oom-killed',
    'code-change',
    'config-change',
    'rollout-stuck',
    'application-crash',
    'application-errors',
    'command-invalid',
    'secret-missing',
    'environment-address',
    'liveness-probe',
    'liveness-probe-port',
    'liveness-probe-protocol',
    'liveness-probe-timing',
    'readiness-probe',
    'readiness-probe-port',
    'readiness-probe-protocol',
  ],
  rulesOut: [registryRefuses, outsideRevisions, onlyOneRevision, schemaStaysChanged, rolloutPaused],
  needsChange: true,
  parameters: z.strictObject({ fromRevision: revision, toRevision: revision, undo }),
  limits: { ...unlimited, plan },
  reversible: true,
  settleSeconds: 90,
  title: (target, { toRevision }) =>
    toRevision === undefined
      ? `Roll ${namespacedName(target)} back to its last healthy revision`
      : `Roll ${namespacedName(target)} forward again to revision ${toRevision}`,
  blastRadius: (target) =>
    `Replaces all pods of ${target.name}, a few at a time; what the newest revision brought is gone until it is rolled out again.`,
  inverse: ({ fromRevision, undo: undoing }) =>
    fromRevision === undefined || undoing === true
      ? 'The revision to return to is unknown.'
      : { id: 'rollback-rollout', parameters: { toRevision: fromRevision, undo: true } },
  verify: (target) => `Is ${target.kind} ${target.name} healthy after the rollback?`,
  impact: replacesAllPods,
};
