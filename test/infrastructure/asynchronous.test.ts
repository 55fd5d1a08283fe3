// What is called without anybody who waits for it must not fail unheard: every target of a rule or a schedule has a dead-letter queue, every
// function that is called so a destination for what it failed at, and each of these queues an alarm.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Template } from 'aws-cdk-lib/assertions';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { Function as AnyFunction, Code, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { expect, test } from 'vitest';
import { statesOf } from '../statemachine/dialect.ts';
import { liveStage, type Resource, synthesize, synthesizeAnew } from './synthesize.ts';

interface Target {
  readonly Arn: unknown;
  readonly DeadLetterConfig?: { readonly Arn: unknown };
}

/** The logical id that an ARN or a reference is made of. */
const idOf = (value: unknown): string =>
  /"(?:Fn::GetAtt|Ref)":\[?"([A-Za-z0-9]+)"/.exec(JSON.stringify(value))?.[1] ?? '';

/** Functions that the state machine hands work to and does not wait for. */
const handedOver = statesOf(
  JSON.parse(readFileSync(join(import.meta.dirname, '..', '..', 'statemachines', 'incident.asl.json'), 'utf8')),
).flatMap(([, { Parameters }]) => {
  const { FunctionName, InvocationType } = (Parameters ?? {}) as Record<string, unknown>;
  return InvocationType === 'Event' ? [String(FunctionName).replace(`\${FunctionPrefix}`, 'watchkeeper-test-')] : [];
});

/** Where a failure would vanish, one sentence each. */
function holes(template: Template): string[] {
  const resources = new Map(Object.entries(template.toJSON().Resources as Record<string, Resource>));
  const of = (type: string) => [...resources].filter(([, { Type }]) => Type === type);
  const targets = [...of('AWS::Events::Rule'), ...of('AWS::Scheduler::Schedule')].flatMap(([id, { Properties }]) =>
    ([Properties.Targets ?? Properties.Target ?? []].flat() as Target[]).map((target) => ({ id, target })),
  );
  const called = new Set([
    ...targets
      .map(({ target }) => idOf(target.Arn))
      .filter((id) => resources.get(id)?.Type === 'AWS::Lambda::Function'),
    ...of('AWS::Lambda::Function')
      .filter(([, { Properties }]) => handedOver.includes(String(Properties.FunctionName)))
      .map(([id]) => id),
  ]);
  const destinations = new Map(
    of('AWS::Lambda::EventInvokeConfig').map(([, { Properties }]) => {
      const { OnFailure } = (Properties.DestinationConfig ?? {}) as { OnFailure?: { Destination: unknown } };
      return [idOf(Properties.FunctionName), idOf(OnFailure?.Destination ?? {})];
    }),
  );
  const watched = new Set(
    of('AWS::CloudWatch::Alarm').flatMap(([, { Properties }]) =>
      ((Properties.Dimensions ?? []) as { Value: unknown }[]).map(({ Value }) => idOf(Value)),
    ),
  );
  const queues = [
    ...targets.map(({ target }) => idOf(target.DeadLetterConfig?.Arn ?? {})),
    ...destinations.values(),
  ].filter((id) => id !== '');
  return [
    ...targets
      .filter(({ target }) => target.DeadLetterConfig === undefined)
      .map(({ id }) => `A target of ${id} has no dead-letter queue.`),
    ...[...called]
      .filter((id) => !destinations.get(id))
      .map((id) => `${id} is called without anybody who waits, and what it fails at goes nowhere.`),
    ...[...new Set(queues)].filter((id) => !watched.has(id)).map((id) => `No alarm watches ${id}.`),
  ];
}

test.each([{}, { conversation: { host: 'agentcore' } }])(
  'no failure of what nobody waits for goes unheard (%o)',
  (over) => {
    expect(holes(synthesize({ ...liveStage, ...over }).template)).toEqual([]);
  },
);

test('there is something to look at: what the bus, the schedules and the state machine call', () => {
  expect(handedOver).toEqual(['watchkeeper-test-tell-progress']);
  const { resources } = synthesize();
  const configured = resources
    .filter(([, { Type }]) => Type === 'AWS::Lambda::EventInvokeConfig')
    .map(([, { Properties }]) => idOf(Properties.FunctionName).replace(/^Functions/, ''));
  for (const name of ['conversation', 'incidentupdate', 'tellprogress', 'sweepincidents', 'anchoraudit'])
    expect(configured.join()).toContain(name);
});

test('a target without a queue, a function without a destination and a queue without an alarm are found', () => {
  const { template } = synthesizeAnew(liveStage, (stack) => {
    const added = new AnyFunction(stack, 'Added', {
      runtime: Runtime.NODEJS_24_X,
      handler: 'index.handler',
      code: Code.fromInline('exports.handler = async () => undefined;'),
    });
    new Rule(stack, 'Unheard', { schedule: Schedule.cron({ hour: '1' }), targets: [new LambdaFunction(added)] });
    const deadLetterQueue = new Queue(stack, 'Unwatched');
    new Rule(stack, 'Heard', {
      schedule: Schedule.cron({ hour: '2' }),
      targets: [new LambdaFunction(added, { deadLetterQueue })],
    });
  });
  const found = holes(template).join('\n');
  expect(found).toMatch(/A target of Unheard\w+ has no dead-letter queue/);
  expect(found).toMatch(/Added\w+ is called without anybody who waits/);
  expect(found).toMatch(/No alarm watches Unwatched/);
  expect(found).not.toMatch(/A target of Heard/);
});
