// Parses the command line of `npm run dojo`.
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { Misconfigured } from '../core/errors.ts';
import type { ClusterOptions } from './cluster/run.ts';

export const help = `Runs the whole pipeline over recorded incidents and scores the answers.

  npm run dojo -- [--scenarios DIR…] [--out DIR] [--vocabulary NAME] [--jobs N] [--json]
                   [--against FILE] [--record] [--no-worse]
  npm run dojo -- --families [--scenarios DIR…] [--seed TEXT] [--each N]
  npm run dojo -- --conversations
  npm run dojo -- --worlds [--scenarios DIR…] [--seed TEXT] [--each N] [--keep DIR]
  npm run dojo -- --cluster local|CONTEXT [--rounds N] [--nodes N] [--seed TEXT] [--fault NAME] [--keep DIR]

  --scenarios DIR    folders to look for scenarios in, at any depth (default scenarios)
  --out DIR          folder for predictions.ndjson (default: not written)
  --vocabulary NAME  vocabulary of the labels if a scenario's expected.json names none
  --jobs N           parallel processes, 1 to 16 (default 2)
  --json             print the scoreboard as JSON
  --against FILE     recorded scoreboard to compare with (default dojo/recorded.json)
  --record           record this run's answers in that file
  --no-worse         exit code 1 if an answer is worse than the recorded one
  --conversations    say every utterance of dojo/conversations in its situation, and score the answers
  --worlds           repeat every scenario with changes that must not change the answer: other names, other words, less data, more noise
  --families         measure the reliability of stated confidence over scenarios and their worlds; the calibration leaves out one group of causes at a time
  --seed TEXT        seed of the worlds (default 1); the same seed makes the same worlds
  --each N           worlds per scenario, 0 to 50 (default 6; 2 with --families)
  --keep DIR         write each failing world or round to DIR as a scenario, for --scenarios DIR
  --cluster WHERE    break a shop in a real cluster, page, approve, and check the remedy: \`local\` starts a cluster on this machine, any other
                     word is a context of the kubeconfig, whose cluster a person marked as a test cluster
  --rounds N         faults to play in the cluster, 1 to 500 (default 10), drawn by the seed
  --nodes N          simulated nodes of a local cluster, 2 to 200 (default 3)
  --fault NAME       only faults of dojo/faults whose name begins so
  --help             show this text

Exit code 0 if every scenario has an answer, 1 if one ended in an error or got worse, 2 if the command is invalid.
`;

export interface DojoOptions {
  readonly scenarios: readonly string[];
  readonly out: string | undefined;
  readonly vocabulary: string | undefined;
  readonly jobs: number;
  readonly json: boolean;
  readonly against: string;
  readonly record: boolean;
  readonly noWorse: boolean;
  /** Undefined unless worlds are asked for. */
  readonly families: boolean;
  readonly conversations: boolean;
  readonly seed: string;
  /** Worlds of each scenario. */
  readonly each: number;
  readonly worlds: { readonly keep: string | undefined } | undefined;
  readonly cluster: ClusterOptions | undefined;
}

/** `--scenarios A B` and `--scenarios A --scenarios B` mean the same. Throws `Misconfigured` with one sentence. */
export function readOptions(args: readonly string[]): DojoOptions | 'help' {
  const { values, positionals } = parse(args);
  if (values.help) return 'help';
  if (positionals.length > 0 && values.scenarios === undefined) {
    throw new Misconfigured(
      `"${positionals[0]}" is no option. Folders come after --scenarios; \`npm run dojo -- --help\` lists the options.`,
    );
  }
  const jobs = numberOf('jobs', values.jobs ?? '2', 1, 16);
  const each = numberOf('each', values.each ?? (values.families ? '2' : '6'), 0, 50);
  const scenarios = [...(values.scenarios ?? []), ...positionals];
  return {
    scenarios: scenarios.length > 0 ? scenarios : ['scenarios'],
    out: values.out,
    vocabulary: values.vocabulary,
    jobs,
    json: values.json ?? false,
    against: values.against ?? relative(process.cwd(), join(import.meta.dirname, 'recorded.json')),
    record: values.record ?? false,
    noWorse: values['no-worse'] ?? false,
    families: values.families ?? false,
    conversations: values.conversations ?? false,
    seed: values.seed ?? '1',
    each,
    worlds: values.worlds ? { keep: values.keep } : undefined,
    cluster:
      values.cluster === undefined
        ? undefined
        : {
            cluster: values.cluster,
            rounds: numberOf('rounds', values.rounds ?? '10', 1, 500),
            nodes: numberOf('nodes', values.nodes ?? '3', 2, 200),
            seed: values.seed ?? '1',
            fault: values.fault,
            keep: values.keep,
          },
  };
}

function numberOf(option: string, text: string, from: number, to: number): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < from || number > to)
    throw new Misconfigured(`--${option} takes a number from ${from} to ${to}, not "${text}".`);
  return number;
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        scenarios: { type: 'string', multiple: true },
        out: { type: 'string' },
        vocabulary: { type: 'string' },
        jobs: { type: 'string' },
        json: { type: 'boolean' },
        against: { type: 'string' },
        record: { type: 'boolean' },
        'no-worse': { type: 'boolean' },
        worlds: { type: 'boolean' },
        families: { type: 'boolean' },
        conversations: { type: 'boolean' },
        seed: { type: 'string' },
        each: { type: 'string' },
        keep: { type: 'string' },
        cluster: { type: 'string' },
        rounds: { type: 'string' },
        nodes: { type: 'string' },
        fault: { type: 'string' },
        help: { type: 'boolean' },
      },
      strict: true,
      allowPositionals: true,
    });
  } catch (cause) {
    const why = cause instanceof Error ? (cause.message.split('. ')[0] ?? cause.message) : 'The options do not fit';
    throw new Misconfigured(`${why.replace(/\.$/, '')}. \`npm run dojo -- --help\` lists the options.`, { cause });
  }
}
