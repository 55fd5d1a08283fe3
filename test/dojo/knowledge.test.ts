import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';

const run = (...args: string[]) =>
  promisify(execFile)(process.execPath, ['dojo/knowledge.ts', ...args], { cwd: new URL('../..', import.meta.url) });

let dir: string;
const at = (name: string) => join(dir, name);
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'knowledge-'));
  await mkdir(at('pages'));
  await writeFile(at('pages/crash.md'), '# PodCrashLooping\n\n## Meaning\n\nA container restarts again and again.\n');
  await writeFile(at('pages/disk.md'), '# DiskFull\n\n## Meaning\n\nThe filesystem of a node has no space left.\n');
});
afterEach(() => rm(dir, { recursive: true }));
const queries = (value: unknown) => writeFile(at('queries.json'), JSON.stringify(value));

test('each alert text gets its pages and why, in the order they were asked, next to plain BM25', async () => {
  await queries([
    { query: 'Filesystem on {{ $labels.instance }} has no space left.', page: 'disk.md' },
    { query: 'Pod x/x is crash looping.', page: 'crash.md' },
    { query: 'The coffee machine is out of beans.' },
  ]);
  const { stdout } = await run('--dir', at('pages'), '--queries', at('queries.json'), '--out', at('out.json'));
  expect(JSON.parse(await readFile(at('out.json'), 'utf8'))).toEqual([
    {
      query: 'Filesystem on {{ $labels.instance }} has no space left.',
      pages: ['disk.md'],
      why: ['section "Meaning": filesystem, no, space, left in its text'],
    },
    {
      query: 'Pod x/x is crash looping.',
      pages: ['crash.md'],
      why: [expect.stringContaining('pod, crash, looping in its title')],
    },
    {
      query: 'The coffee machine is out of beans.',
      pages: [],
      why: [],
      reason: 'No page has more than a chance word in common with it.',
    },
  ]);
  expect(stdout).toContain('Nothing found for "The coffee machine is out of beans."');
  expect(stdout.trim().split('\n').at(-1)).toMatch(
    /^top1=1\.000 bm25_top1=\d\.\d{3} queries=2 ms_per_query=\d+\.\d\d$/,
  );
}, 60_000);

test('without right pages there is nothing to score', async () => {
  await queries([{ query: 'Pod is crash looping' }]);
  const { stdout } = await run('--dir', at('pages'), '--queries', at('queries.json'));
  expect(stdout).toMatch(/^queries=1 ms_per_query=\d+\.\d\d\n$/);
}, 60_000);

test.each<[string, unknown, string[], RegExp]>([
  ['no such folder', [{ query: 'a' }], ['--dir', 'nope'], /^The folder nope cannot be read\.\n$/],
  ['a folder without pages', [{ query: 'a' }], ['--dir', 'lib'], /^There is no Markdown page in lib\.\n$/],
  ['queries that are no list', { query: 'a' }, [], /^The queries .* are no list of .*\n$/],
  ['a query that is no text', [{ query: 'a' }, { query: 7 }], [], /^The queries .*, at 1\.query: .*\n$/],
  ['no query at all', [], [], /there is no query in it\.\n$/],
  [
    'an out that cannot be written',
    [{ query: 'a b' }],
    ['--out', 'nope/out.json'],
    /^The answers cannot be written to nope/,
  ],
  ['an option that there is not', [{ query: 'a' }], ['--top', '3'], /^Unknown option '--top'.*\n$/],
])(
  '%s is said in one sentence, with exit code 2',
  async (_, given, args, sentence) => {
    await queries(given);
    await expect(run('--dir', at('pages'), '--queries', at('queries.json'), ...args)).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringMatching(sentence),
    });
  },
  60_000,
);
