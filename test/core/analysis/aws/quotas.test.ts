// Each rule about service quotas with a case where it holds, one where it does not, and one that looks alike.
import { expect, test } from 'vitest';
import { analyzeResources, sceneOf } from '../../../../core/analysis/aws/index.ts';
import { type AwsResource, ResourceQuota } from '../../../../core/model/aws-resources.ts';
import { atMinute, flat, resource, step, window } from './resources.ts';

const quota = (over: Partial<ResourceQuota> = {}): ResourceQuota =>
  ResourceQuota.parse({
    account: '222233334444',
    region: 'eu-west-1',
    service: 'lambda',
    code: 'L-B99A9384',
    name: 'Concurrent executions',
    value: 1000,
    measures: 'concurrency',
    used: step(400, 990),
    ...over,
  });
const findings = (quotas: readonly ResourceQuota[], ...resources: readonly AwsResource[]) =>
  analyzeResources(sceneOf([{ resources: [...resources], quotas: [...quotas] }], window, 'test'));
const aboutQuotas = (quotas: readonly ResourceQuota[], ...resources: readonly AwsResource[]) =>
  findings(quotas, ...resources).filter(({ claim }) => claim.includes('quota "'));
const fn = (metrics = {}, over = {}) =>
  resource('lambda', 'printer', {
    metrics: {
      Invocations: flat(240),
      Throttles: step(0, 100),
      Duration: flat(900),
      ConcurrentExecutions: flat(5),
      ...metrics,
    },
    ...over,
  });

test('a function without a reserve is throttled while others use up the quota', () => {
  const [found, ...more] = aboutQuotas([quota()], fn());
  expect(more).toEqual([]);
  expect(found).toMatchObject({
    cause: 'service-quota-reached',
    role: 'cause',
    confidence: 0.93,
    onset: atMinute(10),
    entity: { kind: 'Function', name: 'printer' },
    claim: expect.stringContaining('(990 of 1000 are used, not 400)'),
  });
  expect(found?.evidence[0]).toMatchObject({ excerpt: expect.stringContaining('L-B99A9384') });
});
test('a function throttled by its own reserve meets no quota, even while the quota is used up', () => {
  const reserved = fn({ ConcurrentExecutions: step(5, 2) }, { reservedConcurrency: 2 });
  expect(aboutQuotas([quota({ used: flat(400) })], reserved)).toEqual([]);
  expect(aboutQuotas([quota()], reserved)).toMatchObject([{ role: 'context' }]);
  expect(findings([quota()], reserved)[0]).toMatchObject({ cause: 'concurrency-exhausted', role: 'cause' });
});
test('a quota far from its value says nothing, and one that is nearly used up without a refusal is context', () => {
  expect(aboutQuotas([quota({ used: flat(400) })], fn())).toEqual([]);
  const [only, ...more] = aboutQuotas([quota()], fn({ Throttles: flat(0) }));
  expect(more).toEqual([]);
  expect(only).toMatchObject({ role: 'context', claim: expect.stringContaining('nothing was seen that it refuses') });
  expect(only?.cause).toBeUndefined();
});
test('a short peak is not lasting, and a quota that was always full explains less', () => {
  const peak = step(400, (minute) => (minute === 12 ? 1000 : 410));
  expect(aboutQuotas([quota({ used: peak })], fn())).toEqual([]);
  expect(aboutQuotas([quota({ used: flat(1000) })], fn())).toMatchObject([
    { confidence: 0.7, claim: expect.stringContaining('as before the incident') },
  ]);
});
test('with more invocations the quota is met because of traffic', () => {
  const busy = fn({ Invocations: step(240, 700), ConcurrentExecutions: step(300, 900) });
  const all = findings([quota()], busy);
  expect(all.filter(({ cause }) => cause === 'service-quota-reached')).toMatchObject([{ role: 'symptom' }]);
  expect(all.find(({ cause }) => cause === 'traffic-surge')).toMatchObject({ role: 'cause' });
});
test('a quota of another account, of another service or of another kind is none of its', () => {
  expect(aboutQuotas([quota({ account: '111122223333' })], fn())).toEqual([]);
  expect(aboutQuotas([quota({ service: 'kinesis' })], fn())).toEqual([]);
  expect(
    aboutQuotas([quota({ name: 'Function and layer storage', measures: 'count', used: step(10, 990) })], fn()),
  ).toMatchObject([{ role: 'context' }]);
});
test('tasks that do not start meet a full quota for vCPUs, and not one with room', () => {
  const vcpu = (used: ResourceQuota['used']) =>
    quota({
      service: 'fargate',
      code: 'L-3032A538',
      name: 'Fargate On-Demand vCPU resource count',
      value: 40,
      measures: 'count',
      used,
    });
  const short = resource('ecs', 'main/labels', { cluster: 'main', desired: 6, running: 4 });
  expect(aboutQuotas([vcpu(step(20, 40))], short)).toMatchObject([
    {
      cause: 'service-quota-reached',
      role: 'cause',
      claim: expect.stringContaining('only 4 of 6 tasks run'),
    },
  ]);
  expect(aboutQuotas([vcpu(step(20, 30))], short)).toEqual([]);
  expect(aboutQuotas([vcpu(step(20, 40))], { ...short, running: 6 })).toMatchObject([{ role: 'context' }]);
});
test('a state machine is throttled at the quota for its calls; a provisioned table at its own capacity', () => {
  const rate = (service: string, used: ResourceQuota['used']) =>
    quota({ service, name: 'StartExecution throttle in requests per second', value: 300, measures: 'rate', used });
  const machine = resource('stateMachine', 'orders', { metrics: { ExecutionThrottled: step(0, 50) } });
  expect(aboutQuotas([rate('states', step(40, 295))], machine)).toMatchObject([{ cause: 'service-quota-reached' }]);
  const table = resource('dynamodb', 'labels', {
    mode: 'provisioned',
    writeCapacity: 10,
    metrics: { WriteThrottleEvents: step(0, 50) },
  });
  expect(aboutQuotas([rate('dynamodb', step(40, 295))], table)).toMatchObject([{ role: 'context' }]);
  expect(aboutQuotas([rate('dynamodb', step(40, 295))], { ...table, mode: 'on-demand' })).toMatchObject([
    { cause: 'service-quota-reached' },
  ]);
});
