// A question about cost, or one that follows it ("and in October?", "by service"): told by what the same person said before in this place,
// answered by core/cost.

import { nowhere, type Place, placeOf } from '../cost/account-context.ts';
import { answerCostQuestion } from '../cost/answer.ts';
import { asksWhatMoved, type CostChoice, goesOn, mayFollow } from '../cost/parse-question.ts';
import type { ParsedUtterance } from '../language/parse-utterance.ts';
import { readIntent } from '../language/read-intent.ts';
import type { Trigger } from '../model/incident.ts';
import type { Ports } from '../ports/index.ts';

export interface CostReply {
  readonly kind: 'cost' | 'unclear';
  readonly text: string;
  readonly lines: readonly string[];
  readonly choices: readonly CostChoice[];
  /** SVG. */
  readonly chart?: string | undefined;
}

type Asked = Pick<ParsedUtterance, 'text' | 'intent'>;

interface Conversation {
  /** What this person said before in this place, oldest first. */
  readonly earlier: () => Promise<readonly string[]>;
  /** What is talked about there; undefined where nothing is. */
  readonly trigger: Trigger | undefined;
  /** Where the cause was found. */
  readonly cluster?: () => Promise<string | undefined>;
  /** A model read it as a question about cost where no rule did. */
  readonly asked?: boolean;
}

/** Undefined where the text asks for no cost, and follows no question that did. */
export async function handleCostQuestion(
  said: Asked,
  { earlier, trigger, cluster, asked = false }: Conversation,
  ports: Pick<Ports, 'costs' | 'clock' | 'catalog'>,
): Promise<CostReply | undefined> {
  const { text, intent } = said;
  const asks = asked || intent.kind === 'cost';
  if (!asks && !follows(said)) return undefined;
  const before = !asks || goesOn(text) ? followed(await earlier().catch(() => [])) : [];
  if (!asks && before.length === 0) return undefined;
  const catalog = await ports.catalog.load().catch(() => undefined);
  const place: Place = catalog && trigger ? placeOf(trigger, catalog, await cluster?.()) : nowhere;
  const answered = await answerCostQuestion([text, ...before].map(withoutMentions), { place, catalog }, ports);
  switch (answered.kind) {
    case 'nothing':
      return undefined;
    case 'answered':
      return { ...answered, kind: 'cost', choices: [] };
    case 'unclear':
      return { kind: 'unclear', text: answered.ask, lines: [], choices: answered.choices };
    case 'gap':
      return { kind: 'cost', text: answered.text, lines: [], choices: [] };
  }
}

/** "Why?" alone asks for the diagnosis; "why did it go up?" may ask for the bill. */
function follows({ text, intent: { kind } }: Asked): boolean {
  return mayFollow(text) && (kind === 'unclear' || (kind === 'why' && asksWhatMoved(text)));
}

const maxBefore = 20;

/** Back to the last question that stands for itself, newest first; empty where something else was talked about since. */
function followed(earlier: readonly string[]): string[] {
  const chain: string[] = [];
  for (const text of earlier.toReversed().slice(0, maxBefore)) {
    const said = { text, intent: readIntent(text) };
    const asks = said.intent.kind === 'cost';
    if (!asks && !follows(said)) return [];
    chain.push(text);
    if (asks && !goesOn(text)) return chain;
  }
  return [];
}

const withoutMentions = (text: string): string => text.replace(/<[@!#][^>]{0,80}>/g, ' ');
