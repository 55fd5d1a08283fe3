import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LLMock } from '@copilotkit/aimock';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runScenario } from '../../dojo/run.ts';
import { recordedWorld, withModel } from '../../local/compose.ts';
import { startRuntime } from '../../local/runtime/index.ts';

// An incident with a model on Bedrock's wire, written down; then told again by the command line while that model is gone.

let data: string;
let incidentId: string;
const run = (...args: readonly string[]) =>
  new Promise<{ code: number; said: string }>((resolve) => {
    execFile(process.execPath, ['local/replay.ts', ...args], (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, said: stdout + stderr }),
    );
  });
const replay = (...args: readonly string[]) => run(incidentId, '--data', data, ...args);
const files = async (port: string) => {
  const names = (await readdir(join(data, 'tapes'))).map((name) => join(data, 'tapes', name));
  const read = await Promise.all(names.map(async (name) => ({ name, call: JSON.parse(await readFile(name, 'utf8')) })));
  return read.filter(({ call }) => call.port === port);
};

const answer = (value: unknown) => ({
  toolCalls: [{ name: 'strands_structured_output', arguments: JSON.stringify(value) }],
  usage: { input_tokens: 700, output_tokens: 60, total_tokens: 760 },
});

beforeAll(async () => {
  process.env.AWS_ACCESS_KEY_ID ??= 'test';
  process.env.AWS_SECRET_ACCESS_KEY ??= 'test';
  data = await mkdtemp(join(tmpdir(), 'replay-'));
  const mock = new LLMock({ port: 0 });
  await mock.start();
  mock.on({ systemMessage: /specialist of an incident/ }, answer({ summary: 'Nothing to add.', keyFindingIds: [] }));
  mock.on(
    { systemMessage: /coordinator/, hasToolResult: false },
    {
      toolCalls: [{ name: 'ask_logs', arguments: JSON.stringify({ question: 'What did the last run say?' }) }],
      usage: { input_tokens: 2000, output_tokens: 30, total_tokens: 2030 },
    },
  );
  const text = 'CronJob nightly-invoices failed. Its upstream was gone for a while. Rerun it.';
  mock.on({ systemMessage: /coordinator/ }, answer({ bestRank: 1, reason: 'The Job failed.', text }));
  const world = withModel(recordedWorld(['scenarios/cronjob-nightly-invoices']), {
    provider: 'bedrock',
    region: 'us-east-1',
    endpoint: mock.url,
    models: { coordinator: 'test.coordinator', specialist: 'test.specialist' },
    promptCache: false,
  });
  const runtime = await startRuntime({ makeWorld: world, data, record: true });
  try {
    const { sourceId } = await runtime.sendPage(runtime.world.pages[0]?.body ?? '');
    incidentId = (await runtime.waitForIncident(sourceId, 'asked', 30_000)).id;
  } finally {
    await runtime.close();
    await mock.stop();
  }
});
afterAll(() => rm(data, { recursive: true }));

test('the same diagnosis comes out, in the words of a model that is gone', async () => {
  const { code, said } = await replay();
  expect(said).toContain('Its upstream was gone for a while.');
  expect(said).toContain('The same diagnosis, word for word and with the same evidence.');
  expect(said).not.toContain('Not on the tape');
  expect(code).toBe(0);
});

test('what was asked can be listed, the model and each source among it', async () => {
  const { said } = await replay('--calls');
  for (const port of ['model', 'telemetry.kubernetes.snapshots', 'telemetry.logs.records', 'executor.dryRun'])
    expect(said).toContain(port);
  expect((await run('--data', data)).said.trim()).toBe(incidentId);
});

test('it becomes a scenario that is answered as the incident was', async () => {
  const dir = join(data, 'scenario');
  expect(await replay('--scenario', dir)).toMatchObject({ code: 0 });
  const result = await runScenario('again', dir, undefined);
  expect(result).toMatchObject({
    kind: 'answered',
    prediction: { hypotheses: [{ entity: { name: 'nightly-invoices' }, cause: 'job-failed' }] },
  });
  expect(await replay('--scenario', dir)).toMatchObject({ code: 2, said: expect.stringContaining('is not empty') });
});

test('a diagnosis that comes out otherwise is told by the fields that differ', async () => {
  const file = (await files('diagnosis')).toSorted((a, b) => a.name.localeCompare(b.name)).at(-1);
  const { name, call } = file ?? { name: '', call: {} };
  const original = JSON.stringify(call);
  call.answer.value.hypotheses[0].cause = 'oom-killed';
  await writeFile(name, JSON.stringify(call));
  const { code, said } = await replay();
  await writeFile(name, original);
  expect(said).toContain('hypotheses.0.cause: "oom-killed" before, "job-failed" now');
  expect(code).toBe(1);
});

test('a call that is missing is named, and its source a gap', async () => {
  const taken = await files('telemetry.kubernetes.snapshots');
  for (const { name } of taken) await rm(name);
  const { code, said } = await replay();
  for (const { name, call } of taken) await writeFile(name, JSON.stringify(call));
  expect(said).toContain('Not on the tape: telemetry.kubernetes.snapshots');
  expect(code).toBe(1);
});

test.each([
  [['inc-nobody'], 'inc-nobody has no recording'],
  [['--nonsense'], 'npm run replay -- --help'],
  [['one', 'two'], 'One incident at a time.'],
])('%s is refused in a sentence', async (args, sentence) => {
  expect(await run(...args, '--data', data)).toMatchObject({ code: 2, said: expect.stringContaining(sentence) });
});
