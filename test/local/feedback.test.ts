import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { replyTo } from '../../core/conversation/reply.ts';
import { Feedback } from '../../core/model/feedback.ts';
import { parseExpected } from '../../dojo/expected.ts';
import { recordedWorld } from '../../local/compose.ts';
import { type Runtime, startRuntime } from '../../local/runtime/index.ts';

// From a word in a thread to the scoreboard: two recorded incidents, what people say of them, and the commands that read it.

let data: string;
const ids: Record<string, string> = {};
const run = (script: string, ...args: readonly string[]) =>
  new Promise<{ code: number; out: string; aside: string }>((resolve) => {
    execFile(process.execPath, [script, ...args], (error, out, aside) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, aside }),
    );
  });
const feedback = (...args: readonly string[]) => run('local/feedback.ts', '--data', data, ...args);
const replay = (...args: readonly string[]) => run('local/replay.ts', '--data', data, ...args);

const scenarios = ['oom-after-deploy', 'throughput-drop-session-service'];
const makeWorld = recordedWorld(scenarios.map((name) => `scenarios/${name}`));
/** Only a command that asks the running program, and no folder, needs its server. */
const open = (port?: number): Promise<Runtime> => startRuntime({ makeWorld, data, record: true, port });
/** A session on the data folder, in which each incident is told one thing. */
async function say(words: Readonly<Record<string, string>>, meanwhile?: () => Promise<void>): Promise<void> {
  const runtime = await open(meanwhile && 0);
  try {
    for (const [scenario, text] of Object.entries(words))
      await replyTo({ incidentId: ids[scenario] ?? '', text, by: 'ada' }, runtime.ports);
    await meanwhile?.();
  } finally {
    await runtime.close();
  }
}

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'feedback-'));
  const runtime = await open();
  try {
    for (const scenario of scenarios) {
      const page = runtime.world.pages.find(({ id }) => id === scenario);
      const { sourceId } = await runtime.sendPage(page?.body ?? '');
      ids[scenario] = (await runtime.waitForIncident(sourceId, 'asked', 30_000)).id;
    }
  } finally {
    await runtime.close();
  }
});
afterAll(() => rm(data, { recursive: true }));

test('a recorded incident that nobody judged is a scenario without a truth, and that is said', async () => {
  const dir = join(data, 'unjudged');
  const { code, out } = await replay(ids['oom-after-deploy'] ?? '', '--scenario', dir);
  expect(out).toContain('There is no expected.json: Nobody has said whether the diagnosis was right.');
  expect(code).toBe(0);
  expect((await feedback()).out).toBe('0 diagnoses judged, 0 right.\n');
});

test('a correction in words becomes the truth by which the old answer is wrong, agreement the one by which it is right', async () => {
  await say({ 'throughput-drop-session-service': 'no, it was web-player' });
  const half = await replay(ids['throughput-drop-session-service'] ?? '', '--scenario', join(data, 'half'));
  expect(half.out).toContain('("no, it was web-player") does not name a cause of the catalogue.');
  await say({
    'throughput-drop-session-service': 'no, it was web-player, a feature flag',
    'oom-after-deploy': 'yes, that was it',
  });
  const truths = [];
  for (const [scenario, id] of Object.entries(ids)) {
    const dir = join(data, 'scenarios', scenario);
    const { out } = await replay(id, '--scenario', dir);
    expect(out).toContain('by the word of ada: read it.');
    truths.push(parseExpected(await readFile(join(dir, 'expected.json'), 'utf8'), dir).rootCause);
  }
  expect(truths).toEqual([
    { entity: { kind: 'Deployment', name: 'checkout', namespace: 'shop' }, cause: 'oom-killed' },
    { entity: expect.objectContaining({ kind: 'Service', name: 'web-player' }), cause: 'flag-change' },
  ]);
  const against = join(data, 'recorded.json');
  const args = ['--scenarios', join(data, 'scenarios'), '--against', against, '--json', '--jobs', '1'];
  const board = JSON.parse((await run('dojo/main.ts', ...args)).out);
  expect(board.rows[0]).toMatchObject({ name: 'watchkeeper', scenarios: 2, errors: 0, at1: 0.5 });
  expect(board.causes).toContainEqual({ cause: 'flag-change', scenarios: 1, first: 0, inThree: 0 });
}, 120_000);

test('what was said is listed to be read, as JSON and as a table, from the folder and from who runs on it', async () => {
  const { out, code } = await feedback();
  expect(out).toMatch(/wrong +inc-\w+ +ada of Deployment session-service .*: "no, it was web-player"/);
  expect(out).toMatch(/2 diagnoses judged, 1 right; stated .*: \d of \d right.*\.\n$/);
  expect(code).toBe(0);
  const lines = (await feedback('--format', 'jsonl')).out.trim().split('\n');
  const all = lines.map((line) => Feedback.parse(JSON.parse(line)));
  expect(all.map(({ verdict }) => verdict)).toEqual(['wrong', 'wrong', 'right']);
  const csv = await feedback('--format', 'csv', '--incident', ids['oom-after-deploy'] ?? '');
  expect(parse(csv.out, { columns: true })).toMatchObject([{ by: 'ada', verdict: 'right', said: 'yes, that was it' }]);
  expect(csv.aside).toContain('1 diagnosis judged, 1 right');
  expect((await feedback('--since', '2100-01-01T00:00:00Z')).out).toBe('0 diagnoses judged, 0 right.\n');
  await say({}, async () => expect((await feedback()).out).toBe(out));
});

test.each([
  [['--format', 'xml'], '--format is jsonl or csv'],
  [['--since', 'yesterday'], '--since is an instant'],
  [['--nonsense'], 'npm run feedback -- --help'],
  [['--data', '/nowhere'], 'is no data folder of Watchkeeper'],
])('%s is refused in a sentence', async (args, sentence) => {
  expect(await feedback(...args)).toMatchObject({ code: 2, aside: expect.stringContaining(sentence) });
});
