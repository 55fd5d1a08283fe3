// Defines the plan for a Deployment whose rolling restart would take away capacity that it has not to spare: scale out, restart in batches, scale back.
import * as z from 'zod';
import { hasCause } from '../action-checks.ts';
import { planWithinLimits } from '../action-limits.ts';
import { swapped } from '../action-parameters.ts';
import { rolledOut } from '../live-checks.ts';
import type { BoundStep, PlanDefinition, PlanInput } from '../plan-definition.ts';
import { planOn } from '../target-snapshot.ts';

const Deployment = z.looseObject({
  spec: z.looseObject({
    replicas: z.number().nullish(),
    strategy: z
      .looseObject({
        type: z.string().nullish(),
        rollingUpdate: z.looseObject({ maxUnavailable: z.union([z.number(), z.string()]).nullish() }).nullish(),
      })
      .nullish(),
  }),
});
const Scaler = z.looseObject({
  spec: z.looseObject({ scaleTargetRef: z.looseObject({ kind: z.string(), name: z.string() }) }),
});

/** From this share of its pods that a rolling restart may take away at once, it loses too much. */
const muchShare = 0.5;
const underLoad = new Set(['traffic-surge', 'cpu-overload', 'hpa-at-limit'] as const);

function capacityLost({ snapshot, seen }: PlanInput): string | undefined {
  if (snapshot.lookup.kind !== 'object') return undefined;
  const { spec } = Deployment.safeParse(snapshot.lookup.object).data ?? {};
  const replicas = spec?.replicas ?? 1;
  if (spec?.strategy?.type === 'Recreate')
    return 'Its strategy is Recreate, so a restart would end all of its pods at once.';
  const most = spec?.strategy?.rollingUpdate?.maxUnavailable ?? '25%';
  // Percentages are rounded down (https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#max-unavailable).
  const away = typeof most === 'number' ? most : Math.floor((replicas * Number.parseFloat(most)) / 100);
  if (away / replicas >= muchShare)
    return `Its strategy lets a restart take ${away} of its ${replicas} pods away at once.`;
  if (away > 0 && hasCause(seen, underLoad))
    return `It is under load, and its strategy lets a restart take ${away} of its ${replicas} pods away at once.`;
  return undefined;
}

/** A single pod may be single on purpose, and nothing says that two of it can run. */
function replicasOf({ snapshot }: PlanInput): number {
  const spec = snapshot.lookup.kind === 'object' ? Deployment.safeParse(snapshot.lookup.object).data?.spec : undefined;
  return spec?.replicas ?? 1;
}

const isScaled = ({ lead, snapshot }: PlanInput): boolean =>
  snapshot.around.objects.some((one) => {
    const to = one.kind === 'HorizontalPodAutoscaler' ? Scaler.safeParse(one).data?.spec.scaleTargetRef : undefined;
    return to?.kind === lead.target.kind && to.name === lead.target.name;
  });

function scaleOut({ lead, snapshot }: PlanInput): BoundStep {
  const plan = planOn('scale-workload', snapshot);
  if (plan.kind === 'refused') return plan;
  return { kind: 'act', id: 'scale-workload', target: lead.target, parameters: plan.parameters };
}

export const scaledRestart: PlanDefinition<'scaled-restart'> = {
  id: 'scaled-restart',
  insteadOf: ['restart-rollout'],
  title: (target) =>
    `Restart ${target.kind} ${target.namespace}/${target.name} in batches, with more replicas meanwhile`,
  acts: ['scale-workload', 'restart-in-batches', 'scale-workload'],
  // An autoscaler would change the replicas while the plan counts on them.
  fits: (input) => input.lead.target.kind === 'Deployment' && !isScaled(input) && replicasOf(input) > 1,
  reason: capacityLost,
  steps: [
    {
      name: 'scale out',
      bind: scaleOut,
      check: (target) => `All pods of ${target.name} are ready, the new ones too.`,
      holds: rolledOut,
      holdSeconds: 0,
      limitSeconds: 900,
      ifFails: 'take-back',
    },
    {
      name: 'restart',
      bind({ lead, snapshot }) {
        if (snapshot.lookup.kind !== 'object') return { kind: 'refused', why: 'It cannot be looked at.' };
        const { objects, without } = snapshot.around;
        const plan = planWithinLimits('restart-in-batches', {
          target: snapshot.lookup.object,
          around: objects,
          without,
        });
        if (plan.kind === 'refused') return plan;
        return { kind: 'act', id: 'restart-in-batches', target: lead.target, parameters: plan.parameters };
      },
      check: (target) => `The named pods of ${target.name} are replaced, and all pods are ready.`,
      holds: rolledOut,
      holdSeconds: 0,
      limitSeconds: 3600,
      ifFails: 'take-back',
    },
    {
      name: 'scale back',
      bind(_, earlier) {
        const out = earlier.find(({ name }) => name === 'scale out')?.action;
        return out === undefined
          ? { kind: 'refused', why: 'Nothing was scaled out.' }
          : { kind: 'act', id: 'scale-workload', target: out.target, parameters: swapped(out.parameters) };
      },
      check: (target) => `${target.name} has as many pods as before, and all are ready.`,
      holds: rolledOut,
      holdSeconds: 0,
      limitSeconds: 600,
      ifFails: 'stop',
    },
  ],
};
