import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LLMock } from '@copilotkit/aimock';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { ModelConfig, parsePrompt, strandsReasoner } from '../../connectors/strands/index.ts';
import { readConfigFile } from '../../local/compose.ts';
import { memorySpending } from '../spending.ts';

test.each(['README.md', 'docs/configuration.md'])('the two lines of %s switch on Bedrock', async (file) => {
  const [, lines] = /```yaml\n(model:\n {2}\{ provider: bedrock.*)\n```/.exec(await readFile(file, 'utf8')) ?? [];
  expect(lines?.split('\n')).toHaveLength(2);
  const folder = await mkdtemp(join(tmpdir(), 'watchkeeper-two-lines-'));
  const mock = new LLMock({ port: 0 });
  await mock.start();
  try {
    process.env.AWS_ACCESS_KEY_ID ??= 'test';
    process.env.AWS_SECRET_ACCESS_KEY ??= 'test';
    await writeFile(join(folder, 'config.yaml'), `${lines}\n`);
    const { model } = await readConfigFile(join(folder, 'config.yaml'), {});
    const config = ModelConfig.parse({ ...model, ...inTest(mock.url, model) });
    mock.on(
      { systemMessage: /Kubernetes/ },
      {
        toolCalls: [{ name: 'strands_structured_output', arguments: JSON.stringify({ verdict: 'fine' }) }],
        usage: { input_tokens: 9, output_tokens: 1, total_tokens: 10 },
      },
    );
    const prompt = parsePrompt('p.md', await readFile('core/specialists/kubernetes/prompt.md', 'utf8'));
    const answer = await strandsReasoner(config, [prompt], memorySpending()).reason({
      promptId: prompt.id,
      incidentId: 'inc-1',
      digest: '12 pods OOM-killed',
      schema: z.object({ verdict: z.string() }),
    });
    expect(answer).toMatchObject({ kind: 'answered', value: { verdict: 'fine' }, model: 'eu.SMALLER' });
  } finally {
    await mock.stop();
    await rm(folder, { recursive: true });
  }
});

/** The mock's address and a region, which a shell with AWS credentials has. */
function inTest(endpoint: string, model: unknown): object {
  const { providers } = ModelConfig.parse(model);
  return {
    providers: Object.fromEntries(
      Object.entries(providers).map(([name, one]) => [name, { ...one, endpoint, region: 'eu-central-1' }]),
    ),
  };
}
