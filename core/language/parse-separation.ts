// Parses "this is separate", said about a page that joined another incident. An ambiguous sentence changes nothing.
import { grammarOf } from './grammar/grammar.ts';
import { sentenceOf } from './grammar/sentence.ts';
import { separate } from './intents/separate.ts';

/** `which`: the words that name the page, in lower case; empty if there are none. */
export interface Separation {
  readonly which: string;
  readonly all: boolean;
}

const maxLength = 200;
const maxWhich = 120;
const itself: ReadonlySet<string> = new Set([
  ...['this', 'it', 'that', 'this one', 'that one', 'this page', 'that page', 'this alert', 'the page', 'the alert'],
]);
const everything: ReadonlySet<string> = new Set([
  ...[
    'all',
    'everything',
    'them',
    'them all',
    'all of them',
    'they',
    'these',
    'all members',
    'the members',
    'all pages',
  ],
  ...['these pages', 'they all', 'these all'],
]);
const read = grammarOf(separate);

export function parseSeparation(text: string): Separation | undefined {
  const sentence = sentenceOf(text);
  const found = sentence.source.length > maxLength ? undefined : read(sentence);
  if (found === undefined) return undefined;
  const which = (found.slots.which ?? '').toLowerCase();
  if (which.length > maxWhich) return undefined;
  if (everything.has(which)) return { which: '', all: true };
  return { which: itself.has(which) ? '' : which, all: false };
}
