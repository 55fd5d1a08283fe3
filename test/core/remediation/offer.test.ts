import { describe, expect, test } from 'vitest';
import type { Hypothesis } from '../../../core/model/diagnosis.ts';
import type { Finding } from '../../../core/model/report.ts';
import type { KubernetesObject } from '../../../core/model/telemetry.ts';
import { type Offer, offerFor } from '../../../core/remediation/catalogue.ts';
import { nextStepOf } from '../../../core/remediation/next-step.ts';
import { aFinding, aHypothesis, anAction, anAsk, cronJob } from '../../builders.ts';

// What is offered for a cause, and what seen things rule it out: for each check something that rules it out, something that does not, and
// something that looks alike.

const web = { kind: 'Deployment', name: 'web', namespace: 'shop', cluster: 'backend-1' };
const orders = { kind: 'Deployment', name: 'orders', namespace: 'shop', cluster: 'backend-1' };
const deployment = (revision: string): KubernetesObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'shop', annotations: { 'deployment.kubernetes.io/revision': revision } },
});
const waitingPod = (name: string, message: string): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'shop' },
  ...{ status: { containerStatuses: [{ name: 'main', state: { waiting: { reason: 'ImagePullBackOff', message } } }] } },
});

interface Given {
  readonly hypothesis?: Partial<Hypothesis>;
  readonly findings?: readonly Partial<Finding>[];
  readonly target?: KubernetesObject;
  readonly around?: readonly KubernetesObject[];
}
const offered = ({ hypothesis = {}, findings = [], target, around = [] }: Given): Offer => {
  const whole = aHypothesis(hypothesis);
  return offerFor({
    hypothesis: whole,
    findings: findings.map((one) => aFinding({ entity: whole.entity, cause: undefined, ...one } as Partial<Finding>)),
    target,
    around,
  });
};
const told = (given: Given): string => {
  const offer = offered(given);
  return offer.kind === 'offered'
    ? offer.entry.id
    : offer.kind === 'none'
      ? 'none'
      : offer.ruledOut.map(({ code }) => code).join(' ');
};

describe('a rollback', () => {
  const hypothesis = { entity: web, cause: 'rollout-stuck', changeId: 'deploy-web-7' } as const;
  test('is offered for what a change broke', () => {
    expect(told({ hypothesis, target: deployment('7') })).toBe('rollback-rollout');
  });
  test.each<[string, Given]>([
    ['was found to limit the pulls', { findings: [{ cause: 'image-registry-rate-limit' }] }],
    ['cannot be reached', { findings: [{ cause: 'image-registry-unreachable' }] }],
    [
      'says so to a pod of it',
      { around: [waitingPod('web-6c-x', 'toomanyrequests: You have reached your pull rate limit.')] },
    ],
    ['is not asked by its kubelet', { around: [waitingPod('web-6c-x', 'pull QPS exceeded')] }],
  ])('is not where the registry %s', (_, given) => {
    expect(told({ hypothesis, target: deployment('7'), ...given })).toBe('registry-refuses');
  });
  test.each<[string, Given]>([
    ['limits the pulls of another workload', { findings: [{ cause: 'image-registry-rate-limit', entity: orders }] }],
    ['says so to a pod of another', { around: [waitingPod('orders-6c-x', 'toomanyrequests')] }],
    ['has no such tag', { around: [waitingPod('web-6c-x', 'manifest for web:9 not found')] }],
    ['may limit the pulls, which is a guess', { findings: [{ cause: 'image-registry-rate-limit', confidence: 0.3 }] }],
  ])('is where the registry %s', (_, given) => {
    expect(told({ hypothesis, target: deployment('7'), ...given })).toBe('rollback-rollout');
  });
  test('is not where there is no earlier revision, and is where nobody could look', () => {
    expect(told({ hypothesis, target: deployment('1') })).toBe('only-one-revision');
    expect(told({ hypothesis, target: deployment('11') })).toBe('rollback-rollout');
    expect(told({ hypothesis })).toBe('rollback-rollout');
  });
  test.each(['ecr-store/web@b1', 'configmap/store-1/store/web@1', 'launchdarkly-1', 'cloudtrail-1'])(
    'is not where no revision holds the change %s',
    (changeId) => {
      const outside = { ...hypothesis, changeId };
      expect(told({ hypothesis: outside, target: deployment('7') })).toContain('outside-its-revisions');
    },
  );
  describe('where a column or table is missing', () => {
    const missing = (entity: typeof web): Required<Given>['findings'] => [
      {
        specialist: 'logs',
        role: 'symptom',
        entity,
        claim: "New: Unknown column 'orders.courier_code' in 'field list'",
      },
    ];
    test('is not, if another service misses what the change took away', () => {
      expect(told({ hypothesis, target: deployment('7'), findings: missing(orders) })).toContain(
        'schema-stays-changed',
      );
    });
    test('is, if the changed service itself does', () => {
      expect(told({ hypothesis, target: deployment('7'), findings: missing(web) })).toBe('rollback-rollout');
    });
    test('is, if the changed service fails, too', () => {
      const findings = [...missing(orders), ...missing(web)];
      expect(told({ hypothesis, target: deployment('7'), findings })).toBe('rollback-rollout');
    });
  });
  test('leaves the place to what mends without going back', () => {
    const killed = { entity: web, cause: 'oom-killed', changeId: 'deploy-web-1' } as const;
    expect(offered({ hypothesis: killed, target: deployment('1') })).toMatchObject({
      kind: 'offered',
      entry: { id: 'raise-memory-limit' },
      ruledOut: [{ id: 'rollback-rollout', code: 'only-one-revision' }],
    });
  });
  test('is in no words where it is ruled out', () => {
    const words = nextStepOf({ kind: 'report', why: '', policies: [] }, aHypothesis(hypothesis), {
      ruledOut: ['rollback-rollout'],
    });
    expect(words).toBe('Correct Deployment web by a new change: going back from deploy-web-7 does not help here.');
    // What could help and cannot be done here is left to people.
    expect(
      nextStepOf({ kind: 'report', why: '', policies: [] }, aHypothesis(hypothesis), {
        ruledOut: [],
        impossible: ['rollback-rollout'],
      }),
    ).toBe('Take change deploy-web-7 back on Deployment web by hand, and watch whether it recovers.');
    for (const cause of ['image-not-found', 'liveness-probe', 'oom-killed', 'secret-missing', 'rollout-stuck'] as const)
      expect(
        nextStepOf({ kind: 'report', why: '', policies: [] }, aHypothesis({ entity: web, cause }), {
          ruledOut: ['rollback-rollout'],
        }),
      ).not.toMatch(/roll it back|Take .* back/);
  });
});

describe('a restart', () => {
  const hypothesis = { entity: web, cause: 'application-errors' } as const;
  test('is offered for errors of its own', () => {
    expect(told({ hypothesis })).toBe('restart-rollout');
    expect(told({ hypothesis: { entity: web, cause: 'memory-leak' } })).toBe('restart-rollout');
  });
  test.each<[string, Given]>([
    [
      'it fails towards its database',
      { findings: [{ role: 'symptom', dependency: { kind: 'Service', name: 'orders-mysql' } }] },
    ],
    ['its database is read-only', { findings: [{ cause: 'database-read-only' }] }],
    ['what it calls does not answer', { findings: [{ cause: 'dependency-unavailable' }] }],
    [
      'the pool of its database is used up',
      {
        hypothesis: { entity: web, cause: 'database-connections-exhausted' },
        findings: [{ cause: 'database-connections-exhausted', dependency: { kind: 'Service', name: 'orders-mysql' } }],
      },
    ],
  ])('is not where %s', (_, given) => {
    expect(told({ hypothesis, ...given })).toBe('cause-in-dependency');
  });
  test.each<[string, Given]>([
    [
      'another workload fails towards its database',
      { findings: [{ entity: orders, dependency: { kind: 'Service', name: 'db' } }] },
    ],
    ['others fail towards it', { findings: [{ entity: orders, role: 'symptom', dependency: web }] }],
    [
      'its database is named beside it',
      { findings: [{ role: 'context', dependency: { kind: 'Service', name: 'db' } }] },
    ],
  ])('is where %s', (_, given) => {
    expect(told({ hypothesis, ...given })).toBe('restart-rollout');
  });
  test('is not where a change broke it and cannot be taken back', () => {
    const changed = { ...hypothesis, changeId: 'deploy-web-1' };
    expect(told({ hypothesis: changed, target: deployment('1') })).toBe('only-one-revision same-revision-comes-back');
    expect(told({ hypothesis: changed, target: deployment('4') })).toBe('rollback-rollout');
  });
  test('is not for a limit of CPU, which it does not raise', () => {
    expect(told({ hypothesis: { entity: web, cause: 'cpu-throttled' } })).toBe('none');
  });
});

describe('a rerun', () => {
  const failed = (errorTemplate: string | undefined): Given => ({ hypothesis: { errorTemplate } });
  test.each([
    'ledger-api:8443 connection reset',
    'read tcp: i/o timeout',
    'database error 1213: Deadlock found when trying to get lock; try restarting transaction',
    'HTTP 503 from ledger-api',
    'could not connect: too many connections',
    'permission denied while connecting: timed out',
    'exited with 1',
    undefined,
  ])('is offered where another run may not meet it: %s', (error) => {
    expect(told(failed(error))).toBe('rerun-cronjob');
  });
  test.each([
    'ERROR: column "currency_code" of relation "invoices" does not exist',
    'Error 1054: Unknown column currency_code in field list',
    'database error 1062: Duplicate entry 7 for key PRIMARY',
    'ERROR: new row violates check constraint "positive_amount"',
    'ModuleNotFoundError: No module named yaml',
    'sh: /app/run.sh: Permission denied',
    'java.lang.NullPointerException at Billing.run',
    'x509: certificate has expired or is not yet valid',
    'SQLSTATE[42S02]: Base table or view not found',
    'exec format error',
  ])('is not where each run meets it: %s', (error) => {
    expect(told(failed(error))).toBe('error-would-repeat');
  });
  test.each<[string, Given, string]>([
    ['a change broke it', { hypothesis: { changeId: 'deploy-billing-4' } }, 'change-is-the-cause'],
    ['its credentials are refused', { findings: [{ cause: 'database-credentials' }] }, 'error-would-repeat'],
    ['it is killed for memory', { findings: [{ cause: 'oom-killed' }] }, 'error-would-repeat'],
    [
      'what it calls is down',
      {
        findings: [
          { role: 'symptom', dependency: orders },
          { entity: orders, role: 'cause', cause: 'replicas-zero' },
        ],
      },
      'dependency-still-down',
    ],
    ['another workload is killed for memory', { findings: [{ entity: orders, cause: 'oom-killed' }] }, 'rerun-cronjob'],
    ['what it called is well again', { findings: [{ role: 'symptom', dependency: orders }] }, 'rerun-cronjob'],
  ])('where %s', (_, given, code) => {
    expect(told(given)).toBe(code);
  });
});

describe('the words of what is next', () => {
  test.each(['change-is-the-cause', 'error-would-repeat'])('ask for no rerun that is not asked for (%s)', () => {
    const words = nextStepOf({ kind: 'report', why: '', policies: [] }, aHypothesis(), { ruledOut: ['rerun-cronjob'] });
    expect(words).toBe('Fix the error of CronJob nightly-invoices, then run it again.');
  });
  test('are the question where there is one, and take nothing back while a rerun is asked', () => {
    const words = nextStepOf(anAsk(), aHypothesis({ entity: cronJob }), { ruledOut: [] });
    expect(words).toBe('Next: rerun CronJob billing/nightly-invoices in backend-1, once a person approves it.');
    const two = anAsk({ approvers: 2, action: anAction({ title: 'Roll Deployment shop/web back' }) });
    expect(nextStepOf(two, aHypothesis(), { ruledOut: [] })).toBe(
      'Next: roll Deployment shop/web back, once 2 people approve it.',
    );
  });
});

describe('what would do harm, or nothing, is not offered', () => {
  const seenBy = (kind: string, annotations: Record<string, string>, spec: object = {}): KubernetesObject => ({
    ...{ apiVersion: 'v1', kind, metadata: { name: kind === 'CronJob' ? 'nightly-invoices' : 'web', annotations } },
    ...{ spec },
  });
  const node = { kind: 'Node', name: 'node-7', cluster: 'backend-1' };
  const podOn = (nodeName: string): KubernetesObject => ({
    ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web-6c-x', namespace: 'shop' } },
    ...{ spec: { nodeName } },
  });
  const pod = { kind: 'Pod', name: 'web-6c-x', namespace: 'shop', cluster: 'backend-1' };
  test.each<[string, Given, string]>([
    [
      'bad name resolution',
      { hypothesis: { entity: web, cause: 'application-errors' }, findings: [{ cause: 'dns-failure' }] },
      'cause-in-dependency',
    ],
    [
      'a secret that is missing',
      { hypothesis: { entity: web, cause: 'application-errors' }, findings: [{ cause: 'secret-missing' }] },
      'cause-would-remain',
    ],
    [
      'a quota that is full',
      { hypothesis: { entity: web, cause: 'memory-leak' }, findings: [{ cause: 'quota-pods' }] },
      'no-room-for-pods',
    ],
    [
      'a rollout in the middle',
      {
        hypothesis: { entity: web, cause: 'rollout-stuck', changeId: 'deploy-web-7' },
        target: seenBy('Deployment', {}, { paused: true }),
      },
      'rollout-paused',
    ],
    [
      'a database that takes no more connections, under more pods',
      { hypothesis: { entity: web, cause: 'traffic-surge' }, findings: [{ cause: 'database-connections-exhausted' }] },
      'dependency-takes-no-more',
    ],
    [
      'a database that is down, under more pods',
      {
        hypothesis: { entity: web, cause: 'cpu-overload' },
        findings: [{ role: 'symptom', dependency: { kind: 'Service', name: 'orders-db' } }],
      },
      'dependency-takes-no-more',
    ],
    [
      'nodes without room, under more pods',
      { hypothesis: { entity: web, cause: 'hpa-at-limit' }, findings: [{ cause: 'scheduling-insufficient-cpu' }] },
      'no-room-for-pods',
    ],
    [
      'a node that is short of memory, under a higher limit',
      {
        hypothesis: { entity: web, cause: 'oom-killed' },
        findings: [{ cause: 'node-pressure', entity: node }],
        target: deployment('4'),
        around: [podOn('node-7')],
      },
      'node-under-pressure',
    ],
    [
      'a job that says it is not idempotent',
      { target: seenBy('CronJob', { 'billing.example.com/idempotent': 'false' }) },
      'not-repeatable',
    ],
    [
      'a pod whose workload lacks a secret',
      { hypothesis: { entity: pod, cause: 'application-crash' }, findings: [{ cause: 'secret-missing', entity: web }] },
      'cause-would-remain',
    ],
    [
      'a pod whose workload fails towards its database',
      {
        hypothesis: { entity: pod, cause: 'application-crash' },
        findings: [{ cause: 'database-credentials', entity: web }],
      },
      'cause-in-dependency',
    ],
  ])('%s', (_, given, code) => {
    expect(told(given)).toBe(code);
    const offer = offered(given);
    const ruledOut = offer.kind === 'ruled-out' ? offer.ruledOut.map(({ id }) => id) : [];
    const words = nextStepOf({ kind: 'report', why: '', policies: [] }, aHypothesis(given.hypothesis ?? {}), {
      ruledOut,
    });
    expect(words).not.toMatch(/[Rr]erun|[Rr]estart|[Ss]cale |[Rr]oll it back|Take .* back|once a person approves/);
  });
  test.each<[string, Given, string]>([
    [
      'a job that says it is idempotent',
      { target: seenBy('CronJob', { 'billing.example.com/idempotent': 'true' }) },
      'rerun-cronjob',
    ],
    [
      'another workload without room',
      { hypothesis: { entity: web, cause: 'memory-leak' }, findings: [{ cause: 'quota-pods', entity: orders }] },
      'restart-rollout',
    ],
    [
      'a leak that was killed for memory',
      { hypothesis: { entity: web, cause: 'memory-leak' }, findings: [{ cause: 'oom-killed' }] },
      'restart-rollout',
    ],
    [
      'a node that is short of memory elsewhere',
      {
        hypothesis: { entity: web, cause: 'oom-killed' },
        findings: [{ cause: 'node-pressure', entity: node }],
        target: deployment('4'),
        around: [podOn('node-8')],
      },
      'raise-memory-limit',
    ],
    [
      'a rollout that goes on',
      {
        hypothesis: { entity: web, cause: 'rollout-stuck', changeId: 'deploy-web-7' },
        target: seenBy('Deployment', {}, { paused: false }),
      },
      'rollback-rollout',
    ],
    [
      'a pod of another workload without a secret',
      {
        hypothesis: { entity: pod, cause: 'application-crash' },
        findings: [{ cause: 'secret-missing', entity: orders }],
      },
      'delete-stuck-pod',
    ],
  ])('and is offered for %s', (_, given, id) => {
    expect(told(given)).toBe(id);
  });
});
