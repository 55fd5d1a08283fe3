import { describe, expect, it } from 'vitest';
import { type Block, markdownBlocks } from '../../../core/console/markdown-blocks.ts';
import { code, plain, table } from '../../../core/postmortem/markdown.ts';

const textOf = (block: Block): string => {
  switch (block.kind) {
    case 'code':
      return block.text;
    case 'list':
      return block.items.map((item) => item.map(textOf).join('\n')).join('\n');
    case 'table':
      return [block.head, ...block.rows]
        .map((row) => row.map((cell) => cell.map(({ text }) => text).join('')).join('|'))
        .join('\n');
    default:
      return block.content.map(({ text }) => text).join('');
  }
};
const read = (lines: readonly string[]) => markdownBlocks(lines.join('\n'));

describe('Markdown of ours', () => {
  it('has headings, paragraphs and nested lists', () => {
    const blocks = read([
      '# Title',
      '',
      'One',
      'line.',
      '- a **bold** word',
      '  - inner',
      '    ```text',
      '    x  y',
      '    ```',
      '- b',
    ]);
    expect(blocks.map(({ kind }) => kind)).toEqual(['heading', 'paragraph', 'list']);
    expect(blocks[1]).toEqual({ kind: 'paragraph', content: [{ kind: 'text', text: 'One line.' }] });
    expect(blocks[2]).toMatchObject({
      items: [
        [
          { content: [{ text: 'a ' }, { kind: 'strong', text: 'bold' }, { text: ' word' }] },
          { kind: 'list', items: [[{ kind: 'paragraph' }, { kind: 'code', text: 'x  y' }]] },
        ],
        [{ kind: 'paragraph' }],
      ],
    });
  });

  it('has tables', () => {
    const [found] = read(table(['A', 'B'], [[plain('x | y'), '2']]));
    expect(found && textOf(found)).toBe('A|B\nx | y|2');
  });

  it.each([
    '<script>alert(1)</script>',
    '**not bold** `nor code` [nor](http://a.example) # nor a heading',
    '- not a list',
    'a \\ backslash ~~~ and *** stars',
    '| not | a table',
  ])('gives an escaped text back as it was: %s', (said) => {
    expect(read([plain(said)]).map(textOf)).toEqual([said]);
    expect(read([`- ${plain(said)}`]).map(textOf)).toEqual([said]);
  });

  it('keeps quoted lines, whatever they hold', () => {
    const [list] = read(['- x', ...code('# no\n- list\n<b>')]);
    expect(list && textOf(list)).toContain('# no\n- list\n<b>');
  });
});
