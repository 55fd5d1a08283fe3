// Proposals for the service catalogue in words: a block for each entry, each line with the place where it was read.
import type { Doubt } from '../../core/topology/discovery/group.ts';
import type { Change, Proposals } from '../../core/topology/discovery/propose.ts';
import { countsInWords, entriesOf, kindOf, placesInWords, valueInWords } from '../../core/topology/discovery/words.ts';
import type { Style } from './style.ts';

interface Options {
  readonly written: boolean;
  readonly style: Style;
}

export function proposalsInWords(file: string, proposals: Proposals, { written, style }: Options): string {
  const { changes, doubts, guesses, unseen, hints, missing } = proposals;
  const entries = entriesOf(changes);
  const section = (title: string, lines: readonly string[]) =>
    lines.length === 0 ? [] : ['', style.bold(title), ...lines];
  return [
    style.bold(`${clean(file)}: ${countsInWords(proposals)}`),
    ...(changes.length === 0 ? [] : [written ? 'Written:' : 'Proposed (--write adds it):']),
    ...entries.flatMap((entry) => entryLines(entry, style)),
    ...section('To decide (nothing of this is written):', grouped(doubts, '?', style)),
    ...section('In the catalogue, but not seen (nothing is removed):', grouped(unseen, '!', style)),
    ...section('Guesses (nothing of this is written):', grouped(guesses, '·', style)),
    ...section(
      'Sources that could be added to the configuration:',
      hints.map((hint) => `  · ${clean(hint)}`),
    ),
    ...section('Not read:', missingLines(missing, style)),
    ...(changes.length + doubts.length + unseen.length === 0 ? ['The catalogue has everything that was read.'] : []),
  ].join('\n');
}

function entryLines(changes: readonly Change[], style: Style): string[] {
  const [first] = changes;
  if (first === undefined) return [];
  const { section, name, isNew } = first;
  const lines = [...Map.groupBy(changes, ({ field }) => field)].flatMap(([field, all]) =>
    all.map(({ value, at }) => ({ text: `${field}: ${valueInWords(value)}`, at: clean(placesInWords(at)) })),
  );
  const width = Math.min(90, Math.max(...lines.map(({ text }) => text.length)));
  return [
    `${isNew ? style.green('+') : style.yellow('~')} ${kindOf[section]} ${style.bold(clean(name))}`,
    ...lines.map(({ text, at }) => `    ${style.green('+')} ${clean(text).padEnd(width)}  ${style.dim(`# ${at}`)}`),
  ];
}

const maxNames = 8;

/** The same lack of several clusters or sources is one line. */
const missingLines = (missing: Proposals['missing'], style: Style): string[] =>
  [...Map.groupBy(missing, ({ what, fix }) => `${what.replace(/^[^\s:]+: /, '')}\n${fix}`).values()].flatMap((all) => {
    const [first, ...more] = all;
    if (first === undefined) return [];
    const others = more.length === 0 ? '' : ` and ${more.length} more of the same`;
    return [
      `  ${style.yellow('missing')} ${clean(first.what)}${others}. ${style.dim(`To get it: ${clean(first.fix)}.`)}`,
    ];
  });

/** Equal sentences about several entries are one line. */
const grouped = (doubts: readonly Doubt[], mark: string, style: Style): string[] =>
  [...Map.groupBy(doubts, ({ says }) => says)].map(([says, all]) => {
    const names = [...new Set(all.map(({ about }) => clean(about)))];
    const listed = `${names.slice(0, maxNames).join(', ')}${names.length > maxNames ? ` and ${names.length - maxNames} more` : ''}`;
    const at = all.flatMap((one) => one.at);
    return `  ${style.yellow(mark)} ${style.bold(listed)}: ${clean(says)}${at.length === 0 ? '' : `  ${style.dim(`# ${clean(placesInWords(at))}`)}`}`;
  });

/** Names come from servers: a control character could rewrite what the terminal shows. */
const clean = (text: string): string => text.replaceAll(/\p{C}/gu, ' ').slice(0, 300);
