// The event bus: rules as statemachines/bus-routes.json says, an archive to replay from, and a queue for what no target took.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Duration, Validations } from 'aws-cdk-lib';
import { EventBus, Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
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
  readonly #prefix: string;

  constructor(scope: Construct, id: string, { prefix, archiveDays }: BusProps) {
    super(scope, id);
    this.#prefix = prefix;
    this.bus = new EventBus(this, 'Bus', { eventBusName: `${prefix}bus` });
    this.deadLetters = new Queue(this, 'DeadLetters', {
      queueName: `${prefix}dead-letters`,
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    Validations.of(this.deadLetters).acknowledge({
      id: 'AwsSolutions-SQS3',
      reason: 'This queue is the dead-letter queue.',
    });
    if (archiveDays > 0) {
      this.bus.archive('Archive', {
        archiveName: `${prefix}events`,
        description: 'Everything that started or updated an incident, for replay',
        eventPattern: { source: [readRoutes().source] },
        retention: Duration.days(archiveDays),
      });
    }
  }

  /** One rule a route; the target gets the event's detail, is tried for a day, then the event goes to the dead letters. */
  route(targets: Targets): void {
    const { source, routes } = readRoutes();
    for (const { name, detailTypes, target } of routes) {
      const delivery = {
        deadLetterQueue: this.deadLetters,
        retryAttempts: 185,
        maxEventAge: Duration.hours(24),
      };
      new Rule(this, `Route-${name}`, {
        eventBus: this.bus,
        ruleName: `${this.#prefix}${name}`,
        eventPattern: { source: [source], detailType: detailTypes },
        targets: [
          'stateMachine' in target
            ? new SfnStateMachine(targets.stateMachine(target.stateMachine), { ...delivery, input: detail })
            : new LambdaFunction(targets.function(target.function), { ...delivery, event: detail }),
        ],
      });
    }
  }
}

const detail = RuleTargetInput.fromEventPath('$.detail');

const readRoutes = (): z.infer<typeof Routes> =>
  Routes.parse(JSON.parse(readFileSync(join(root, 'statemachines', 'bus-routes.json'), 'utf8')));
