// The functions that reach sources are put into the VPC of the stage's `network`; no other function is, and without `network` none.
import { describe, expect, test } from 'vitest';
import { StageConfig } from '../../lib/config.ts';
import { functionTable } from '../../lib/functions.ts';
import { liveStage, synthesize } from './synthesize.ts';

const network = { vpcId: 'vpc-0abc', subnetIds: ['subnet-0abc', 'subnet-0def'], securityGroupIds: ['sg-0abc'] };
const functionsIn = (config: object) =>
  synthesize(config).resources.flatMap(([, { Type, Properties }]) =>
    Type === 'AWS::Lambda::Function'
      ? [[String(Properties.FunctionName).replace('watchkeeper-test-', ''), Properties] as const]
      : [],
  );

describe('network', () => {
  const all = functionsIn({ ...liveStage, network });
  test('has every function that observes or acts, and no other', () => {
    const inside = all.filter(([, { VpcConfig }]) => VpcConfig !== undefined).map(([name]) => name);
    const wanted = [...functionTable()]
      .filter(([, { may }]) => may.includes('observe') || may.includes('read sources') || may.includes('act'))
      .map(([name]) => name);
    expect(inside.sort()).toEqual(wanted.sort());
    expect(inside).toContain('specialist-metrics');
    expect(inside).not.toContain('slack');
    for (const [, { VpcConfig }] of all.filter(([name]) => inside.includes(name)))
      expect(VpcConfig).toEqual({ SubnetIds: network.subnetIds, SecurityGroupIds: network.securityGroupIds });
  });
  test('gives the right to attach to Lambda and denies it to the code of each function', () => {
    const { resources } = synthesize({ ...liveStage, network });
    const roles = resources.filter(
      ([, { Type, Properties }]) =>
        Type === 'AWS::IAM::Role' && JSON.stringify(Properties).includes('ec2:CreateNetworkInterface'),
    );
    const inside = all.filter(([, { VpcConfig }]) => VpcConfig !== undefined);
    expect(roles.length).toBe(inside.length);
    for (const [, { Properties }] of roles) {
      const text = JSON.stringify(Properties);
      expect(text).toContain('"Effect":"Deny"');
      expect(text).toContain('lambda:SourceFunctionArn');
    }
  });
  test('makes a security group without an entrance if the stage names none', () => {
    const { securityGroupIds: _, ...without } = network;
    const groups = synthesize({ ...liveStage, network: without }).resources.filter(
      ([, { Type }]) => Type === 'AWS::EC2::SecurityGroup',
    );
    expect(groups.map(([, { Properties }]) => [Properties.VpcId, Properties.SecurityGroupIngress])).toEqual([
      ['vpc-0abc', undefined],
    ]);
  });
  test('is absent without the setting', () => {
    expect(functionsIn(liveStage).every(([, { VpcConfig }]) => VpcConfig === undefined)).toBe(true);
  });
  test.each([
    [{ ...network, vpcId: 'main' }],
    [{ ...network, subnetIds: [] }],
    [{ ...network, subnets: ['subnet-0abc'] }],
  ])('is strict: %j', (wrong) => expect(StageConfig.safeParse({ ...liveStage, network: wrong }).success).toBe(false));
});
