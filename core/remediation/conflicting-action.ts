// Two incidents for one cause: what one did to a target, the other cannot have taken into account while it looked. It has to look again,
// after it is known what came of it.
import { type EntityRef, entityKey } from '../model/entity.ts';
import type { Incident } from '../model/incident.ts';
import type { Ports } from '../ports/index.ts';
import type { Act } from '../ports/records.ts';

/** Longer than any action settles and is verified: whoever has not said by then what came of it does not hold up others. */
const maxMs = 30 * 60_000;

/** The latest act of another incident on the target that was done since this incident began, or that is not yet known to have helped. */
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
  const others = acts
    .filter((act) => isSameOrPodOf(act.targetKey, targetKey) && act.incidentId !== incident.id)
    .toReversed();
  for (const act of others) {
    if (Date.parse(act.at) >= Date.parse(incident.openedAt)) return act;
    if (now.getTime() - Date.parse(act.at) < maxMs && (await isOpen(act, ports))) return act;
  }
  return undefined;
}

/** A pod carries the name of its workload in front: what was done to one was done to the other. */
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
