// Conditions that end the steps of plans, judged by the current Kubernetes objects. Pure.
import * as z from 'zod';
import type { Judgement, Live } from './plan-definition.ts';

export const holds = (detail: string): Judgement => ({ kind: 'holds', detail });
export const notYet = (detail: string): Judgement => ({ kind: 'not-yet', detail });
export const broken = (detail: string): Judgement => ({ kind: 'broken', detail });

const Count = z.number().nullish();
const Workload = z.looseObject({
  metadata: z.looseObject({ generation: Count }),
  spec: z.looseObject({ replicas: Count }).nullish(),
  status: z
    .looseObject({
      observedGeneration: Count,
      replicas: Count,
      updatedReplicas: Count,
      readyReplicas: Count,
      desiredNumberScheduled: Count,
      numberReady: Count,
      updatedNumberScheduled: Count,
    })
    .nullish(),
});

/**
 * Whether the controller has carried out what is wanted: all pods are of the current revision and ready, and no older pod is left (the condition of
 * `kubectl rollout status`).
 */
export function rolledOut({ lookup }: Pick<Live, 'lookup'>): Judgement {
  if (lookup.kind === 'absent') return broken('It does not exist any more.');
  if (lookup.kind === 'unseen') return notYet(`It cannot be looked at: ${lookup.why}`);
  const { data } = Workload.safeParse(lookup.object);
  if (data === undefined) return notYet('It cannot be read.');
  const { metadata, spec, status } = data;
  if (status?.observedGeneration != null && status.observedGeneration < (metadata.generation ?? 0))
    return notYet('Its controller has not seen the change yet.');
  const wanted = status?.desiredNumberScheduled ?? spec?.replicas ?? 1;
  const ready = status?.numberReady ?? status?.readyReplicas ?? 0;
  const updated = status?.updatedNumberScheduled ?? status?.updatedReplicas ?? ready;
  const all = status?.replicas ?? wanted;
  const text = `${Math.min(ready, updated)} of ${wanted} pods are ready.`;
  return updated >= wanted && ready >= wanted && all <= wanted ? holds(text) : notYet(text);
}
