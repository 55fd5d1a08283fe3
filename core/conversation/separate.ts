// Handles "this is separate" about a page that joined another incident: the page is then investigated on its own. A person can say it in the page's
// own thread, or in the thread of the incident that the page joined; there the words must make clear which page they mean.
import type { Separation } from '../language/parse-separation.ts';
import type { Incident } from '../model/incident.ts';
import type { Ports } from '../ports/index.ts';
import { leaveGroup } from '../storms/membership.ts';
import { shorten } from '../text.ts';

type SeparatePorts = Pick<Ports, 'incidents' | 'clock'> & Partial<Pick<Ports, 'bus'>>;

export interface Separated {
  readonly text: string;
  readonly lines: readonly string[];
  readonly choices: readonly { readonly label: string; readonly says: string }[];
}

/** Returns undefined if the incident belongs to no group: the words mean something else then. */
export async function handleSeparation(
  { which, all }: Separation,
  { incident, by }: { readonly incident: Incident; readonly by: string },
  ports: SeparatePorts,
): Promise<Separated | undefined> {
  const { bus } = ports;
  if (bus === undefined) return undefined;
  if (incident.memberOf !== undefined) return which === '' ? release([incident], by, { ...ports, bus }) : undefined;
  const members = (await ports.incidents.members(incident.id)).map((member) => member.incident);
  if (members.length === 0) return undefined;
  if (all) return release(members, by, { ...ports, bus });
  const matching = which === '' ? members : members.filter((member) => isNamed(which, member));
  if (matching.length === 1) return release(matching, by, { ...ports, bus });
  const offered = matching.length > 0 ? matching : members;
  return {
    text: 'Which page is separate?',
    lines: offered.slice(0, 10).map(({ id, title }) => `${shorten(title, 200)} (${id})`),
    choices: offered.slice(0, 5).map(({ id, title }) => ({ label: shorten(title, 75), says: `${id} is separate` })),
  };
}

/** Whether the words name the incident by its id, its service or its title. */
const isNamed = (which: string, { id, title, place }: Incident): boolean => {
  const named = which.replace(/^(?:the |page |alert )+/, '').replace(/ (?:page|alert|one)$/, '');
  return (
    [id, title, place?.service].some((name) => name?.toLowerCase() === named) || title.toLowerCase().includes(named)
  );
};

async function release(
  members: readonly Incident[],
  by: string,
  ports: Pick<Ports, 'incidents' | 'clock' | 'bus'>,
): Promise<Separated> {
  for (const { id } of members) await leaveGroup({ member: id, why: 'a-person-said-so', by }, ports);
  const [first] = members;
  const who = members.length === 1 && first ? shorten(first.title, 200) : `${members.length} pages`;
  return {
    text: `${who} ${members.length === 1 ? 'is' : 'are'} investigated on ${members.length === 1 ? 'its' : 'their'} own now.`,
    lines: [],
    choices: [],
  };
}
