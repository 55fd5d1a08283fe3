// The event bus: rules as statemachines/bus-routes.json says, an archive to replay from, and a queue for what no target took.
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
  /** 0 keeps no archive. */
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
  /** Invocations that nobody waits for and that failed to the last try, each with what the function was given. */
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

  /** Looks for incidents that nobody works on: every two minutes, and when Step Functions says that an execution did not end well. */
  sweep(sweepIncidents: IFunction, stateMachine: IStateMachine): void {
    new Rule(this, 'Sweep', {
      ruleName: `${this.#prefix}sweep-incidents`,
      schedule: Schedule.rate(Duration.minutes(2)),
      targets: [
        new LambdaFunction(sweepIncidents, {
          // The next one comes soon.
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

  /** Kept for two weeks, and put back by `npm run redrive`. */
  #queue(id: string, queueName: string): Queue {
    const queue = new Queue(this, id, {
      queueName,
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
      // Longer than any function takes that a redrive waits for.
      visibilityTimeout: Duration.minutes(6),
    });
    Validations.of(queue).acknowledge({ id: 'AwsSolutions-SQS3', reason: 'This queue is a dead-letter queue.' });
    return queue;
  }

  /** One rule a route; the target gets the event's detail, is tried for a day, then the event goes to the dead letters. */
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
