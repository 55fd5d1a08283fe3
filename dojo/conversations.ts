// `npm run dojo -- --conversations`: says every utterance of dojo/conversations to a Watchkeeper that plays the recording of its situation, and scores
// the intent, the slots and the facts in the answer. Nothing may be done, decided or taught by any of them.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import * as z from 'zod';
import { handleUtterance } from '../core/conversation/handle-utterance.ts';
import { InvalidInput } from '../core/errors.ts';
import { parseSystem } from '../core/language/parse-system.ts';
import { parseUtterance } from '../core/language/parse-utterance.ts';
import { recordedWorld } from '../local/compose.ts';
import { atPresent } from '../local/paging.ts';
import { type Runtime, startRuntime } from '../local/runtime/index.ts';

const Expected = z.strictObject({
  says: z.string().min(1).max(600),
  /** The grammar's intent; absent, it does not matter. */
  intent: z.string().optional(),
  slots: z.record(z.string(), z.union([z.string(), z.number()])).default({}),
  /** Texts that the answer holds, in upper or lower case; `a|b` is either of them. */
  holds: z.array(z.string().min(1)).default([]),
  /** Texts that the answer must not hold. */
  lacks: z.array(z.string().min(1)).default([]),
  /** The message is a person's decision on the open question: it has to act. */
  acts: z.boolean().default(false),
});

/** One file: a recording, whether people talk in the incident's conversation, what they said before, and what they say. */
export const Situation = z.strictObject({
  about: z.string().min(1).max(300),
  scenario: z.string().regex(/^[\w-]+$/),
  in: z.enum(['incident', 'nowhere']).default('nowhere'),
  before: z.array(z.string().min(1)).default([]),
  /** Each utterance is by another person, so that none continues or confirms the one before. */
  byStrangers: z.boolean().default(false),
  utterances: z.array(Expected).min(1),
});
export type Situation = z.infer<typeof Situation>;

export interface Scored {
  readonly file: string;
  readonly says: string;
  /** Sentences about what is wrong; empty if the answer is right. */
  readonly wrong: readonly string[];
  readonly acted: boolean;
}

const folder = new URL('conversations/', import.meta.url).pathname;
/** Written by somebody who had seen only the list of what people ask; the development looks at their rate only. */
export const heldOutFolder = join(folder, 'held-out');
/** Messages that must decide, do and teach nothing, whatever the answer is. */
export const oddFolder = join(folder, 'odd');
const scenarios = new URL('../scenarios/', import.meta.url).pathname;
const patienceMs = 60_000;

/** @throws InvalidInput with the file's name for a file that is no situation. */
export async function readSituations(from = folder): Promise<ReadonlyMap<string, Situation>> {
  const files = (await readdir(from)).filter((file) => /\.ya?ml$/.test(file)).sort();
  const read = files.map(async (file) => {
    const parsed = Situation.safeParse(parse(await readFile(join(from, file), 'utf8')));
    if (!parsed.success) throw new InvalidInput(`${file} is no situation: ${z.prettifyError(parsed.error)}`);
    return [file, parsed.data] as const;
  });
  return new Map(await Promise.all(read));
}

export async function runConversations(onScored: (scored: Scored) => void, from = folder): Promise<Scored[]> {
  const all = [...(await readSituations(from))];
  // Files of one recording share a run: those in which somebody decides come last.
  all.sort(([, a], [, b]) => Number(decides(a)) - Number(decides(b)));
  const scored: Scored[] = [];
  for (const scenario of new Set(all.map(([, one]) => one.scenario))) {
    const runtime = await startRuntime({
      makeWorld: recordedWorld([join(scenarios, scenario)]),
      onTrouble: () => undefined,
    });
    try {
      await runtime.resume();
      const { sourceId } = await runtime.sendPage(atPresent(runtime.world.pages[0]?.body ?? '', new Date()));
      const { id } = await runtime.waitForIncident(sourceId, 'asked', patienceMs);
      for (const [file, situation] of all.filter(([, one]) => one.scenario === scenario)) {
        const incidentId = situation.in === 'incident' ? id : undefined;
        const by = `reader of ${file}`;
        for (const text of situation.before) await say(text, by, incidentId, runtime);
        for (const [place, expected] of situation.utterances.entries()) {
          const speaker = situation.byStrangers ? `${by} ${place}` : by;
          const before = await deedsOf(id, runtime);
          const answer = await say(expected.says, speaker, incidentId, runtime);
          const acted = (await deedsOf(id, runtime)) !== before;
          const one = {
            file,
            says: expected.says,
            wrong: [
              ...wrongReading(expected),
              ...wrongWords(expected, answer),
              ...(expected.acts && !acted ? ['it should have decided the open question'] : []),
            ],
            acted: acted && !expected.acts,
          };
          scored.push(one);
          onScored(one);
        }
      }
    } finally {
      await runtime.close();
    }
  }
  return scored;
}

const decides = ({ utterances }: Situation): boolean => utterances.some(({ acts }) => acts);

/** The words of the answer; of an investigation that starts, that it starts. */
async function say(text: string, by: string, incidentId: string | undefined, { ports }: Runtime): Promise<string> {
  const at = ports.clock.now().toISOString();
  const result = await handleUtterance(
    { kind: 'words', how: 'console', eventId: `dojo-${ports.ids.next()}`, at, by, text, incidentId },
    ports,
  );
  if (result.kind !== 'answered') return `(${result.kind})`;
  const { headline, lines, excerpts = [], choices = [], chart } = result.message;
  return [
    headline,
    ...lines,
    ...excerpts.flatMap((one) => [one.title, one.text]),
    ...choices.map(({ says }) => says),
    ...(chart === undefined ? [] : ['(chart)']),
  ].join('\n');
}

/** Everything that a message could have decided, done or taught. */
async function deedsOf(id: string, { ports }: Runtime): Promise<string> {
  const [approvals, preferences, timeline] = await Promise.all([
    ports.approvals.ofIncident(id),
    ports.preferences.list(),
    ports.incidents.timeline(id),
  ]);
  return JSON.stringify([
    approvals.map((one) => [one.id, one.state, one.approvedBy.length]),
    preferences.map((one) => [one.id, one.state]),
    timeline.filter(({ kind }) => kind === 'action').length,
  ]);
}

interface Reading {
  readonly intent: string;
  readonly slots: Readonly<Record<string, unknown>>;
}

/** The readings that an answer may follow: of the system's intents and of those about an incident. */
function readingsOf(text: string): Reading[] {
  const system = parseSystem(text);
  const { intent } = parseUtterance(text);
  return [
    ...(system ? [{ intent: `system-${system.topic}`, slots: { measure: system.measure, way: system.way } }] : []),
    intent.kind === 'incident'
      ? { intent: intent.question.id, slots: intent.question.slots }
      : { intent: intent.kind, slots: intent.kind === 'evidence' ? { source: intent.source } : {} },
  ];
}

function wrongReading({ says, intent, slots }: z.infer<typeof Expected>): string[] {
  if (intent === undefined) return [];
  const readings = readingsOf(says);
  const found = readings.find((one) => one.intent === intent);
  if (found === undefined) return [`it is read as ${readings.map((one) => one.intent).join(' or ')}, not ${intent}`];
  return Object.entries(slots)
    .filter(([name, value]) => found.slots[name] !== value)
    .map(([name, value]) => `${name} is ${String(found.slots[name])}, not ${value}`);
}

function wrongWords({ holds, lacks }: z.infer<typeof Expected>, answer: string): string[] {
  const said = answer.toLowerCase();
  const has = (text: string) => text.split('|').some((one) => said.includes(one.toLowerCase()));
  const head = answer.split('\n')[0]?.slice(0, 140);
  return [
    ...holds.filter((text) => !has(text)).map((text) => `the answer lacks "${text}": ${head}`),
    ...lacks.filter(has).map((text) => `the answer holds "${text}": ${head}`),
  ];
}

/** One line for each wrong answer, and the last line with the figures. */
export function conversationsText(scored: readonly Scored[]): string {
  const wrong = scored.filter((one) => one.wrong.length > 0 || one.acted);
  const rows = wrong.map(
    ({ file, says, wrong: reasons, acted }) =>
      `${file}: ${JSON.stringify(says)}: ${[...reasons, ...(acted ? ['something was done or taught'] : [])].join('; ')}`,
  );
  return [...rows, figuresOf(scored)].join('\n');
}

export function figuresOf(scored: readonly Scored[]): string {
  const right = scored.filter((one) => one.wrong.length === 0 && !one.acted).length;
  const acted = scored.filter((one) => one.acted).length;
  return `utterances=${scored.length} right=${right} wrong_actions=${acted}`;
}
