// Who an action affects, counted on what is there now: pods that it starts, replaces or ends, their share of the workload's ready pods, and who
// calls the workload.
import * as z from 'zod';
import type { Action, Impact } from '../model/action.ts';
import type { Dependency, KubernetesObject } from '../model/telemetry.ts';
import type { TargetLookup } from '../ports/telemetry.ts';
import { targetStateOf } from './target-state.ts';

const Pod = z.looseObject({
  metadata: z.looseObject({
    name: z.string(),
    ownerReferences: z.array(z.looseObject({ uid: z.string() })).nullish(),
  }),
  spec: z.looseObject({ nodeName: z.string().nullish() }).nullish(),
  status: z
    .looseObject({ conditions: z.array(z.looseObject({ type: z.string(), status: z.string() })).nullish() })
    .nullish(),
});
const Workload = z.looseObject({
  spec: z.looseObject({
    selector: z.looseObject({ matchLabels: z.record(z.string(), z.string()).nullish() }).nullish(),
  }),
});

const maxCallers = 20;

export function impactOf(
  { id, target, parameters }: Pick<Action, 'id' | 'target' | 'parameters'>,
  looked: TargetLookup,
  around: readonly KubernetesObject[],
  calls: readonly Dependency[],
): Impact {
  const callers = [...new Set(calls.filter(({ to }) => to === target.name).map(({ from }) => from))].slice(
    0,
    maxCallers,
  );
  const { pods } = targetStateOf(looked);
  if (looked.kind !== 'object') return { pods, callers };
  const all = around.flatMap((one) => (one.kind === 'Pod' ? (Pod.safeParse(one).data ?? []) : []));
  const share = (own: readonly z.infer<typeof Pod>[], ended: readonly z.infer<typeof Pod>[]) => {
    const ready = own.filter(isReady).length;
    return ready === 0 ? {} : { ready, sharePercent: Math.round((ended.filter(isReady).length / ready) * 100) };
  };
  switch (id) {
    case 'rerun-cronjob':
    case 'rerun-job':
      return { pods, sharePercent: 0, callers };
    case 'scale-workload': {
      const by = Number(parameters.to) - Number(parameters.from);
      const lost = by < 0 ? Math.round((-by / Number(parameters.from)) * 100) : 0;
      return { pods: Math.abs(by), sharePercent: lost, callers };
    }
    case 'cordon-node':
    case 'uncordon-node': {
      // What runs there stays: it is what would not come back there.
      const here = all.filter(({ spec }) => spec?.nodeName === target.name).length;
      return { pods: 0, sharePercent: 0, staying: here, callers: [] };
    }
    case 'delete-stuck-pod': {
      const pod = Pod.safeParse(looked.object).data;
      const owners = new Set(pod?.metadata.ownerReferences?.map(({ uid }) => uid));
      const own = all.filter(({ metadata }) => metadata.ownerReferences?.some(({ uid }) => owners.has(uid)));
      return {
        pods: 1,
        ...share(
          own,
          own.filter(({ metadata }) => metadata.name === target.name),
        ),
        callers,
      };
    }
    default: {
      const labels = Object.entries(Workload.safeParse(looked.object).data?.spec.selector?.matchLabels ?? {});
      const own = around.flatMap((one) =>
        one.kind === 'Pod' && labels.length > 0 && labels.every(([key, value]) => one.metadata.labels?.[key] === value)
          ? (Pod.safeParse(one).data ?? [])
          : [],
      );
      return { pods, ...share(own, own), callers };
    }
  }
}

const isReady = ({ status }: z.infer<typeof Pod>): boolean =>
  status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True') ?? false;

/** "3 pods, 100 % of the 3 that are ready. Called by web." Empty where nobody could look. */
export function impactText(affects: Impact | undefined): string {
  if (affects === undefined) return '';
  const { pods, ready, sharePercent, staying, callers } = affects;
  const touched = pods === 0 ? 'no pod' : pods === 1 ? '1 pod' : `${pods} pods`;
  const share =
    ready === undefined || sharePercent === undefined ? '' : `, ${sharePercent} % of the ${ready} that are ready`;
  const lost = ready === undefined && sharePercent ? `, ${sharePercent} % of the capacity` : '';
  const here = staying === undefined ? '' : ` ${staying} that run there stay.`;
  const known = callers.length === 0 ? '' : ` Called by ${callers.join(', ')}.`;
  return `${touched}${share}${lost}.${here}${known}`;
}
