// Shared parts for the limits of workloads and nodes: schemas of the Kubernetes objects that set limits, the remaining room in quotas, and the
// plan of an action without limits.

import * as z from 'zod';
import { bytesOf } from '../analysis/kubernetes/quantity.ts';
import type { KubernetesObject } from '../model/telemetry.ts';
import { LabelSelector } from '../selectors.ts';
import type { Limits, Parameters, Planned, Surroundings } from './action-definition.ts';

export const refused = (why: string): Planned => ({ kind: 'refused', why });
export const planned = (parameters: Parameters = {}, limit = ''): Planned => ({ kind: 'planned', parameters, limit });

export const unlimited: Limits = { needsTarget: false, plan: () => planned(), quantity: () => undefined };

export const Texts = z.record(z.string(), z.union([z.string(), z.number()])).nullish();
const Container = z.looseObject({
  name: z.string(),
  resources: z.looseObject({ limits: Texts, requests: Texts }).nullish(),
});
export const Workload = z.looseObject({
  spec: z.looseObject({
    replicas: z.number().nullish(),
    selector: LabelSelector.nullish(),
    template: z.looseObject({ spec: z.looseObject({ containers: z.array(Container) }) }),
  }),
  status: z.looseObject({ desiredNumberScheduled: z.number().nullish() }).nullish(),
});
export type Workload = z.infer<typeof Workload>;
const Quota = z.looseObject({ status: z.looseObject({ hard: Texts, used: Texts }) });
const Conditions = z.array(z.looseObject({ type: z.string(), status: z.string() })).nullish();
export const Node = z.looseObject({
  spec: z.looseObject({ unschedulable: z.boolean().nullish() }).nullish(),
  status: z.looseObject({ allocatable: Texts, conditions: Conditions }),
});

export const isReadyNode = (node: KubernetesObject): boolean =>
  Node.safeParse(node).data?.status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ??
  false;
export const isCordoned = (node: KubernetesObject): boolean => Node.safeParse(node).data?.spec?.unschedulable === true;

/** Refuses a plan that needs kinds of objects that could not be read. */
export const unread = ({ without }: Surroundings, needed: readonly string[]): Planned | undefined => {
  const missing = needed.filter((kind) => without.includes(kind));
  return missing.length === 0
    ? undefined
    : refused(`${missing.join(' and ')} cannot be read, so the limit is unknown.`);
};

/** The remaining amount of each resource of each quota, in base units. */
export const roomsOf = (around: readonly KubernetesObject[]) =>
  around
    .filter(({ kind }) => kind === 'ResourceQuota')
    .flatMap((quota) => {
      const { hard, used } = Quota.safeParse(quota).data?.status ?? {};
      return Object.entries(hard ?? {}).map(([resource, most]) => ({
        name: quota.metadata.name,
        resource,
        room: bytesOf(String(most)) - bytesOf(String(used?.[resource] ?? '0')),
      }));
    });

/** The amount of a quota's resource that one pod uses; bare names are requests (https://kubernetes.io/docs/concepts/policy/resource-quotas/). */
export function perPod({ spec }: Workload, resource: string): number {
  if (resource === 'pods' || resource === 'count/pods') return 1;
  const match = /^(?:(requests|limits)\.)?(cpu|memory)$/.exec(resource);
  const which = match?.[1] === 'limits' ? 'limits' : 'requests';
  const what = match?.[2] ?? '';
  return spec.template.spec.containers.reduce((sum, { resources }) => {
    const quantity = resources?.[which]?.[what] ?? (which === 'requests' ? resources?.limits?.[what] : undefined);
    return sum + bytesOf(String(quantity ?? ''));
  }, 0);
}
