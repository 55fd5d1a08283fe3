// Makes knowledge documents searchable by meaning: a Bedrock knowledge base over the bucket's knowledge/ folder, with its vectors in S3 Vectors or
// in OpenSearch Serverless. A stage has one only if it configures one; the full-text index in the functions needs no resources.
import { type CfnResource, DefaultStackSynthesizer, Fn, Stack, Validations } from 'aws-cdk-lib';
import { CfnDataSource, CfnKnowledgeBase } from 'aws-cdk-lib/aws-bedrock';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  CfnAccessPolicy,
  CfnCollection,
  CfnIndex as CfnSearchIndex,
  CfnSecurityPolicy,
} from 'aws-cdk-lib/aws-opensearchserverless';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { CfnIndex, CfnVectorBucket } from 'aws-cdk-lib/aws-s3vectors';
import { Construct } from 'constructs';
import type { StageConfig } from './config.ts';

interface KnowledgeProps {
  readonly prefix: string;
  readonly stage: string;
  readonly knowledge: StageConfig['knowledge'];
  readonly bucket: Bucket;
  readonly deletionProtection: boolean;
}

type Created = Extract<StageConfig['knowledge'], { kind: 'create' }>;

/** The bucket's prefix that is the data source. */
export const knowledgePrefix = 'knowledge/';
const indexName = 'knowledge';

/** A vector store: its configuration for the knowledge base, the rights of the role in it, and the resources that must exist first. */
interface Vectors {
  readonly storage: CfnKnowledgeBase.StorageConfigurationProperty;
  readonly statements: readonly PolicyStatement[];
  /** Creates the resources for the role that reads and writes the store. */
  readonly ready: (role: Role) => readonly CfnResource[];
}

export class Knowledge extends Construct {
  /** Absent if the stage has only the full-text index. */
  readonly identity:
    | { readonly id: string; readonly arn: string; readonly dataSourceId: string; readonly fallback: boolean }
    | undefined;

  constructor(scope: Construct, id: string, props: KnowledgeProps) {
    super(scope, id);
    this.identity = this.#choose(props);
  }

  #choose(props: KnowledgeProps): Knowledge['identity'] {
    const { knowledge } = props;
    switch (knowledge.kind) {
      case 'index':
        return undefined;
      case 'existing': {
        const { id, dataSourceId, fallback } = knowledge;
        const arn = Stack.of(this).formatArn({ service: 'bedrock', resource: 'knowledge-base', resourceName: id });
        return { id, arn, dataSourceId, fallback };
      }
      case 'create':
        return this.#create(knowledge, props);
    }
  }

  #create(knowledge: Created, props: KnowledgeProps): Knowledge['identity'] {
    const { prefix, bucket } = props;
    const stack = Stack.of(this);
    const model = stack.formatArn({
      service: 'bedrock',
      account: '',
      resource: 'foundation-model',
      resourceName: knowledge.embeddingModel,
    });
    const vectors = knowledge.vectors === 's3' ? this.#s3(knowledge) : this.#openSearch(knowledge, props);
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('bedrock.amazonaws.com', {
        conditions: {
          StringEquals: { 'aws:SourceAccount': stack.account },
          ArnLike: {
            'aws:SourceArn': stack.formatArn({ service: 'bedrock', resource: 'knowledge-base', resourceName: '*' }),
          },
        },
      }),
      description: 'What the knowledge base may do: read its documents, embed them, keep the vectors',
      inlinePolicies: {
        own: new PolicyDocument({
          statements: [
            new PolicyStatement({ actions: ['bedrock:InvokeModel'], resources: [model] }),
            new PolicyStatement({
              actions: ['s3:GetObject'],
              resources: [bucket.arnForObjects(`${knowledgePrefix}*`)],
            }),
            new PolicyStatement({
              actions: ['s3:ListBucket'],
              resources: [bucket.bucketArn],
              conditions: { StringLike: { 's3:prefix': [`${knowledgePrefix}*`] } },
            }),
            ...vectors.statements,
          ],
        }),
      },
    });
    const before = vectors.ready(role);
    const base = new CfnKnowledgeBase(this, 'Base', {
      name: `${prefix}knowledge`,
      description: 'Runbooks and past incidents',
      roleArn: role.roleArn,
      knowledgeBaseConfiguration: {
        type: 'VECTOR',
        vectorKnowledgeBaseConfiguration: {
          embeddingModelArn: model,
          embeddingModelConfiguration: {
            bedrockEmbeddingModelConfiguration: { dimensions: knowledge.dimensions, embeddingDataType: 'FLOAT32' },
          },
        },
      },
      storageConfiguration: vectors.storage,
    });
    base.node.addDependency(role, ...before);
    const source = new CfnDataSource(this, 'Documents', {
      name: 'documents',
      knowledgeBaseId: base.attrKnowledgeBaseId,
      // The vectors disappear with their store; a deletion one by one before could leave a stack half deleted.
      dataDeletionPolicy: 'RETAIN',
      dataSourceConfiguration: {
        type: 'S3',
        s3Configuration: { bucketArn: bucket.bucketArn, inclusionPrefixes: [knowledgePrefix] },
      },
      vectorIngestionConfiguration: {
        chunkingConfiguration: {
          chunkingStrategy: 'FIXED_SIZE',
          fixedSizeChunkingConfiguration: { maxTokens: 500, overlapPercentage: 15 },
        },
      },
    });
    Validations.of(role).acknowledge({
      id: `AwsSolutions-IAM5[Resource::<${stack.getLogicalId(bucket.node.defaultChild as CfnResource)}.Arn>/${knowledgePrefix}*]`,
      reason: 'The data source is a folder of the bucket; the right ends there.',
    });
    return {
      id: base.attrKnowledgeBaseId,
      arn: base.attrKnowledgeBaseArn,
      dataSourceId: source.attrDataSourceId,
      fallback: knowledge.fallback,
    };
  }

  /** S3 Vectors: the cost depends on storage and queries; nothing runs. */
  #s3({ dimensions }: Created): Vectors {
    const bucket = new CfnVectorBucket(this, 'Vectors', { encryptionConfiguration: { sseType: 'AES256' } });
    const index = new CfnIndex(this, 'Index', {
      vectorBucketArn: bucket.attrVectorBucketArn,
      indexName,
      dataType: 'float32',
      dimension: dimensions,
      distanceMetric: 'cosine',
      // The text of a chunk is longer than filterable metadata may be.
      metadataConfiguration: { nonFilterableMetadataKeys: ['AMAZON_BEDROCK_TEXT', 'AMAZON_BEDROCK_METADATA'] },
    });
    return {
      storage: { type: 'S3_VECTORS', s3VectorsConfiguration: { indexArn: index.attrIndexArn } },
      statements: [
        new PolicyStatement({
          actions: ['GetIndex', 'QueryVectors', 'GetVectors', 'PutVectors', 'DeleteVectors'].map(
            (verb) => `s3vectors:${verb}`,
          ),
          resources: [index.attrIndexArn],
        }),
      ],
      ready: () => [],
    };
  }

  /** OpenSearch Serverless: it answers faster and finds words as well as meaning, but its units run, and cost money, all the time. */
  #openSearch({ dimensions }: Created, { stage, deletionProtection }: KnowledgeProps): Vectors {
    const name = `wk-${stage}-knowledge`;
    const resource = [`collection/${name}`];
    const encryption = new CfnSecurityPolicy(this, 'Encryption', {
      name,
      type: 'encryption',
      policy: JSON.stringify({ Rules: [{ ResourceType: 'collection', Resource: resource }], AWSOwnedKey: true }),
    });
    const network = new CfnSecurityPolicy(this, 'Network', {
      name,
      type: 'network',
      // Reachable from the network, but not open: the access policy below lists who may use it. CloudFormation creates the index from outside.
      policy: JSON.stringify([{ Rules: [{ ResourceType: 'collection', Resource: resource }], AllowFromPublic: true }]),
    });
    const collection = new CfnCollection(this, 'Collection', {
      name,
      type: 'VECTORSEARCH',
      standbyReplicas: deletionProtection ? 'ENABLED' : 'DISABLED',
    });
    collection.node.addDependency(encryption, network);
    return {
      storage: {
        type: 'OPENSEARCH_SERVERLESS',
        opensearchServerlessConfiguration: {
          collectionArn: collection.attrArn,
          vectorIndexName: indexName,
          fieldMapping: { vectorField: 'vector', textField: 'text', metadataField: 'metadata' },
        },
      },
      statements: [new PolicyStatement({ actions: ['aoss:APIAccessAll'], resources: [collection.attrArn] })],
      ready: (role) => {
        const access = new CfnAccessPolicy(this, 'Access', {
          name,
          type: 'data',
          policy: Stack.of(this).toJsonString([
            {
              Rules: [
                {
                  ResourceType: 'index',
                  Resource: [`index/${name}/${indexName}`],
                  Permission: ['DescribeIndex', 'ReadDocument', 'WriteDocument'].map((verb) => `aoss:${verb}`),
                },
              ],
              Principal: [role.roleArn],
            },
            {
              Rules: [
                {
                  ResourceType: 'index',
                  Resource: [`index/${name}/${indexName}`],
                  Permission: ['CreateIndex', 'DeleteIndex', 'UpdateIndex', 'DescribeIndex'].map(
                    (verb) => `aoss:${verb}`,
                  ),
                },
              ],
              Principal: [cloudFormationRole()],
            },
          ]),
        });
        const index = new CfnSearchIndex(this, 'Index', {
          collectionEndpoint: collection.attrCollectionEndpoint,
          indexName,
          settings: { index: { knn: true } },
          mappings: {
            properties: {
              vector: {
                type: 'knn_vector',
                dimension: dimensions,
                method: { name: 'hnsw', engine: 'faiss', spaceType: 'l2' },
              },
              text: { type: 'text' },
              metadata: { type: 'text', index: false },
            },
          },
        });
        index.node.addDependency(access);
        return [access, index];
      },
    };
  }
}

/** The role that creates the stack's resources, under the name that `cdk bootstrap` gives it. */
const cloudFormationRole = (): string =>
  Fn.sub(DefaultStackSynthesizer.DEFAULT_CLOUDFORMATION_ROLE_ARN, {
    Qualifier: DefaultStackSynthesizer.DEFAULT_QUALIFIER,
  });
