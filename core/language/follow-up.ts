// Reads a message that relies on an earlier question about the incident: "and payment?", "since yesterday?", "why?", "who?". Pure.
import { parseSystem } from './parse-system.ts';
import { type IncidentQuestion, readIntent } from './read-intent.ts';

export interface FollowUp {
  readonly question: IncidentQuestion;
  /** The earlier question, with the time that the follow-up states. */
  readonly text: string;
}

const longest = 80;
const maxBefore = 6;
const bareWhy = /^\W*(?:(?:but|and|so|ok|hm+)\W+)*why(?:\s+(?:not|so|is that|that))?\W*$/i;
const opening =
  /^\W*(?:(?:and|also|or|ok|so|now)\W+)*(?:(?:what|how)\s+about\s+|for\s+|of\s+|in\s+|on\s+|at\s+|with\s+|the same for\s+)?(?:the\s+)?/i;
const name = /^([a-z0-9][a-z0-9_.-]{1,60})(?:\s+(?:service|team))?\W*$/i;
const time = /^(?:since|before|after|in the last|yesterday|today|last|from|at|around|between)\b/i;
const notNames: ReadonlySet<string> = new Set(
  'it this that them now then again here there yes no ok okay please thanks help status logs metrics day month week service account more less general particular detail details total summary short january february march april may june july august september october november december monday tuesday wednesday thursday friday saturday sunday english german french'.split(
    ' ',
  ),
);
const short: Readonly<Record<string, (question: IncidentQuestion) => IncidentQuestion | undefined>> = {
  who: (question) =>
    question.id === 'changes'
      ? { id: 'changes', slots: { ...question.slots, about: 'author' } }
      : { id: 'people', slots: { role: 'holder' } },
  when: () => ({ id: 'duration', slots: {} }),
  'how many': () => ({ id: 'impact', slots: { about: 'number' } }),
  'since when': () => ({ id: 'duration', slots: {} }),
};

/** `earlier`: the same person's messages in this place, oldest first. Undefined if the message stands alone or follows something else. */
export function followUpOf(text: string, earlier: readonly string[]): FollowUp | undefined {
  const said = text.trim();
  if (said.length > longest || earlier.length === 0) return undefined;
  const before = lastQuestion(earlier);
  if (before === undefined) return undefined;
  const { question } = before;
  if (bareWhy.test(said))
    return question.id === 'advice'
      ? { question: { id: 'advice', slots: { ...question.slots, asks: whyOf(question.slots.asks) } }, text: said }
      : undefined;
  const word = said
    .toLowerCase()
    .replace(/^(?:and|but|so)\s+/, '')
    .replace(/\W+$/, '');
  const asked = Object.hasOwn(short, word) ? short[word]?.(question) : undefined;
  if (asked !== undefined) return { question: asked, text: said };
  const rest = said.replace(opening, '');
  if (time.test(said.replace(/^\W*(?:(?:and|also|what about|how about)\W+)*/i, '')))
    return takesTime.has(question.id) ? { question, text: `${before.text} ${said}` } : undefined;
  const service = name.exec(rest)?.[1];
  if (service === undefined || notNames.has(service.toLowerCase()) || (rest === said && !/[-_.]/.test(service)))
    return undefined;
  return withService(question, service, before.text);
}

const whyOf = (asks: string | undefined): 'why-not' | 'why-ask' =>
  asks === 'why-not' || asks === 'should' || asks === 'help' ? 'why-not' : 'why-ask';

const takesTime: ReadonlySet<IncidentQuestion['id']> = new Set<IncidentQuestion['id']>(['changes', 'course']);

function withService(question: IncidentQuestion, service: string, text: string): FollowUp | undefined {
  switch (question.id) {
    case 'changes':
      return { question: { id: 'changes', slots: { ...question.slots, service } }, text };
    case 'people':
      return question.slots.role === 'owner' || question.slots.role === 'on-call'
        ? { question: { id: 'people', slots: { ...question.slots, service } }, text }
        : undefined;
    case 'impact':
      return { question: { id: 'impact', slots: { service } }, text };
    default:
      return undefined;
  }
}

/** The latest complete question about the incident, unless the person has changed the subject since. */
function lastQuestion(
  earlier: readonly string[],
): { readonly question: IncidentQuestion; readonly text: string } | undefined {
  for (const text of earlier.slice(-maxBefore).toReversed()) {
    const intent = readIntent(text);
    if (intent.kind !== 'incident' && parseSystem(text) !== undefined) return undefined;
    if (intent.kind === 'incident') return { question: intent.question, text };
    if (intent.kind !== 'unclear' && !(intent.kind === 'why' && bareWhy.test(text))) return undefined;
  }
  return undefined;
}
