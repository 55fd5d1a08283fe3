import { BedrockAgentCoreClient } from '@aws-sdk/client-bedrock-agentcore';
import { expect, test } from 'vitest';
import { agentCoreMemory } from '../../connectors/agentcore/index.ts';
import type { Unavailable } from '../../core/errors.ts';
import { type Answer, type Asked, awsClient, serve } from '../server.ts';

const memoryAnswering = async (answer: (asked: Asked) => Answer) => {
  const server = await serve(answer);
  const failures: Unavailable[] = [];
  const memory = agentCoreMemory({
    memoryId: 'memory-0123456789',
    client: new BedrockAgentCoreClient(awsClient(server)),
    onFailure: (failure) => failures.push(failure),
  });
  return { server, memory, failures };
};

const json = (body: unknown, status = 200): Answer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

test('what is remembered becomes an event of the incident, under ids that the service takes', async () => {
  const { server, memory } = await memoryAnswering(() => json({ event: {} }, 201));
  await using _ = server;
  await memory.remember({
    incidentId: '01J',
    actor: '@alice (on call)',
    at: '2026-01-01T00:00:00Z',
    text: 'Rerun helped.',
  });
  expect(server.asked[0]?.path).toBe('/memories/memory-0123456789/events');
  expect(JSON.parse(server.asked[0]?.body ?? '')).toMatchObject({
    sessionId: '01J',
    actorId: 'alice-on-call-',
    payload: [{ conversational: { role: 'OTHER', content: { text: 'Rerun helped.' } } }],
  });
});

test('similar texts are recalled best first, never more than asked for', async () => {
  const records = ['first', 'second', 'third'].map((text) => ({ content: { text }, memoryRecordId: text }));
  const { server, memory } = await memoryAnswering(() => json({ memoryRecordSummaries: records }));
  await using _ = server;
  expect(await memory.recall({ text: 'job failed', limit: 2 })).toEqual(['first', 'second']);
  expect(JSON.parse(server.asked[0]?.body ?? '')).toMatchObject({
    namespace: '/incidents',
    searchCriteria: { searchQuery: 'job failed', topK: 2 },
  });
});

test('a memory that fails costs the incident nothing and is told', async () => {
  const { server, memory, failures } = await memoryAnswering(() => json({ message: 'no' }, 500));
  await using _ = server;
  await memory.remember({ incidentId: '01J', actor: 'watchkeeper', at: '2026-01-01T00:00:00Z', text: 'x' });
  expect(await memory.recall({ text: 'x', limit: 3 })).toEqual([]);
  expect(failures.map((failure) => failure.message)).toEqual([
    'AgentCore Memory memory-0123456789 did not remember incident 01J.',
    'AgentCore Memory memory-0123456789 could not be searched.',
  ]);
});

test('nothing is asked for an empty text', async () => {
  const { server, memory } = await memoryAnswering(() => json({}));
  await using _ = server;
  expect(await memory.recall({ text: '  ', limit: 3 })).toEqual([]);
  expect(server.asked).toEqual([]);
});
