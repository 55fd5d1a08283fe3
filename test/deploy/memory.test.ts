// AgentCore Memory against the emulator: the same suite that the files of one machine hold.
import { join } from 'node:path';
import { BedrockAgentCoreClient } from '@aws-sdk/client-bedrock-agentcore';
import { afterAll, beforeAll } from 'vitest';
import { agentCoreMemory } from '../../connectors/agentcore/index.ts';
import { memoryContract } from '../contract/memory.ts';
import { clientOptions, createMemory } from './deployment.ts';
import { type Emulator, startEmulator } from './emulator.ts';

let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator(join(import.meta.dirname, '..', '..', 'test-results', 'deploy', 'memory.log'));
});
afterAll(() => emulator?.[Symbol.asyncDispose]());

let count = 0;
memoryContract(async () => {
  count += 1;
  const memoryId = await createMemory(emulator, `contract_${count}`);
  const open = () =>
    agentCoreMemory({
      memoryId,
      client: new BedrockAgentCoreClient(clientOptions(emulator)),
      onFailure: (failure) => {
        throw failure;
      },
    });
  return { memory: open(), reopen: open };
});
