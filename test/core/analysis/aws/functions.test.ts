// Each rule about functions with a case where it holds, one where it does not, and one that looks alike.
import { describe, expect, test } from 'vitest';
import { observationsIn, sceneOf } from '../../../../core/analysis/aws/index.ts';
import { atMinute, findingsIn, flat, resource, step, told, window } from './resources.ts';

const healthy = {
  Invocations: flat(240),
  Errors: flat(0),
  Throttles: flat(0),
  Duration: flat(900),
  'Duration.max': flat(2000),
  ConcurrentExecutions: flat(5),
  'ConcurrentExecutions.account': flat(40),
};
const fn = (metrics: Record<string, [number, number][]> = {}, over = {}) =>
  resource('lambda', 'printer', { timeoutSeconds: 30, memoryMb: 256, metrics: { ...healthy, ...metrics }, ...over });
const throttled = { Throttles: step(0, 100) };
const line = (message: string, minute = 12) => ({ at: atMinute(minute), message });

describe('concurrency', () => {
  test('a limit below what the function ran at before is the cause', () => {
    const limited = fn({ ...throttled, ConcurrentExecutions: step(5, 2) }, { reservedConcurrency: 2 });
    expect(told(limited)).toEqual(['concurrency-exhausted cause Function printer']);
    expect(findingsIn(limited)[0]).toMatchObject({
      claim: expect.stringContaining('2 are reserved for it; it ran up to 5 at a time before'),
      onset: atMinute(10),
      confidence: 0.95,
    });
  });
  test('a reserved concurrency of 0 stops it', () => {
    const stopped = fn(
      { ...throttled, Invocations: step(240, 0), ConcurrentExecutions: step(5, 0) },
      { reservedConcurrency: 0 },
    );
    expect(findingsIn(stopped)[0]).toMatchObject({ cause: 'concurrency-exhausted', role: 'cause', confidence: 0.95 });
  });
  test('the limit of the account counts where nothing is reserved', () => {
    const crowded = fn(
      { ...throttled, 'ConcurrentExecutions.account': step(40, 985) },
      { accountConcurrency: { limit: 1000, unreserved: 1000 } },
    );
    expect(findingsIn(crowded)[0]?.claim).toContain('its account runs 985 at a time, and its limit is 1000');
  });
  test('with more invocations it is a consequence of traffic', () => {
    const busy = fn(
      { ...throttled, Invocations: step(240, 700), ConcurrentExecutions: step(5, 10) },
      { reservedConcurrency: 10 },
    );
    expect(told(busy)).toEqual([
      'concurrency-exhausted symptom Function printer',
      'traffic-surge cause Function printer',
    ]);
  });
  test('with longer invocations it is a consequence of what they wait for', () => {
    const slow = fn(
      { ...throttled, Duration: step(900, 9000), ConcurrentExecutions: step(5, 50) },
      { reservedConcurrency: 50 },
    );
    expect(told(slow)).toEqual(['concurrency-exhausted symptom Function printer']);
    expect(findingsIn(slow)[0]?.claim).toContain('its invocations take 9.0 s, not 900 ms');
  });
  test('throttles that the baseline had as well, or a few of many, are nothing', () => {
    expect(told(fn({ Throttles: flat(30) }))).toEqual([]);
    expect(told(fn({ Throttles: step(0, 1), Invocations: flat(5000) }))).toEqual([]);
  });
  test('none throttled is an observation, unless nothing was measured', () => {
    const kinds = (one: ReturnType<typeof fn>) =>
      observationsIn(sceneOf([{ resources: [one], quotas: [] }], window, '')).map(({ kind }) => kind);
    expect(kinds(fn())).toEqual(['none-throttled']);
    expect(kinds(fn(throttled))).toEqual([]);
    expect(kinds(resource('lambda', 'printer'))).toEqual([]);
  });
});

describe('failures', () => {
  test('an error ratio that rises is a symptom; a chronic one is not', () => {
    expect(told(fn({ Errors: step(0, 80) }))).toEqual(['error_ratio symptom Function printer']);
    expect(told(fn({ Errors: flat(80) }))).toEqual([]);
    expect(told(fn({ Errors: step(0, 1) }))).toEqual([]);
  });
  test.each([
    ['2026-11-23T09:22:00Z 1f Task timed out after 30.03 seconds', 'function-timeout symptom'],
    ['RequestId: 1f Error: Runtime exited with error: signal: killed Runtime.ExitError', 'oom-killed cause'],
    ['{"errorType":"Runtime.OutOfMemory","errorMessage":"RequestId: 1f"}', 'oom-killed cause'],
    ['ERROR ProvisionedThroughputExceededException: The level of configured throughput …', 'api-rate-limit symptom'],
  ])('%s', (message, what) => {
    expect(told(fn({}, { failures: [line(message)] }))).toEqual([`${what} Function printer`]);
  });
  test('a refused right names the right and the resource', () => {
    const message =
      'AccessDeniedException: User: arn:aws:sts::222233334444:assumed-role/printer/printer is not authorized to perform: dynamodb:PutItem on resource: arn:aws:dynamodb:eu-west-1:222233334444:table/labels because no identity-based policy allows it';
    expect(findingsIn(fn({}, { failures: [line(message)] }))[0]).toMatchObject({
      cause: 'access-denied',
      role: 'cause',
      claim: expect.stringContaining('invocations are refused dynamodb:PutItem'),
      dependency: { kind: 'Table', name: 'labels' },
    });
  });
  test('lines that the baseline had as well, and lines without a known meaning, are nothing', () => {
    const timeout = 'Task timed out after 30.03 seconds';
    expect(told(fn({}, { failures: [line(timeout, -60), line(timeout)] }))).toEqual([]);
    expect(told(fn({}, { failures: [line('Runtime exited without providing a reason')] }))).toEqual([]);
  });
  test('without a log, durations at the timeout with errors are a timeout; at another value they are not', () => {
    expect(told(fn({ 'Duration.max': step(2000, 30_000), Errors: step(0, 80) }))).toContain(
      'function-timeout symptom Function printer',
    );
    expect(told(fn({ 'Duration.max': step(2000, 12_000), Errors: step(0, 80) }))).toEqual([
      'error_ratio symptom Function printer',
    ]);
    expect(told(fn({ 'Duration.max': flat(30_000), Errors: step(0, 80) }))).toEqual([
      'error_ratio symptom Function printer',
    ]);
  });
});

describe('states', () => {
  test.each([
    ['InsufficientRolePermissions', 'access-denied cause'],
    ['EniLimitExceeded', 'service-quota-reached cause'],
    ['ImageDeleted', 'image-not-found cause'],
    ['InternalError', '- symptom'],
  ])('a function that cannot run because of %s', (stateReasonCode, what) => {
    expect(told(fn({}, { state: 'Failed', stateReasonCode }))).toEqual([`${what} Function printer`]);
    expect(told(fn({}, { state: 'Active', stateReasonCode }))).toEqual([]);
  });
  test('a disabled event source is a cause where messages wait, and minor where none do', () => {
    const off = fn({}, { eventSources: [{ type: 'sqs', name: 'orders', state: 'Disabled' }] });
    const [waiting, empty] = [resource('sqs', 'orders', { visible: 40 }), resource('sqs', 'orders', { visible: 0 })];
    expect(findingsIn(off, waiting)).toMatchObject([{ cause: 'consumer-disabled', severity: 'critical' }]);
    expect(findingsIn(off, empty)).toMatchObject([{ cause: 'consumer-disabled', severity: 'minor' }]);
    expect(
      told(fn({}, { eventSources: [{ name: 'orders', state: 'Enabled', lastResult: 'No records processed' }] })),
    ).toEqual([]);
  });
  test('a problem of an event source is told', () => {
    const lastResult = 'PROBLEM: Function call failed due to access denied';
    expect(told(fn({}, { eventSources: [{ name: 'orders', state: 'Enabled', lastResult }] }))).toEqual([
      'access-denied cause Function printer',
    ]);
  });
  test('an update within the window is a change; an older one is not', () => {
    expect(told(fn({}, { lastModified: atMinute(8) }))).toEqual(['code-change change Function printer']);
    expect(told(fn({}, { lastModified: atMinute(-3000) }))).toEqual([]);
  });
});
