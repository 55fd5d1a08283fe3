// Defines the plan for a workload that a change broke while its autoscaler is disabled: roll back, verify, and let the autoscaler scale again.
import * as z from 'zod';
import type { KubernetesObject } from '../../model/telemetry.ts';
import { disabledDirections } from '../actions/enable-autoscaler.ts';
import { holds, notYet, rolledOut } from '../live-checks.ts';
import type { Live, PlanDefinition, PlanInput } from '../plan-definition.ts';

const Scaler = z.looseObject({
  spec: z.looseObject({ scaleTargetRef: z.looseObject({ kind: z.string(), name: z.string() }) }),
});

/** The one disabled autoscaler of the workload; undefined if there is none, or more than one autoscaler. */
function disabledScaler({ lead, snapshot }: PlanInput): KubernetesObject | undefined {
  const own = snapshot.around.objects.filter((one) => {
    const to = one.kind === 'HorizontalPodAutoscaler' ? Scaler.safeParse(one).data?.spec.scaleTargetRef : undefined;
    return to?.kind === lead.target.kind && to.name === lead.target.name;
  });
  const [first, ...more] = own;
  return first !== undefined && more.length === 0 && disabledDirections(first) !== undefined ? first : undefined;
}

const scales = ({ lookup }: Live) => {
  if (lookup.kind !== 'object') return notYet('The autoscaler cannot be looked at.');
  return disabledDirections(lookup.object) === undefined ? holds('It scales again.') : notYet('It is still disabled.');
};

export const rollbackThenAutoscaler: PlanDefinition<'rollback-then-autoscaler'> = {
  id: 'rollback-then-autoscaler',
  insteadOf: ['rollback-rollout'],
  title: (target) => `Roll ${target.kind} ${target.namespace}/${target.name} back and enable its autoscaler again`,
  acts: ['rollback-rollout', 'enable-autoscaler'],
  fits: (input) => disabledScaler(input) !== undefined,
  reason(input) {
    const scaler = disabledScaler(input);
    const directions = scaler && disabledDirections(scaler);
    return scaler === undefined || directions === undefined
      ? undefined
      : `Its HorizontalPodAutoscaler ${scaler.metadata.name} is disabled (${directions}), so after the rollback it would not follow the load.`;
  },
  steps: [
    {
      name: 'roll back',
      bind: ({ lead }) => ({ kind: 'act', ...lead }),
      check: (target) => `All pods of ${target.name} run the earlier revision and are ready.`,
      holds: rolledOut,
      holdSeconds: 0,
      limitSeconds: 900,
      ifFails: 'stop',
    },
    {
      name: 'verify',
      bind: ({ lead }) => ({
        kind: 'look',
        target: lead.target,
        title: `Watch ${lead.target.kind} ${lead.target.namespace}/${lead.target.name} in ${lead.target.cluster} stay ready for a minute`,
      }),
      check: (target) => `All pods of ${target.name} stay ready for a minute.`,
      holds: rolledOut,
      holdSeconds: 60,
      limitSeconds: 600,
      ifFails: 'stop',
    },
    {
      name: 'enable the autoscaler',
      bind(input) {
        const scaler = disabledScaler(input);
        const direction = scaler && disabledDirections(scaler);
        if (scaler === undefined || direction === undefined)
          return { kind: 'refused', why: 'The workload has no disabled autoscaler.' };
        const { cluster, namespace } = input.lead.target;
        const target = { kind: 'HorizontalPodAutoscaler', name: scaler.metadata.name, namespace, cluster };
        return { kind: 'act', id: 'enable-autoscaler', target, parameters: { direction } };
      },
      check: (target) => `${target.name} is enabled in both directions.`,
      holds: scales,
      holdSeconds: 0,
      limitSeconds: 300,
      ifFails: 'stop',
    },
  ],
};
