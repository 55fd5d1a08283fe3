// `npm run bench:grouping [-- NAME …]`: scores the grouping of pages on recorded storms. With names, it shows only storms whose name contains one of
// them.
import { storms } from './grouping/load.ts';
import { play } from './grouping/play.ts';
import { scoreOf, worthOf } from './grouping/score.ts';

const print = (line: string) => process.stdout.write(`${line}\n`);

if (import.meta.main) {
  const words = process.argv.slice(2).filter((word) => !word.startsWith('-'));
  const chosen = storms().filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)));
  const rows = chosen
    .map((storm) => ({ storm, played: play(storm) }))
    .map((row) => ({ ...row, score: scoreOf(row.played) }));
  for (const { storm, played, score } of rows) {
    const { pages, investigations, wrong, missed } = score;
    print(
      `${storm.name.padEnd(36)} pages=${pages} causes=${Object.keys(storm.causes).length} investigations=${investigations} wrong=${wrong.length} missed=${missed.length}`,
    );
    if (words.length === 0 && wrong.length + missed.length === 0) continue;
    for (const { id, page, leader, coverage, facts } of played) {
      const how = coverage?.kind === 'covered' ? `joined ${leader} (${coverage.because.kind})` : 'investigated';
      const marks = wrong.some((one) => one.id === id)
        ? ' WRONG'
        : missed.some((one) => one.id === id)
          ? ' MISSED'
          : '';
      print(`  ${id.padEnd(5)} ${page.of.padEnd(14)} ${facts.symptom.padEnd(13)} ${page.alert}: ${how}${marks}`);
    }
  }
  const sum = (count: (row: (typeof rows)[number]) => number) => rows.reduce((total, row) => total + count(row), 0);
  const value = worthOf(rows.map(({ score }) => score));
  print(
    `storms=${rows.length} pages=${sum(({ score }) => score.pages)} investigations=${sum(({ score }) => score.investigations)} wrong_merges=${sum(({ score }) => score.wrong.length)} missed_merges=${sum(({ score }) => score.missed.length)} score=${value.toFixed(3)}`,
  );
}
