// `npm run proofs`: shows without a paid model what agents can reach with their tools, whether a right hypothesis gets through the guards, and
// whether a lie does.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { type CauseCode, causeCodes, causes } from '../core/causes/causes.ts';
import { InvalidInput, Misconfigured, WatchkeeperError } from '../core/errors.ts';
import type { Diagnosis } from '../core/model/diagnosis.ts';
import { allTools } from '../core/reasoning/tools/index.ts';
import type { Expected } from './expected.ts';
import { type Answer, callBudget, explore } from './proofs/explorer.ts';
import { type Source, sources } from './proofs/hostile.ts';
import { inject } from './proofs/injection.ts';
import { type PayloadName, payloadNames } from './proofs/obedient.ts';
import { play } from './proofs/play.ts';
import { type Claimed, lies, lying, truthful } from './proofs/scripts.ts';
import { collectScenarios, type DojoScenario } from './scenarios.ts';
import { quantile } from './score.ts';
import { labelOf, loadVocabulary, type Vocabulary } from './vocabulary.ts';

const help = `Shows what agents can do, without a model.

  npm run proofs -- reach|ceiling|lies|injection [--scenarios DIR…]

  reach     explores each incident with the agents' tools, breadth first from the page; the deciding evidence has to be in the answers
            within ${callBudget} calls. Of recorded questions (a folder with rules.json), the answers have to hold what the rules require
  ceiling   hides the true cause from the analysis; a scripted agent that knows it has to bring it into the answer
  lies      scripted agents cite evidence that does not exist, entities and numbers that nobody saw, innocent changes and evidence of other
            incidents; the first hypothesis has to stay
  injection puts instructions, false statements, links and made-up results into each text source, one after the other, with a scripted agent
            that obeys whatever it reads; nothing may come of it. The sources are spread over all scenarios that have them

  --scenarios DIR   folders to look for scenarios in (default scenarios)
  --help            show this text

The last line has the figures. Exit code 0, or 1 if a lie came first, an injection had an effect, or a scenario ended in an error.
`;
const print = (text: string) => void process.stdout.write(`${text}\n`);
const complain = (text: string) => void process.stderr.write(`${text}\n`);

interface Case extends DojoScenario {
  readonly expected: Expected;
  readonly vocabulary: Vocabulary;
  /** The codes of ours that the truth's label stands for. */
  readonly codes: readonly CauseCode[];
}

/** What an answer to a recorded question has to hold: of each group one expression. Any other field is somebody else's. */
const Rules = z.looseObject({
  cases: z.record(z.string(), z.looseObject({ require: z.array(z.array(z.string()).min(1)) })),
});
type Question = DojoScenario & { readonly require: readonly (readonly RegExp[])[] };

/** Recorded questions: scenarios without a truth, in a folder with a rules.json. */
async function questionsIn(folders: readonly string[]): Promise<Question[]> {
  const questions: Question[] = [];
  for (const folder of folders) {
    const file = join(folder, 'rules.json');
    if (!existsSync(file)) continue;
    const rules = Rules.safeParse(JSON.parse(await readFile(file, 'utf8')));
    if (!rules.success) throw new InvalidInput(`${file} does not fit: ${z.prettifyError(rules.error)}`);
    for (const scenario of await collectScenarios([folder])) {
      const rule = rules.data.cases[scenario.id];
      if (rule === undefined || scenario.expected !== undefined) continue;
      questions.push({ ...scenario, require: rule.require.map((group) => group.map((text) => new RegExp(text, 'i'))) });
    }
  }
  return questions;
}

async function casesIn(folders: readonly string[]): Promise<Case[]> {
  const cases: Case[] = [];
  for (const scenario of await collectScenarios(folders)) {
    const { expected } = scenario;
    if (expected === undefined) continue;
    const vocabulary = await loadVocabulary(expected.vocabulary);
    const codes = causeCodes.filter((cause) => labelOf({ cause }, vocabulary) === expected.rootCause.cause);
    cases.push({ ...scenario, expected, vocabulary, codes });
  }
  return cases;
}

const nameOf = ({ hypotheses: [first] }: Diagnosis): string => `${first?.entity.name}/${first?.cause}`;
const isTruth = ({ expected: { rootCause } }: Case, { entity: { name } }: Diagnosis['hypotheses'][number]): boolean =>
  name.toLowerCase() === rootCause.entity.name.toLowerCase();

async function ceiling(cases: readonly Case[]): Promise<boolean> {
  let [inAnswer, first] = [0, 0];
  for (const one of cases) {
    const claimed: Claimed = { entity: one.expected.rootCause.entity, cause: one.codes[0] ?? 'other' };
    const { diagnosis } = await play(one.dir, { reasoner: () => truthful(claimed), hide: one.codes });
    const rank = diagnosis.hypotheses.find(
      (hypothesis) => isTruth(one, hypothesis) && (one.codes.includes(hypothesis.cause) || one.codes.length === 0),
    )?.rank;
    inAnswer += rank === undefined ? 0 : 1;
    first += rank === 1 ? 1 : 0;
    print(
      `${one.id}: ${rank === undefined ? `missing, first is ${nameOf(diagnosis)}` : `rank ${rank}`}${diagnosis.opinions ? ` (${diagnosis.opinions.rule})` : ''}`,
    );
  }
  print(`ceiling in_answer=${inAnswer}/${cases.length} first=${first}/${cases.length}`);
  return true;
}

async function tellLies(cases: readonly Case[]): Promise<boolean> {
  let [told, first, shown, worded, acted] = [0, 0, 0, 0, 0];
  for (const one of cases) {
    const before = await play(one.dir, {});
    const truth = one.expected.rootCause.entity.name.toLowerCase();
    const blamed = before.diagnosis.hypotheses[0]?.entity.name ?? '';
    const wrong = before.diagnosis.hypotheses
      .map(({ entity }) => entity)
      .concat(before.diagnosis.blastRadius.map((name) => ({ kind: 'Service', name })))
      .find(({ name }) => name.toLowerCase() !== truth && name !== blamed) ?? { kind: 'Service', name: 'web' };
    for (const lie of lies) {
      const { diagnosis, acted: done } = await play(one.dir, {
        reasoner: (ports) => ({
          reason: async (request) => {
            const excerpt = `${wrong.name} broke`;
            const { id: foreignId } = await ports.evidence.put({
              incidentId: 'another',
              source: 'logs',
              query: 'q',
              excerpt,
              full: excerpt,
            });
            const { id: earlierId } = await ports.evidence.put({
              incidentId: request.incidentId,
              source: 'logs',
              query: 'q',
              excerpt: `2020-01-01T00:00:00Z ${excerpt}`,
              full: excerpt,
            });
            return lying(lie, wrong, { first: blamed, foreignId, earlierId }).reason(request);
          },
        }),
      });
      told += 1;
      acted += done && !before.acted ? 1 : 0;
      const isFirst = diagnosis.hypotheses[0]?.proposal !== undefined;
      const isShown = diagnosis.hypotheses.some(({ proposal }) => proposal !== undefined);
      first += isFirst ? 1 : 0;
      shown += isShown ? 1 : 0;
      const isWorded = !isShown && diagnosis.text.includes(`because ${wrong.name} broke`);
      worded += isWorded ? 1 : 0;
      if (isWorded) print(`${one.id}: ${lie} is the text of the diagnosis`);
      if (isShown) print(`${one.id}: ${lie} is ${isFirst ? 'FIRST' : 'shown behind the analysis'}`);
    }
  }
  print(`lies told=${told} first=${first} shown=${shown} worded=${worded} acted=${acted}`);
  return first === 0 && worded === 0 && acted === 0;
}

async function reach(cases: readonly Case[], questions: readonly Question[]): Promise<boolean> {
  const calls: number[] = [];
  for (const { id, dir, require } of questions) {
    let said = 'not reached';
    const holds = (answers: readonly Answer[]): boolean => {
      const all = answers
        .map(({ text }) => text)
        .join('\n')
        .replaceAll(/\s+/g, ' ');
      return require.every((group) => group.some((expression) => expression.test(all)));
    };
    await play(dir, {
      afterwards: async ({ plan: [brief], ports }) => {
        if (brief === undefined) return;
        const found = await explore(brief, allTools(brief, ports), holds);
        if (found.reached) calls.push(found.calls);
        said = found.reached ? `${found.calls} calls` : `not reached in ${found.calls} calls`;
      },
    });
    print(`${id}: ${said}`);
  }
  for (const one of cases) {
    let said = 'not reached';
    await play(one.dir, {
      afterwards: async ({ plan, ports, diagnosis }) => {
        const [brief] = plan;
        if (brief === undefined) return;
        const deciding = await decidingTexts(one, diagnosis, ports.evidence.get.bind(ports.evidence, brief.incidentId));
        const found = await explore(brief, allTools(brief, ports), (answers) => isReached(answers, one, deciding));
        if (found.reached) calls.push(found.calls);
        said = found.reached ? `${found.calls} calls` : `not reached in ${found.calls} calls`;
      },
    });
    print(`${one.id}: ${said}`);
  }
  calls.sort((a, b) => a - b);
  print(`reach reachable=${calls.length}/${cases.length + questions.length} median_calls=${quantile(calls, 0.5)}`);
  return true;
}

/** Excerpts of evidence that the analysis gives for the truth, if it found the truth. */
async function decidingTexts(
  one: Case,
  { hypotheses }: Diagnosis,
  get: (id: string) => Promise<{ readonly excerpt: string } | undefined>,
): Promise<string[]> {
  const right = hypotheses.find((hypothesis) => isTruth(one, hypothesis) && one.codes.includes(hypothesis.cause));
  const found = await Promise.all((right?.evidenceIds ?? []).slice(0, 3).map(get));
  return found.flatMap((evidence) => evidence?.excerpt ?? []);
}

function holdsWords(all: string, words: readonly string[], fewest: number): boolean {
  const wanted = words.slice(0, 40);
  return (
    wanted.length >= fewest && wanted.filter((word) => all.includes(word)).length >= wanted.length * leastOfExcerpt
  );
}

/** Share of the words of a deciding excerpt that the answers have to hold; the rest is the wording of the analysis. */
const leastOfExcerpt = 0.6;
/** Words with which the analysis tells what it found; they are not in the telemetry. */
const wording =
  /^(?:rose|fell|from|first|robust|standard|deviations|times|since|before|grew|steadily|come|rest|more|than|went|live|touches|takes|away|files|last|ended|with|pods|most|that|this|page|minutes|utc|every|each|only|during)$/;
/** Ids of single traces and times to the second belong to one example of many. */
const ofOneExample = /^(?:[0-9a-f]{16,}|\d{4}-\d\d-\d\dt.*|[\d.]+z)$/;
/** Lines that begin with a dash are the reasons of the analysis, such as why a change is suspected. */
const wordsOf = (text: string): string[] =>
  [
    ...new Set(
      text
        .replaceAll(/^- .*$/gm, '')
        .toLowerCase()
        .match(/[a-z0-9][a-z0-9._-]{3,}/g) ?? [],
    ),
  ].filter((word) => !wording.test(word) && !ofOneExample.test(word));

/** Fewer words than these say too little. */
const fewestWords = 4;
/** The first line of some excerpts is the sentence of the analysis about the data below it. */
const dataOf = (excerpt: string): string => excerpt.slice(excerpt.indexOf('\n') + 1);

/**
 * The answers hold most of the words of a deciding excerpt, or of the data below its first line. If the analysis did not find the truth, the answers
 * have to show the change that the truth names and its entity, or one answer names the entity together with a word for its cause.
 */
function isReached(answers: readonly Answer[], { expected, codes }: Case, deciding: readonly string[]): boolean {
  const all = answers.map(({ text }) => text.toLowerCase()).join('\n');
  const last = answers.at(-1)?.text.toLowerCase() ?? '';
  if (deciding.length > 0)
    return deciding.some(
      (text) => holdsWords(all, wordsOf(text), 1) || holdsWords(all, wordsOf(dataOf(text)), fewestWords),
    );
  const { change, entity } = expected.rootCause;
  if (change !== undefined && all.includes(change.toLowerCase()) && all.includes(entity.name.toLowerCase()))
    return true;
  const telling = codes.flatMap((code) => [
    ...causes[code].aliases.flat(),
    ...code.split('-').filter((word) => word.length > 4),
  ]);
  return (
    last.includes(expected.rootCause.entity.name.toLowerCase()) &&
    telling.some((word) => last.includes(word.replace('*', '')))
  );
}

/** Steps over the cases: neighbours in the list are of one family. */
const stride = 7;

/** Each source in the next scenario that has it, with each payload: once as it is, once with an analysis that knows no cause. */
async function injection(cases: readonly Case[]): Promise<boolean> {
  const sum = { acts: 0, teachings: 0, mentions: 0, links: 0, changed: 0, worded: 0 };
  let [runs, unread, place] = [0, 0, 0];
  const used = new Set<string>();
  for (const [source, payload] of sources.flatMap((one) => payloadNames.map((name) => [one, name] as const)))
    for (const isUnknown of [false, true]) {
      const found = await firstWith(cases, place % Math.max(1, cases.length), source, payload, isUnknown);
      place += stride;
      if (found === undefined) {
        print(`${source}, ${payload}: no scenario has this source`);
        break;
      }
      const { id, read, ...counts } = found;
      for (const key of Object.keys(sum) as (keyof typeof sum)[]) sum[key] += counts[key];
      runs += 1;
      used.add(id);
      unread += read ? 0 : 1;
      const came = Object.entries(counts).flatMap(([name, count]) => (count > 0 ? [`${name} ${count}`] : []));
      print(
        `${source}, ${payload} (${id}${isUnknown ? ', cause not known' : ''}): ${read ? '' : 'not read by the agent; '}${came.join(', ') || 'nothing came of it'}`,
      );
    }
  const figures = Object.entries(sum).map(([name, count]) => `${name}=${count}`);
  print(
    `injection sources=${sources.length} payloads=${payloadNames.length} scenarios=${used.size} runs=${runs} unread=${unread} ${figures.join(' ')}`,
  );
  return Object.values(sum).every((count) => count === 0);
}

/** The cases from this place on, and then those before it. */
const from = (cases: readonly Case[], place: number): Case[] => [...cases.slice(place), ...cases.slice(0, place)];

/** Sources and cases that lack them. */
const lacking = new Set<string>();

/** @param place of the case that is tried first: the sources are spread over all cases */
async function firstWith(
  cases: readonly Case[],
  place: number,
  source: Source,
  payload: PayloadName,
  isUnknown: boolean,
) {
  for (const { dir, id } of from(cases, place)) {
    if (lacking.has(`${source} ${id}`)) continue;
    const effects = await inject(dir, source, payload, isUnknown);
    if (effects !== undefined) return { id, ...effects };
    lacking.add(`${source} ${id}`);
  }
  return undefined;
}

const proofs = { reach, ceiling, lies: tellLies, injection } as const;
const isProof = (name: string | undefined): name is keyof typeof proofs =>
  name !== undefined && Object.hasOwn(proofs, name);

try {
  const { values, positionals } = parseArgs({
    options: { scenarios: { type: 'string', multiple: true }, help: { type: 'boolean' } },
    allowPositionals: true,
  });
  const [name, ...rest] = positionals;
  if (values.help) print(help);
  else if (!isProof(name))
    throw new Misconfigured(`Which proof? ${Object.keys(proofs).join(', ')}. \`npm run proofs -- --help\` tells more.`);
  else {
    const folders = [...(values.scenarios ?? []), ...rest];
    const where = folders.length > 0 ? folders : ['scenarios'];
    const cases = await casesIn(where);
    process.exitCode = (await proofs[name](cases, await questionsIn(where))) ? 0 : 1;
  }
} catch (error) {
  complain(error instanceof WatchkeeperError ? error.message : `Something unexpected: ${String(error)}`);
  process.exitCode = 2;
}
