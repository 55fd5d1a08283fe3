// The figures of a row in words. Pure.
import { capitalize } from '../../wording.ts';
import type { Figures } from './evidence.ts';

/** "Shadowed 3, asked 2 (approved 1, not answered 1)"; a figure of zero is left out. */
export const askedText = ({ shadowed, asked, unattended, approved, rejected, unanswered }: Figures): string => {
  const answers = counts(['approved', approved], ['rejected', rejected], ['not answered', unanswered]);
  const questions = answers === '' ? `asked ${asked}` : `asked ${asked} (${answers})`;
  const parts = [
    counts(['shadowed', shadowed]),
    asked === 0 ? '' : questions,
    counts(['done without asking', unattended]),
  ];
  return capitalize(parts.filter(Boolean).join(', ') || 'no case yet');
};

/** "Helped 3, did not help 1; share that helped 75 % (95 % interval 30 to 95 %)"; "harmed 0" is said, because it decides. */
export const resultText = ({ helped, notHelped, harmed, notKnown, open, judged, lower, upper }: Figures): string => {
  const found = counts(['not known', notKnown], ['not compared yet', open]);
  if (judged === 0) return found === '' ? 'No result yet' : `No result yet: ${found}`;
  const share = `share that helped ${percent(helped / judged)} % (95 % interval ${percent(lower)} to ${percent(upper)} %)`;
  return `Helped ${helped}, did not help ${notHelped}, harmed ${harmed}${found === '' ? '' : `, ${found}`}; ${share}`;
};

const percent = (share: number): number => Math.round(share * 100);

const counts = (...all: readonly (readonly [string, number])[]): string =>
  all
    .filter(([, count]) => count > 0)
    .map(([word, count]) => `${word} ${count}`)
    .join(', ');
