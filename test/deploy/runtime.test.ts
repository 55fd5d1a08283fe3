// Invoking AgentCore Runtime on the emulator, which answers with what it was asked: the way there and back, by the real client. What
// stands behind the HTTP contract is tried in test/lambdas/invocations.test.ts.
import { join } from 'node:path';
import { BedrockAgentCoreClient } from '@aws-sdk/client-bedrock-agentcore';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as z from 'zod';
import { agentRuntime } from '../../connectors/agentcore/index.ts';
import { clientOptions } from './deployment.ts';
import { type Emulator, startEmulator } from './emulator.ts';

let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator(join(import.meta.dirname, '..', '..', 'test-results', 'deploy', 'runtime.log'));
});
afterAll(() => emulator?.[Symbol.asyncDispose]());

async function createRuntime(): Promise<string> {
  const answer = await fetch(`${emulator.url}/runtimes/`, {
    method: 'PUT',
    headers: {
      'content-type': 'application/json',
      authorization:
        'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/bedrock-agentcore/aws4_request, SignedHeaders=host, Signature=0',
    },
    body: JSON.stringify({
      agentRuntimeName: 'watchkeeper_test_conversation',
      agentRuntimeArtifact: {
        codeConfiguration: {
          code: { s3: { bucket: 'assets', prefix: 'conversation.zip' } },
          runtime: 'NODE_22',
          entryPoint: ['app.js'],
        },
      },
      roleArn: 'arn:aws:iam::000000000000:role/conversation',
      networkConfiguration: { networkMode: 'PUBLIC' },
    }),
  });
  return z.object({ agentRuntimeArn: z.string() }).parse(await answer.json()).agentRuntimeArn;
}

test('what is said goes to the runtime in its session, and what came of it comes back', async () => {
  const arn = await createRuntime();
  const runtime = agentRuntime({ arn, client: new BedrockAgentCoreClient(clientOptions(emulator)) });
  const said = { kind: 'words', text: 'what’s the issue?' };
  expect(await runtime.invoke('s'.repeat(64), said)).toEqual({ agentRuntimeArn: arn, input: said });
});

test('a runtime that is not there is unavailable', async () => {
  const client = new BedrockAgentCoreClient({ ...clientOptions(emulator), maxAttempts: 1 });
  const gone = agentRuntime({
    arn: 'arn:aws:bedrock-agentcore:us-east-1:000000000000:runtime/gone-0123456789',
    client,
  });
  await expect(gone.invoke('s'.repeat(64), {})).rejects.toMatchObject({ code: 'Unavailable' });
});
