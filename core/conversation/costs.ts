// Handles a question about cost, or a follow-up to one ("and in October?", "by service"). It finds follow-ups by what the same person said before in
// this place; core/cost gives the answer.

import { nowhere, type Place, placeOf } from '../cost/account-context.ts';
import { answerCostQuestion } from '../cost/answer.ts';
import { type CostChoice, goesOn, isAboutChanges, isBareWhy, mayFollow } from '../cost/parse-question.ts';
import { parseSystem } from '../language/parse-system.ts';
import type { ParsedUtterance } from '../language/parse-utterance.ts';
import { readIntent } from '../language/read-intent.ts';
import type { Trigger } from '../model/incident.ts';
import type { Ports } from '../ports/index.ts';

export interface CostReply {
  readonly kind: 'cost' | 'unclear';
  readonly text: string;
  readonly lines: readonly string[];
  readonly choices: readonly CostChoice[];
  /** The chart as SVG. */
  readonly chart?: string | undefined;
}

type CostUtterance = Pick<ParsedUtterance, 'text' | 'intent'>;

interface Conversation {
  /** Earlier messages of this person in this place, oldest first. */
  readonly earlier: () => Promise<readonly string[]>;
  /** The trigger of the incident that this place is about; undefined if there is none. */
  readonly trigger: Trigger | undefined;
  /** The cluster in which the diagnosis found the cause. */
  readonly cluster?: () => Promise<string | undefined>;
  /** The model classified the text as a question about cost where the grammar did not. */
  readonly isCostQuestion?: boolean;
}

/** Returns undefined if the text neither asks about cost nor follows a question that did. */
export async function handleCostQuestion(
  utterance: CostUtterance,
  { earlier, trigger, cluster, isCostQuestion: isKnownQuestion = false }: Conversation,
  ports: Pick<Ports, 'costs' | 'clock' | 'catalog'>,
): Promise<CostReply | undefined> {
  const { text, intent } = utterance;
  const isQuestion = isKnownQuestion || intent.kind === 'cost';
  if (!isQuestion && !follows(utterance)) return undefined;
  const before = !isQuestion || goesOn(text) ? followed(await earlier().catch(() => [])) : [];
  if (!isQuestion && before.length === 0) return undefined;
  const catalog = await ports.catalog.load().catch(() => undefined);
  const place: Place = catalog && trigger ? placeOf(trigger, catalog, await cluster?.()) : nowhere;
  const answered = await answerCostQuestion([text, ...before].map(withoutMentions), { place, catalog }, ports);
  switch (answered.kind) {
    case 'nothing':
      return undefined;
    case 'answered':
      return { ...answered, kind: 'cost', choices: [] };
    case 'unclear':
      return { kind: 'unclear', text: answered.question, lines: [], choices: answered.choices };
    case 'gap':
      return { kind: 'cost', text: answered.text, lines: [], choices: [] };
  }
}

/** "Why?" alone is about what was asked before: the bill right after a question about the bill, else the diagnosis. */
function follows({ text, intent: { kind } }: CostUtterance): boolean {
  return (
    mayFollow(text) &&
    parseSystem(text) === undefined &&
    (kind === 'unclear' || (kind === 'why' && (isAboutChanges(text) || isBareWhy(text))))
  );
}

const maxBefore = 20;

/**
 * Goes back to the last question that is complete by itself. Returns the questions newest first; empty if the person has changed the subject since.
 */
function followed(earlier: readonly string[]): string[] {
  const chain: string[] = [];
  for (const text of earlier.toReversed().slice(0, maxBefore)) {
    const utterance = { text, intent: readIntent(text) };
    const isQuestion = utterance.intent.kind === 'cost';
    if (!isQuestion && !follows(utterance)) return [];
    chain.push(text);
    if (isQuestion && !goesOn(text)) return chain;
  }
  return [];
}

const withoutMentions = (text: string): string => text.replace(/<[@!#][^>]{0,80}>/g, ' ');
