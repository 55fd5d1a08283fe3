// Answers questions about incidents and people where no incident is in view: about a named service, or about the incident that the question can mean.
import type { ParsedUtterance } from '../../language/parse-utterance.ts';
import { readIntent } from '../../language/read-intent.ts';
import type { Incident } from '../../model/incident.ts';
import { isOver } from '../../record/lifecycle.ts';
import { isUnsettled } from '../../reporting/status-view.ts';
import { shorten } from '../../text.ts';
import { replyTo } from '../reply.ts';
import { answerCannot } from './cannot.ts';
import { answerFromRecord } from './converse.ts';
import { answerOfService } from './people.ts';
import type { IncidentPorts } from './record.ts';

export interface WithoutIncident {
  readonly text: string;
  readonly lines: readonly string[];
  readonly choices?: readonly (string | { readonly label: string; readonly says: string })[];
}

const maxListed = 100;
const maxOffered = 5;
const idIn = /\binc-[0-9A-Z]{20,32}\b/i;

interface Message {
  readonly parsed: ParsedUtterance;
  readonly by: string;
  /** Earlier messages of this person in this place, oldest first. */
  readonly earlier: () => Promise<readonly string[]>;
}

/** Undefined if the message asks something else. */
export async function answerWithoutIncident(
  { parsed, by, earlier }: Message,
  ports: Parameters<typeof replyTo>[1],
): Promise<WithoutIncident | undefined> {
  const { intent, text } = parsed;
  if (intent.kind === 'incident' && intent.question.id === 'cannot') return answerCannot(intent.question.slots);
  if (intent.kind === 'incident' && intent.question.id === 'people') {
    const { role = 'owner', service } = intent.question.slots;
    if (service !== undefined && (role === 'owner' || role === 'on-call')) return answerOfService(role, service, ports);
  }
  if (intent.kind !== 'incident' && intent.kind !== 'unclear' && intent.kind !== 'why') return undefined;
  const named = idIn.exec(text)?.[0];
  const incidents =
    named === undefined ? await meant(ports) : [await ports.incidents.get(named)].filter((one) => one !== undefined);
  const [only] = incidents;
  if (only !== undefined && incidents.length === 1 && intent.kind === 'why' && (await isFollowed(earlier))) {
    const answered = await replyTo({ incidentId: only.id, text, by }, ports, parsed);
    return answered && { ...answered, text: `About "${shorten(only.title, 120)}": ${answered.text}` };
  }
  if (only !== undefined && incidents.length === 1) {
    const answered = await answerFromRecord(
      named === undefined ? parsed : { ...parsed, text: text.replace(named, '') },
      { incident: only, earlier },
      ports,
    );
    return answered && { ...answered, text: `About "${shorten(only.title, 120)}": ${answered.text}` };
  }
  if (intent.kind !== 'incident') return undefined;
  if (incidents.length === 0)
    return { text: 'No incident is on record here to which that could refer.', lines: [], choices: ['help'] };
  return {
    text: `${incidents.length} incidents are open. Which one do you mean?`,
    lines: incidents.slice(0, 10).map(({ id, title }) => `${shorten(title, 150)} (${id})`),
    choices: incidents.slice(0, maxOffered).map(({ id, title }) => ({
      label: shorten(title, 75),
      says: `${text.replace(/[?!.\s]+$/, '')} in ${id}?`,
    })),
  };
}

/** Whether the person's last message asked about an incident. */
async function isFollowed(earlier: Message['earlier']): Promise<boolean> {
  const last = (await earlier().catch(() => [])).at(-1);
  return last !== undefined && readIntent(last).kind === 'incident';
}

/** The open incidents; the latest one if none is open. */
async function meant({ incidents }: IncidentPorts): Promise<readonly Incident[]> {
  const all = await incidents.list(maxListed);
  const open = all.filter((one) => one.status !== 'grouped' && (!isOver(one) || isUnsettled(one)));
  return open.length > 0 ? open : all.slice(0, 1);
}
