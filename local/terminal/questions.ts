// Finds the question that an answer typed in the terminal is about. A key without a number answers the only question on the screen. If several
// questions are open, or if one disappeared that was not answered here, the answer needs the number. Pure state, no output.
import type { Approval, Verdict } from '../../core/model/action.ts';
import { isTeachable, whyNotTeachable } from '../../core/remediation/question.ts';

interface NumberedQuestion {
  readonly number: number;
  readonly approval: Approval;
}

/** The questions that were on the screen when a line was typed. */
export interface Printed {
  readonly waiting: readonly NumberedQuestion[];
  /** The question whose keys need no number. */
  readonly bare: number | undefined;
}

export type Typed =
  | { readonly kind: 'answer'; readonly approval: Approval; readonly verdict: Verdict }
  | { readonly kind: 'not-offered'; readonly why: string }
  /** No question has this number, or none had it when the line was typed. */
  | { readonly kind: 'no-such-question'; readonly number: number }
  | { readonly kind: 'number-needed' }
  | { readonly kind: 'none-open' }
  | { readonly kind: 'not-understood' };

const verdicts: Readonly<Record<string, Verdict>> = {
  y: 'approve',
  yes: 'approve',
  a: 'approve-and-remember',
  n: 'reject',
  no: 'reject',
  b: 'take-back',
  back: 'take-back',
  stop: 'reject',
  cancel: 'reject',
  wait: 'reject',
  abort: 'reject',
};

/** Parses `y`, `n 2`, `a #2` against the questions on the screen when the line was typed, and not against later ones. */
export function readTyped(line: string, { waiting, bare }: Printed): Typed {
  const [, key = '', digits] = /^([a-z]+)(?:\s*#?\s*(\d{1,6}))?[.!]*$/.exec(line.trim().toLowerCase()) ?? [];
  const verdict = Object.hasOwn(verdicts, key) ? verdicts[key] : undefined;
  if (verdict === undefined) return { kind: 'not-understood' };
  if (waiting.length === 0) return { kind: 'none-open' };
  const number = digits === undefined ? bare : Number(digits);
  if (number === undefined) return { kind: 'number-needed' };
  const found = waiting.find((one) => one.number === number);
  if (found === undefined) return { kind: 'no-such-question', number };
  if (verdict === 'take-back' && found.approval.plan?.about !== 'half-done')
    return { kind: 'not-offered', why: 'This question is about nothing that could be taken back.' };
  const why = verdict === 'approve-and-remember' ? whyNotTeachable(found.approval) : undefined;
  return why === undefined ? { kind: 'answer', approval: found.approval, verdict } : { kind: 'not-offered', why };
}

export interface Questions {
  /** The questions that are on the screen now. */
  printed(): Printed;
  /** Undefined if the question was printed before. */
  number(approval: Approval): NumberedQuestion | undefined;
  /** Marks a question as no longer open. Undefined if it was not printed here. */
  settle(approval: Approval): NumberedQuestion | undefined;
  /** Marks a question as answered in this terminal. */
  answeredHere(approvalId: string): void;
}

export function openQuestions(): Questions {
  const waiting = new Map<string, NumberedQuestion>();
  const here = new Set<string>();
  let count = 0;
  let bare: number | undefined;
  // A person who was about to answer a question that disappeared must not answer the next one by accident.
  let wentAway = false;
  return {
    printed: () => ({ waiting: [...waiting.values()], bare }),
    number(approval) {
      if (waiting.has(approval.id)) return undefined;
      count += 1;
      const question = { number: count, approval };
      bare = waiting.size === 0 && !wentAway ? count : undefined;
      waiting.set(approval.id, question);
      return question;
    },
    settle(approval) {
      const question = waiting.get(approval.id);
      if (question === undefined || !waiting.delete(approval.id)) return undefined;
      if (!here.delete(approval.id)) wentAway = true;
      if (waiting.size === 0 || bare === question.number) bare = undefined;
      return question;
    },
    answeredHere: (approvalId) => void here.add(approvalId),
  };
}

/** The keys that answer a question, as a person has to type them. */
export function keysOf({ number, approval }: NumberedQuestion, bare: number | undefined): string {
  const key = (letter: string) => (bare === number ? letter : `${letter} ${number}`);
  if (approval.plan?.about === 'half-done')
    return `  ${key('y')}  go on    ${key('b')}  take it back    ${key('n')}  leave it as it is`;
  const remember = isTeachable(approval) ? `    ${key('a')}  yes, and do not ask again for this exact error` : '';
  return `  ${key('y')}  yes, this time${remember}    ${key('n')}  no`;
}
