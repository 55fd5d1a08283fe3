// Creates the state machine of an incident from the file that the embedded runtime also runs. It may invoke its functions and nothing else.
import { join } from 'node:path';
import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { Rule, RuleTargetInput, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { DefinitionBody, LogLevel, StateMachine, StateMachineType } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { root } from './root.ts';

interface WorkflowProps {
  readonly prefix: string;
  readonly logRetention: RetentionDays;
  /** Every function that a state may call. */
  readonly functions: readonly IFunction[];
}

/** If a page gets no message about its free slot, it waits at most this long. */
const sweepMinutes = 1;

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
        // Inputs contain alert texts and task tokens, so the log shows only which state ran.
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

  /** Sweeps the queue of waiting pages at intervals, even if no page enters or leaves it. */
  sweepLine(
    tendLine: IFunction,
    { prefix, deadLetters }: { readonly prefix: string; readonly deadLetters: IQueue },
  ): void {
    new Rule(this, 'SweepLine', {
      ruleName: `${prefix}sweep-line`,
      description: 'Looks after the line of waiting pages',
      schedule: Schedule.rate(Duration.minutes(sweepMinutes)),
      targets: [
        new LambdaFunction(tendLine, {
          event: RuleTargetInput.fromObject({ how: 'sweep' }),
          deadLetterQueue: deadLetters,
          // The next schedule event does the same.
          retryAttempts: 0,
          maxEventAge: Duration.minutes(sweepMinutes),
        }),
      ],
    });
  }
}
