// A Bedrock knowledge base on the emulator: documents lie in a real bucket of it with their metadata, are ingested from there, and are
// retrieved with filters. The emulator ranks by words that occur, where Bedrock ranks by vectors.
import { join } from 'node:path';
import { BedrockAgentClient, ListIngestionJobsCommand } from '@aws-sdk/client-bedrock-agent';
import { BedrockAgentRuntimeClient } from '@aws-sdk/client-bedrock-agent-runtime';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bedrockKnowledge } from '../../connectors/bedrock-knowledge/index.ts';
import { fileOf } from '../../connectors/knowledge-index/index.ts';
import { s3Documents } from '../../connectors/s3/index.ts';
import { document, knowledgeContract } from '../contract/knowledge.ts';
import { clientOptions, createKnowledge } from './deployment.ts';
import { type Emulator, startEmulator } from './emulator.ts';

let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator(join(import.meta.dirname, '..', '..', 'test-results', 'deploy', 'knowledge.log'));
});
afterAll(() => emulator?.[Symbol.asyncDispose]());

let count = 0;
async function create() {
  count += 1;
  const bucket = `knowledge-${count}`;
  const s3 = new S3Client({ ...clientOptions(emulator), forcePathStyle: true });
  const agent = new BedrockAgentClient(clientOptions(emulator));
  await s3.send(new CreateBucketCommand({ Bucket: bucket }));
  const { id: knowledgeBaseId, dataSourceId } = await createKnowledge(emulator, bucket, `arn:aws:s3:::${bucket}`);
  const documents = s3Documents({ bucket, prefix: 'knowledge/', client: s3 });
  const base = bedrockKnowledge({
    knowledgeBaseId,
    dataSourceId,
    prefix: 'knowledge/',
    put: documents.put,
    fileOf,
    retrieval: new BedrockAgentRuntimeClient(clientOptions(emulator)),
    ingestion: agent,
    onFailure: (failure) => {
      throw failure;
    },
  });
  return { base, agent, knowledgeBaseId, dataSourceId, documents };
}

knowledgeContract(async () => (await create()).base);

test('each document that is added starts an ingestion, and its metadata is no document', async () => {
  const { base, agent, knowledgeBaseId, dataSourceId, documents } = await create();
  await base.add(document('a.md'));
  await base.add(document('b.md'));
  const { ingestionJobSummaries } = await agent.send(new ListIngestionJobsCommand({ knowledgeBaseId, dataSourceId }));
  expect(ingestionJobSummaries?.map(({ status }) => status)).toEqual(['COMPLETE', 'COMPLETE']);
  expect((await documents.all()).map(({ name }) => name)).toEqual(['a.md', 'b.md']);
});
