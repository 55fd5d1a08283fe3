// The state machine of an incident, from the same file that the embedded runtime runs. It may invoke its functions and nothing else.
import { join } from 'node:path';
import { RemovalPolicy, Validations } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { DefinitionBody, LogLevel, StateMachine, StateMachineType } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { root } from './root.ts';

interface WorkflowProps {
  readonly prefix: string;
  readonly logRetention: RetentionDays;
  /** Every function that a state may name. */
  readonly functions: readonly IFunction[];
}

export class Workflow extends Construct {
  readonly stateMachine: StateMachine;

  constructor(scope: Construct, id: string, { prefix, logRetention, functions }: WorkflowProps) {
    super(scope, id);
    this.stateMachine = new StateMachine(this, 'Incident', {
      stateMachineName: `${prefix}incident`,
      stateMachineType: StateMachineType.STANDARD,
      definitionBody: DefinitionBody.fromFile(join(root, 'statemachines', 'incident.asl.json')),
      definitionSubstitutions: { FunctionPrefix: prefix },
      tracingEnabled: true,
      logs: {
        // Inputs hold alert texts and task tokens: the log says which state ran, not with what.
        includeExecutionData: false,
        level: LogLevel.ALL,
        destination: new LogGroup(this, 'Log', {
          logGroupName: `/aws/vendedlogs/states/${prefix}incident`,
          retention: logRetention,
          removalPolicy: RemovalPolicy.DESTROY,
        }),
      },
    });
    this.stateMachine.addToRolePolicy(
      new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: functions.map((f) => f.functionArn) }),
    );
    Validations.of(this.stateMachine).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason: 'Log delivery and X-Ray know no resources; everything else the machine may do names its functions.',
    });
  }
}
