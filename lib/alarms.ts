// Creates the alarms about failures of Watchkeeper itself: events that no target accepted, incidents that failed, pages that were refused.
import { Annotations, Duration } from 'aws-cdk-lib';
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';

interface AlarmsProps {
  readonly prefix: string;
  readonly deadLetters: Queue;
  readonly failedInvocations: Queue;
  readonly stateMachine: StateMachine;
  readonly api: HttpApi;
  readonly anchorAudit: IFunction;
  /** Without a topic and an address, the alarms only change their state. */
  readonly topicArn: string | undefined;
  readonly email: string | undefined;
}

export class Alarms extends Construct {
  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    const { prefix, deadLetters, failedInvocations, stateMachine, api, anchorAudit } = props;
    const topics = this.#topics(props);
    const period = Duration.minutes(5);
    const alarms: readonly { name: string; description: string; metric: IMetric; threshold?: number }[] = [
      {
        name: 'dead-letters',
        description: 'Undelivered events are in the dead-letter queue: an incident may not have started.',
        metric: deadLetters.metricApproximateNumberOfMessagesVisible({ period }),
      },
      {
        name: 'failed-invocations',
        description:
          'An asynchronous invocation failed three times: a message from a person, a change of a page, or a sweep is not handled.',
        metric: failedInvocations.metricApproximateNumberOfMessagesVisible({ period }),
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
      {
        name: 'requests-refused',
        description:
          'The API answered with 4xx three times: throttled, a wrong secret, or strangers. PagerDuty drops what is refused.',
        metric: api.metricClientError({ period, statistic: 'Sum' }),
        // After three dropped events in a row PagerDuty disables the subscription for a day.
        threshold: 3,
      },
      {
        name: 'audit-broken',
        description: 'The audit could not be anchored, or its chains do not hold: the log of anchor-audit says which.',
        metric: anchorAudit.metricErrors({ period, statistic: 'Sum' }),
      },
    ];
    for (const { name, description, metric, threshold = 1 } of alarms) {
      const alarm = new Alarm(this, name, {
        alarmName: `${prefix}${name}`,
        alarmDescription: description,
        metric,
        threshold,
        evaluationPeriods: 1,
        comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        treatMissingData: TreatMissingData.NOT_BREACHING,
      });
      for (const topic of topics) alarm.addAlarmAction(new SnsAction(topic));
    }
  }

  #topics({ prefix, topicArn, email }: AlarmsProps): ITopic[] {
    const existing = topicArn === undefined ? [] : [Topic.fromTopicArn(this, 'Topic', topicArn)];
    if (email === undefined) {
      if (topicArn === undefined)
        Annotations.of(this).addWarningV2(
          'watchkeeper:silent-alarms',
          'Alarms notify nobody: set alarmTopicArn or alarmEmail in the stage.',
        );
      return existing;
    }
    const mailed = new Topic(this, 'Mail', { topicName: `${prefix}alarms`, enforceSSL: true });
    mailed.addSubscription(new EmailSubscription(email));
    return [...existing, mailed];
  }
}
