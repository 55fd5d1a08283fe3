// Creates the event bus: rules from statemachines/bus-routes.json, an archive to replay events from, and a queue for events that no target accepted.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Duration, Validations } from 'aws-cdk-lib';
import { EventBus, Rule, RuleTargetInput, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction, SfnStateMachine } from 'aws-cdk-lib/aws-events-targets';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import * as z from 'zod';
import { root } from './root.ts';

const Routes = z.object({
  source: z.string(),
  routes: z.array(
    z.object({
      name: z.string(),
      detailTypes: z.array(z.string()).min(1),
      target: z.union([z.strictObject({ stateMachine: z.string() }), z.strictObject({ function: z.string() })]),
    }),
  ),
});

interface BusProps {
  readonly prefix: string;
  /** 0 creates no archive. */
  readonly archiveDays: number;
}

interface Targets {
  stateMachine(name: string): IStateMachine;
  function(name: string): IFunction;
}

export class Bus extends Construct {
  readonly bus: EventBus;
  /** Events that a target refused for a day, with the reason as attributes. */
  readonly deadLetters: Queue;
  /** Asynchronous invocations that failed at their last attempt, each with the function's input. */
  readonly failedInvocations: Queue;
  readonly #prefix: string;

  constructor(scope: Construct, id: string, { prefix, archiveDays }: BusProps) {
    super(scope, id);
    this.#prefix = prefix;
    this.bus = new EventBus(this, 'Bus', { eventBusName: `${prefix}bus` });
    this.deadLetters = this.#queue('DeadLetters', `${prefix}dead-letters`);
    this.failedInvocations = this.#queue('FailedInvocations', `${prefix}failed-invocations`);
    if (archiveDays > 0) {
      this.bus.archive('Archive', {
        archiveName: `${prefix}events`,
        description: 'Everything that started or updated an incident, for replay',
        eventPattern: { source: [readRoutes().source] },
        retention: Duration.days(archiveDays),
      });
    }
  }

  #delivery = () => ({ deadLetterQueue: this.deadLetters, retryAttempts: 185, maxEventAge: Duration.hours(24) });

  /** Sweeps for incidents without a running execution: every two minutes, and after each event of Step Functions about a failed execution. */
  sweep(sweepIncidents: IFunction, stateMachine: IStateMachine): void {
    new Rule(this, 'Sweep', {
      ruleName: `${this.#prefix}sweep-incidents`,
      schedule: Schedule.rate(Duration.minutes(2)),
      targets: [
        new LambdaFunction(sweepIncidents, {
          // The next schedule event follows soon, so few retries suffice.
          ...{ deadLetterQueue: this.deadLetters, retryAttempts: 2, maxEventAge: Duration.minutes(5) },
          event: RuleTargetInput.fromObject({}),
        }),
      ],
    });
    new Rule(this, 'Ended', {
      ruleName: `${this.#prefix}execution-ended`,
      eventPattern: {
        source: ['aws.states'],
        detailType: ['Step Functions Execution Status Change'],
        detail: { stateMachineArn: [stateMachine.stateMachineArn], status: ['FAILED', 'TIMED_OUT', 'ABORTED'] },
      },
      targets: [new LambdaFunction(sweepIncidents, { ...this.#delivery(), event: detail })],
    });
  }

  /** Copies documents of sources, every few hours. A run that fails is repeated once; the next one follows anyway. */
  syncKnowledge(syncKnowledge: IFunction, everyHours: number): void {
    new Rule(this, 'SyncKnowledge', {
      ruleName: `${this.#prefix}sync-knowledge`,
      description: 'Copies documents of sources into the knowledge',
      schedule: Schedule.rate(Duration.hours(everyHours)),
      targets: [
        new LambdaFunction(syncKnowledge, {
          ...{ deadLetterQueue: this.deadLetters, retryAttempts: 1, maxEventAge: Duration.hours(1) },
          event: RuleTargetInput.fromObject({}),
        }),
      ],
    });
  }

  /** Reports differences of the service catalogue on Mondays. A second run on the same day replaces the message. */
  reportDrift(reportDrift: IFunction): void {
    new Rule(this, 'ReportDrift', {
      ruleName: `${this.#prefix}report-drift`,
      description: 'Compares the service catalogue with the systems and tells the differences',
      schedule: Schedule.cron({ weekDay: 'MON', hour: '7', minute: '0' }),
      targets: [
        new LambdaFunction(reportDrift, {
          ...{ deadLetterQueue: this.deadLetters, retryAttempts: 1, maxEventAge: Duration.hours(1) },
          event: RuleTargetInput.fromObject({}),
        }),
      ],
    });
  }

  /** Keeps messages for two weeks; `npm run redrive` puts them back. */
  #queue(id: string, queueName: string): Queue {
    const queue = new Queue(this, id, {
      queueName,
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
      // Longer than any function that a redrive waits for.
      visibilityTimeout: Duration.minutes(6),
    });
    Validations.of(queue).acknowledge({ id: 'AwsSolutions-SQS3', reason: 'This queue is a dead-letter queue.' });
    return queue;
  }

  /** One rule per route. The target gets the event's detail; after a day of failed attempts the event goes to the dead letters. */
  route(targets: Targets): void {
    const { source, routes } = readRoutes();
    for (const { name, detailTypes, target } of routes) {
      new Rule(this, `Route-${name}`, {
        eventBus: this.bus,
        ruleName: `${this.#prefix}${name}`,
        eventPattern: { source: [source], detailType: detailTypes },
        targets: [
          'stateMachine' in target
            ? new SfnStateMachine(targets.stateMachine(target.stateMachine), { ...this.#delivery(), input: detail })
            : new LambdaFunction(targets.function(target.function), { ...this.#delivery(), event: detail }),
        ],
      });
    }
  }
}

const detail = RuleTargetInput.fromEventPath('$.detail');

const readRoutes = (): z.infer<typeof Routes> =>
  Routes.parse(JSON.parse(readFileSync(join(root, 'statemachines', 'bus-routes.json'), 'utf8')));
