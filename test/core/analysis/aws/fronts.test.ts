// Services of ECS, load balancers and gateways: each rule with a case where it holds, one where it does not, and one that looks alike.
import { describe, expect, test } from 'vitest';
import { atMinute, findingsIn, flat, resource, step, told } from './resources.ts';

const service = (over = {}) => resource('ecs', 'shop/web', { cluster: 'shop', desired: 4, running: 4, ...over });
const stopped = (
  reason: string,
  minute = 15,
  containers: { name: string; exitCode?: number; reason?: string }[] = [],
) => ({
  at: atMinute(minute),
  reason,
  containers,
});

describe('tasks of ECS', () => {
  test.each([
    ['CannotPullContainerError: failed to resolve ref registry.example.com/web:9: not found', 'image-not-found'],
    ['CannotPullContainerError: toomanyrequests: You have reached your pull rate limit', 'image-registry-rate-limit'],
    ['CannotPullContainerError: pull access denied, 403 Forbidden', 'access-denied'],
    ['CannotPullContainerError: dial tcp 10.0.0.1:443: i/o timeout', 'image-registry-unreachable'],
    ['CannotPullContainerError: something new', 'task-cannot-start'],
    [
      'ResourceInitializationError: unable to pull secrets or registry auth: AccessDeniedException: not authorized to perform: secretsmanager:GetSecretValue',
      'access-denied',
    ],
    [
      "ResourceInitializationError: unable to pull secrets: ResourceNotFoundException: Secrets Manager can't find the specified secret.",
      'secret-missing',
    ],
    ['OutOfMemoryError: Container killed due to memory usage', 'oom-killed'],
    ['Task failed ELB health checks in (target-group arn:aws:…)', 'targets-unhealthy'],
    ["You've reached the limit on the number of tasks you can run concurrently", 'service-quota-reached'],
    ['Your Spot Task was interrupted.', 'node-reclaimed'],
  ])('%s', (reason, cause) => {
    expect(told(service({ running: 2, stoppedTasks: [stopped(reason)] }))).toEqual([
      `${cause} cause Service web`,
      'pods-unavailable symptom Service web',
    ]);
  });
  test('an exit code alone is a crash; an ordinary stop, an older one and scaling are nothing', () => {
    const crash = stopped('Essential container in task exited', 15, [{ name: 'web', exitCode: 1 }]);
    expect(told(service({ stoppedTasks: [crash] }))).toEqual(['application-crash cause Service web']);
    const calm = [
      stopped('Scaling activity initiated by (deployment ecs-svc/1)'),
      stopped('Essential container in task exited', 15, [{ name: 'web', exitCode: 0 }]),
      stopped('CannotPullContainerError: not found', -60),
    ];
    expect(told(service({ stoppedTasks: calm }))).toEqual([]);
  });
  test('a service that waits for no task is well, and one scaled to 0 has no trouble', () => {
    expect(
      told(service({ events: [{ at: atMinute(20), message: '(service web) has reached a steady state.' }] })),
    ).toEqual([]);
    expect(told(service({ desired: 0, running: 0 }))).toEqual([]);
  });
  test('a deployment is a change, and one whose tasks fail does not finish', () => {
    const deployment = { id: 'd1', status: 'PRIMARY', createdAt: atMinute(5), taskDefinition: 'web:9' };
    expect(told(service({ deployments: [deployment] }))).toEqual(['code-change change Service web']);
    expect(told(service({ deployments: [{ ...deployment, failedTasks: 3 }] }))).toEqual([
      'rollout-stuck symptom Service web',
      'code-change change Service web',
    ]);
    expect(told(service({ deployments: [{ ...deployment, createdAt: atMinute(-4000) }] }))).toEqual([]);
  });
});

describe('load balancers and gateways', () => {
  const group = (
    targets: { id: string; state: string; reason?: string; description?: string }[],
    unhealthy = step(0, 1),
  ) => resource('targetGroup', 'web', { targets, metrics: { UnHealthyHostCount: unhealthy } });
  const bad = {
    id: '10.0.0.1',
    state: 'unhealthy',
    reason: 'Target.ResponseCodeMismatch',
    description: 'Health checks failed with these codes: [404]',
  };
  test('unhealthy targets are the cause with their reason, or a symptom of the service behind', () => {
    expect(findingsIn(group([bad]))).toMatchObject([
      { cause: 'targets-unhealthy', role: 'cause', severity: 'critical', claim: expect.stringContaining('[404]') },
    ]);
    expect(told(group([bad]), service({ targetGroups: ['web'] }))).toEqual([
      'targets-unhealthy symptom TargetGroup web',
    ]);
  });
  test('targets that register or drain, and those unhealthy as ever, are nothing', () => {
    expect(
      told(
        group([
          { id: 'a', state: 'initial', reason: 'Elb.RegistrationInProgress' },
          { id: 'b', state: 'draining', reason: 'Target.DeregistrationInProgress' },
        ]),
      ),
    ).toEqual([]);
    expect(told(group([bad], flat(1)))).toEqual([]);
  });
  test('failing requests are a symptom if their share rose', () => {
    const balancer = (own: [number, number][]) =>
      resource('alb', 'front', { metrics: { RequestCount: flat(1000), HTTPCode_ELB_5XX_Count: own } });
    expect(told(balancer(step(0, 200)))).toEqual(['error_ratio symptom LoadBalancer front']);
    expect(told(balancer(flat(200)))).toEqual([]);
    expect(told(balancer(step(0, 1)))).toEqual([]);
    const api = resource('apigateway', 'rates', { metrics: { Count: flat(500), '5XXError': step(0, 100) } });
    expect(told(api)).toEqual(['error_ratio symptom Gateway rates']);
    expect(told(resource('cloudfront', 'E2EXAMPLE', { metrics: { '5xxErrorRate': step(0, 30) } }))).toEqual([
      'error_ratio symptom Distribution E2EXAMPLE',
    ]);
    expect(told(resource('cloudfront', 'E2EXAMPLE', { enabled: false }))).toEqual([
      'infrastructure-change cause Distribution E2EXAMPLE',
    ]);
    expect(told(resource('s3', 'assets', { metrics: { AllRequests: flat(500), '4xxErrors': step(5, 200) } }))).toEqual([
      'refused_ratio symptom Bucket assets',
    ]);
  });
});
