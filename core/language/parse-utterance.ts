// A message of a person, read once where it comes in; what is passed on is what it can mean. Which of it counts depends on what is open in the
// conversation: a yes answers a proposal, a question or nobody. Pure.
import { type Answer, parseAnswer } from './parse-answer.ts';
import { type FactUtterance, parseFact } from './parse-fact.ts';
import { parseSeparation, type Separation } from './parse-separation.ts';
import { parseTeaching, type TeachingUtterance } from './parse-teaching.ts';
import { type Intent, intentOf } from './read-intent.ts';

export interface ParsedUtterance {
  /** As it was written. */
  readonly text: string;
  /** To a question that waits. */
  readonly answer: Answer;
  /** About next time. */
  readonly teaching: TeachingUtterance;
  /** About a service; nothing where it is about next time, which has words of its own. */
  readonly fact: FactUtterance;
  /** A page that is to be investigated on its own. */
  readonly separation: Separation | undefined;
  /** What is asked or told otherwise. */
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
    intent: intentOf(text, answer),
  };
}
