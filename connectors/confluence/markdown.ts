// Converts the storage format of Confluence (XHTML with elements `ac:` and `ri:`,
// confluence.atlassian.com/doc/confluence-storage-format-790796544.html) into Markdown.
import TurndownService from 'turndown';

/** Deeper nesting is no page of people, and takes the conversion minutes. */
const maxDepth = 150;

/** Returns undefined if the text cannot be converted. */
export function markdownOf(storage: string): string | undefined {
  const html = htmlOf(storage);
  if (depthOf(html) > maxDepth) return undefined;
  try {
    return converter().turndown(html).trim();
  } catch {
    return undefined;
  }
}

/** The depth of XHTML, in which every element is closed. */
function depthOf(html: string): number {
  let depth = 0;
  let deepest = 0;
  for (const [, close, empty] of html.matchAll(/<(\/?)[a-z][^<>]*?(\/?)>/gi)) {
    if (empty) continue;
    depth += close ? -1 : 1;
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}

/** An HTML parser knows no CDATA, and no empty element with another name. */
function htmlOf(storage: string): string {
  let isTitle = false;
  return withoutCdata(storage).replaceAll(
    /<(\/?)((?:ac|ri):[\w-]{1,60})([^<>]{0,2000})>/g,
    (_, close: string, name: string, rest: string) => {
      const isEmpty = rest.endsWith('/');
      switch (name) {
        case 'ac:plain-text-body':
          return isEmpty ? '' : close ? '</code></pre>' : '<pre><code>';
        case 'ac:parameter':
          if (close) return isTitle ? '</strong></p>' : '</wk-drop>';
          isTitle = /\bac:name="title"/.test(rest);
          return isEmpty ? '' : isTitle ? '<p><strong>' : '<wk-drop>';
        case 'ac:task-id':
        case 'ac:task-uuid':
        case 'ac:placeholder':
          return isEmpty ? '' : close ? '</wk-drop>' : '<wk-drop>';
        case 'ac:task-status':
          return isEmpty ? '' : close ? '] ' : '[';
        case 'ac:task-list':
          return isEmpty ? '' : `<${close}ul>`;
        case 'ac:task':
          return isEmpty ? '' : `<${close}li>`;
        case 'ri:page':
          // The title of the linked page stands for a link without words of its own.
          return close ? '' : `<wk-page>${/\bri:content-title="([^"]*)"/.exec(rest)?.[1] ?? ''}</wk-page>`;
        case 'ac:structured-macro':
        case 'ac:rich-text-body':
        case 'ac:layout':
        case 'ac:layout-section':
        case 'ac:layout-cell':
          return isEmpty ? '' : `<${close}div>`;
        default:
          return isEmpty ? '' : `<${close}span>`;
      }
    },
  );
}

function withoutCdata(text: string): string {
  const [first = '', ...parts] = text.split('<![CDATA[');
  return parts.reduce((all, part) => {
    const end = part.indexOf(']]>');
    const inside = end < 0 ? part : part.slice(0, end);
    const escaped = inside.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
    return all + escaped + (end < 0 ? '' : part.slice(end + 3));
  }, first);
}

function converter(): TurndownService {
  const service = new TurndownService({ headingStyle: 'atx', codeBlockStyle: 'fenced', bulletListMarker: '-' });
  service.remove(['script', 'style']);
  service.addRule('dropped', { filter: ({ nodeName }) => nodeName === 'WK-DROP', replacement: () => '' });
  service.addRule('page', {
    filter: ({ nodeName }) => nodeName === 'WK-PAGE',
    replacement: (content, node) => ((node.parentNode?.textContent ?? '') === node.textContent ? content : ''),
  });
  service.addRule('cell', {
    filter: ['td', 'th'],
    replacement: (content) =>
      `| ${content
        .trim()
        .replaceAll(/\s*\n\s*/g, ' ')
        .replaceAll('|', '\\|')} `,
  });
  service.addRule('row', {
    filter: 'tr',
    replacement(content, node) {
      const rule = isFirstRow(node) ? `\n${'| --- '.repeat(node.childNodes.length)}|` : '';
      return content.trim() === '' ? '' : `${content.trim()} |${rule}\n`;
    },
  });
  service.addRule('table', { filter: 'table', replacement: (content) => `\n\n${content.trim()}\n\n` });
  service.addRule('rows', { filter: ['thead', 'tbody', 'tfoot'], replacement: (content) => content });
  return service;
}

/** The converter's elements, as far as this module reads them. */
interface Placed {
  readonly nodeName: string;
  readonly previousSibling: Placed | null;
  readonly parentNode: Placed | null;
}

function isFirstRow({ previousSibling, parentNode }: Placed): boolean {
  if (previousSibling !== null) return false;
  if (parentNode === null || parentNode.nodeName === 'TABLE') return true;
  const before = parentNode.previousSibling;
  return before === null || before.nodeName === 'COLGROUP';
}
