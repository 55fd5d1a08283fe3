// Defines the plan for a sick node whose pods a cordon would leave on it: cordon, drain within the disruption budgets, verify elsewhere, uncordon.
import * as z from 'zod';
import type { KubernetesObject } from '../../model/telemetry.ts';
import { drainablePods } from '../actions/drain-node.ts';
import { broken, holds, notYet, rolledOut } from '../live-checks.ts';
import type { Judgement, Live, PlanDefinition, PlanInput } from '../plan-definition.ts';
import { parseShownPods } from '../shown-pods.ts';
import { planOn } from '../target-snapshot.ts';
import { isCordoned, isReadyNode, Node } from '../workload-limits.ts';

/** With these causes the node's kubelet still ends pods when it is told to. Where it does not answer, an eviction would wait for ever. */
const livingKubelet = new Set([
  'node-pressure',
  'node-kube-proxy',
  'node-network-delay',
  'node-network-loss',
  'connection-tracking-full',
] as const);
const isLiving = (cause: string): boolean => (livingKubelet as ReadonlySet<string>).has(cause);

const podsToMove = ({ lead, snapshot }: PlanInput): KubernetesObject[] =>
  drainablePods(lead.target.name, snapshot.around.objects);

const Owned = z.looseObject({
  metadata: z.looseObject({
    namespace: z.string(),
    labels: z.record(z.string(), z.string()).nullish(),
    ownerReferences: z
      .array(z.looseObject({ kind: z.string(), name: z.string(), controller: z.boolean().nullish() }))
      .nullish(),
  }),
});

/** The workloads of the pods. A ReplicaSet of a Deployment has the Deployment's name and the hash that its pods carry as a label. */
export function workloadsOf(pods: readonly KubernetesObject[], cluster: string) {
  const found = pods.flatMap((pod) => {
    const { data } = Owned.safeParse(pod);
    const owner = data?.metadata.ownerReferences?.find(({ controller }) => controller === true);
    if (data === undefined || owner === undefined || !['ReplicaSet', 'StatefulSet'].includes(owner.kind)) return [];
    const { namespace, labels } = data.metadata;
    const hash = labels?.['pod-template-hash'];
    const ofDeployment = owner.kind === 'ReplicaSet' && hash !== undefined && owner.name.endsWith(`-${hash}`);
    if (owner.kind === 'ReplicaSet' && !ofDeployment) return [];
    const kind = ofDeployment ? 'Deployment' : owner.kind;
    const name = ofDeployment ? owner.name.slice(0, -hash.length - 1) : owner.name;
    return [{ kind, name, namespace, cluster }];
  });
  return found.filter(
    (one, index) =>
      found.findIndex(
        ({ kind, name, namespace }) => kind === one.kind && name === one.name && namespace === one.namespace,
      ) === index,
  );
}

function movedElsewhere({ others = [], plan, around }: Live): Judgement {
  const shown = parseShownPods(String(plan.steps.find(({ name }) => name === 'drain')?.action?.parameters.pods)) ?? [];
  const here = around.objects.filter(
    ({ kind, metadata }) =>
      kind === 'Pod' &&
      shown.some(({ name, uid }) => name === metadata.name && String(metadata.uid ?? '').startsWith(uid)),
  );
  if (here.length > 0) return notYet(`${here.length} of the ${shown.length} pods still run on the node.`);
  const judged = others.map(({ target, lookup }) => ({ target, ...rolledOut({ lookup }) }));
  const not = judged.filter(({ kind }) => kind !== 'holds');
  const [first] = not;
  if (first !== undefined) return notYet(`${first.target.kind} ${first.target.name}: ${first.detail}`);
  return holds(`All pods of ${others.map(({ target }) => target.name).join(', ')} are ready.`);
}

const conditions = ['MemoryPressure', 'DiskPressure', 'PIDPressure', 'NetworkUnavailable'];

function isWell({ lookup }: Live): Judgement {
  if (lookup.kind === 'absent') return broken('The node does not exist any more.');
  if (lookup.kind !== 'object') return notYet('The node cannot be looked at.');
  if (!isReadyNode(lookup.object)) return notYet('The node is not ready.');
  const bad = Node.safeParse(lookup.object).data?.status.conditions?.find(
    ({ type, status }) => conditions.includes(type) && status === 'True',
  );
  return bad === undefined ? holds('The node is ready.') : notYet(`The node has ${bad.type}.`);
}

const cordoned =
  (wanted: boolean) =>
  ({ lookup }: Live): Judgement => {
    if (lookup.kind !== 'object') return notYet('The node cannot be looked at.');
    return isCordoned(lookup.object) === wanted ? holds('') : notYet(wanted ? 'Not cordoned yet.' : 'Still cordoned.');
  };

export const drainSickNode: PlanDefinition<'drain-sick-node'> = {
  id: 'drain-sick-node',
  insteadOf: ['cordon-node'],
  title: (target) => `Drain Node ${target.name} and uncordon it when it is well`,
  acts: ['cordon-node', 'drain-node', 'uncordon-node'],
  fits: (input) =>
    isLiving(input.seen.hypothesis.cause) &&
    input.snapshot.lookup.kind === 'object' &&
    isReadyNode(input.snapshot.lookup.object) &&
    podsToMove(input).length > 0,
  reason(input) {
    const pods = podsToMove(input).length;
    return `A cordon would leave ${pods === 1 ? '1 pod' : `${pods} pods`} on the sick node that can run elsewhere.`;
  },
  steps: [
    {
      name: 'cordon',
      bind: ({ lead }) => ({ kind: 'act', ...lead }),
      check: (target) => `No new pod starts on ${target.name}.`,
      holds: cordoned(true),
      holdSeconds: 0,
      limitSeconds: 120,
      ifFails: 'take-back',
    },
    {
      name: 'drain',
      bind({ lead, snapshot }) {
        const plan = planOn('drain-node', snapshot);
        if (plan.kind === 'refused') return plan;
        return { kind: 'act', id: 'drain-node', target: lead.target, parameters: plan.parameters };
      },
      check: (target) => `None of the named pods runs on ${target.name}.`,
      holds: ({ around, step, ...live }) => movedElsewhere({ ...live, around, step, others: [] }),
      holdSeconds: 0,
      limitSeconds: 1800,
      ifFails: 'stop',
    },
    {
      name: 'verify elsewhere',
      bind: ({ lead }) => ({
        kind: 'look',
        target: lead.target,
        title: `Watch the pods of Node ${lead.target.name} in ${lead.target.cluster} become ready on other nodes`,
      }),
      alsoLook: (input) => workloadsOf(podsToMove(input), input.lead.target.cluster),
      check: () => 'All pods of their workloads are ready for a minute.',
      holds: movedElsewhere,
      holdSeconds: 60,
      limitSeconds: 1800,
      ifFails: 'stop',
    },
    {
      name: 'wait for the node',
      bind: ({ lead }) => ({
        kind: 'look',
        target: lead.target,
        title: `Watch Node ${lead.target.name} in ${lead.target.cluster} until it is well for five minutes`,
      }),
      check: (target) => `${target.name} is ready, without pressure, for five minutes.`,
      holds: isWell,
      holdSeconds: 300,
      limitSeconds: 3600,
      ifFails: 'stop',
    },
    {
      name: 'uncordon',
      bind: ({ lead }) => ({ kind: 'act', id: 'uncordon-node', target: lead.target, parameters: {} }),
      check: (target) => `New pods start on ${target.name} again.`,
      holds: cordoned(false),
      holdSeconds: 0,
      limitSeconds: 120,
      ifFails: 'stop',
    },
  ],
};
