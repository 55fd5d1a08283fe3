// What a person must hear of when Watchkeeper itself is ill: events that nobody took, incidents that failed, pages that were refused.
import { Duration } from 'aws-cdk-lib';
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';

interface AlarmsProps {
  readonly prefix: string;
  readonly deadLetters: Queue;
  readonly stateMachine: StateMachine;
  readonly api: HttpApi;
  /** Without one the alarms only change their state. */
  readonly topicArn: string | undefined;
}

export class Alarms extends Construct {
  constructor(scope: Construct, id: string, { prefix, deadLetters, stateMachine, api, topicArn }: AlarmsProps) {
    super(scope, id);
    const topic = topicArn === undefined ? undefined : Topic.fromTopicArn(this, 'Topic', topicArn);
    const period = Duration.minutes(5);
    const alarms: readonly { name: string; description: string; metric: IMetric }[] = [
      {
        name: 'dead-letters',
        description: 'Events that no target took wait in the dead-letter queue: an incident may not have started.',
        metric: deadLetters.metricApproximateNumberOfMessagesVisible({ period }),
      },
      {
        name: 'incidents-failed',
        description: 'An execution failed: its thread says where, the execution history says why.',
        metric: stateMachine.metricFailed({ period, statistic: 'Sum' }),
      },
      {
        name: 'incidents-timed-out',
        description: 'An execution took longer than any may: the execution history says where it hung.',
        metric: stateMachine.metricTimedOut({ period, statistic: 'Sum' }),
      },
      {
        name: 'requests-failed',
        description: 'The API answered with 5xx: PagerDuty and Slack will send again, but not for ever.',
        metric: api.metricServerError({ period, statistic: 'Sum' }),
      },
    ];
    for (const { name, description, metric } of alarms) {
      const alarm = new Alarm(this, name, {
        alarmName: `${prefix}${name}`,
        alarmDescription: description,
        metric,
        threshold: 1,
        evaluationPeriods: 1,
        comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        treatMissingData: TreatMissingData.NOT_BREACHING,
      });
      if (topic) alarm.addAlarmAction(new SnsAction(topic));
    }
  }
}
