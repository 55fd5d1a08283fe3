import { describe, expect, test } from 'vitest';
import { parseStageConfig } from '../../lib/config.ts';
import { liveStage, type Resource, synthesize } from './synthesize.ts';

const withKnowledge = (knowledge: object) => synthesize({ ...liveStage, knowledge });
const typed = (resources: readonly (readonly [string, Resource])[], type: string) =>
  resources.filter(([, { Type }]) => Type === type).map(([id, { Properties }]) => ({ id, Properties }));
const functionsThat = (resources: readonly (readonly [string, Resource])[], action: string): string[] =>
  resources.flatMap(([, { Type, Properties }]) => {
    if (Type !== 'AWS::Lambda::Function') return [];
    const role = (Properties.Role as { 'Fn::GetAtt': [string] })['Fn::GetAtt'][0];
    const policies = JSON.stringify(resources.find(([id]) => id === role)?.[1].Properties.Policies);
    return policies.includes(`"${action}"`) ? [String(Properties.FunctionName)] : [];
  });
const statementsOf = (resources: readonly (readonly [string, Resource])[], roleId: RegExp) =>
  (
    typed(resources, 'AWS::IAM::Role').find(({ id }) => roleId.test(id))?.Properties.Policies as
      | {
          PolicyDocument: { Statement: { Action: string | string[]; Resource: unknown; Condition?: unknown }[] };
        }[]
      | undefined
  )?.flatMap(({ PolicyDocument }) => PolicyDocument.Statement) ?? [];

test('documents are copied on a schedule where a source has some, by the one function that may write copies', () => {
  const named = (resources: readonly (readonly [string, Resource])[]) =>
    typed(resources, 'AWS::Events::Rule').filter(({ Properties }) => /sync-knowledge$/.test(String(Properties.Name)));
  expect(named(synthesize().resources)).toEqual([]);
  const sources = { books: { kind: 's3', bucket: 'acme-runbooks', prefixes: ['runbooks/'] } };
  const { resources } = synthesize({ ...liveStage, sources, knowledgeSync: { everyHours: 12 } });
  expect(named(resources)).toMatchObject([{ Properties: { ScheduleExpression: 'rate(12 hours)' } }]);
  expect(functionsThat(resources, 's3:DeleteObject')).toEqual(['watchkeeper-test-sync-knowledge']);
  const policies = JSON.stringify(typed(resources, 'AWS::IAM::Role').find(({ id }) => /syncknowledge/.test(id)));
  expect(policies).toContain('arn:aws:s3:::acme-runbooks/runbooks/*');
});

test('a stage that does not ask for one has none, and no function may ask Bedrock for knowledge', () => {
  const { resources } = synthesize();
  expect(resources.filter(([, { Type }]) => /KnowledgeBase|S3Vectors|OpenSearch|DataSource/.test(Type))).toEqual([]);
  for (const action of ['bedrock:Retrieve', 'bedrock:StartIngestionJob'])
    expect(functionsThat(resources, action)).toEqual([]);
});

describe('a knowledge base with S3 Vectors', () => {
  const { resources } = withKnowledge({ kind: 'create' });

  test('reads the knowledge folder of the bucket, in chunks, and keeps vectors of the size that the model makes', () => {
    const [base] = typed(resources, 'AWS::Bedrock::KnowledgeBase');
    const [index] = typed(resources, 'AWS::S3Vectors::Index');
    const [source] = typed(resources, 'AWS::Bedrock::DataSource');
    expect(base?.Properties).toMatchObject({
      KnowledgeBaseConfiguration: {
        Type: 'VECTOR',
        VectorKnowledgeBaseConfiguration: {
          EmbeddingModelConfiguration: { BedrockEmbeddingModelConfiguration: { Dimensions: 1024 } },
        },
      },
      StorageConfiguration: {
        Type: 'S3_VECTORS',
        S3VectorsConfiguration: { IndexArn: { 'Fn::GetAtt': [index?.id, 'IndexArn'] } },
      },
    });
    expect(index?.Properties).toMatchObject({
      DataType: 'float32',
      Dimension: 1024,
      DistanceMetric: 'cosine',
      MetadataConfiguration: { NonFilterableMetadataKeys: ['AMAZON_BEDROCK_TEXT', 'AMAZON_BEDROCK_METADATA'] },
    });
    expect(source?.Properties).toMatchObject({
      DataSourceConfiguration: { Type: 'S3', S3Configuration: { InclusionPrefixes: ['knowledge/'] } },
    });
  });

  test('has a role that only this account’s knowledge bases take, and that may do this and nothing else', () => {
    const role = typed(resources, 'AWS::IAM::Role').find(({ id }) => /^KnowledgeRole/.test(id));
    expect(role?.Properties.AssumeRolePolicyDocument).toMatchObject({
      Statement: [
        {
          Principal: { Service: 'bedrock.amazonaws.com' },
          Condition: { StringEquals: { 'aws:SourceAccount': '123456789012' }, ArnLike: expect.anything() },
        },
      ],
    });
    const statements = statementsOf(resources, /^KnowledgeRole/);
    expect(statements.flatMap(({ Action }) => Action)).toEqual([
      'bedrock:InvokeModel',
      's3:GetObject',
      's3:ListBucket',
      ...['GetIndex', 'QueryVectors', 'GetVectors', 'PutVectors', 'DeleteVectors'].map((verb) => `s3vectors:${verb}`),
    ]);
    expect(JSON.stringify(statements[0]?.Resource)).toContain('foundation-model/amazon.titan-embed-text-v2:0');
    expect(JSON.stringify(statements[1]?.Resource)).toContain('/knowledge/*');
    expect(statements[2]?.Condition).toEqual({ StringLike: { 's3:prefix': ['knowledge/*'] } });
  });

  test('is asked by the knowledge specialist alone, and fed by the end of an incident and by what people do and say afterwards', () => {
    expect(functionsThat(resources, 'bedrock:Retrieve')).toEqual(['watchkeeper-test-specialist-knowledge']);
    expect(functionsThat(resources, 'bedrock:StartIngestionJob')).toEqual([
      'watchkeeper-test-conversation',
      'watchkeeper-test-incident-update',
      'watchkeeper-test-learn',
      'watchkeeper-test-sync-knowledge',
    ]);
    const variables = typed(resources, 'AWS::Lambda::Function').flatMap(({ Properties }) =>
      'KNOWLEDGE_BASE_ID' in ((Properties.Environment as { Variables: object } | undefined)?.Variables ?? {})
        ? [Properties.FunctionName]
        : [],
    );
    expect(variables).toEqual([
      'watchkeeper-test-conversation',
      'watchkeeper-test-incident-update',
      'watchkeeper-test-learn',
      'watchkeeper-test-sync-knowledge',
      'watchkeeper-test-specialist-knowledge',
    ]);
  });
});

test('in OpenSearch Serverless the collection is encrypted, and only the knowledge base and CloudFormation have access', () => {
  const { resources } = withKnowledge({ kind: 'create', vectors: 'opensearch', dimensions: 512 });
  expect(typed(resources, 'AWS::S3Vectors::Index')).toEqual([]);
  expect(typed(resources, 'AWS::OpenSearchServerless::Collection')[0]?.Properties).toMatchObject({
    Type: 'VECTORSEARCH',
    StandbyReplicas: 'ENABLED',
  });
  expect(
    typed(resources, 'AWS::OpenSearchServerless::SecurityPolicy').map(({ Properties }) => Properties.Type),
  ).toEqual(['encryption', 'network']);
  const access = JSON.stringify(typed(resources, 'AWS::OpenSearchServerless::AccessPolicy')[0]?.Properties.Policy);
  expect(access).toContain('KnowledgeRole');
  expect(access).toContain('cdk-');
  expect(access).not.toContain('aoss:*');
  expect(typed(resources, 'AWS::OpenSearchServerless::Index')[0]?.Properties).toMatchObject({
    Mappings: { Properties: { vector: { Type: 'knn_vector', Dimension: 512 } } },
  });
  expect(statementsOf(resources, /^KnowledgeRole/).flatMap(({ Action }) => Action)).toEqual([
    'bedrock:InvokeModel',
    's3:GetObject',
    's3:ListBucket',
    'aoss:APIAccessAll',
  ]);
});

test('an existing knowledge base is asked by its id, and nothing of it is made', () => {
  const { resources } = withKnowledge({ kind: 'existing', id: 'ABCDEFGHIJ', dataSourceId: '0123456789' });
  expect(typed(resources, 'AWS::Bedrock::KnowledgeBase')).toEqual([]);
  expect(functionsThat(resources, 'bedrock:Retrieve')).toEqual(['watchkeeper-test-specialist-knowledge']);
});

test.each([
  ['an unknown store', { kind: 'create', vectors: 'pinecone' }, /vectors/],
  ['a made-up id', { kind: 'existing', id: 'kb', dataSourceId: '0123456789' }, /id/],
])('%s is refused', (_name, knowledge, why) => {
  expect(() => parseStageConfig(JSON.stringify({ ...liveStage, knowledge }), 'stage.json')).toThrow(why);
});

describe('the memory', () => {
  const memories = (config: object = {}) =>
    typed(synthesize({ ...liveStage, ...config }).resources, 'AWS::BedrockAgentCore::Memory');
  test('makes something of what was learned, in the namespace that is searched, and forgets events after a while', () => {
    expect(memories()).toHaveLength(1);
    expect(memories()[0]?.Properties).toMatchObject({
      EventExpiryDuration: 90,
      MemoryStrategies: [{ SemanticMemoryStrategy: { Name: 'incidents', Namespaces: ['/incidents'] } }],
    });
  });
  test('is read and written by the functions that need it, each with its own verbs', () => {
    const { resources } = synthesize();
    const named = (names: readonly string[]) => names.map((name) => name.replace('watchkeeper-test-', '')).toSorted();
    const may = (verb: string) => named(functionsThat(resources, `bedrock-agentcore:${verb}`));
    expect(may('RetrieveMemoryRecords')).toEqual(['assemble-context']);
    expect(may('ListMemoryRecords')).toEqual(['assemble-context', 'conversation']);
    expect(may('CreateEvent')).toEqual(['conversation', 'learn']);
    expect(may('BatchCreateMemoryRecords')).toEqual(['conversation']);
    expect(may('DeleteMemoryRecord')).toEqual(['conversation']);
  });
  test('is left out where the stage wants none', () => {
    expect(memories({ memory: { kind: 'none' } })).toEqual([]);
  });
});
