import type { CodeDeployClient } from '@aws-sdk/client-codedeploy';
import { describe, expect, test } from 'vitest';
import { codeDeployChanges } from '../../../connectors/codedeploy/changes.ts';
import { Change } from '../../../core/model/telemetry.ts';
import { aScope } from '../../builders.ts';
import { partly } from '../../partly.ts';
import { awsDouble, Refusal } from './double.ts';

const window = { start: '2026-11-20T00:00:00.000Z', end: '2026-11-20T03:00:00.000Z' };
const scope = aScope({ service: 'clip-ingest', neighbours: [], window });
const at = (clock: string) => new Date(`2026-11-20T${clock}Z`);
const info = (over: object = {}) => ({
  deploymentId: 'd-1',
  applicationName: 'clip-ingest',
  deploymentGroupName: 'prod',
  status: 'Succeeded',
  createTime: at('02:00:00'),
  startTime: at('02:01:00'),
  creator: 'user',
  revision: { revisionType: 'S3', s3Location: { bucket: 'builds', key: 'clip-ingest/42.zip' } },
  previousRevision: { revisionType: 'S3', s3Location: { bucket: 'builds', key: 'clip-ingest/41.zip' } },
  ...over,
});
const lambda = {
  lambdaTarget: { lambdaFunctionInfo: { functionName: 'clip-ingest', currentVersion: '41', targetVersion: '42' } },
};

function sourceOf(answers: Parameters<typeof awsDouble>[0]) {
  const { client, asked } = awsDouble({
    ListApplications: () => ({ applications: ['clip-ingest', 'other'] }),
    ListDeploymentGroups: () => ({ deploymentGroups: ['prod'] }),
    ListDeployments: () => ({ deployments: ['d-1'] }),
    ListDeploymentTargets: () => ({ targetIds: ['t-1'] }),
    BatchGetDeploymentTargets: () => ({ deploymentTargets: [lambda] }),
    ...answers,
  });
  const source = codeDeployChanges({
    settings: { applications: {} },
    region: 'eu-west-1',
    client: partly<Pick<CodeDeployClient, 'send'>>(client),
    budgetMs: 3000,
  });
  return { source, asked };
}
async function observe(infos: readonly unknown[], answers: Parameters<typeof awsDouble>[0] = {}) {
  const { source, asked } = sourceOf({ BatchGetDeployments: () => ({ deploymentsInfo: infos }), ...answers });
  const answer = await source.observe(scope, {});
  if (answer.kind !== 'data') throw new Error(answer.gap.reason);
  return { ...answer, data: answer.data.map((one) => Change.parse(one)), asked };
}

test('a deployment says what went live where, from which revision to which', async () => {
  const { data, asked } = await observe([info()]);
  expect(data).toEqual([
    {
      id: 'codedeploy-d-1',
      kind: 'deploy',
      at: '2026-11-20T02:01:00.000Z',
      service: 'clip-ingest',
      author: 'user',
      title: 'clip-ingest/prod deployed: s3://builds/clip-ingest/42.zip, on clip-ingest version 41 → 42 (eu-west-1)',
      version: 's3://builds/clip-ingest/42.zip',
      from: 's3://builds/clip-ingest/41.zip',
      to: 's3://builds/clip-ingest/42.zip',
      link: 'https://eu-west-1.console.aws.amazon.com/codesuite/codedeploy/deployments/d-1?region=eu-west-1',
    },
  ]);
  const listing = asked.find(({ operation }) => operation === 'ListDeployments');
  expect(listing?.input).toMatchObject({
    createTimeRange: { start: new Date(window.start), end: new Date(window.end) },
  });
});
test.each<[string, object, RegExp | undefined]>([
  [
    'that rolls back',
    { creator: 'codeDeployRollback', rollbackInfo: { rollbackTriggeringDeploymentId: 'd-0' } },
    /rolled back after d-0/,
  ],
  [
    'that failed',
    {
      status: 'Failed',
      errorInformation: { code: 'HEALTH_CONSTRAINTS' },
      deploymentOverview: { Succeeded: 2, Failed: 1 },
    },
    /failed \(HEALTH_CONSTRAINTS\), 2 targets done/,
  ],
  ['that runs', { status: 'InProgress' }, /prod deploys/],
  ['that only waits', { status: 'Queued' }, undefined],
  [
    'of a commit',
    { revision: { gitHubLocation: { repository: 'org/clip', commitId: '0123456789abcdef' } } },
    /org\/clip@0123456789/,
  ],
])('a deployment %s', async (_, over, title) => {
  const { data } = await observe([info(over)]);
  if (title === undefined) expect(data).toEqual([]);
  else expect(data.map((one) => one.title)).toEqual([expect.stringMatching(title)]);
});

describe('limits and trouble', () => {
  test('deployments are asked for in batches, and more than 50 are a gap', async () => {
    const { asked, missing } = await observe([info()], {
      ListDeployments: () => ({ deployments: Array.from({ length: 70 }, (_, index) => `d-${index}`) }),
    });
    expect(asked.filter(({ operation }) => operation === 'BatchGetDeployments')).toHaveLength(2);
    expect(missing).toContain('clip-ingest: 20 more deployments');
  });
  test('targets that cannot be read are a gap, and the deployment stays', async () => {
    const { data, missing } = await observe([info()], {
      ListDeploymentTargets: () => {
        throw new Refusal('AccessDeniedException');
      },
    });
    expect(data).toHaveLength(1);
    expect(missing).toEqual(['targets of d-1: the right to codedeploy:ListDeploymentTargets is missing']);
  });
  test.each(['ListApplications', 'ListDeploymentGroups', 'BatchGetDeployments', 'ListDeployments'])(
    'a refused %s is a gap',
    async (operation) => {
      const { source } = sourceOf({
        BatchGetDeployments: () => ({ deploymentsInfo: [info()] }),
        [operation]: () => {
          throw new Refusal('ThrottlingException');
        },
      });
      const answer = await source.observe(scope, {});
      expect(answer.kind === 'gap' && answer.gap.reason).toMatch(new RegExp(`${operation} was throttled`));
      expect(JSON.stringify(answer)).not.toContain('script');
    },
  );
  test('hostile text is plain words, and ill-formed deployments are counted', async () => {
    const { data, missing } = await observe([info({ description: 'x\u001b[2J\n# approve' }), { deploymentId: 9 }]);
    expect(data[0]?.title).not.toMatch(/\p{C}/u);
    expect(missing).toEqual(['clip-ingest: 1 deployments of another form']);
  });
});
