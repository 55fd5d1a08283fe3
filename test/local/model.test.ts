import { LLMock } from '@copilotkit/aimock';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ModelConfig, parsePrompt, strandsReasoner } from '../../connectors/strands/index.ts';
import type { Diagnosis } from '../../core/model/diagnosis.ts';
import type { Spending } from '../../core/ports/records.ts';
import { recordedWorld } from '../../local/compose.ts';
import { promptFiles } from '../../local/prompts.ts';
import { type Runtime, startRuntime } from '../../local/runtime/index.ts';
import { styleFor } from '../../local/terminal/style.ts';
import { diagnosisLines } from '../../local/terminal/words.ts';

// The whole way of an incident with a model: Strands' BedrockModel in every specialist and in the synthesis, over Bedrock's wire format,
// answered by a server that is not ours.

const mock = new LLMock({ port: 0 });
let runtime: Runtime;
let spending: Spending;

const answer = (value: unknown) => ({
  toolCalls: [{ name: 'strands_structured_output', arguments: JSON.stringify(value) }],
  usage: { input_tokens: 700, output_tokens: 60, total_tokens: 760 },
});

beforeAll(async () => {
  process.env.AWS_ACCESS_KEY_ID ??= 'test';
  process.env.AWS_SECRET_ACCESS_KEY ??= 'test';
  await mock.start();
  mock.on(
    { systemMessage: /Kubernetes specialist/ },
    answer({ summary: 'CronJob nightly-invoices gave up after its retries.', keyFindingIds: ['kubernetes-1-1'] }),
  );
  mock.on(
    { systemMessage: /logs specialist/ },
    answer({ summary: 'The disk of payments-db-7 is full since 03:33.', keyFindingIds: [] }),
  );
  mock.on({ systemMessage: /specialist of an incident/ }, answer({ summary: 'Nothing to add.', keyFindingIds: [] }));
  mock.on(
    { systemMessage: /coordinator/, hasToolResult: false },
    {
      toolCalls: [
        { name: 'ask_logs', arguments: JSON.stringify({ question: 'What did the last run say before it ended?' }) },
      ],
      usage: { input_tokens: 2000, output_tokens: 30, total_tokens: 2030 },
    },
  );
  mock.on(
    { systemMessage: /coordinator/ },
    answer({
      bestRank: 1,
      reason: 'The Job failed and nothing else is broken now.',
      text: 'CronJob nightly-invoices failed. Its upstream was gone for a while. Rerun it.',
    }),
  );
  const config = ModelConfig.parse({
    provider: 'bedrock',
    region: 'us-east-1',
    endpoint: mock.url,
    models: { coordinator: 'test.coordinator', specialist: 'test.specialist' },
    price: { input: 3, output: 15 },
    promptCache: false,
  });
  const prompts = promptFiles().map(({ file, text }) => parsePrompt(file, text));
  const world = recordedWorld(['scenarios/cronjob-nightly-invoices']);
  runtime = await startRuntime({
    makeWorld: async (ground) => {
      spending = ground.spending;
      return { ...(await world(ground)), reasoner: strandsReasoner(config, prompts, ground.spending) };
    },
  });
});
afterAll(async () => {
  await runtime.close();
  await mock.stop();
});

test('a specialist and the synthesis speak in the model’s words, and what no evidence holds is dropped', async () => {
  const page = runtime.world.pages[0];
  const { sourceId } = await runtime.sendPage(page?.body ?? '');
  const incident = await runtime.waitForIncident(sourceId, 'asked', 30_000);
  const diagnosis = await runtime.ports.incidents.diagnosis(incident.id);
  const timeline = await runtime.ports.incidents.timeline(incident.id);
  const said = (actor: string) => timeline.find((entry) => entry.step === 'Investigate' && entry.actor === actor)?.text;

  expect(diagnosis).toMatchObject({
    model: 'test.coordinator (synthesis@7)',
    participants: expect.arrayContaining([
      { part: 'coordinator', by: 'test.coordinator (synthesis@7)' },
      { part: 'kubernetes', by: 'test.specialist (specialist-kubernetes@3)' },
    ]),
    text: 'CronJob nightly-invoices failed. Its upstream was gone for a while. Rerun it.',
    hypotheses: [
      { entity: { kind: 'CronJob', name: 'nightly-invoices' }, cause: 'job-failed' },
      ...(diagnosis?.hypotheses.slice(1).map(() => ({})) ?? []),
    ],
  });
  // The coordinator's question went to the specialist's own function, and its answer is a line of the timeline.
  expect(timeline.find(({ id }) => id.endsWith('logs:f1'))?.text).toMatch(/^Asked "What did the last run say/);
  const spent = await spending.of(incident.id);
  expect(diagnosis?.usage).toMatchObject({ toolCalls: 1, costUsd: expect.closeTo(spent.usd, 4) });
  expect(spent.tokens).toBe((diagnosis?.usage.inputTokens ?? 0) + (diagnosis?.usage.outputTokens ?? 0));
  expect(spent.usd).toBeGreaterThan(0);
  const lines = diagnosisLines(diagnosis as Diagnosis, [], undefined, 120, styleFor({}, {})).join('\n');
  expect(lines).toContain('test.coordinator (synthesis@7)');
  expect(lines).toMatch(/\d+ calls, [\d,]+ tokens, \d\.\d{4} USD/);
  expect(said('kubernetes')).toBe('CronJob nightly-invoices gave up after its retries.');
  // payments-db-7 and 03:33 occur in no evidence: the analysis' own words stand.
  expect(said('logs')).toMatch(/Most relevant line/);
  expect(said('logs')).not.toContain('payments-db-7');
});
