import { readFile } from 'node:fs/promises';
import { LLMock } from '@copilotkit/aimock';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { ModelConfig, parsePrompt, strandsReasoner } from '../../../connectors/strands/index.ts';
import { usageWith } from '../../../core/reasoning/usage.ts';
import { modelsText } from '../../../core/reporting/report.ts';
import { memorySpending } from '../../spending.ts';
import { bedrock, json, misbehaving, models, openai, ways } from './misbehaving.ts';

// What models do wrong, over the wire formats of Bedrock Converse and OpenAI: each ends in the next model's answer, and without one in a
// sentence of ours; never in an exception.

const prompt = parsePrompt('specialist-kubernetes.md', await readFile('core/specialists/kubernetes/prompt.md', 'utf8'));
const hasty = { ...prompt, budget: { ...prompt.budget, seconds: 3 } };
const structured = (value: unknown) => ({
  toolCalls: [{ name: 'strands_structured_output', arguments: JSON.stringify(value) }],
  usage: { input_tokens: 100, output_tokens: 10, total_tokens: 110 },
});
const question = {
  promptId: prompt.id,
  incidentId: 'inc-1',
  digest: '12 pods OOM-killed',
  schema: z.object({ verdict: z.string() }),
};
beforeAll(() => {
  process.env.AWS_ACCESS_KEY_ID ??= 'test';
  process.env.AWS_SECRET_ACCESS_KEY ??= 'test';
});

test.each(ways)('%s: told as %s, and the next model answers in its place', async (_, failure, make, respond) => {
  const bad = await misbehaving(respond);
  const good = new LLMock({ port: 0 });
  await good.start();
  try {
    good.on({ systemMessage: /Kubernetes/ }, structured({ verdict: 'from the second' }));
    const second = { ...openai(good.url), models: { coordinator: 'second', specialist: 'second' } };
    const chain = ModelConfig.parse({ use: ['bad', 'good'], providers: { bad: make(bad.url), good: second } });
    expect(await strandsReasoner(chain, [hasty], memorySpending()).reason(question)).toMatchObject({
      kind: 'answered',
      value: { verdict: 'from the second' },
      model: 'second',
      failed: [`first: ${failure}`],
    });
    const alone = ModelConfig.parse(make(bad.url));
    const last = { ...prompt, budget: { ...prompt.budget, seconds: 0.5 } };
    expect(await strandsReasoner(alone, [last], memorySpending()).reason(question)).toMatchObject({
      kind: 'unavailable',
      reason: expect.stringMatching(/^(The|An?) .*; the analysis answers alone\.$/),
    });
  } finally {
    bad.close();
    await good.stop();
  }
});

describe('an agent that wants more than its budget', () => {
  let mock: LLMock;
  beforeEach(async () => {
    mock = new LLMock({ port: 0 });
    await mock.start();
  });
  afterEach(async () => mock.stop());
  const tool = (run: () => Promise<string>) => ({ name: 'look', description: 'looks', input: z.object({}), run });
  const toolsIn = (body: unknown) =>
    z
      .looseObject({ tools: z.array(z.looseObject({ function: z.looseObject({ name: z.string() }) })) })
      .parse(body)
      .tools.map((one) => one.function.name);

  test('is made to conclude: at its last call it can only answer', async () => {
    let looked = 0;
    const asksAlways = (request: { tools?: unknown }) => JSON.stringify(request.tools ?? '').includes('"look"');
    mock.on(
      { predicate: asksAlways },
      {
        toolCalls: [{ name: 'look', arguments: '{}' }],
        usage: { input_tokens: 9, output_tokens: 1, total_tokens: 10 },
      },
    );
    mock.on({ systemMessage: /Kubernetes/ }, structured({ verdict: 'with what I have' }));
    const answer = await strandsReasoner(ModelConfig.parse(openai(mock.url)), [prompt], memorySpending()).reason({
      ...question,
      tools: [
        tool(async () => {
          looked += 1;
          return `looked ${looked} times`;
        }),
      ],
    });
    expect(answer).toMatchObject({
      kind: 'answered',
      value: { verdict: 'with what I have' },
      concludedBy: expect.any(String),
    });
    expect(looked).toBeLessThanOrEqual(prompt.budget.toolCalls);
    expect(toolsIn(mock.getRequests().at(-1)?.body)).toEqual(['strands_structured_output']);
  });

  test('a tool that is too slow or fails costs the answer nothing', async () => {
    mock.on({ systemMessage: /Kubernetes/, hasToolResult: false }, { toolCalls: [{ name: 'look', arguments: '{}' }] });
    mock.on(
      { systemMessage: /Kubernetes/, toolResultContains: 'Conclude with what you have' },
      structured({ verdict: 'concluded' }),
    );
    const reasoner = strandsReasoner(ModelConfig.parse(openai(mock.url)), [hasty], memorySpending());
    const slow = tool(() => new Promise(() => undefined));
    const broken = tool(() => Promise.reject(new Error('secret vendor text')));
    for (const tools of [[slow], [broken]])
      expect(await reasoner.reason({ ...question, tools })).toMatchObject({
        kind: 'answered',
        value: { verdict: 'concluded' },
      });
    expect(JSON.stringify(mock.getRequests())).not.toContain('secret vendor text');
  });
});

test('Bedrock is sent the guardrail, and cache points where its models know them', async () => {
  const bodies: unknown[] = [];
  const server = await misbehaving((response, body) => {
    bodies.push(JSON.parse(body));
    json(response, 429, {});
  });
  const provider = {
    ...bedrock(server.url),
    promptCache: true,
    models: { coordinator: 'eu.anthropic.claude-x', specialist: 'eu.anthropic.claude-x' },
    guardrail: { id: 'gr-1', version: '3' },
  };
  await strandsReasoner(ModelConfig.parse(provider), [prompt], memorySpending()).reason(question);
  server.close();
  expect(bodies[0]).toMatchObject({ guardrailConfig: { guardrailIdentifier: 'gr-1', guardrailVersion: '3' } });
  expect(JSON.stringify(bodies[0])).toContain('cachePoint');
});

test('Anthropic’s own API answers through the same port', async () => {
  const mock = new LLMock({ port: 0 });
  await mock.start();
  mock.on({ systemMessage: /Kubernetes/ }, structured({ verdict: 'claude' }));
  const config = ModelConfig.parse({ provider: 'anthropic', endpoint: mock.url, models });
  const answer = await strandsReasoner(config, [hasty], memorySpending()).reason(question);
  await mock.stop();
  expect(answer).toMatchObject({ kind: 'answered', value: { verdict: 'claude' } });
});

test('a chain that names a provider which is not there is refused by name', () => {
  expect(() => ModelConfig.parse({ use: ['a', 'b'], providers: { a: openai('http://127.0.0.1:1') } })).toThrow(
    /use names b/,
  );
});

test('tokens of a prompt cache are counted, cost what they cost, and are told', async () => {
  const server = await misbehaving((response) =>
    json(response, 200, {
      output: {
        message: {
          role: 'assistant',
          content: [
            { toolUse: { toolUseId: 't1', name: 'strands_structured_output', input: { verdict: 'limit too low' } } },
          ],
        },
      },
      stopReason: 'tool_use',
      // As https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_TokenUsage.html says.
      usage: {
        inputTokens: 100,
        outputTokens: 40,
        totalTokens: 1140,
        cacheReadInputTokens: 800,
        cacheWriteInputTokens: 200,
      },
      metrics: { latencyMs: 5 },
    }),
  );
  const config = ModelConfig.parse({
    ...bedrock(server.url),
    promptCache: true,
    models: { coordinator: 'eu.anthropic.claude-x', specialist: 'eu.anthropic.claude-x' },
    price: { input: 3, output: 15, cacheRead: 0.3, cacheWrite: 3.75 },
  });
  const answer = await strandsReasoner(config, [prompt], memorySpending()).reason(question);
  server.close();
  expect(answer).toMatchObject({
    kind: 'answered',
    inputTokens: 1100,
    cacheReadTokens: 800,
    cacheWriteTokens: 200,
    costUsd: expect.closeTo((100 * 3 + 800 * 0.3 + 200 * 3.75 + 40 * 15) / 1_000_000, 9),
  });
  const usage = usageWith(
    { wallMs: 0, bytesRead: 0, inputTokens: 0, outputTokens: 0, costUsd: 0, modelCalls: 0, toolCalls: 0 },
    answer.kind === 'answered' ? answer : undefined,
  );
  expect(modelsText({ model: 'eu.anthropic.claude-x', usage })).toContain(
    '1,140 tokens (73 % of the input from a prompt cache)',
  );
});
