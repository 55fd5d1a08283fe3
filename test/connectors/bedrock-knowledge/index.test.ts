// What goes over the wire, in the shapes of the service's API reference; the behaviour against the emulator is in test/deploy.
import { BedrockAgentClient } from '@aws-sdk/client-bedrock-agent';
import { BedrockAgentRuntimeClient } from '@aws-sdk/client-bedrock-agent-runtime';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { describe, expect, test } from 'vitest';
import { bedrockKnowledge } from '../../../connectors/bedrock-knowledge/index.ts';
import { metadataFile } from '../../../connectors/bedrock-knowledge/metadata.ts';
import { fileOf, knowledgeIndex } from '../../../connectors/knowledge-index/index.ts';
import { withFallback } from '../../../core/analysis/knowledge/fallback.ts';
import type { Unavailable } from '../../../core/errors.ts';
import { document, knowledgeContract } from '../../contract/knowledge.ts';
import { type Answer, type Asked, awsClient, serve } from '../../server.ts';

describe('the local index', () => knowledgeContract(async () => knowledgeIndex([])));

const json = (body: unknown, status = 200, headers = {}): Answer => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
});

async function answering(answer: (asked: Asked) => Answer) {
  const server = await serve(answer);
  const files: { name: string; text: string }[] = [];
  const failures: Unavailable[] = [];
  const base = bedrockKnowledge({
    knowledgeBaseId: 'KB0123456789',
    dataSourceId: 'DS01234567',
    prefix: 'knowledge/',
    put: async (file) => void files.push(file),
    fileOf,
    retrieval: new BedrockAgentRuntimeClient({ ...awsClient(server), requestHandler: new NodeHttpHandler() }),
    ingestion: new BedrockAgentClient(awsClient(server)),
    onFailure: (failure) => failures.push(failure),
  });
  return { server, base, files, failures };
}
const query = { scope: { incidentId: 'inc-1' }, text: 'pool exhausted', limit: 3 };
const chunk = (key: string, text: string, score: number, metadata = {}) => ({
  content: { type: 'TEXT', text },
  location: { type: 'S3', s3Location: { uri: `s3://bucket/${key}` } },
  score,
  metadata: { 'x-amz-bedrock-kb-source-uri': `s3://bucket/${key}`, ...metadata },
});

test('a service asks twice: for its own pages, and for the best of all', async () => {
  const { server, base } = await answering(() => json({ retrievalResults: [] }));
  await using _ = server;
  await base.search({ ...query, service: 'Cart', type: 'runbook' });
  expect(server.asked.map(({ path }) => path)).toEqual(Array(2).fill('/knowledgebases/KB0123456789/retrieve'));
  const type = { equals: { key: 'type', value: 'runbook' } };
  expect(
    server.asked.map(({ body }) => JSON.parse(body).retrievalConfiguration.vectorSearchConfiguration).toSorted(),
  ).toEqual([
    { numberOfResults: 3, filter: { andAll: [{ equals: { key: 'service', value: 'cart' } }, type] } },
    { numberOfResults: 3, filter: type },
  ]);
});

test('chunks of one document are one hit, of the chunk that fits best, without its front matter', async () => {
  const { server, base } = await answering(() =>
    json({
      retrievalResults: [
        chunk('knowledge/pool.md', '---\ntitle: "Pools"\n---\n## Meaning\n\nA pool of connections.', 0.4, {
          title: 'Pools',
        }),
        chunk('knowledge/pool.md', 'of a line cut off.\n\n## Mitigation\n\nThe pool is exhausted: raise it.', 0.7, {
          title: 'Pools',
        }),
        chunk('knowledge/untitled.md', 'Pools everywhere.', 0.5),
      ],
    }),
  );
  await using _ = server;
  const found = await base.search(query);
  expect(found).toMatchObject({
    kind: 'data',
    data: [
      {
        document: 'pool.md',
        title: 'Pools',
        heading: 'Mitigation',
        excerpt: 'The pool is exhausted: raise it.',
        why: 'similarity 0.70; pool, exhausted in its text',
      },
      { document: 'untitled.md', title: 'untitled', heading: 'untitled' },
    ],
  });
});

test.each([
  [
    'throttled',
    json({ message: 'slow down' }, 429, { 'x-amzn-errortype': 'ThrottlingException' }),
    'ThrottlingException',
  ],
  ['forbidden', json({ message: 'no' }, 403, { 'x-amzn-errortype': 'AccessDeniedException' }), 'AccessDeniedException'],
  [
    'gone',
    json({ message: 'no' }, 404, { 'x-amzn-errortype': 'ResourceNotFoundException' }),
    'ResourceNotFoundException',
  ],
  ['no JSON', { status: 200, body: '<html>' }, ''],
])('%s: a gap, and the local index answers instead where it is there', async (_name, answer, name) => {
  const { server, base } = await answering(() => answer);
  await using _ = server;
  const gap = await base.search(query);
  expect(gap).toMatchObject({ kind: 'gap', gap: { source: 'knowledge' } });
  expect(gap.kind === 'gap' && gap.gap.reason).toContain(name);
  const local = knowledgeIndex([document('pool.md', { markdown: 'The pool is exhausted.' })]);
  const found = await withFallback(base, local).search(query);
  expect(found).toMatchObject({ kind: 'data', data: [{ document: 'pool.md' }] });
  expect(found.kind === 'data' && found.missing?.[0]).toMatch(
    /did not answer .*The local index was searched instead\.$/,
  );
});

describe('a document that is added', () => {
  test('lies beside its metadata, and an ingestion is started', async () => {
    const { server, base, files } = await answering(() => json({ ingestionJob: {} }, 202));
    await using _ = server;
    await base.add(document('a.md', { title: 'A', service: 'Cart', tags: ['postmortem', 'recurs:x:y:z'] }));
    expect(files.map(({ name }) => name)).toEqual(['a.md.metadata.json', 'a.md']);
    expect(JSON.parse(files[0]?.text ?? '')).toEqual({
      metadataAttributes: { title: 'A', service: 'cart', type: 'postmortem', tags: ['postmortem', 'recurs:x:y:z'] },
    });
    expect(server.asked.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'PUT /knowledgebases/KB0123456789/datasources/DS01234567/ingestionjobs/',
    ]);
  });

  test.each([
    ['ConflictException', 409, 0],
    ['AccessDeniedException', 403, 1],
  ])('is kept although %s', async (type, status, told) => {
    const { server, base, files, failures } = await answering(() =>
      json({ message: 'no' }, status, { 'x-amzn-errortype': type }),
    );
    await using _ = server;
    await base.add(document('a.md'));
    expect(files).toHaveLength(2);
    expect(failures).toHaveLength(told);
  });

  test('has no more metadata than a vector can carry, and keeps the tags that are looked up', () => {
    const tags = [
      'draft',
      ...Array.from({ length: 40 }, (_, index) => `word-${index}-${'x'.repeat(20)}`),
      'recurs:a:b:c',
    ];
    const file = metadataFile(document('a.md', { title: '语'.repeat(200), tags }));
    expect(Buffer.byteLength(file)).toBeLessThan(1024);
    expect(JSON.parse(file).metadataAttributes.tags).toContain('recurs:a:b:c');
  });
});
