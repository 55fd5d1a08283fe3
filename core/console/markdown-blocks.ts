// Reads the Markdown that Watchkeeper writes (postmortem drafts) into blocks that a page can show. It knows what those documents contain: headings,
// paragraphs, nested lists, tables, code, bold and escapes. Anything else, links and HTML included, stays text.

export interface Inline {
  readonly kind: 'text' | 'strong' | 'code';
  readonly text: string;
}

export type Block =
  | { readonly kind: 'heading'; readonly level: number; readonly content: readonly Inline[] }
  | { readonly kind: 'paragraph'; readonly content: readonly Inline[] }
  | { readonly kind: 'list'; readonly items: readonly (readonly Block[])[] }
  | { readonly kind: 'table'; readonly head: readonly Inlines[]; readonly rows: readonly (readonly Inlines[])[] }
  | { readonly kind: 'code'; readonly text: string };
type Inlines = readonly Inline[];

export const markdownBlocks = (markdown: string): readonly Block[] => blocksOf(markdown.split('\n'));

const isBlank = (line: string | undefined): boolean => line === undefined || line.trim() === '';
const isItem = (line: string): boolean => line.startsWith('- ');
const isRow = (line: string): boolean => line.startsWith('|');
const isFence = (line: string): boolean => /^\s*```/.test(line);
const headingOf = (line: string): RegExpExecArray | null => /^(#{1,4}) (.+)$/.exec(line);
const startsBlock = (line: string): boolean => isItem(line) || isRow(line) || isFence(line) || headingOf(line) !== null;

function blocksOf(lines: readonly string[]): Block[] {
  const blocks: Block[] = [];
  let at = 0;
  /** Takes lines while they belong to the block that begins at `at`. */
  const take = (belongs: (line: string) => boolean): string[] => {
    const from = at;
    at += 1;
    while (at < lines.length && belongs(lines[at] ?? '')) at += 1;
    return lines.slice(from, at);
  };
  while (at < lines.length) {
    const line = lines[at] ?? '';
    const heading = headingOf(line);
    if (isBlank(line)) at += 1;
    else if (heading !== null) {
      at += 1;
      blocks.push({ kind: 'heading', level: heading[1]?.length ?? 1, content: inlinesOf(heading[2] ?? '') });
    } else if (isFence(line)) {
      const [, ...rest] = take((next) => !isFence(next));
      at += 1;
      const indent = line.length - line.trimStart().length;
      blocks.push({ kind: 'code', text: rest.map((one) => one.slice(indent)).join('\n') });
    } else if (isItem(line)) {
      blocks.push(listOf(take((next) => isItem(next) || next.startsWith('  '))));
    } else if (isRow(line)) blocks.push(tableOf(take(isRow)));
    else
      blocks.push({
        kind: 'paragraph',
        content: inlinesOf(take((next) => !isBlank(next) && !startsBlock(next)).join(' ')),
      });
  }
  return blocks;
}

/** The lines of an item after the first are indented by two. */
function listOf(lines: readonly string[]): Block {
  const items: string[][] = [];
  for (const line of lines) {
    if (isItem(line)) items.push([line.slice(2)]);
    else items.at(-1)?.push(line.slice(2));
  }
  return { kind: 'list', items: items.map(blocksOf) };
}

function tableOf(lines: readonly string[]): Block {
  const [head = [], , ...rows] = lines.map((line) =>
    line
      .replace(/^\| ?/, '')
      .replace(/ ?\|$/, '')
      .split(/(?<!\\) ?\| ?/)
      .map(inlinesOf),
  );
  return { kind: 'table', head, rows };
}

/** Bold, code, and text without its escapes. */
const inlinesOf = (text: string): Inline[] =>
  [...text.matchAll(/\*\*((?:\\.|[^*\\])+)\*\*|`([^`]+)`|((?:\\.|(?!\*\*(?:\\.|[^*\\])+\*\*|`[^`]+`)[\s\S])+)/g)].map(
    ([, strong, code, rest]): Inline => {
      if (strong !== undefined) return { kind: 'strong', text: unescaped(strong) };
      if (code !== undefined) return { kind: 'code', text: code };
      return { kind: 'text', text: unescaped(rest ?? '') };
    },
  );

const unescaped = (text: string): string => text.replaceAll(/\\([!-/:-@[-`{-~])/g, '$1');
