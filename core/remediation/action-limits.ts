// How far an action may go on what is there now: replicas within the autoscaler and the quota, memory within the LimitRange, the nodes and the
// quota, a cordon only where pods have another node. Pure, so that the decision and the executor right before the act judge by the same rule.
import * as z from 'zod';
import { bytesOf } from '../analysis/kubernetes/quantity.ts';
import type { Action, ActionId } from '../model/action.ts';
import type { KubernetesObject } from '../model/telemetry.ts';

/** The target as it is now, and what bounds it: pods, autoscalers, quotas and limit ranges of its namespace, and all nodes. */
export interface Surroundings {
  readonly target: KubernetesObject;
  readonly around: readonly KubernetesObject[];
  /** Kinds that could not be read: a bound that is not known is not kept. */
  readonly without: readonly string[];
}

export type Planned =
  | { readonly kind: 'planned'; readonly parameters: Action['parameters']; readonly says: string }
  | { readonly kind: 'refused'; readonly why: string };

/** Those that cannot be planned without seeing the target. */
export const limitedActions: ReadonlySet<ActionId> = new Set([
  'scale-workload',
  'raise-memory-limit',
  'cordon-node',
  'uncordon-node',
]);

const refused = (why: string): Planned => ({ kind: 'refused', why });

/** One step up is half as much again, and one at least. */
const stepUp = 0.5;
const mebi = 2 ** 20;
/** Ten times a tenth of a CPU is one CPU. */
const rounding = 1e-9;

const Texts = z.record(z.string(), z.union([z.string(), z.number()])).nullish();
const Container = z.looseObject({
  name: z.string(),
  resources: z.looseObject({ limits: Texts, requests: Texts }).nullish(),
});
const Workload = z.looseObject({
  spec: z.looseObject({
    replicas: z.number().nullish(),
    selector: z.looseObject({ matchLabels: z.record(z.string(), z.string()).nullish() }).nullish(),
    template: z.looseObject({ spec: z.looseObject({ containers: z.array(Container) }) }),
  }),
  status: z.looseObject({ desiredNumberScheduled: z.number().nullish() }).nullish(),
});
const Autoscaler = z.looseObject({
  spec: z.looseObject({
    maxReplicas: z.number(),
    scaleTargetRef: z.looseObject({ kind: z.string(), name: z.string() }),
  }),
});
const Quota = z.looseObject({ status: z.looseObject({ hard: Texts, used: Texts }) });
const Range = z.looseObject({
  spec: z.looseObject({ limits: z.array(z.looseObject({ type: z.string(), max: Texts })) }),
});
const Conditions = z.array(z.looseObject({ type: z.string(), status: z.string() })).nullish();
const Node = z.looseObject({
  spec: z.looseObject({ unschedulable: z.boolean().nullish() }).nullish(),
  status: z.looseObject({ allocatable: Texts, conditions: Conditions }),
});
const Ended = z.looseObject({ terminated: z.looseObject({ reason: z.string().nullish() }).nullish() }).nullish();
const Pod = z.looseObject({
  status: z.looseObject({
    containerStatuses: z.array(z.looseObject({ name: z.string(), state: Ended, lastState: Ended })).nullish(),
  }),
});

/** The parameters of an action on what is there now, or why it cannot be. Actions that are not named here have none. */
export function planWithinLimits(id: ActionId, surroundings: Surroundings): Planned {
  const { target } = surroundings;
  switch (id) {
    case 'scale-workload':
      return planScale(surroundings);
    case 'raise-memory-limit':
      return planMemory(surroundings);
    case 'cordon-node':
      return planCordon(surroundings);
    case 'uncordon-node':
      return planUncordon(surroundings);
    case 'rollback-rollout': {
      const revision = Number(target.metadata.annotations?.['deployment.kubernetes.io/revision']);
      const parameters = revision > 0 ? { fromRevision: revision } : {};
      return { kind: 'planned', parameters, says: '' };
    }
    default:
      return { kind: 'planned', parameters: {}, says: '' };
  }
}

/**
 * Why an action that was planned before does not hold any more; undefined where it does. What takes an action back is held to one thing, that
 * the target is as the action left it: it returns to what was there.
 */
export function exceededLimit(
  { id, parameters }: Pick<Action, 'id' | 'parameters'>,
  surroundings: Surroundings,
): string | undefined {
  const { target } = surroundings;
  const now =
    id === 'scale-workload'
      ? replicasOf(target)
      : id === 'raise-memory-limit'
        ? limitOf(target, parameters)
        : undefined;
  if (now !== undefined && String(now) !== String(parameters.from))
    return `${target.kind} ${target.metadata.name} is at ${now} and not at ${parameters.from} any more.`;
  if (parameters.undo === true) return undefined;
  const plan = planWithinLimits(id, surroundings);
  if (plan.kind === 'refused') return plan.why;
  const { to } = plan.parameters;
  return to === undefined || measure(parameters.to) <= measure(to)
    ? undefined
    : `It may go to ${to} at most now, and ${parameters.to} was meant.`;
}

const measure = (value: string | number | boolean | undefined): number =>
  typeof value === 'number' ? value : bytesOf(String(value));

function planScale(surroundings: Surroundings): Planned {
  const { target, around } = surroundings;
  const workload = Workload.safeParse(target).data;
  if (!workload) return refused(`${target.kind} ${target.metadata.name} cannot be read.`);
  const blind = unread(surroundings, ['HorizontalPodAutoscaler', 'ResourceQuota']);
  if (blind) return blind;
  const from = workload.spec.replicas ?? 1;
  if (from === 0) return refused(`${target.kind} ${target.metadata.name} was scaled to none, on purpose as it seems.`);
  const wanted = from + Math.max(1, Math.ceil(from * stepUp));
  const bounds: { readonly most: number; readonly says: string }[] = [];
  for (const scaler of around.filter(({ kind }) => kind === 'HorizontalPodAutoscaler')) {
    const { spec } = Autoscaler.safeParse(scaler).data ?? {};
    if (spec?.scaleTargetRef.kind !== target.kind || spec.scaleTargetRef.name !== target.metadata.name) continue;
    const says = `HorizontalPodAutoscaler ${scaler.metadata.name} owns its replicas and allows ${spec.maxReplicas} at most`;
    bounds.push({ most: spec.maxReplicas, says });
  }
  for (const { name, resource, room } of roomsOf(around)) {
    const each = perPod(workload, resource);
    if (each > 0)
      bounds.push({
        most: from + Math.floor(room / each + rounding),
        says: `ResourceQuota ${name} has no ${resource} for more`,
      });
  }
  const to = Math.min(wanted, ...bounds.map(({ most }) => most));
  const holding = bounds.filter(({ most }) => most < wanted || most === to).map(({ says }) => says);
  if (to <= from) {
    const why = `${target.kind} ${target.metadata.name} cannot have more than its ${from} replicas: ${holding.join('; ')}.`;
    return refused(why);
  }
  return { kind: 'planned', parameters: { from, to }, says: holding.length > 0 ? `${holding.join('; ')}.` : '' };
}

function planMemory(surroundings: Surroundings): Planned {
  const { target, around } = surroundings;
  const workload = Workload.safeParse(target).data;
  if (!workload) return refused(`${target.kind} ${target.metadata.name} cannot be read.`);
  const blind = unread(surroundings, ['Pod', 'LimitRange', 'ResourceQuota', 'Node']);
  if (blind) return blind;
  const killed = killedIn(workload, around);
  const container = workload.spec.template.spec.containers.find(({ name }) => killed.has(name));
  const limit = container?.resources?.limits?.memory;
  if (!container)
    return refused(
      `No container of ${target.kind} ${target.metadata.name} was killed for memory, as far as its pods tell.`,
    );
  const from = bytesOf(String(limit ?? ''));
  if (limit === undefined || from === 0) return refused(`Container ${container.name} has no memory limit to raise.`);
  const bounds: { readonly most: number; readonly says: string }[] = [];
  for (const range of around.filter(({ kind }) => kind === 'LimitRange')) {
    for (const { type, max } of Range.safeParse(range).data?.spec.limits ?? []) {
      const most = bytesOf(String(max?.memory ?? ''));
      // A pod's maximum counts all its containers.
      const others = type === 'Pod' ? memoryOf(workload) - from : 0;
      if (most > 0 && (type === 'Container' || type === 'Pod'))
        bounds.push({ most: most - others, says: `LimitRange ${range.metadata.name} allows ${max?.memory} a ${type}` });
    }
  }
  const nodes = around.filter(({ kind }) => kind === 'Node').flatMap((node) => Node.safeParse(node).data ?? []);
  const largest = Math.max(0, ...nodes.map(({ status }) => bytesOf(String(status.allocatable?.memory ?? ''))));
  if (largest === 0) return refused('How much memory a node has is not known.');
  bounds.push({ most: largest, says: `the largest node has ${Math.floor(largest / mebi)}Mi to give` });
  const replicas = Math.max(1, podsWanted(workload));
  for (const { name, resource, room } of roomsOf(around))
    if (resource === 'limits.memory')
      bounds.push({ most: from + room / replicas, says: `ResourceQuota ${name} has no more limits.memory` });
  const most = Math.min(2 * from, ...bounds.map((bound) => bound.most));
  const to = Math.floor(most / mebi);
  const holding = bounds.filter((bound) => bound.most < 2 * from).map(({ says }) => says);
  if (to * mebi <= from)
    return refused(`The limit of container ${container.name} cannot be raised: ${holding.join('; ')}.`);
  return {
    kind: 'planned',
    parameters: { container: container.name, from: String(limit), to: `${to}Mi` },
    says: holding.length > 0 ? `Less than double: ${holding.join('; ')}.` : '',
  };
}

function planCordon(surroundings: Surroundings): Planned {
  const { target, around } = surroundings;
  const blind = unread(surroundings, ['Node']);
  if (blind) return blind;
  if (Node.safeParse(target).data?.spec?.unschedulable)
    return refused(`Node ${target.metadata.name} is cordoned already.`);
  const others = around.filter(
    (one) => one.kind === 'Node' && one.metadata.name !== target.metadata.name && takesPods(one),
  );
  return others.length === 0
    ? refused(`No other node is ready and takes pods: without Node ${target.metadata.name} none could start.`)
    : { kind: 'planned', parameters: {}, says: '' };
}

function planUncordon({ target }: Surroundings): Planned {
  if (!Node.safeParse(target).data?.spec?.unschedulable)
    return refused(`Node ${target.metadata.name} is not cordoned.`);
  return isReady(target)
    ? { kind: 'planned', parameters: {}, says: '' }
    : refused(`Node ${target.metadata.name} is not ready: pods would not start there.`);
}

const isReady = (node: KubernetesObject): boolean =>
  Node.safeParse(node).data?.status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ??
  false;
const takesPods = (node: KubernetesObject): boolean =>
  isReady(node) && Node.safeParse(node).data?.spec?.unschedulable !== true;

const unread = ({ without }: Surroundings, needed: readonly string[]): Planned | undefined => {
  const missing = needed.filter((kind) => without.includes(kind));
  return missing.length === 0
    ? undefined
    : refused(`${missing.join(' and ')} cannot be read, so how far it may go is not known.`);
};

/** Containers that were killed for memory, by the status of the workload's own pods. */
function killedIn(workload: z.infer<typeof Workload>, around: readonly KubernetesObject[]): ReadonlySet<string> {
  const labels = Object.entries(workload.spec.selector?.matchLabels ?? {});
  const own = around.filter(
    ({ kind, metadata }) =>
      kind === 'Pod' && labels.length > 0 && labels.every(([key, value]) => metadata.labels?.[key] === value),
  );
  const statuses = own.flatMap((pod) => Pod.safeParse(pod).data?.status.containerStatuses ?? []);
  const wasKilled = (ended: z.infer<typeof Ended>) => ended?.terminated?.reason === 'OOMKilled';
  return new Set(
    statuses.filter(({ state, lastState }) => wasKilled(state) || wasKilled(lastState)).map(({ name }) => name),
  );
}

/** What each quota still has of what it limits, in base units. */
const roomsOf = (around: readonly KubernetesObject[]) =>
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

/** What one pod takes of what a quota limits; bare names are requests (https://kubernetes.io/docs/concepts/policy/resource-quotas/). */
function perPod({ spec }: z.infer<typeof Workload>, resource: string): number {
  if (resource === 'pods' || resource === 'count/pods') return 1;
  const match = /^(?:(requests|limits)\.)?(cpu|memory)$/.exec(resource);
  const which = match?.[1] === 'limits' ? 'limits' : 'requests';
  const what = match?.[2] ?? '';
  return spec.template.spec.containers.reduce((sum, { resources }) => {
    const asked = resources?.[which]?.[what] ?? (which === 'requests' ? resources?.limits?.[what] : undefined);
    return sum + bytesOf(String(asked ?? ''));
  }, 0);
}

const memoryOf = (workload: z.infer<typeof Workload>): number => perPod(workload, 'limits.memory');
const podsWanted = ({ spec, status }: z.infer<typeof Workload>): number =>
  status?.desiredNumberScheduled ?? spec.replicas ?? 1;
const replicasOf = (target: KubernetesObject): number => Workload.safeParse(target).data?.spec.replicas ?? 1;
const limitOf = (target: KubernetesObject, { container }: Action['parameters']): string =>
  String(
    Workload.safeParse(target).data?.spec.template.spec.containers.find(({ name }) => name === container)?.resources
      ?.limits?.memory ?? 'no limit',
  );
