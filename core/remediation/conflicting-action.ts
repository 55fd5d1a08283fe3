// Finds an action of another incident on the same target that this incident's investigation cannot have considered. The investigation has to run
// again once the effect of that action is known.
import { type EntityRef, entityKey } from '../model/entity.ts';
import type { Incident } from '../model/incident.ts';
import type { Ports } from '../ports/index.ts';
import type { Act } from '../ports/records.ts';

/** Longer than any action takes to settle and be verified. After this time, an unverified action no longer blocks others. */
const maxMs = 30 * 60_000;

/** The latest action of another incident on the target that either took place after this incident opened or is not verified yet. */
export async function conflictingActionOf(
  target: EntityRef,
  {
    acts,
    incident,
    now,
  }: {
    readonly acts: readonly Act[];
    readonly incident: Pick<Incident, 'id' | 'openedAt'>;
    readonly now: Date;
  },
  ports: Pick<Ports, 'incidents'>,
): Promise<Act | undefined> {
  const targetKey = entityKey(target);
  const otherActs = acts
    .filter((act) => isSameOrPodOf(act.targetKey, targetKey) && act.incidentId !== incident.id)
    .toReversed();
  for (const act of otherActs) {
    if (Date.parse(act.at) >= Date.parse(incident.openedAt)) return act;
    if (now.getTime() - Date.parse(act.at) < maxMs && (await isOpen(act, ports))) return act;
  }
  return undefined;
}

/** Whether the keys name the same entity, or a workload and one of its pods: a pod's name begins with the name of its workload. */
function isSameOrPodOf(a: string, b: string): boolean {
  if (a === b) return true;
  const [one, other] = [a, b].map((key) => /^(?<place>.*)\/(?<kind>[^/]+)\/(?<name>[^/]+)$/.exec(key)?.groups);
  if (!one || !other || one.place !== other.place || (one.kind === 'Pod') === (other.kind === 'Pod')) return false;
  const [pod, workload] = one.kind === 'Pod' ? [one, other] : [other, one];
  return (pod.name ?? '').startsWith(`${workload.name}-`);
}

async function isOpen({ incidentId }: Act, { incidents }: Pick<Ports, 'incidents'>): Promise<boolean> {
  const status = (await incidents.get(incidentId))?.status;
  return status === 'acting' || status === 'verifying';
}
