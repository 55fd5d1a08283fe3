// "This is separate", said about a page that joined another incident: it is investigated on its own. Said in the page's own thread, or in that of
// the incident that it joined, where it has to be clear which page is meant. Words that leave anything open change nothing.
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

/** `which`: the words for the page that is meant; empty where none are said. */
export type SeparationPorts = { readonly which: string; readonly all: boolean };

const separate =
  '(?:a )?(?:separate|unrelated|not related|not part of (?:it|this|that)|(?:another|a different|a separate|its own|their own) (?:issue|incident|problem|cause|thing))(?: (?:incident|issue|problem|thing)s?)?';
const says = new RegExp(
  `^(?:no[,.!]? )?(?:i (?:think|am sure|know) )?(?:that )?(?<which>.{1,120}?) (?:is|are|has|have) (?:really |clearly |actually )?${separate}(?: (?:to|from|of) (?:this|it|that))?[.! ]*$`,
);
const orders =
  /^(?:please )?(?:split|ungroup|separate|detach)(?: (?<which>[^?]{1,120}?))?(?: (?:off|out|apart|away|from (?:this|it|that|the group)))?(?: please)?[.! ]*$/;
const alone =
  /^(?:please )?(?:investigate|look into) (?<which>[^?]{1,120}?) (?:on its own|separately|by itself|alone)(?: please)?[.! ]*$/;
const itself = /^(?:this|it|that|this one|that one|this page|that page|this alert|the page|the alert)$/;
const everything =
  /^(?:all|everything|them|them all|all of them|they|these|all members|the members|all pages|these pages)$/;
/** Somebody wonders, denies, or puts a condition. */
const open =
  /\?|\b(?:not separate|isn'?t separate|aren'?t separate|if|unless|maybe|perhaps|might|could|whether|don'?t|do not|never)\b/;

export function parseSeparation(text: string): SeparationPorts | undefined {
  const said = text
    .replace(/<[@!#][^>]{0,80}>/g, ' ')
    .replace(/[’`]/g, "'")
    .replace(/\b(this|that|it|one)'s\b/gi, '$1 is')
    .replace(/\s+/g, ' ')
    .trim();
  if (said.length > 200 || open.test(said.toLowerCase())) return undefined;
  const found = [says, orders, alone].map((pattern) => pattern.exec(said.toLowerCase())).find((one) => one !== null);
  if (found === undefined || found === null) return undefined;
  const which = found.groups?.which?.trim() ?? '';
  if (everything.test(which)) return { which: '', all: true };
  return { which: itself.test(which) ? '' : which, all: false };
}

/** Undefined where the incident has nothing to do with a group: the words mean something else then. */
export async function handleSeparation(
  { which, all }: SeparationPorts,
  { incident, by }: { readonly incident: Incident; readonly by: string },
  ports: SeparatePorts,
): Promise<Separated | undefined> {
  const { bus } = ports;
  if (bus === undefined) return undefined;
  if (incident.memberOf !== undefined) return which === '' ? release([incident], by, { ...ports, bus }) : undefined;
  const members = (await ports.incidents.members(incident.id)).map((member) => member.incident);
  if (members.length === 0) return undefined;
  if (all) return release(members, by, { ...ports, bus });
  const meant = which === '' ? members : members.filter((member) => isNamed(which, member));
  if (meant.length === 1) return release(meant, by, { ...ports, bus });
  const others = meant.length > 0 ? meant : members;
  return {
    text: 'Which page is separate?',
    lines: others.slice(0, 10).map(({ id, title }) => `${shorten(title, 200)} (${id})`),
    choices: others.slice(0, 5).map(({ id, title }) => ({ label: shorten(title, 75), says: `${id} is separate` })),
  };
}

/** By its id, its service, or its title. */
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
