// Defines the action that raises the memory limit of a workload's container.

import * as z from 'zod';
import { bytesOf } from '../../analysis/kubernetes/quantity.ts';
import type { KubernetesObject } from '../../model/telemetry.ts';
import { owns } from '../../selectors.ts';
import { type Check, rolloutPaused, type Seen, sure } from '../action-checks.ts';
import type { ActionDefinition, Parameters, Planned, Surroundings } from '../action-definition.ts';
import { replacesAllPods } from '../action-impact.ts';
import { swapped, undo } from '../action-parameters.ts';
import { namespacedName, takesBack, verb } from '../action-words.ts';
import { Node, perPod, planned, refused, roomsOf, Texts, unread, Workload } from '../workload-limits.ts';

const mebi = 2 ** 20;
const quantity = z.string().regex(/^\d+(?:\.\d+)?[A-Za-z]{0,2}$/);
const raises = ['raise', 'increase', 'bump', 'up']
  .flatMap((word) => [`${word} * memory`, `${word} * memory limit`, `${word} * limit`])
  .concat('give * more memory', 'raise it', 'increase it', 'bump it');

const Range = z.looseObject({
  spec: z.looseObject({ limits: z.array(z.looseObject({ type: z.string(), max: Texts })) }),
});
const Ended = z.looseObject({ terminated: z.looseObject({ reason: z.string().nullish() }).nullish() }).nullish();
const Pod = z.looseObject({
  status: z.looseObject({
    containerStatuses: z.array(z.looseObject({ name: z.string(), state: Ended, lastState: Ended })).nullish(),
  }),
});

/** Plans to double the memory limit, within LimitRange, the largest node and ResourceQuota. */
function plan(surroundings: Surroundings): Planned {
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
  const bounds: { readonly most: number; readonly reason: string }[] = [];
  for (const range of around.filter(({ kind }) => kind === 'LimitRange')) {
    for (const { type, max } of Range.safeParse(range).data?.spec.limits ?? []) {
      const most = bytesOf(String(max?.memory ?? ''));
      // A LimitRange of type Pod limits the sum of all containers.
      const otherContainers = type === 'Pod' ? perPod(workload, 'limits.memory') - from : 0;
      if (most > 0 && (type === 'Container' || type === 'Pod'))
        bounds.push({
          most: most - otherContainers,
          reason: `LimitRange ${range.metadata.name} allows ${max?.memory} a ${type}`,
        });
    }
  }
  const nodes = around.filter(({ kind }) => kind === 'Node').flatMap((node) => Node.safeParse(node).data ?? []);
  const largest = Math.max(0, ...nodes.map(({ status }) => bytesOf(String(status.allocatable?.memory ?? ''))));
  if (largest === 0) return refused('The memory of the nodes is unknown.');
  bounds.push({ most: largest, reason: `the largest node has ${Math.floor(largest / mebi)}Mi to give` });
  const replicas = Math.max(1, workload.status?.desiredNumberScheduled ?? workload.spec.replicas ?? 1);
  for (const { name, resource, room } of roomsOf(around))
    if (resource === 'limits.memory')
      bounds.push({ most: from + room / replicas, reason: `ResourceQuota ${name} has no more limits.memory` });
  const most = Math.min(2 * from, ...bounds.map((bound) => bound.most));
  const to = Math.floor(most / mebi);
  const holding = bounds.filter((bound) => bound.most < 2 * from).map(({ reason }) => reason);
  if (to * mebi <= from)
    return refused(`The limit of container ${container.name} cannot be raised: ${holding.join('; ')}.`);
  return planned(
    { container: container.name, from: String(limit), to: `${to}Mi` },
    holding.length > 0 ? `Less than double: ${holding.join('; ')}.` : '',
  );
}

/** The containers that were killed for memory, according to the status of the workload's own pods. */
function killedIn(workload: Workload, around: readonly KubernetesObject[]): ReadonlySet<string> {
  const own = around.filter(({ kind, metadata }) => kind === 'Pod' && owns(workload.spec.selector, metadata.labels));
  const statuses = own.flatMap((pod) => Pod.safeParse(pod).data?.status.containerStatuses ?? []);
  const wasKilled = (ended: z.infer<typeof Ended>) => ended?.terminated?.reason === 'OOMKilled';
  return new Set(
    statuses.filter(({ state, lastState }) => wasKilled(state) || wasKilled(lastState)).map(({ name }) => name),
  );
}

const memoryLimit = (target: KubernetesObject, { container }: Parameters): string =>
  String(
    Workload.safeParse(target).data?.spec.template.spec.containers.find(({ name }) => name === container)?.resources
      ?.limits?.memory ?? 'no limit',
  );

const OnNode = z.looseObject({ spec: z.looseObject({ nodeName: z.string().nullish() }).nullish() });
/** Whether a pod of the target runs on a node that is short of memory itself. */
const isOnNodeUnderPressure = ({ findings, target, around }: Seen): boolean => {
  const nodesUnderPressure = new Set(
    findings
      .filter(({ cause, confidence }) => cause === 'node-pressure' && confidence >= sure)
      .map(({ entity }) => entity.name),
  );
  return around.some(
    (one) =>
      one.kind === 'Pod' &&
      one.metadata.name.startsWith(`${target?.metadata.name}-`) &&
      nodesUnderPressure.has(OnNode.safeParse(one).data?.spec?.nodeName ?? ''),
  );
};

const nodeUnderPressure: Check = {
  code: 'node-under-pressure',
  why: 'A node that it runs on is short of memory itself, and a higher limit takes more of it.',
  holds: isOnNodeUnderPressure,
};

export const raiseMemoryLimit: ActionDefinition<'raise-memory-limit', 'kubernetes'> = {
  id: 'raise-memory-limit',
  executor: 'kubernetes',
  stakes: 'high-stakes',
  kinds: ['Deployment', 'StatefulSet', 'DaemonSet'],
  verbs: {
    does: raises,
    undoes: [...takesBack, 'restore * memory', 'restore * memory limit', 'lower * memory', 'lower * memory limit'],
    nouns: ['memory increase', 'memory bump', 'memory raise'],
    targetWords: [],
    taught: verb('memory', '(raise|raising|increase|bump) [the|its] memory [limit]'),
  },
  mends: ['oom-killed'],
  rulesOut: [nodeUnderPressure, rolloutPaused],
  needsChange: false,
  parameters: z.strictObject({ container: z.string().min(1).max(63), from: quantity, to: quantity, undo }),
  limits: { needsTarget: true, plan, quantity: memoryLimit },
  reversible: true,
  settleSeconds: 120,
  title: (target, { container, from, to, undo: undoing }) =>
    `${undoing === true ? 'Restore' : 'Raise'} the memory limit of ${container} in ${namespacedName(target)} from ${from} to ${to}`,
  blastRadius: (target) =>
    `Replaces all pods of ${target.name}, a few at a time, with the same revision but for the limit.`,
  inverse: (parameters) => ({ id: 'raise-memory-limit', parameters: swapped(parameters) }),
  verify: (target) => `Is ${target.kind} ${target.name} no longer killed for memory?`,
  impact: replacesAllPods,
};
