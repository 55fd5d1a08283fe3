// The table of docs/data-sources.md that says what each kind of source was tried against, from the rows of the shared suite.
import type { Row } from './row.ts';

const listed = (all: Row['tried'], real: boolean): string => {
  const some = all.filter((one) => one.real === real);
  return some.length === 0 ? '—' : some.map(({ part, test }) => `${part} (\`${test}\`)`).join('; ');
};

export function triedTable(rows: Readonly<Record<string, Row>>): string[] {
  return [
    '| kind | the real part | an emulator of others | the double follows |',
    '|---|---|---|---|',
    ...Object.entries(rows)
      .toSorted(([a], [b]) => a.localeCompare(b))
      .map(
        ([kind, { tried, follows }]) =>
          `| \`${kind}\` | ${listed(tried, true)} | ${listed(tried, false)} | ${follows.replaceAll(/(https:\/\/[^\s;,()]+)/g, '<$1>')} |`,
      ),
  ];
}
