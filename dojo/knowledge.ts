// `npm run knowledge`: searches the runtime's knowledge base for the pages that belong to alert texts. If the right pages are given, it compares the
// result with plain BM25 (minisearch with default settings, whole pages) in the same run. Times are of this machine at this moment.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { parseArgs } from 'node:util';
import MiniSearch from 'minisearch';
import * as z from 'zod';
import { Misconfigured, WatchkeeperError } from '../core/errors.ts';
import type { KnowledgeBase } from '../core/ports/telemetry.ts';
import { liveWorld } from '../local/compose.ts';
import { startRuntime } from '../local/runtime/index.ts';
import { quantile } from './score.ts';
import { table } from './table.ts';

const help = `Finds the pages that match alert texts, with reasons; compares with plain BM25 if the queries name the right page.

  npm run knowledge -- --dir DIR --queries FILE [--out FILE]

  --dir DIR       Markdown pages, at any depth
  --queries FILE  a JSON list of {"query": TEXT}, with "page": NAME if the right page is known
  --out FILE      file for a JSON list of {"query", "pages", "why"}, in the same order (default: not written)
  --help          show this text

Exit code 0 if every query has an answer, 2 if the command is invalid.
`;

const most = 5;
const halves = 1000;
const print = (text: string) => void process.stdout.write(`${text}\n`);

interface Options {
  readonly dir: string;
  readonly queries: string;
  readonly out: string | undefined;
}

/** Throws `Misconfigured` with one sentence. */
function readOptions(args: readonly string[]): Options | 'help' {
  const text = { type: 'string' } as const;
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { dir: text, queries: text, out: text, help: { type: 'boolean' } },
      strict: true,
    });
    if (values.help) return 'help';
    const { dir, queries, out } = values;
    if (!dir || !queries || out === '') throw new Error('--dir and --queries are needed');
    return { dir, queries, out };
  } catch (cause) {
    const why = cause instanceof Error ? (cause.message.split('. ')[0] ?? cause.message) : 'The options do not fit';
    throw new Misconfigured(`${why.replace(/\.$/, '')}. \`npm run knowledge -- --help\` lists the options.`, {
      cause,
    });
  }
}

const Queries = z
  .array(z.object({ query: z.string(), page: z.string().min(1).optional() }))
  .min(1, { error: 'there is no query in it' });
type Query = z.infer<typeof Queries>[number];

async function readQueries(file: string): Promise<readonly Query[]> {
  const text = await readFile(file, 'utf8').catch((cause) => {
    throw new Misconfigured(`The queries ${file} cannot be read.`, { cause });
  });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new Misconfigured(`The queries ${file} are no JSON.`, { cause });
  }
  const read = Queries.safeParse(json);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  const place = issue && issue.path.length > 0 ? `, at ${issue.path.join('.')}` : '';
  throw new Misconfigured(
    `The queries ${file} are no list of {"query": text, "page"?: name}${place}: ${issue?.message}.`,
  );
}

interface Page {
  readonly name: string;
  readonly text: string;
}

async function readPages(dir: string): Promise<readonly Page[]> {
  const entries = await readdir(dir, { withFileTypes: true, recursive: true }).catch((cause) => {
    throw new Misconfigured(`The folder ${dir} cannot be read.`, { cause });
  });
  const files = entries
    .filter((entry) => entry.isFile() && /\.md$/i.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  if (files.length === 0) throw new Misconfigured(`There is no Markdown page in ${dir}.`);
  return Promise.all(
    files.map(async (file) => ({
      name: relative(dir, file).split(sep).join('/'),
      text: await readFile(file, 'utf8'),
    })),
  );
}

interface Answer {
  readonly query: string;
  readonly pages: readonly string[];
  /** One reason per page. */
  readonly why: readonly string[];
  /** Set only if nothing was found. */
  readonly reason?: string;
}

async function answer(query: string, knowledge: KnowledgeBase): Promise<Answer> {
  const found = await knowledge.search({ scope: { incidentId: 'knowledge' }, text: query, limit: most });
  if (found.kind === 'gap') return { query, pages: [], why: [], reason: found.gap.reason };
  if (found.data.length === 0) {
    const reason =
      query.trim() === '' ? 'Nothing was asked.' : 'No page has more than a chance word in common with it.';
    return { query, pages: [], why: [], reason };
  }
  return {
    query,
    pages: found.data.map(({ document }) => document),
    why: found.data.map(({ heading, why }) => `section "${heading}": ${why}`),
  };
}

interface Answered {
  readonly answers: readonly Answer[];
  readonly msPerQuery: number;
}

async function answerAll(dir: string, queries: readonly Query[]): Promise<Answered> {
  const runtime = await startRuntime({ makeWorld: liveWorld({ sources: [], knowledge: dir }) });
  try {
    const answers: Answer[] = [];
    const startedAt = performance.now();
    for (const { query } of queries) answers.push(await answer(query, runtime.ports.telemetry.knowledge));
    return { answers, msPerQuery: (performance.now() - startedAt) / queries.length };
  } finally {
    await runtime.close();
  }
}

function plainBm25(pages: readonly Page[], queries: readonly Query[]): readonly (readonly string[])[] {
  const index = new MiniSearch<Page>({ idField: 'name', fields: ['text'] });
  index.addAll(pages);
  return queries.map(({ query }) =>
    index
      .search(query)
      .slice(0, most)
      .map(({ id }) => String(id)),
  );
}

/** The rank of the right page, from 1, for each query that has one; Infinity if the page is not among the answers. */
const placesOf = (queries: readonly Query[], answers: readonly (readonly string[])[]): readonly number[] =>
  queries.flatMap(({ page }, at) => {
    if (page === undefined) return [];
    const place = answers[at]?.indexOf(page) ?? -1;
    return [place < 0 ? Number.POSITIVE_INFINITY : place + 1];
  });

const within = (places: readonly number[], first: number): number =>
  places.filter((place) => place <= first).length / places.length;
const share = (value: number): string => value.toFixed(3);

/** The middle 90 % of the top-1 rate over random halves of the queries, which are the same in each run. */
function overHalves(places: readonly number[]): string {
  const random = lehmer();
  const tops = Array.from({ length: halves }, () => {
    const shuffled = places.map((place) => ({ place, key: random() })).sort((a, b) => a.key - b.key);
    return within(
      shuffled.slice(0, Math.ceil(places.length / 2)).map(({ place }) => place),
      1,
    );
  }).sort((a, b) => a - b);
  return `${share(quantile(tops, 0.05))}–${share(quantile(tops, 0.95))}`;
}

/** Park and Miller, "Random number generators: good ones are hard to find", CACM 1988. */
function lehmer(): () => number {
  let state = 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

function score(queries: readonly Query[], { answers, msPerQuery }: Answered, plain: readonly (readonly string[])[]) {
  const ours = placesOf(
    queries,
    answers.map(({ pages }) => pages),
  );
  const bm25 = placesOf(queries, plain);
  const time = `ms_per_query=${msPerQuery.toFixed(2)}`;
  if (ours.length === 0) {
    print(`queries=${queries.length} ${time}`);
    return;
  }
  const row = (name: string, places: readonly number[]) => [
    name,
    ...[1, 3, 5].map((first) => share(within(places, first))),
    overHalves(places),
  ];
  print(table(['', 'top 1', 'top 3', 'top 5', 'top 1 on halves'], [row('watchkeeper', ours), row('plain BM25', bm25)]));
  print(`\ntop1=${share(within(ours, 1))} bm25_top1=${share(within(bm25, 1))} queries=${ours.length} ${time}`);
}

async function run({ dir, queries: file, out }: Options): Promise<void> {
  const queries = await readQueries(file);
  const pages = await readPages(dir);
  const answered = await answerAll(dir, queries);
  if (out !== undefined) {
    await writeFile(out, `${JSON.stringify(answered.answers, null, 1)}\n`, 'utf8').catch((cause) => {
      throw new Misconfigured(`The answers cannot be written to ${out}.`, { cause });
    });
  }
  for (const { query, reason } of answered.answers)
    if (reason) print(`Nothing found for "${query.slice(0, 100)}": ${reason}`);
  score(queries, answered, plainBm25(pages, queries));
}

try {
  const options = readOptions(process.argv.slice(2));
  if (options === 'help') print(help);
  else await run(options);
} catch (error) {
  process.stderr.write(
    `${error instanceof WatchkeeperError ? error.message : `Something unexpected: ${String(error)}`}\n`,
  );
  process.exitCode = 2;
}
