// Puts functions into the subnets of a stage's `network`, so that they reach sources with private addresses. AWS services are then reached through
// endpoints of the VPC or a NAT gateway (docs/deploy.md).
import { CfnSecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { CfnFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { StageConfig } from './config.ts';

interface NetworkProps {
  readonly network: NonNullable<StageConfig['network']>;
  readonly prefix: string;
}

export class Network extends Construct {
  readonly #placement: CfnFunction.VpcConfigProperty;

  constructor(scope: Construct, id: string, { network, prefix }: NetworkProps) {
    super(scope, id);
    const { vpcId, subnetIds, securityGroupIds = [this.#ownGroup(vpcId, prefix)] } = network;
    this.#placement = { subnetIds, securityGroupIds };
  }

  /** Nothing may connect to the functions; they may connect to everything that the routes of the subnets allow. */
  #ownGroup(vpcId: string, prefix: string): string {
    const group = new CfnSecurityGroup(this, 'Group', {
      vpcId,
      groupDescription: `Functions of ${prefix.replace(/-$/, '')} that observe or act`,
      securityGroupEgress: [{ ipProtocol: '-1', cidrIp: '0.0.0.0/0', description: 'Sources and endpoints of AWS' }],
    });
    return group.attrGroupId;
  }

  place(created: CfnFunction): void {
    created.vpcConfig = this.#placement;
  }

  /**
   * Lambda needs these rights to attach the function; the function's own code may not use them (AWS Lambda Developer Guide, "Giving Lambda functions
   * access to resources in an Amazon VPC"). Lambda checks them for all resources.
   */
  rights(functionArn: string): PolicyStatement[] {
    const actions = [
      'ec2:CreateNetworkInterface',
      'ec2:DeleteNetworkInterface',
      'ec2:DescribeNetworkInterfaces',
      'ec2:DescribeSubnets',
      'ec2:AssignPrivateIpAddresses',
      'ec2:UnassignPrivateIpAddresses',
    ];
    return [
      new PolicyStatement({ actions, resources: ['*'] }),
      new PolicyStatement({
        effect: Effect.DENY,
        actions,
        resources: ['*'],
        conditions: { ArnEquals: { 'lambda:SourceFunctionArn': functionArn } },
      }),
    ];
  }
}
