// Splits a Markdown document into sections at its headings. Code blocks stay whole, and each section carries the path of its headings.

export interface Section {
  /** Headings from the outermost inwards, joined by ` › `; the document's title if a section has no heading. */
  readonly heading: string;
  readonly markdown: string;
}

const maxSectionCharacters = 8000;

export function sectionsOf(title: string, markdown: string): readonly Section[] {
  const sections: { path: string[]; lines: string[] }[] = [{ path: [], lines: [] }];
  const path: { level: number; text: string }[] = [];
  let fence: string | undefined;
  for (const line of markdown.split(/\r?\n/)) {
    const mark = /^\s*(```+|~~~+)/.exec(line)?.[1]?.slice(0, 3);
    if (mark !== undefined && (fence === undefined || fence === mark)) fence = fence === undefined ? mark : undefined;
    const heading = fence === undefined && mark === undefined ? /^(#{1,6})\s+(.+?)\s*#*$/.exec(line) : null;
    if (heading) {
      const level = heading[1]?.length ?? 1;
      while ((path.at(-1)?.level ?? 0) >= level) path.pop();
      path.push({ level, text: plain(heading[2] ?? '') });
      sections.push({ path: path.map(({ text }) => text), lines: [] });
    } else {
      sections.at(-1)?.lines.push(line);
    }
  }
  return sections
    .map(({ path, lines }) => ({
      heading: path.filter((part) => part !== title).join(' › ') || title,
      markdown: lines.join('\n').trim().slice(0, maxSectionCharacters),
    }))
    .filter(({ markdown }) => markdown !== '');
}

/** A heading without emphasis, links and escaping backslashes. */
const plain = (heading: string): string =>
  heading.replaceAll(/\\([!-/:-@[-`{-~])|[*_`]|\[([^\]]*)\]\([^)]*\)/g, '$1$2').trim();
