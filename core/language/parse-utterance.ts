// Parses a person's message once, when it arrives, into every meaning that it can have. The state of the conversation decides which meaning counts:
// a yes answers a proposal, a question or nobody. Pure.
import { type Answer, parseAnswer } from './parse-answer.ts';
import { type FactUtterance, parseFact } from './parse-fact.ts';
import { parseSeparation, type Separation } from './parse-separation.ts';
import { parseStopLooking } from './parse-stop-looking.ts';
import { parseTeaching, type TeachingUtterance } from './parse-teaching.ts';
import { type Intent, intentOf } from './read-intent.ts';

export interface ParsedUtterance {
  /** The original text. */
  readonly text: string;
  /** The message as an answer to an open question. */
  readonly answer: Answer;
  /** The message as a teaching sentence about next time. */
  readonly teaching: TeachingUtterance;
  /** The message as a fact about a service; nothing if the message is about next time, which has words of its own. */
  readonly fact: FactUtterance;
  /** The message as a request to investigate a page on its own. */
  readonly separation: Separation | undefined;
  /** The message as an order to end a long investigation. */
  readonly stop: 'said' | 'bare' | undefined;
  /** The message as any other question or statement. */
  readonly intent: Intent;
}

export function parseUtterance(text: string): ParsedUtterance {
  const answer = parseAnswer(text);
  const teaching = parseTeaching(text);
  const isAboutNextTime = teaching.kind === 'teach' || teaching.kind === 'cannot';
  return {
    text,
    answer,
    teaching,
    fact: isAboutNextTime ? { kind: 'nothing' } : parseFact(text),
    separation: parseSeparation(text),
    stop: parseStopLooking(text),
    intent: intentOf(text, answer),
  };
}
