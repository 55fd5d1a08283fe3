// Defines the action that restarts a Deployment in batches: its pods are evicted a few at a time, each batch once all pods are ready again. A step of
// plans; it mends no cause by itself.
import * as z from 'zod';
import type { Impact } from '../../model/action.ts';
import type { KubernetesObject } from '../../model/telemetry.ts';
import type { ActionDefinition, ImpactInput, Planned, Surroundings } from '../action-definition.ts';
import { podsAmong, shareOf } from '../action-impact.ts';
import { namespacedName, podCount, verb } from '../action-words.ts';
import { maxShownPods, parseShownPods, ShownPods, shownPods } from '../shown-pods.ts';
import { planned, refused, unlimited, unread, Workload } from '../workload-limits.ts';

/** A batch is a quarter of the pods, and at least one. */
const batchShare = 0.25;

const Owned = z.looseObject({
  metadata: z.looseObject({
    deletionTimestamp: z.string().nullish(),
    ownerReferences: z.array(z.looseObject({ kind: z.string(), controller: z.boolean().nullish() })).nullish(),
  }),
  status: z.looseObject({ phase: z.string().nullish() }).nullish(),
});

/** The pods of the Deployment, by its selector, that a controller would start again. */
export function ownPods(
  target: KubernetesObject,
  around: readonly KubernetesObject[],
  owners: readonly string[] = ['ReplicaSet'],
): KubernetesObject[] {
  const labels = Object.entries(Workload.safeParse(target).data?.spec.selector?.matchLabels ?? {});
  return around.filter((one) => {
    if (one.kind !== 'Pod' || labels.length === 0) return false;
    const { data } = Owned.safeParse(one);
    return (
      labels.every(([key, value]) => one.metadata.labels?.[key] === value) &&
      data?.metadata.deletionTimestamp == null &&
      data?.metadata.ownerReferences?.some(({ kind, controller }) => owners.includes(kind) && controller === true) ===
        true &&
      data.status?.phase !== 'Succeeded' &&
      data.status?.phase !== 'Failed'
    );
  });
}

function plan(surroundings: Surroundings): Planned {
  const { target, around } = surroundings;
  const blind = unread(surroundings, ['Pod']);
  if (blind) return blind;
  const pods = ownPods(target, around);
  if (pods.length === 0) return refused(`Deployment ${target.metadata.name} runs no pod.`);
  if (pods.length > maxShownPods)
    return refused(
      `Deployment ${target.metadata.name} runs ${pods.length} pods, and a question shows ${maxShownPods} at most.`,
    );
  return planned({ pods: shownPods(pods), batch: Math.max(1, Math.floor(pods.length * batchShare)) });
}

const count = (pods: unknown): number => parseShownPods(String(pods))?.length ?? 0;

/** All pods of the list are replaced; the share is that of one batch among the pods that are ready. */
function impact({ parameters, object, around, callers }: ImpactInput): Impact {
  const own = podsAmong(ownPods(object, around));
  const { ready } = shareOf(own, []);
  const batch = Number(parameters.batch);
  const share = ready === undefined ? {} : { ready, sharePercent: Math.min(100, Math.round((batch / ready) * 100)) };
  return { pods: count(parameters.pods), ...share, callers: [...callers] };
}

export const restartInBatches: ActionDefinition<'restart-in-batches', 'kubernetes'> = {
  id: 'restart-in-batches',
  executor: 'kubernetes',
  stakes: 'safe',
  kinds: ['Deployment'],
  verbs: {
    does: ['restart * in batches', 'restart * pod by pod'],
    undoes: [],
    nouns: [],
    targetWords: ['pods'],
    taught: verb('batches', '(restart|restarting) [<it>] in batches'),
  },
  mends: [],
  rulesOut: [],
  needsChange: false,
  parameters: z.strictObject({ pods: ShownPods, batch: z.number().int().min(1) }),
  limits: { ...unlimited, needsTarget: true, plan: (surroundings) => plan(surroundings) },
  reversible: false,
  settleSeconds: 90,
  title: (target, { pods, batch }) =>
    `Restart ${podCount(count(pods))} of ${namespacedName(target)}, ${batch} at a time`,
  blastRadius: (target, { batch }) =>
    `Evicts the named pods of ${target.name}, ${batch} at a time within their disruption budgets, each time after all pods are ready.`,
  inverse: () => 'The earlier pods no longer exist; the revision is the same.',
  verify: (target) => `Is Deployment ${target.name} healthy after the restart?`,
  impact,
};
