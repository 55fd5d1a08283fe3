import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Field } from '../../../core/context/clue.ts';
import { weigh } from '../../../core/context/clue.ts';
import { cluesOf } from '../../../core/context/extractors.ts';

type Said = { readonly title?: string; readonly sourceService?: string; readonly details?: Record<string, string> };

/** The best value of each field that an alert names. */
function read({ title = '', sourceService, details = {} }: Said): Partial<Record<Field, string>> {
  const clues = cluesOf({ title, details, ...(sourceService === undefined ? {} : { sourceService }) });
  const fields: Field[] = ['service', 'cluster', 'environment', 'namespace', 'account', 'region', 'workload'];
  return Object.fromEntries(
    fields.flatMap((field) => {
      const known = weigh(clues, field);
      return known ? [[field, known.value]] : [];
    }),
  );
}

describe('a title', () => {
  test('with a service name that ends in the word service names nothing after it', () => {
    expect(read({ title: 'edge-gateway-service: latency above 2 s' }).service).not.toBe('latency');
    expect(read({ title: 'orders.pod: restarts' }).workload).toBeUndefined();
  });
  test('with a key of its own names its value', () => {
    expect(read({ title: 'High latency, service: checkout' }).service).toBe('checkout');
  });
});

describe('labels', () => {
  test.each<[string, Said, Partial<Record<Field, string>>]>([
    [
      'Alertmanager, nested',
      { details: { 'firing.labels.cluster': 'backend-1', 'firing.labels.namespace': 'billing' } },
      { cluster: 'backend-1', namespace: 'billing' },
    ],
    ['an environment', { details: { env: 'staging' } }, { environment: 'staging' }],
    ['a CronJob', { details: { cronjob: 'nightly-invoices' } }, { workload: 'CronJob/nightly-invoices' }],
    ['a Job', { details: { job_name: 'nightly-29381640' } }, { workload: 'Job/nightly-29381640' }],
    [
      'a pod and its deployment',
      { details: { pod: 'cart-7f9c8d6b5d-x7k2p', deployment: 'cart' } },
      { workload: 'Deployment/cart' },
    ],
    [
      'what was scraped about goes before what was scraped',
      {
        details: {
          pod: 'kube-state-metrics-7f9c8d6b5d-x7k2p',
          exported_pod: 'cart-5d8c7b9f6d-4xk2p',
          namespace: 'monitoring',
          exported_namespace: 'shop',
        },
      },
      { workload: 'Pod/cart-5d8c7b9f6d-4xk2p', namespace: 'shop' },
    ],
    [
      'the exporter that measured is not the service',
      { details: { job: 'kube-state-metrics', service: 'kube-state-metrics', container: 'cart' } },
      { service: 'cart' },
    ],
    [
      'New Relic',
      { details: { 'targets.0.labels.k8s.clusterName': 'frontend-1', 'accumulations.tag.k8s.namespaceName.0': 'x y' } },
      { cluster: 'frontend-1' },
    ],
    [
      'CloudWatch dimensions',
      {
        details: {
          AWSAccountId: '111122223333',
          'Trigger.Namespace': 'AWS/ApplicationELB',
          'Trigger.Dimensions.0.name': 'ClusterName',
          'Trigger.Dimensions.0.value': 'backend-2',
          'Trigger.Dimensions.1.name': 'ServiceName',
          'Trigger.Dimensions.1.value': 'checkout',
        },
      },
      { account: '111122223333', cluster: 'backend-2', service: 'checkout' },
    ],
    [
      'CloudWatch alarm ARN',
      { details: { AlarmArn: 'arn:aws:cloudwatch:us-east-1:111122223333:alarm:checkout-5xx' } },
      { account: '111122223333', region: 'us-east-1' },
    ],
    [
      'an EKS cluster ARN',
      { details: { resource: 'arn:aws:eks:eu-west-1:111122223333:cluster/backend-2' } },
      { account: '111122223333', region: 'eu-west-1', cluster: 'backend-2' },
    ],
    [
      'Datadog tags',
      { details: { tags: 'env:prod, service:checkout, kube_namespace:shop, kube_cluster_name:backend-2' } },
      { environment: 'prod', service: 'checkout', namespace: 'shop', cluster: 'backend-2' },
    ],
    [
      'a label whose value is an ordinary word',
      { details: { firing: 'Labels:\n - deployment = one\n - namespace = app' } },
      { workload: 'Deployment/one', namespace: 'app' },
    ],
    [
      'Grafana',
      { details: { valueString: `[ var='B' labels={cluster="backend-2", namespace="shop"} value=3 ]` } },
      { cluster: 'backend-2', namespace: 'shop' },
    ],
  ])('%s', (_, said, expected) => {
    expect(read(said)).toEqual(expected);
  });
});

describe('words', () => {
  test.each<[string, Said, Partial<Record<Field, string>>]>([
    [
      'kubernetes-mixin titles',
      { title: '[FIRING:1] KubeJobFailed: Job billing/nightly-invoices-29381640 failed to complete' },
      { workload: 'Job/nightly-invoices-29381640', namespace: 'billing' },
    ],
    [
      'an alert name with its object',
      { title: '[FIRING:1] KubeDeploymentReplicasMismatch search/search-api' },
      { workload: 'Deployment/search-api', namespace: 'search' },
    ],
    [
      'a pod in prose',
      { title: 'Pod shop/checkout-7f9c8d6b5d-x7k2p (app) is restarting 3 times' },
      { workload: 'Pod/checkout-7f9c8d6b5d-x7k2p', namespace: 'shop' },
    ],
    ['a quoted name', { title: 'cron job "invoices" missed its start' }, { workload: 'CronJob/invoices' }],
    ['a named namespace', { title: 'Quota exceeded in namespace `billing`' }, { namespace: 'billing' }],
    ['a tag', { title: '[PROD] latency is high' }, { environment: 'prod' }],
    [
      'a link to an object',
      { details: { link: 'https://k8s.example.com/api/v1/namespaces/shop/pods/cart-0?x=1' } },
      { workload: 'Pod/cart-0', namespace: 'shop' },
    ],
    [
      'an address in the cluster',
      { title: 'dial http://ledger-api.billing.svc:8443 refused' },
      { service: 'ledger-api' },
    ],
    [
      "a page's own service",
      { sourceService: 'checkout (production)' },
      { service: 'checkout', environment: 'production' },
    ],
    [
      'a page under the name of a namespace',
      { sourceService: 'boutique', details: { namespace: 'boutique' } },
      { namespace: 'boutique' },
    ],
    ['ordinary prose', { title: 'The deployment failed and the service is down after the cluster was upgraded' }, {}],
    ['a firing count', { title: '[FIRING:3] TooManyErrors' }, {}],
  ])('%s', (_, said, expected) => {
    expect(read(said)).toEqual(expected);
  });
});

describe('hostile alerts', () => {
  test('prototype keys are plain keys', () => {
    const details = JSON.parse('{"__proto__": "x", "constructor": "y", "toString.cluster": "backend-1"}');
    expect(read({ details })).toEqual({ cluster: 'backend-1' });
  });

  test.each([
    ['a'.repeat(200_000)],
    ['deployment '.repeat(20_000)],
    [`namespace ${'a-'.repeat(100_000)}`],
    [`pods ${'a/'.repeat(100_000)}`],
    [`cluster=${'"'.repeat(100_000)}`],
    ['a'.repeat(100) + '.'.repeat(100_000)],
    [`${'a1-'.repeat(50_000)}.svc`],
  ])('%#: a huge text costs no time', (text) => {
    const started = performance.now();
    cluesOf({ title: text, sourceService: text, details: { text, tags: text } });
    expect(performance.now() - started).toBeLessThan(500);
  });

  test('whatever an alert says, a clue is a short name and has a confidence', () => {
    const details = fc.dictionary(fc.string(), fc.string({ unit: 'binary', maxLength: 300 }));
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), details, (title, some) => {
        for (const clue of cluesOf({ title, details: some })) {
          expect(clue.value).toMatch(/^[\w./-]{1,260}$/);
          expect(clue.confidence).toBeGreaterThan(0);
          expect(clue.confidence).toBeLessThanOrEqual(1);
        }
      }),
    );
  });
});
