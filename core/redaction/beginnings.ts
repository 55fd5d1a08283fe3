// Computes the first letters that a pattern can match, so that a scanner tries the pattern only where it can begin.

const most = 3;
/** A character class larger than this ends the known beginning. */
const largestClass = 10;

interface Beginning {
  readonly text: string;
  /** Whether unknown text may follow. */
  readonly open: boolean;
}

/** Returns beginnings of two to three letters; throws if one is shorter. */
export function beginningsOf(pattern: string): readonly string[] {
  const found = [...new Set(choice(pattern).map(({ text }) => text.slice(0, most)))];
  const short = found.find((text) => text.length < 2);
  if (short !== undefined) throw new Error(`The pattern ${pattern} can begin with anything behind "${short}".`);
  return found;
}

const choice = (pattern: string): readonly Beginning[] => alternatives(pattern).flatMap(sequence);

/** Splits the pattern at bars outside groups and classes. */
function alternatives(pattern: string): string[] {
  const parts = [''];
  let depth = 0;
  let inClass = false;
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern[at] ?? '';
    if (character === '\\') {
      parts[parts.length - 1] += character + (pattern[at + 1] ?? '');
      at++;
      continue;
    }
    if (character === '[') inClass = true;
    else if (character === ']') inClass = false;
    else if (!inClass && character === '(') depth++;
    else if (!inClass && character === ')') depth--;
    if (character === '|' && depth === 0 && !inClass) parts.push('');
    else parts[parts.length - 1] += character;
  }
  return parts;
}

const atom =
  /^(?:(?<look>\(\?!(?:\[(?:\\.|[^\]])*\]|[^)])*\))|(?<class>\[(?:\\.|[^\]\\])+\])|\\(?<escaped>.)|(?<any>\.)|(?<literal>[^([\]{}()*+?|\\]))(?<count>\{\d+(?:,\d*)?\}|[?*+])?/;

function sequence(pattern: string): readonly Beginning[] {
  let rest = pattern;
  let found: readonly Beginning[] = [{ text: '', open: false }];
  while (rest !== '' && found.some(({ text, open }) => !open && text.length < most)) {
    let options: readonly Beginning[];
    let count: string | undefined;
    if (rest.startsWith('(?:')) {
      const end = groupEnd(rest);
      options = choice(rest.slice(3, end));
      count = /^(?:\{\d+(?:,\d*)?\}|[?*+])/.exec(rest.slice(end + 1))?.[0];
      rest = rest.slice(end + 1 + (count?.length ?? 0));
    } else {
      const groups = atom.exec(rest)?.groups;
      if (!groups) throw new Error(`The pattern ${pattern} is not understood at ${rest}.`);
      rest = rest.slice(atom.exec(rest)?.[0].length ?? 1);
      if (groups.look !== undefined) continue;
      count = groups.count;
      options = lettersOf(groups);
    }
    const least = count === undefined || count === '+' ? 1 : Number(/\d+/.exec(count)?.[0] ?? 0);
    const exact = count === undefined || /^\{\d+\}$/.test(count);
    let next = least === 0 ? found : [];
    let repeated = found;
    for (let times = 0; times < Math.min(Math.max(least, 1), most); times++) repeated = joined(repeated, options);
    next = [...next, ...(exact ? repeated : repeated.map((one) => ({ ...one, open: true })))];
    found = next;
  }
  return found;
}

const joined = (before: readonly Beginning[], after: readonly Beginning[]): readonly Beginning[] =>
  before.flatMap((one) =>
    one.open || one.text.length >= most ? [one] : after.map(({ text, open }) => ({ text: one.text + text, open })),
  );

function lettersOf(groups: Readonly<Record<string, string | undefined>>): readonly Beginning[] {
  const { class: letters, escaped, literal } = groups;
  if (literal !== undefined) return [{ text: literal, open: false }];
  if (escaped !== undefined && !/[a-z]/i.test(escaped)) return [{ text: escaped, open: false }];
  const set = (letters ?? '').slice(1, -1);
  if (letters === undefined || set.length > largestClass || /\w-\w|\\[a-z]/.test(set))
    return [{ text: '', open: true }];
  return [...set.replaceAll('\\', '')].map((text) => ({ text, open: false }));
}

/** The end of the group that starts the text. */
function groupEnd(text: string): number {
  let depth = 0;
  let inClass = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '\\') at++;
    else if (character === '[') inClass = true;
    else if (character === ']') inClass = false;
    else if (!inClass && character === '(') depth++;
    else if (!inClass && character === ')' && --depth === 0) return at;
  }
  return text.length;
}
