// Finds reasons not to read a sentence as an answer, so that we can explain them to people. The list is not complete: any unexplained word is such a
// reason (parse-answer.ts); these are the reasons that have a name.
import { somebody, type Tokens } from './tokens.ts';

export type Doubt =
  | 'question'
  | 'quotation'
  | 'negation'
  | 'condition'
  | 'report'
  /** The sentence contains more than a plain answer. */
  | 'more';

const words = (list: string): ReadonlySet<string> => new Set(list.split(' '));
const questionWords = words(
  'should shall would could can will may might is are was were do does did has have why what when who whom whose how which where am',
);
const negates = words('not never no neither nor without instead rather but except however although though besides');
const conditions = words(
  'if once after when whenever before until till while unless provided assuming case later tomorrow tonight next maybe perhaps possibly might could should would ought think guess believe suppose probably likely wonder only first otherwise or either else',
);
const reports = words(
  'someone somebody they he she reran restarted rebooted bounced rolled reverted retried deleted removed killed scaled raised cordoned uncordoned purged redrove already yesterday earlier ago',
);

/** Question marks of all scripts. */
const questionMarks = /[?？؟¿‽⁇⁈⁉❓❔՞፧]/u;
const quotationMarks = /["“”„‟«»‹›「」『』〝〞＂`]|^\s*(?:>|&gt;)|(?:^|\s)['‘‚][^'’]+['’](?:$|[\s.,!])/mu;
/** Characters that hide or reorder others, so that a reader does not see the actual text. */
const hidden = /[^\P{C}\t\n\r]/u;

export function doubtIn(text: string, tokens: Tokens): Doubt | undefined {
  if (quotationMarks.test(text)) return 'quotation';
  if (questionMarks.test(text)) return 'question';
  if (tokens.includes(somebody)) return 'report';
  const polite = tokens[0] === 'do' || tokens.slice(0, 3).includes('please');
  const order = polite && tokens[0] === 'could' ? tokens.slice(1) : tokens;
  if (!polite && questionWords.has(tokens[0] ?? '')) return 'question';
  // "… and do not ask again" is a yes with an addition, and no objection.
  const rest = order
    .join(' ')
    .replace(/ (?:and )?do not ask (?:me |us )?(?:again|next time).*$/, '')
    .split(' ');
  if (rest.some((word) => negates.has(word))) return 'negation';
  if (rest.some((word) => conditions.has(word))) return 'condition';
  if (rest.some((word) => reports.has(word))) return 'report';
  // A star without a partner is a correction, a footnote or a glob.
  const unpaired = (text.match(/\*/g)?.length ?? 0) % 2 === 1;
  return unpaired || hidden.test(text) || /\.\.|…/.test(text) ? 'more' : undefined;
}
