// Counts the impact of an action: the pods that it starts, replaces or ends, and their share of the workload's ready pods.

import * as z from 'zod';
import type { Impact } from '../model/action.ts';
import type { KubernetesObject } from '../model/telemetry.ts';
import { owns } from '../selectors.ts';
import type { ImpactInput } from './action-definition.ts';

export const Pod = z.looseObject({
  metadata: z.looseObject({
    name: z.string(),
    ownerReferences: z.array(z.looseObject({ uid: z.string() })).nullish(),
  }),
  spec: z.looseObject({ nodeName: z.string().nullish() }).nullish(),
  status: z
    .looseObject({ conditions: z.array(z.looseObject({ type: z.string(), status: z.string() })).nullish() })
    .nullish(),
});
export type Pod = z.infer<typeof Pod>;
const Workload = z.looseObject({
  spec: z.looseObject({
    selector: z.looseObject({ matchLabels: z.record(z.string(), z.string()).nullish() }).nullish(),
  }),
});

const isReady = ({ status }: Pod): boolean =>
  status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True') ?? false;

export const podsAmong = (objects: readonly KubernetesObject[]): Pod[] =>
  objects.flatMap((one) => (one.kind === 'Pod' ? (Pod.safeParse(one).data ?? []) : []));

/** The number of ready pods in `own`, and the percentage of them that `ended` contains. */
export function shareOf(own: readonly Pod[], ended: readonly Pod[]): Pick<Impact, 'ready' | 'sharePercent'> {
  const ready = own.filter(isReady).length;
  return ready === 0 ? {} : { ready, sharePercent: Math.round((ended.filter(isReady).length / ready) * 100) };
}

/** The impact of an action that starts a new pod and leaves the running ones alone. */
export const startsBeside = ({ pods, callers }: ImpactInput): Impact => ({
  pods,
  sharePercent: 0,
  callers: [...callers],
});

/** The impact of an action on a target without pods. */
export const touchesNoPod = ({ pods, callers }: ImpactInput): Impact => ({ pods, callers: [...callers] });

/** The impact of an action that replaces all pods of a workload. */
export function replacesAllPods({ object, around, pods, callers }: ImpactInput): Impact {
  const selector = Workload.safeParse(object).data?.spec.selector;
  const own = podsAmong(around.filter(({ metadata }) => owns(selector, metadata.labels)));
  return { pods, ...shareOf(own, own), callers: [...callers] };
}

/** The impact of an action on a node that leaves its pods running, because ended pods could not start there again. */
export const leavesPodsInPlace = ({ target, around }: ImpactInput): Impact => ({
  pods: 0,
  sharePercent: 0,
  staying: podsAmong(around).filter(({ spec }) => spec?.nodeName === target.name).length,
  callers: [],
});
