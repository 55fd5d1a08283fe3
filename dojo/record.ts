// Compares the answers of this run with the recorded scoreboard. Pure, except for the file functions at the end.
import { readFile, writeFile } from 'node:fs/promises';
import * as z from 'zod';
import { Misconfigured } from '../core/errors.ts';
import type { RunResult } from './prediction.ts';
import type { Marked } from './score.ts';

/** One answer. It contains no times, so that two runs of the same code record the same bytes. */
const Line = z.strictObject({
  vocabulary: z.string(),
  id: z.string(),
  /** Rank of the first hypothesis that is right in every respect; 0 if there is none, or if the scenario ended in an error. */
  rightRank: z.int().min(0).max(5),
  /** The first answer: entity and cause in our own terms. */
  said: z.string(),
  /** In percent, rounded. */
  confidence: z.int().min(0).max(100),
  falseAction: z.boolean(),
});
export type Line = z.infer<typeof Line>;
const Recorded = z.array(Line);

const byPlace = (a: Line, b: Line): number => compareText(a.vocabulary, b.vocabulary) || compareText(a.id, b.id);
const compareText = (a: string, b: string): number => Number(a > b) - Number(a < b);

/** The answers to scenarios with a known truth. */
export function linesOf(marked: readonly Marked[], results: readonly RunResult[]): readonly Line[] {
  const firsts = new Map(
    results.flatMap((result) =>
      result.kind === 'answered' ? [[result.prediction.id, result.prediction.hypotheses[0]] as const] : [],
    ),
  );
  return marked
    .map(({ id, vocabulary, outcome }): Line => {
      const first = firsts.get(id);
      return {
        vocabulary,
        id,
        rightRank: (outcome.kind === 'answered' ? outcome.rightRank : undefined) ?? 0,
        said: first ? `${first.entity.kind} ${first.entity.name}: ${first.cause}` : 'nothing',
        confidence: Math.round((first?.confidence ?? 0) * 100),
        falseAction: outcome.kind === 'answered' && outcome.falseAction,
      };
    })
    .sort(byPlace);
}

export interface Change {
  readonly kind: 'better' | 'worse' | 'other' | 'new';
  readonly id: string;
  readonly before: Line | undefined;
  readonly now: Line;
}

/** The change of a stated confidence, in percent, below which it is not reported. */
const steady = 10;

/** The differences from the recording, worst first; scenarios that did not run are left out. */
export function changesOf(before: readonly Line[], now: readonly Line[]): readonly Change[] {
  const known = new Map(before.map((line) => [keyOf(line), line]));
  return now
    .flatMap((line): Change[] => {
      const old = known.get(keyOf(line));
      const kind = old ? kindOf(old, line) : 'new';
      return kind === 'same' ? [] : [{ kind, id: line.id, before: old, now: line }];
    })
    .sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind) || byPlace(a.now, b.now));
}
const order: readonly Change['kind'][] = ['worse', 'better', 'other', 'new'];
const keyOf = ({ vocabulary, id }: Line): string => JSON.stringify([vocabulary, id]);

function kindOf(before: Line, now: Line): Exclude<Change['kind'], 'new'> | 'same' {
  const rank = (line: Line) => line.rightRank || 6;
  if (rank(now) !== rank(before)) return rank(now) > rank(before) ? 'worse' : 'better';
  if (now.falseAction !== before.falseAction) return now.falseAction ? 'worse' : 'better';
  const moved = Math.abs(now.confidence - before.confidence) >= steady;
  return now.said !== before.said || moved ? 'other' : 'same';
}

/** One line of text per change; new scenarios are only counted. */
export function changesText(changes: readonly Change[], file: string): string {
  const lines = changes.flatMap(({ kind, id, before, now }) =>
    before ? [`${kind.padEnd(7)}${id}: ${answer(now)}, before ${answer(before)}`] : [],
  );
  const fresh = changes.length - lines.length;
  const head = lines.length === 0 ? `As recorded in ${file}` : `Otherwise than recorded in ${file}`;
  return [`${head}${fresh > 0 ? `; ${fresh} not recorded yet` : ''}.`, ...lines].join('\n');
}
const answer = ({ said, confidence, rightRank, falseAction }: Line): string =>
  `${said} (${confidence} %, ${rightRank === 0 ? 'truth not among them' : `truth at ${rightRank}`}${falseAction ? ', false action' : ''})`;

/** The recording with this run's answers in place of those of the same scenarios. */
export function merged(before: readonly Line[], now: readonly Line[]): readonly Line[] {
  const lines = new Map([...before, ...now].map((line) => [keyOf(line), line]));
  return [...lines.values()].sort(byPlace);
}

/** Empty if the file does not exist. Throws `Misconfigured` for a file that is no recorded scoreboard. */
export async function readRecorded(file: string): Promise<readonly Line[]> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return [];
    throw new Misconfigured(`The recorded scoreboard ${file} cannot be read.`, { cause });
  }
  try {
    return Recorded.parse(JSON.parse(text));
  } catch (cause) {
    throw new Misconfigured(`${file} is no recorded scoreboard; record it anew with --record.`, { cause });
  }
}

/** Writes one line per scenario, so that a diff of the file is a diff of the scoreboard. */
export async function writeRecorded(file: string, lines: readonly Line[]): Promise<void> {
  await writeFile(file, `[\n${lines.map((line) => `  ${JSON.stringify(line)}`).join(',\n')}\n]\n`, 'utf8');
}
