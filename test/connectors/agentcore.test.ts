import { BedrockAgentCoreClient } from '@aws-sdk/client-bedrock-agentcore';
import { expect, test } from 'vitest';
import { agentCoreMemory } from '../../connectors/agentcore/index.ts';
import type { Unavailable } from '../../core/errors.ts';
import { aFact } from '../contract/memory.ts';
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
  await memory.remember(
    { incidentId: '01J', actor: '@alice (on call)', at: '2026-01-01T00:00:00Z', text: 'Rerun helped.' },
    'learned',
  );
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
  await memory.remember({ incidentId: '01J', actor: 'watchkeeper', at: '2026-01-01T00:00:00Z', text: 'x' }, 'learned');
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

test('what people say is kept for the incident and not made into something learned', async () => {
  const { server, memory } = await memoryAnswering(() => json({ event: {} }, 201));
  await using _ = server;
  const event = { incidentId: '01J', actor: 'ada', at: '2026-01-01T00:00:00Z', text: 'why?' };
  await memory.remember(event, 'conversation');
  await memory.remember(event, 'learned');
  const [said, learned] = server.asked.map(({ body }) => JSON.parse(body));
  expect(said).toMatchObject({ extractionMode: 'SKIP', payload: [{ conversational: { role: 'USER' } }] });
  expect(learned).not.toHaveProperty('extractionMode');
  expect(said.clientToken).toBe(learned.clientToken);
});

test('a fact that is not kept is told to whoever taught it', async () => {
  const fact = aFact({ kind: 'note', service: 'cart', text: 'is slow on Mondays' });
  const refuses = (asked: Asked) =>
    asked.path.endsWith('/batchCreate')
      ? json({ successfulRecords: [], failedRecords: [{ memoryRecordId: 'mem-1', status: 'FAILED' }] }, 201)
      : json({ memoryRecordSummaries: [] });
  const { server, memory } = await memoryAnswering(refuses);
  await using _ = server;
  await expect(memory.teach(fact)).rejects.toMatchObject({ code: 'Unavailable' });
  const down = await memoryAnswering(() => json({ message: 'no' }, 500));
  await using _down = down.server;
  await expect(down.memory.teach(fact)).rejects.toMatchObject({ code: 'Unavailable' });
  await expect(down.memory.facts('cart')).rejects.toMatchObject({ code: 'Unavailable' });
  await expect(down.memory.forget(fact.statement)).rejects.toMatchObject({ code: 'Unavailable' });
});

test('records under the namespace that are no facts are left alone', async () => {
  const fact = aFact({ kind: 'note', service: 'cart', text: 'is slow on Mondays' });
  const foreign = [
    'no JSON',
    '{"id":"wkf-1"}',
    JSON.stringify({ ...fact, statement: { ...fact.statement, service: 'other' } }),
  ];
  const records = [...foreign, JSON.stringify(fact)].map((text) => ({ content: { text }, memoryRecordId: text }));
  const { server, memory } = await memoryAnswering(() => json({ memoryRecordSummaries: records }));
  await using _ = server;
  expect(await memory.facts('cart')).toEqual([fact]);
  expect(JSON.parse(server.asked[0]?.body ?? '')).toMatchObject({ namespace: '/services/cart/' });
});
