// `npm run bench:exact`: measures whether "this exact error" matches another error, on log lines that people sorted into kinds. A false match is two
// lines of different kinds with the same fingerprint; this is the harm that counts. For pairs of one kind it reports how many the recipe recognises
// as the same error with different variables; a miss is safe, because a person is asked. The figures are of this machine at this moment.
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { Misconfigured, WatchkeeperError } from '../core/errors.ts';
import { identityOf } from '../core/fingerprint/identity.ts';
import { readSamples, type Sample } from './log-samples.ts';
import { table } from './table.ts';

const help = `Measures whether recurrences of a taught error match, and whether different log lines do not.

  npm run bench:exact -- --data DIR [--show N]

  --data DIR  *_structured.csv with the columns Content and EventId, one file per system
  --show N    number of false matches to print per system (default 3)
  --help      show this text
`;
const print = (text: string) => void process.stdout.write(`${text}\n`);
const pairsOf = (count: number): number => (count * (count - 1)) / 2;
const sum = (counts: Iterable<number>): number => [...counts].reduce((total, count) => total + count, 0);

interface Score {
  readonly system: string;
  readonly lines: number;
  readonly otherPairs: number;
  readonly falseMatches: number;
  readonly samePairs: number;
  readonly matches: number;
  readonly microseconds: number;
  readonly examples: readonly (readonly [string, string])[];
}

/** Identical lines count once, because their match proves nothing. */
function scoreOf({ file, messages, truth }: Sample): Score {
  const lines = [...new Map(messages.map((text, place) => [text, { text, kind: truth[place] ?? '' }])).values()];
  const startedAt = performance.now();
  const read = lines.map((line) => ({ ...line, digest: identityOf(line.text)?.digest ?? '' }));
  const microseconds = ((performance.now() - startedAt) * 1000) / lines.length;
  const kinds = [...Map.groupBy(read, ({ kind }) => kind).values()];
  const errors = [...Map.groupBy(read, ({ digest }) => digest).values()];
  const samePairs = sum(kinds.map((all) => pairsOf(all.length)));
  const matches = sum(
    errors.map((all) => sum([...Map.groupBy(all, ({ kind }) => kind).values()].map((of) => pairsOf(of.length)))),
  );
  const mixed = errors.filter((all) => new Set(all.map(({ kind }) => kind)).size > 1);
  return {
    system: basename(file).replace(/_2k.*$/, ''),
    lines: lines.length,
    otherPairs: pairsOf(lines.length) - samePairs,
    falseMatches: sum(errors.map((all) => pairsOf(all.length))) - matches,
    samePairs,
    matches,
    microseconds,
    examples: mixed.flatMap((all) => {
      const [one] = all;
      const other = all.find(({ kind }) => kind !== one?.kind);
      return one && other ? [[`${one.kind} ${one.text}`, `${other.kind} ${other.text}`] as const] : [];
    }),
  };
}

const share = (part: number, whole: number): string => (whole === 0 ? '–' : (part / whole).toFixed(4));

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { data: { type: 'string' }, show: { type: 'string', default: '3' }, help: { type: 'boolean' } },
  });
  if (values.help) return print(help);
  if (values.data === undefined) throw new Misconfigured('--data DIR says where the samples are; --help says more.');
  const show = Number(values.show);
  if (!Number.isInteger(show) || show < 0) throw new Misconfigured(`--show takes a number, not "${values.show}".`);
  const scores = (await readSamples(values.data)).map(scoreOf);
  print(
    table(
      ['', 'lines', 'pairs of two kinds', 'that match', 'pairs of one kind', 'share that matches', 'µs a line'],
      scores.map((one) => [
        one.system,
        String(one.lines),
        String(one.otherPairs),
        String(one.falseMatches),
        String(one.samePairs),
        share(one.matches, one.samePairs),
        one.microseconds.toFixed(0),
      ]),
    ),
  );
  for (const { system, examples } of scores)
    for (const [one, other] of examples.slice(0, show)) print(`\n${system}:\n  ${one}\n  ${other}`);
  const total = (of: (score: Score) => number) => sum(scores.map(of));
  print(
    `\npairs=${total((one) => one.otherPairs)} false_match=${total((one) => one.falseMatches)} same_pairs=${total((one) => one.samePairs)} match=${share(
      total((one) => one.matches),
      total((one) => one.samePairs),
    )} us_per_line=${(sum(scores.map((one) => one.microseconds * one.lines)) / total((one) => one.lines)).toFixed(0)}`,
  );
}

try {
  await main();
} catch (error) {
  if (!(error instanceof WatchkeeperError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
