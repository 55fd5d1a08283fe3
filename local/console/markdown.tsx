// Shows Markdown of ours: its blocks become elements, its texts stay texts.
import type { Block, Inline } from '../../core/console/markdown-blocks.ts';
import { markdownBlocks } from '../../core/console/markdown-blocks.ts';

export const Markdown = ({ text }: { readonly text: string }) => (
  <div class="markdown">
    <Blocks blocks={markdownBlocks(text)} />
  </div>
);

/** A document does not change while it is shown, so a block's position is its identity. */
const Blocks = ({ blocks }: { readonly blocks: readonly Block[] }) => (
  <>
    {blocks.map((block, index) => (
      <BlockView key={keyOf(block.kind, index)} block={block} />
    ))}
  </>
);

const keyOf = (kind: string, index: number): string => `${kind} ${index}`;

function BlockView({ block }: { readonly block: Block }) {
  switch (block.kind) {
    case 'heading': {
      const Heading = headings[block.level - 1] ?? 'h4';
      return (
        <Heading>
          <Inlines content={block.content} />
        </Heading>
      );
    }
    case 'paragraph':
      return (
        <p>
          <Inlines content={block.content} />
        </p>
      );
    case 'code':
      return <pre>{block.text}</pre>;
    case 'list':
      return (
        <ul>
          {block.items.map((item, index) => (
            <li key={keyOf('item', index)}>
              <Blocks blocks={item} />
            </li>
          ))}
        </ul>
      );
    case 'table':
      return (
        <table>
          <thead>
            <Cells cells={block.head} as="th" />
          </thead>
          <tbody>
            {block.rows.map((row, index) => (
              <Cells key={keyOf('row', index)} cells={row} as="td" />
            ))}
          </tbody>
        </table>
      );
  }
}

const headings = ['h2', 'h3', 'h4', 'h4'] as const;

const Cells = ({ cells, as: Cell }: { readonly cells: readonly (readonly Inline[])[]; readonly as: 'th' | 'td' }) => (
  <tr>
    {cells.map((content, index) => (
      <Cell key={keyOf('cell', index)}>
        <Inlines content={content} />
      </Cell>
    ))}
  </tr>
);

const Inlines = ({ content }: { readonly content: readonly Inline[] }) => (
  <>
    {content.map(({ kind, text }, index) => {
      const key = keyOf(kind, index);
      if (kind === 'text') return text.replace(/^\[ \] /, '☐ ');
      return kind === 'strong' ? <strong key={key}>{text}</strong> : <code key={key}>{text}</code>;
    })}
  </>
);
