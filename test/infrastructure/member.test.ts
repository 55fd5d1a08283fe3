// Other accounts: the stage's functions may assume the readers' roles and nothing else there, and the member stack gives each role what the sources need.
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, test } from 'vitest';
import { readTelemetry } from '../../connectors/configured.ts';
import { parseStageConfig, StageConfig } from '../../lib/config.ts';
import { WatchkeeperMember } from '../../lib/member.ts';
import { liveStage, synthesize } from './synthesize.ts';

const role = (account: string, name = 'watchkeeper-reader') => `arn:aws:iam::${account}:role/${name}`;
const fleet = {
  ...liveStage,
  account: '123456789012',
  aws: {
    accounts: {
      '111122223333': { role: role('111122223333'), externalIdSecret: 'aws-external-id' },
      '444455556666': { role: role('444455556666'), externalIdSecret: 'aws-external-id' },
    },
    monitoring: { account: '444455556666', regions: ['us-east-1'] },
  },
  sources: {
    amp: {
      kind: 'prometheus',
      url: 'https://aps-workspaces.us-east-1.amazonaws.com/workspaces/ws-1',
      auth: { kind: 'sigv4', service: 'aps', account: '111122223333' },
    },
    far: {
      kind: 'kubernetes',
      clusters: [{ name: 'far', access: 'eks', region: 'us-east-1', account: '111122223333' }],
    },
    cw: { kind: 'cloudwatch', account: '444455556666', region: 'us-east-1', groups: { web: ['/aws/lambda/web'] } },
  },
};

describe('a stage that reads other accounts', () => {
  const { resources } = synthesize(fleet);
  const policies = resources
    .filter(([, { Type }]) => Type === 'AWS::IAM::Role')
    .map(([, { Properties }]) => JSON.stringify(Properties));
  test('may assume their roles, and needs no right of its own for their resources', () => {
    const assuming = policies.filter((text) => text.includes('sts:AssumeRole"') && text.includes(role('111122223333')));
    expect(assuming.length).toBeGreaterThan(5);
    const all = policies.join();
    expect(all).not.toMatch(/aps:QueryMetrics|cluster\/far|logs:StartQuery/);
    expect(all).toContain('cluster/backend');
  });
  test('has one secret for an external id that two accounts share, and hands the accounts to the functions', () => {
    const names = resources.flatMap(([, { Type, Properties }]) =>
      Type === 'AWS::SecretsManager::Secret' ? [String(Properties.Name)] : [],
    );
    expect(names.filter((name) => name.endsWith('-aws-external-id')).length).toBe(1);
    const written = resources.flatMap(([, { Properties }]) => {
      const { Variables = {} } = (Properties.Environment ?? {}) as { Variables?: Record<string, unknown> };
      return typeof Variables.TELEMETRY === 'string' ? [Variables.TELEMETRY] : [];
    });
    expect(readTelemetry(written[0] ?? '')).toMatchObject({ kind: 'live', aws: { accounts: fleet.aws.accounts } });
  });
  test.each([
    [
      'a source of an account that is not listed',
      { aws: { accounts: {} }, sources: { amp: fleet.sources.amp } },
      /names the account 111122223333, which is not under aws\.accounts/,
    ],
    [
      'a monitoring account that is neither listed nor its own',
      { aws: { monitoring: { account: '999900001111', regions: ['us-east-1'] } }, sources: {} },
      /is neither the account of the stage nor under aws\.accounts/,
    ],
  ])('is refused with %s', (_, over, why) =>
    expect(() => parseStageConfig(JSON.stringify({ ...fleet, ...over }), 'x.json')).toThrow(why),
  );
});

describe('the stack of a member account', () => {
  const stackOf = (account: string | undefined, config: object = fleet) =>
    new WatchkeeperMember(new App({ treeMetadata: false }), StageConfig.parse(config), { account });
  const rightsIn = (account: string | undefined) => {
    const [reader] = Object.values(Template.fromStack(stackOf(account)).findResources('AWS::IAM::Role'));
    return JSON.stringify(reader?.Properties);
  };
  test('has one role, which only functions of this stage can assume, with the external id', () => {
    const template = Template.fromStack(stackOf('111122223333'));
    const [reader] = Object.values(template.findResources('AWS::IAM::Role'));
    expect(reader?.Properties.RoleName).toBe('watchkeeper-reader');
    expect(reader?.Properties.AssumeRolePolicyDocument.Statement).toMatchObject([
      {
        Action: 'sts:AssumeRole',
        Condition: {
          ArnLike: {
            'aws:PrincipalArn': {
              'Fn::Join': [
                '',
                [expect.anything(), { Ref: 'AWS::Partition' }, ':iam::123456789012:role/watchkeeper-test-*'],
              ],
            },
          },
          StringEquals: { 'sts:ExternalId': { Ref: 'ExternalId' } },
        },
      },
    ]);
    expect(template.toJSON().Parameters.ExternalId).toMatchObject({ NoEcho: true, MinLength: 16 });
  });
  test('gives what the sources of its account read and the tags for the catalogue, and nothing else', () => {
    expect(rightsIn('111122223333')).toMatch(/aps:QueryMetrics/);
    expect(rightsIn('111122223333')).toMatch(/eks:DescribeCluster/);
    expect(rightsIn('111122223333')).not.toMatch(/logs:|cloudwatch:/);
    expect(rightsIn('444455556666')).toMatch(/logs:StartQuery/);
    expect(rightsIn('444455556666')).not.toMatch(/aps:|eks:/);
    for (const account of ['111122223333', '444455556666']) expect(rightsIn(account)).toMatch(/tag:GetResources/);
  });
  test('makes an access entry for each cluster of its account and region', () => {
    const entries = (region: string) =>
      Object.values(
        Template.fromStack(
          new WatchkeeperMember(new App({ treeMetadata: false }), StageConfig.parse(fleet), {
            account: '111122223333',
            region,
          }),
        ).findResources('AWS::EKS::AccessEntry'),
      ).map(({ Properties }) => [Properties.ClusterName, Properties.KubernetesGroups]);
    expect(entries('us-east-1')).toEqual([['far', ['watchkeeper-readers']]]);
    expect(entries('eu-west-1')).toEqual([]);
  });
  test('stands for all accounts in one template, for a stack set', () => {
    expect(rightsIn(undefined)).toMatch(
      /aps:QueryMetrics[\s\S]*logs:StartQuery|logs:StartQuery[\s\S]*aps:QueryMetrics/,
    );
    const two = {
      ...fleet,
      aws: { accounts: { ...fleet.aws.accounts, '444455556666': { role: role('444455556666', 'other') } } },
    };
    expect(() => stackOf(undefined, two)).toThrow(/different names/);
  });
  test('follows the AWS Solutions rules, with a reason for each wildcard', () => {
    const { violations } = new AwsSolutionsChecks().validateScope(stackOf(undefined));
    expect(
      violations.map(({ ruleName, violatingResources }) => [
        ruleName,
        violatingResources.map(({ constructPath }) => constructPath),
      ]),
    ).toEqual([]);
  });
});

test('a stage file may be YAML', () => {
  const yaml =
    'stage: test\ntelemetry: { kind: live }\nslack: { channel: C0123456789 } # the channel of the night\nsources:\n  amp: { kind: prometheus, url: "https://amp.example.com" }\n';
  expect(parseStageConfig(yaml, 'config/x.yaml')).toMatchObject({ stage: 'test', sources: [{ name: 'amp' }] });
  expect(() => parseStageConfig('stage: test\nstage: twice\n', 'config/x.yaml')).toThrow(
    /^config\/x\.yaml is not JSON, nor YAML/,
  );
});
