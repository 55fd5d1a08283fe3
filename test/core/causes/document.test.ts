// docs/causes.md is written from the table of causes: `vitest run --project unit test/core/causes/document.test.ts --update` writes it again.
import { expect, test } from 'vitest';
import { type CauseCode, causeCodes, causes } from '../../../core/causes/causes.ts';
import { actions } from '../../../core/remediation/actions/index.ts';

/** Derived from the other direction: an action names the causes that it mends. */
const mendedBy = (code: CauseCode): readonly string[] =>
  actions.filter(({ mends }) => mends.includes(code)).map(({ id }) => `\`${id}\``);

const cell = (text: string): string => text.replaceAll('|', '\\|');

function row(code: CauseCode): string {
  const { title, confirms, rulesOut } = causes[code];
  const observations = rulesOut.map(({ observation, check }) =>
    check === 'by-hand' ? observation : `**${observation}**`,
  );
  return `| \`${code}\` | ${[title, confirms, observations.join('; '), mendedBy(code).join(', ')].map(cell).join(' | ')} |`;
}

const groups = [...Map.groupBy(causeCodes, (code) => causes[code].group)];
const document = [
  '# Causes',
  '',
  'Every cause that a diagnosis can name. Each is one entry in `core/causes/`, in the file of its group; this page is written from the entries.',
  'An observation in bold is checked against the findings: where it holds, the cause is ruled out, says so, and is not the answer. The others are',
  'for a person to look at.',
  '',
  ...groups.flatMap(([group, codes]) => [
    `## ${group}`,
    '',
    '| code | title | confirmed by | ruled out by | actions that may mend it |',
    '|---|---|---|---|---|',
    ...codes.map(row),
    '',
  ]),
].join('\n');

test('docs/causes.md says what the table says', async () => {
  await expect(document).toMatchFileSnapshot('../../../docs/causes.md');
});
