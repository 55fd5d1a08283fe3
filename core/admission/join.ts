// Makes a page a member of the incident whose diagnosis covers it. If that incident no longer takes members, the page returns to the queue for
// its own investigation.

import { pageFacts } from '../context/page-facts.ts';
import { Impossible } from '../errors.ts';
import type { Admission } from '../model/admission.ts';
import type { PageFacts } from '../model/storm.ts';
import type { Planned } from '../model/workflow.ts';
import type { Ports } from '../ports/index.ts';
import { type JoinPorts, joinGroup } from '../storms/membership.ts';
import { changeSlots, withoutLease } from './dispatch.ts';

export async function joinLeader(
  state: Planned & { readonly admission: Admission },
  ports: JoinPorts & Pick<Ports, 'line'>,
  pause: (ms: number) => Promise<unknown>,
): Promise<{ readonly page: PageFacts; readonly admission: Admission }> {
  const { admission, incident, page = pageFacts(state) } = state;
  if (admission.kind !== 'covered') throw new Impossible(`Join was entered by a page that is ${admission.kind}.`);
  const { leader, because, cause } = admission;
  const { diagnosed } = await ports.line.slots();
  const facts = diagnosed.find(({ incidentId }) => incidentId === leader)?.facts;
  const joined = await joinGroup(
    { leader, member: incident.id, because, cause, ...(facts && { facts: { member: page, leader: facts } }) },
    ports,
    pause,
  );
  if (joined.kind === 'refused') return { page: { ...page, apart: joined.why }, admission: { kind: 'refused' } };
  await changeSlots((slots) => withoutLease(slots, incident.id), ports);
  return { page, admission };
}
