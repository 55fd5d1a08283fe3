// Resources that pages name, and those of the catalogue.
import { describe, expect, test } from 'vitest';
import { resolveContext } from '../../../core/context/resolve.ts';
import { Catalog } from '../../../core/ports/catalog.ts';
import { refOfArn, resourcesIn, unreadResources } from '../../../core/topology/aws-resources.ts';
import { aTrigger } from '../../builders.ts';

const named = (details: Record<string, string>, title = 'ALARM') =>
  resourcesIn(aTrigger({ title, details })).map(({ type, name, account, region }) =>
    [type, name, account, region].filter(Boolean).join(' '),
  );

describe('a page names resources', () => {
  test.each([
    ['arn:aws:lambda:eu-west-1:222233334444:function:clip-ingest:live', 'lambda clip-ingest 222233334444 eu-west-1'],
    ['arn:aws:sqs:eu-west-1:222233334444:clips.fifo', 'sqs clips.fifo 222233334444 eu-west-1'],
    ['arn:aws:dynamodb:eu-west-1:222233334444:table/clips/index/by-owner', 'dynamodb clips 222233334444 eu-west-1'],
    ['arn:aws:rds:eu-west-1:222233334444:cluster:clips-db', 'rds clips-db 222233334444 eu-west-1'],
    ['arn:aws:ecs:eu-west-1:222233334444:service/media/clip-api', 'ecs media/clip-api 222233334444 eu-west-1'],
    [
      'arn:aws:elasticloadbalancing:eu-west-1:222233334444:loadbalancer/app/clip-front/50dc6c495c0c9188',
      'alb clip-front 222233334444 eu-west-1',
    ],
    [
      'arn:aws:elasticloadbalancing:eu-west-1:222233334444:targetgroup/clip-api/73e2d6bc24d8a067',
      'targetGroup clip-api 222233334444 eu-west-1',
    ],
    ['arn:aws:kinesis:eu-west-1:222233334444:stream/clip-events', 'kinesis clip-events 222233334444 eu-west-1'],
    ['arn:aws:states:eu-west-1:222233334444:stateMachine:render', 'stateMachine render 222233334444 eu-west-1'],
    ['arn:aws:s3:::clip-store/2026/*', 's3 clip-store'],
    ['arn:aws:cloudfront::222233334444:distribution/E2EXAMPLE', 'cloudfront E2EXAMPLE 222233334444'],
  ])('%s', (arn, what) => {
    expect(named({ text: `see ${arn} for more` })).toEqual([what]);
    expect(refOfArn(arn)).toBeDefined();
  });
  test.each([
    [
      { 'Trigger.Dimensions.0.name': 'FunctionName', 'Trigger.Dimensions.0.value': 'clip-ingest' },
      ['lambda clip-ingest'],
    ],
    [{ 'dimensions.QueueName': 'clips' }, ['sqs clips']],
    [{ reason: 'Threshold crossed for [TableName=clips]' }, ['dynamodb clips']],
    [
      { 'd.TargetGroup': 'targetgroup/clip-api/73e2d6bc24d8a067', 'd.LoadBalancer': 'app/front/50dc6c495c0c9188' },
      ['targetGroup clip-api', 'alb front'],
    ],
    [{ Namespace: 'AWS/ECS', ClusterName: 'media', ServiceName: 'clip-api' }, ['ecs media/clip-api']],
    // A cluster of EKS is none of ECS.
    [{ Namespace: 'ContainerInsights', ClusterName: 'backend-1', ServiceName: 'cart' }, []],
    [{ FunctionName: 'not a name!', TargetGroup: 'clip-api' }, []],
    [{ 'labels.service': 'cart', 'labels.queue': 'clips' }, []],
  ])('%j', (details, what) => {
    expect(named(details as Record<string, string>)).toEqual(what);
  });
  test('hostile details cost no time and give nothing', () => {
    const details = Object.fromEntries(
      Array.from({ length: 200 }, (_, n) => [`k${n}.name`, 'FunctionName'.repeat(300)]),
    );
    const started = performance.now();
    expect(named(details)).toEqual([]);
    expect(performance.now() - started).toBeLessThan(500);
  });
});

describe('the context', () => {
  const catalog = Catalog.parse({
    environments: { production: { level: 'walk' } },
    services: [
      {
        name: 'labels',
        account: '222233334444',
        region: 'eu-west-1',
        resources: [
          { lambda: 'printer' },
          { queue: 'orders' },
          { mainframe: 'z1' },
          { table: 'arn:aws:dynamodb:us-east-1:999900001111:table/shared' },
        ],
        dependsOn: ['billing'],
      },
      { name: 'billing', resources: [{ rds: 'billing-db' }, { dynamodb: 'shared' }] },
      { name: 'web', resources: [{ s3: 'assets' }] },
    ],
  });
  const context = (title: string, details: Record<string, string> = {}) =>
    resolveContext(aTrigger({ title, details }), catalog, []);
  const resources = (title: string, details: Record<string, string> = {}) =>
    context(title, details).resources.map(
      ({ type, name, account = '-', service = '-' }) => `${type} ${name} ${account} ${service}`,
    );

  test('has the resources of the service and of its neighbours', () => {
    expect(resources('labels: errors', { service: 'labels' })).toEqual([
      'lambda printer 222233334444 labels',
      'sqs orders 222233334444 labels',
      'dynamodb shared 999900001111 labels',
      'rds billing-db - billing',
    ]);
  });
  test('is that of the service which has the named resource', () => {
    const found = context('ALARM: "too old"', {
      'Trigger.Dimensions.0.name': 'QueueName',
      'Trigger.Dimensions.0.value': 'orders',
    });
    expect(found.service?.value).toBe('labels');
    expect(found.resources[0]).toEqual({
      type: 'sqs',
      name: 'orders',
      account: '222233334444',
      region: 'eu-west-1',
      service: 'labels',
    });
  });
  test('keeps a name that several services have, and one that none has', () => {
    const details = (value: string) => ({
      'Trigger.Dimensions.0.name': 'TableName',
      'Trigger.Dimensions.0.value': value,
    });
    expect(context('ALARM', details('shared')).service?.value).toBe('shared');
    expect(context('ALARM', details('visits')).service?.value).toBe('visits');
    expect(resources('ALARM', { ...details('visits'), AWSAccountId: '333344445555' })).toEqual([
      'dynamodb visits 333344445555 -',
    ]);
  });
  test('is empty for a page about none', () => {
    expect(resources('cart is slow', { service: 'cart' })).toEqual([]);
  });
});

test('a resource of a type that no source reads is told, not skipped', () => {
  const catalog = Catalog.parse({
    environments: {},
    services: [
      { name: 'cart', resources: [{ elasticache: 'cart-cache' }, { sqs: 'carts' }, { Queue: 'more' }] },
      { name: 'clip', resources: [{ topic: 'arn:aws:sns:eu-west-1:111122223333:clips' }] },
    ],
  });
  expect(unreadResources(catalog)).toEqual([
    { service: 'cart', resource: 'elasticache cart-cache' },
    { service: 'clip', resource: 'topic arn:aws:sns:eu-west-1:111122223333:clips' },
  ]);
});
