// Counts the impact of an action on the current target: the pods that it starts, replaces or ends, their share of the workload's ready pods, and
// the callers of the workload.
import type { Action, Impact } from '../model/action.ts';
import type { Dependency, KubernetesObject } from '../model/telemetry.ts';
import type { TargetLookup } from '../ports/telemetry.ts';
import { actionNamed } from './actions/index.ts';
import { targetStateOf } from './target-state.ts';

const maxCallers = 20;

export function impactOf(
  { id, target, parameters }: Pick<Action, 'id' | 'target' | 'parameters'>,
  lookup: TargetLookup,
  around: readonly KubernetesObject[],
  calls: readonly Dependency[],
): Impact {
  const callers = [...new Set(calls.filter(({ to }) => to === target.name).map(({ from }) => from))].slice(
    0,
    maxCallers,
  );
  const { pods } = targetStateOf(lookup);
  const definition = actionNamed(id);
  if (lookup.kind !== 'object' || definition === undefined) return { pods, callers };
  return definition.impact({ target, parameters, object: lookup.object, around, pods, callers });
}

/** "3 pods, 100 % of the 3 that are ready. Called by web." Empty if the target could not be read. */
export function impactText(affects: Impact | undefined): string {
  if (affects === undefined) return '';
  const { pods, ready, sharePercent, staying, callers } = affects;
  const touched = pods === 0 ? 'no pod' : pods === 1 ? '1 pod' : `${pods} pods`;
  const share = ready === undefined || sharePercent === undefined ? '' : `, ${shareText(pods, ready, sharePercent)}`;
  const lost = ready === undefined && sharePercent ? `, ${sharePercent} % of the capacity` : '';
  const here = staying === undefined ? '' : ` ${staying} that run there stay.`;
  const known = callers.length === 0 ? '' : ` Called by ${callers.join(', ')}.`;
  return `${touched}${share}${lost}.${here}${known}`;
}

/** If pods that are not ready are touched, too, a share of the ready ones would read like a share of all. */
const shareText = (pods: number, ready: number, percent: number): string =>
  percent === 100 && pods > ready && ready > 0
    ? `among them ${ready === 1 ? 'the only one that is ready' : `all ${ready} that are ready`}`
    : `${percent} % of the ${ready} that are ready`;
