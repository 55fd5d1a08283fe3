// Defines the plan for a container killed for memory whose workload is deployed from a repository: raise the limit, which restarts its pods, watch, and
// propose the change for the repository, because the next deploy would set the old limit again.
import * as z from 'zod';
import type { KubernetesObject } from '../../model/telemetry.ts';
import { ownPods } from '../actions/restart-in-batches.ts';
import { broken, holds, notYet, rolledOut } from '../live-checks.ts';
import type { Judgement, Live, PlanDefinition, PlanInput } from '../plan-definition.ts';

const Ended = z
  .looseObject({
    terminated: z.looseObject({ reason: z.string().nullish(), finishedAt: z.string().nullish() }).nullish(),
  })
  .nullish();
const Pod = z.looseObject({
  status: z.looseObject({ containerStatuses: z.array(z.looseObject({ state: Ended, lastState: Ended })).nullish() }),
});

/** The labels and annotations that deployment tools write, each with the tool's name. */
const tools: readonly (readonly [key: string, name: string])[] = [
  ['argocd.argoproj.io/tracking-id', 'Argo CD'],
  ['argocd.argoproj.io/instance', 'Argo CD'],
  ['kustomize.toolkit.fluxcd.io/name', 'Flux'],
  ['helm.toolkit.fluxcd.io/name', 'Flux'],
  ['meta.helm.sh/release-name', 'Helm'],
];

function deployedBy(object: KubernetesObject): string | undefined {
  const { labels = {}, annotations = {} } = object.metadata;
  const tool = tools.find(([key]) => Object.hasOwn(labels ?? {}, key) || Object.hasOwn(annotations ?? {}, key))?.[1];
  return tool ?? (labels?.['app.kubernetes.io/managed-by'] === 'Helm' ? 'Helm' : undefined);
}

/** No container of the workload was killed for memory since the plan began. */
function notKilled(live: Live): Judgement {
  const rolled = rolledOut(live);
  if (rolled.kind !== 'holds' || live.lookup.kind !== 'object') return rolled;
  const killedAt = ownPods(live.lookup.object, live.around.objects, ['ReplicaSet', 'StatefulSet', 'DaemonSet'])
    .flatMap((pod) => Pod.safeParse(pod).data?.status.containerStatuses ?? [])
    .flatMap(({ state, lastState }) => [state?.terminated, lastState?.terminated])
    .flatMap((ended) => (ended?.reason === 'OOMKilled' ? [Date.parse(ended.finishedAt ?? '')] : []))
    .filter((instant) => instant > live.since.getTime());
  return killedAt.length === 0
    ? holds('No container was killed for memory.')
    : broken('A container was killed for memory again, with the higher limit.');
}

const tool = ({ snapshot }: PlanInput): string | undefined =>
  snapshot.lookup.kind === 'object' ? deployedBy(snapshot.lookup.object) : undefined;

export const raiseLimitAndPropose: PlanDefinition<'raise-limit-and-propose'> = {
  id: 'raise-limit-and-propose',
  insteadOf: ['raise-memory-limit'],
  title: (target) =>
    `Raise the memory limit of ${target.kind} ${target.namespace}/${target.name} and propose it for the repository`,
  acts: ['raise-memory-limit'],
  fits: () => true,
  reason(input) {
    const by = tool(input);
    return by === undefined ? undefined : `${by} deploys it, and the next deploy would set the old limit again.`;
  },
  steps: [
    {
      name: 'raise the limit',
      bind: ({ lead }) => ({ kind: 'act', ...lead }),
      check: (target) => `All pods of ${target.name} run with the new limit and are ready.`,
      holds: rolledOut,
      holdSeconds: 0,
      limitSeconds: 900,
      ifFails: 'take-back',
    },
    {
      name: 'watch',
      bind: ({ lead }) => ({
        kind: 'look',
        target: lead.target,
        title: `Watch ${lead.target.kind} ${lead.target.namespace}/${lead.target.name} in ${lead.target.cluster} for five minutes`,
      }),
      check: (target) => `No container of ${target.name} is killed for memory for five minutes.`,
      holds: notKilled,
      holdSeconds: 300,
      limitSeconds: 1800,
      ifFails: 'stop',
    },
    {
      name: 'propose the change',
      bind: ({ lead }) => ({
        kind: 'look',
        target: lead.target,
        title: `Propose the change of ${lead.target.kind} ${lead.target.namespace}/${lead.target.name} for its repository`,
      }),
      check: () => 'The proposal is in the thread.',
      holds: ({ plan, lookup }) => {
        const raised = plan.steps.find(({ name }) => name === 'raise the limit')?.action;
        if (raised === undefined) return notYet('Nothing was raised.');
        const { container, from, to } = raised.parameters;
        const by = (lookup.kind === 'object' ? deployedBy(lookup.object) : undefined) ?? 'The next deploy';
        return holds(
          `For the repository of ${raised.target.kind} ${raised.target.namespace}/${raised.target.name}: set resources.limits.memory of container ${container} to ${to} (it was ${from}). Until then, ${by} can set the old limit again.`,
        );
      },
      holdSeconds: 0,
      limitSeconds: 300,
      ifFails: 'stop',
    },
  ],
};
