// Defines the action that adds replicas to a workload.
import * as z from 'zod';
import type { Impact } from '../../model/action.ts';
import type { KubernetesObject } from '../../model/telemetry.ts';
import { type Check, causesWith, hasCause, liesInDependency, noRoomForPods } from '../action-checks.ts';
import type { ActionDefinition, ImpactInput, Planned, Surroundings } from '../action-definition.ts';
import { swapped, undo } from '../action-parameters.ts';
import { namespacedName, podCount, takesBack, verb } from '../action-words.ts';
import { perPod, planned, refused, roomsOf, unread, Workload } from '../workload-limits.ts';

/** One step adds half of the current replicas, and at least one. */
const stepUp = 0.5;
/** Tolerates floating-point errors: ten times a tenth of a CPU is one CPU. */
const rounding = 1e-9;
const replicas = z.number().int().min(1);

const Autoscaler = z.looseObject({
  spec: z.looseObject({
    maxReplicas: z.number(),
    scaleTargetRef: z.looseObject({ kind: z.string(), name: z.string() }),
  }),
});

/** Plans to add half of the current replicas, within HorizontalPodAutoscaler and ResourceQuota. */
function plan(surroundings: Surroundings): Planned {
  const { target, around } = surroundings;
  const workload = Workload.safeParse(target).data;
  if (!workload) return refused(`${target.kind} ${target.metadata.name} cannot be read.`);
  const blind = unread(surroundings, ['HorizontalPodAutoscaler', 'ResourceQuota']);
  if (blind) return blind;
  const from = workload.spec.replicas ?? 1;
  if (from === 0) return refused(`${target.kind} ${target.metadata.name} was scaled to none, on purpose as it seems.`);
  const desired = from + Math.max(1, Math.ceil(from * stepUp));
  const bounds: { readonly most: number; readonly reason: string }[] = [];
  for (const scaler of around.filter(({ kind }) => kind === 'HorizontalPodAutoscaler')) {
    const { spec } = Autoscaler.safeParse(scaler).data ?? {};
    if (spec?.scaleTargetRef.kind !== target.kind || spec.scaleTargetRef.name !== target.metadata.name) continue;
    const owner = `HorizontalPodAutoscaler ${scaler.metadata.name} owns its replicas and allows ${spec.maxReplicas} at most`;
    bounds.push({ most: spec.maxReplicas, reason: owner });
  }
  for (const { name, resource, room } of roomsOf(around)) {
    const each = perPod(workload, resource);
    if (each > 0)
      bounds.push({
        most: from + Math.floor(room / each + rounding),
        reason: `ResourceQuota ${name} has no ${resource} for more`,
      });
  }
  const to = Math.min(desired, ...bounds.map(({ most }) => most));
  const holding = bounds.filter(({ most }) => most < desired || most === to).map(({ reason }) => reason);
  if (to <= from) {
    const why = `${target.kind} ${target.metadata.name} cannot have more than its ${from} replicas: ${holding.join('; ')}.`;
    return refused(why);
  }
  return planned({ from, to }, holding.length > 0 ? `${holding.join('; ')}.` : '');
}

const replicasOf = (target: KubernetesObject): number => Workload.safeParse(target).data?.spec.replicas ?? 1;

function impact({ parameters, callers }: ImpactInput): Impact {
  const by = Number(parameters.to) - Number(parameters.from);
  const lost = by < 0 ? Math.round((-by / Number(parameters.from)) * 100) : 0;
  return { pods: Math.abs(by), sharePercent: lost, callers: [...callers] };
}

const takingNoMoreLoad = causesWith('takes-no-more-load');

const dependencyTakesNoMore: Check = {
  code: 'dependency-takes-no-more',
  why: 'It fails towards something that it depends on, and more pods ask more of that.',
  holds: (seen) => liesInDependency(seen) || hasCause(seen, takingNoMoreLoad),
};

export const scaleWorkload: ActionDefinition<'scale-workload', 'kubernetes'> = {
  id: 'scale-workload',
  executor: 'kubernetes',
  stakes: 'high-stakes',
  kinds: ['Deployment', 'StatefulSet'],
  verbs: {
    does: [
      'scale *',
      'scale * up',
      'scale up *',
      'scale * out',
      'scale out *',
      'add replicas',
      'add pods',
      'add more pods',
      'add more replicas',
    ],
    undoes: [...takesBack, 'scale * back', 'scale back *', 'scale * down', 'scale down *', 'scale * in', 'scale in *'],
    nouns: ['scale up', 'scale out', 'scaling'],
    targetWords: ['replicas', 'pods'],
    taught: verb('scale', '(scale|scaling)'),
  },
  mends: ['hpa-at-limit', 'autoscaler-without-metrics', 'traffic-surge', 'cpu-overload'],
  rulesOut: [dependencyTakesNoMore, noRoomForPods],
  needsChange: false,
  parameters: z.strictObject({ from: replicas, to: replicas, undo }),
  limits: { needsTarget: true, plan, quantity: replicasOf },
  reversible: true,
  settleSeconds: 120,
  title: (target, { from, to, undo: undoing }) =>
    `Scale ${namespacedName(target)} ${undoing === true ? 'back ' : ''}from ${from} to ${to} replicas`,
  blastRadius: (target, { from, to }) =>
    Number(to) > Number(from)
      ? `Starts ${podCount(Number(to) - Number(from))} more of ${target.name}; those that run are not touched.`
      : `Ends ${podCount(Number(from) - Number(to))} of ${target.name}.`,
  inverse: (parameters) => ({ id: 'scale-workload', parameters: swapped(parameters) }),
  verify: (target) => `Does ${target.kind} ${target.name} have enough replicas now, all of them ready?`,
  impact,
};
