// CodeDeploy and ECR against moto (PyPI), an emulator of AWS by other people. It has no targets of deployments, which are a gap here. moto's CodePipeline
// gives times as texts, which AWS's own client refuses, so it is of no use here.
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  CodeDeployClient,
  CreateApplicationCommand,
  CreateDeploymentCommand,
  CreateDeploymentGroupCommand,
} from '@aws-sdk/client-codedeploy';
import { CreateRepositoryCommand, ECRClient, PutImageCommand } from '@aws-sdk/client-ecr';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { readEntries } from '../../connectors/configured.ts';
import { Change } from '../../core/model/telemetry.ts';
import { checkSource } from '../../local/sources.ts';
import { aScope } from '../builders.ts';
import { pythonPackage } from '../python.ts';

let stop: (() => void) | undefined;
const options = { region: 'eu-west-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };
let endpoint = '';

beforeAll(async () => {
  const bin = await pythonPackage('moto[server]', '5.2.5');
  const port = await new Promise<number>((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
  const server = spawn(join(bin, 'moto_server'), ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
  stop = () => server.kill();
  endpoint = `http://127.0.0.1:${port}`;
  for (let waited = 0; waited < 200; waited += 1) {
    if (
      await fetch(endpoint).then(
        () => true,
        () => false,
      )
    )
      return;
    await sleep(200);
  }
  throw new Error('moto did not start.');
});
afterAll(() => stop?.());

async function observe(kind: string) {
  vi.stubEnv('AWS_ENDPOINT_URL', endpoint);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  const [source] = readEntries({ it: { kind, region: 'eu-west-1' } }, { place: 'stage' });
  if (source === undefined) throw new Error('There is no source.');
  const means = { clock: { now: () => new Date() }, secret: () => undefined };
  const window = {
    start: new Date(Date.now() - 3_600_000).toISOString(),
    end: new Date(Date.now() + 60_000).toISOString(),
  };
  const answer = await (await source.observe(means)).changes?.observe(aScope({ service: 'orders', window }), {});
  const check = await checkSource(source, means);
  vi.unstubAllEnvs();
  if (answer?.kind !== 'data') throw new Error(answer?.gap.reason);
  return { ...answer, data: answer.data.map((one) => Change.parse(one)), check };
}

test('CodeDeploy', async () => {
  const client = new CodeDeployClient({ ...options, endpoint });
  await client.send(new CreateApplicationCommand({ applicationName: 'orders', computePlatform: 'Lambda' }));
  const group = { applicationName: 'orders', deploymentGroupName: 'prod' };
  await client.send(new CreateDeploymentGroupCommand({ ...group, serviceRoleArn: 'arn:aws:iam::123456789012:role/x' }));
  await client.send(
    new CreateDeploymentCommand({
      ...group,
      revision: { revisionType: 'S3', s3Location: { bucket: 'builds', key: '42.zip', bundleType: 'zip' } },
    }),
  );
  const { query, check, data, missing } = await observe('codedeploy');
  expect(query).toBe('deployments of orders in eu-west-1');
  expect(check).toMatchObject({ kind: 'answers', sees: ['deployments of 1 applications in eu-west-1'] });
  // moto leaves a deployment as created, which changed nothing yet, and has no targets.
  expect(data).toEqual([]);
  expect(missing).toEqual([expect.stringMatching(/^targets of .* failed/)]);
});

test('ECR', async () => {
  const client = new ECRClient({ ...options, endpoint });
  await client.send(new CreateRepositoryCommand({ repositoryName: 'shop/orders' }));
  const manifest = (size: number) =>
    JSON.stringify({
      schemaVersion: 2,
      mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
      config: {
        mediaType: 'application/vnd.docker.container.image.v1+json',
        size,
        digest: `sha256:${String(size).padStart(64, 'a')}`,
      },
      layers: [],
    });
  for (const size of [1, 2]) {
    await client.send(
      new PutImageCommand({ repositoryName: 'shop/orders', imageManifest: manifest(size), imageTag: 'stable' }),
    );
    await sleep(1100);
  }
  const { data, check } = await observe('ecr');
  expect(check).toMatchObject({ kind: 'answers', sees: ['pushes to 1 repositories in eu-west-1'] });
  expect(data.at(-1)?.title).toMatch(/stable/);
});
