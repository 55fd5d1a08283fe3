// A real `cdk bootstrap` and `cdk deploy` of the stage `emulator`, pointed at the played Slack and PagerDuty, with its secrets filled in the
// way an operator would.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import {
  BedrockAgentClient,
  CreateDataSourceCommand,
  CreateKnowledgeBaseCommand,
  UpdateDataSourceCommand,
} from '@aws-sdk/client-bedrock-agent';
import { PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import * as z from 'zod';
import type { Emulator } from './emulator.ts';
import type { Outside } from './outside.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '..', '..');
const ownAccount = '000000000000';

export const secrets = {
  'pagerduty-webhook': 'an-old-secret-of-pagerduty\nthe-secret-of-pagerduty',
  'pagerduty-token': 'u+deploy',
  'slack-signing': 'the-signing-secret-of-slack',
  'slack-token': 'xoxb-deploy',
  'model-api-key': 'sk-the-key-of-the-model',
};

const Outputs = z.object({
  'watchkeeper-emulator': z.object({
    PagerDutyWebhookUrl: z.string(),
    SlackUrl: z.string(),
    StateMachineArn: z.string(),
    IncidentsTable: z.string(),
    PreferencesTable: z.string(),
    AuditTable: z.string(),
    EvidenceBucket: z.string(),
    AnchorsBucket: z.string(),
    DeadLettersUrl: z.string(),
  }),
});
export type Outputs = z.infer<typeof Outputs>['watchkeeper-emulator'];

export async function deploy(
  emulator: Emulator,
  outside: Outside,
  {
    memoryId,
    knowledge,
    modelUrl,
    account,
  }: Readonly<{ memoryId: string; knowledge: KnowledgeIds; modelUrl: string; account: string }>,
): Promise<Outputs> {
  const stage = JSON.parse(await readFile(join(root, 'config', 'emulator.json'), 'utf8')) as object;
  const example = await readFile(join(root, 'config', 'catalog.yaml'), 'utf8');
  return deployStage(emulator, {
    stage: {
      ...stage,
      ...outsideOf(outside),
      memory: { kind: 'existing', id: memoryId },
      recording: true,
      costs: {},
      knowledge: { kind: 'existing', ...knowledge },
      model: {
        provider: 'openai',
        endpoint: `${modelUrl}/v1`,
        models: { coordinator: 'scripted-coordinator', specialist: 'scripted-specialist' },
      },
    },
    // The account in which backend-1 runs has the id that the emulator gave it.
    catalog: example.replaceAll('111122223333', account),
    secrets,
  });
}

/** The settings of a stage that posts to the played Slack and PagerDuty. */
export const outsideOf = (outside: Outside) => ({
  slack: { channel: 'C0123456789', apiUrl: outside.slackUrl, teams: ['T0EMULATOR'], appId: 'A0WATCH' },
  pagerduty: { from: 'watchkeeper@example.com', apiUrl: outside.pagerDutyUrl },
});

interface StageToDeploy {
  /** The stage file, without its catalogue. Its stage is `emulator`. */
  readonly stage: object;
  /** The text of the catalogue. */
  readonly catalog: string;
  /** By the names that follow `watchkeeper-emulator-`. */
  readonly secrets: Readonly<Record<string, string>>;
}

export async function deployStage(emulator: Emulator, given: StageToDeploy): Promise<Outputs> {
  const folder = await mkdtemp(join(tmpdir(), 'watchkeeper-deploy-'));
  try {
    const config = join(folder, 'stage.json');
    const catalog = join(folder, 'catalog.yaml');
    await writeFile(catalog, given.catalog);
    await writeFile(config, JSON.stringify({ ...given.stage, catalog: relative(root, catalog) }));
    const cdk = (...parameters: readonly string[]) =>
      run(
        process.execPath,
        [
          join(root, 'node_modules', 'aws-cdk', 'bin', 'cdk'),
          ...parameters,
          ...['-c', `config=${config}`, '--output', join(folder, 'cdk.out'), '--no-notices'],
        ],
        {
          cwd: root,
          maxBuffer: 1e8,
          env: {
            ...emulator.environment,
            PATH: [join(root, 'node_modules', '.bin'), dirname(process.execPath), process.env.PATH].join(delimiter),
            HOME: folder,
            CDK_DISABLE_VERSION_CHECK: '1',
            CI: 'true',
          },
        },
      );
    await cdk('bootstrap', `aws://${ownAccount}/us-east-1`);
    const outputs = join(folder, 'outputs.json');
    await cdk('deploy', 'watchkeeper-emulator', '--require-approval', 'never', '--outputs-file', outputs);
    await fillSecrets(emulator, given.secrets);
    return Outputs.parse(JSON.parse(await readFile(outputs, 'utf8')))['watchkeeper-emulator'];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export const clientOptions = ({ url }: Emulator) => ({
  endpoint: url,
  region: 'us-east-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
});

async function fillSecrets(emulator: Emulator, values: Readonly<Record<string, string>>): Promise<void> {
  const client = new SecretsManagerClient(clientOptions(emulator));
  for (const [name, SecretString] of Object.entries(values)) {
    await client.send(new PutSecretValueCommand({ SecretId: `watchkeeper-emulator-${name}`, SecretString }));
  }
}

export interface KnowledgeIds {
  readonly id: string;
  readonly dataSourceId: string;
}

/** A knowledge base over the folder knowledge/ of a bucket. */
export async function createKnowledge(emulator: Emulator, name: string, bucketArn: string): Promise<KnowledgeIds> {
  const agent = new BedrockAgentClient(clientOptions(emulator));
  const { knowledgeBase } = await agent.send(
    new CreateKnowledgeBaseCommand({
      name,
      roleArn: 'arn:aws:iam::000000000000:role/knowledge',
      knowledgeBaseConfiguration: {
        type: 'VECTOR',
        vectorKnowledgeBaseConfiguration: { embeddingModelArn: 'arn:aws:x' },
      },
    }),
  );
  const id = knowledgeBase?.knowledgeBaseId ?? '';
  const source = dataSource(bucketArn);
  const created = await agent.send(new CreateDataSourceCommand({ knowledgeBaseId: id, ...source }));
  return { id, dataSourceId: created.dataSource?.dataSourceId ?? '' };
}

/** The stage is deployed with the ids of a knowledge base, and makes the bucket that it is to read. */
export async function readFrom(emulator: Emulator, { id, dataSourceId }: KnowledgeIds, bucket: string): Promise<void> {
  const agent = new BedrockAgentClient(clientOptions(emulator));
  const source = dataSource(`arn:aws:s3:::${bucket}`);
  await agent.send(new UpdateDataSourceCommand({ knowledgeBaseId: id, dataSourceId, ...source }));
}

const dataSource = (bucketArn: string) => ({
  name: 'documents',
  dataSourceConfiguration: { type: 'S3' as const, s3Configuration: { bucketArn, inclusionPrefixes: ['knowledge/'] } },
});

/** The emulator has no CloudFormation type for AgentCore Memory, but its API: the stage brings an existing one. */
export async function createMemory({ url }: Emulator, name = 'deploy_test'): Promise<string> {
  const answer = await fetch(`${url}/memories/create`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/bedrock-agentcore/aws4_request, SignedHeaders=host, Signature=0`,
    },
    body: JSON.stringify({ name, eventExpiryDuration: 90, clientToken: 'x'.repeat(40) }),
  });
  const { memory } = z.object({ memory: z.object({ id: z.string() }) }).parse(await answer.json());
  return memory.id;
}
