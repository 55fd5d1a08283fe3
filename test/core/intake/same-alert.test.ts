import { describe, expect, test } from 'vitest';
import { type AlertToCompare, type SameAlert, sameAlert } from '../../../core/intake/same-alert.ts';
import type { Place, Trigger } from '../../../core/model/incident.ts';

type Details = Readonly<Record<string, string>>;
interface Side {
  readonly title: string;
  readonly details?: Details;
  readonly place?: Place;
  readonly link?: string;
  readonly kind?: Trigger['kind'];
  readonly sourceId?: string;
  readonly sourceService?: string;
}

const told = (
  { title, details = {}, place, link, sourceService, ...over }: Side,
  kind: Trigger['kind'],
  sourceId: string,
): AlertToCompare => ({
  trigger: {
    kind: over.kind ?? kind,
    sourceId: over.sourceId ?? sourceId,
    title,
    details: { ...details },
    ...(link === undefined ? {} : { link }),
    ...(sourceService === undefined ? {} : { sourceService }),
  },
  place,
});

const job = 'CronJob nightly-invoices failed';
const high = 'HighErrorRate';
const checkout = {
  alertname: high,
  service: 'checkout',
  cluster: 'prod-eu',
  namespace: 'shop',
  environment: 'production',
};
const link = 'https://acme.pagerduty.com/incidents/Q2ABCDEFGHIJKL';

/** A page, what came by a channel or a mention, and what they are. */
const pairs: readonly (readonly [name: string, page: Side, other: Side, expected: SameAlert])[] = [
  ['labels that agree', { title: high, details: checkout }, { title: high, details: checkout }, 'same'],
  [
    'the same alert with another mark of its sender',
    { title: '[FIRING:1] HighErrorRate', details: checkout },
    { title: 'Triggered: HighErrorRate', details: { Service: 'checkout', Cluster: 'prod-eu' } },
    'same',
  ],
  ['a job that both titles name', { title: job }, { title: job }, 'same'],
  [
    'a job that both titles name, in one cluster',
    { title: job, details: { cluster: 'backend-1' } },
    { title: job, details: { Cluster: 'backend-1' } },
    'same',
  ],
  [
    'a pod of the same Deployment after a restart',
    { title: 'Pod not ready', details: { pod: 'checkout-7f9c8d6b5d-x7k2p', cluster: 'c1' } },
    { title: 'Pod not ready', details: { pod: 'checkout-7f9c8d6b5d-q4bz9', cluster: 'c1' } },
    'same',
  ],
  ['a link to the very page', { title: high, sourceId: 'Q2ABCDEFGHIJKL' }, { title: 'look at this', link }, 'same'],
  [
    "the page's link in the words of the message",
    { title: high, sourceId: 'Q2ABCDEFGHIJKL' },
    { title: 'help', details: { message: `see ${link} please` } },
    'same',
  ],
  [
    'the same key of its source under another title',
    { title: 'checkout: errors', details: { fingerprint: 'a1b2c3d4', service: 'checkout' } },
    { title: high, details: { fingerprint: 'a1b2c3d4' } },
    'same',
  ],
  [
    'an alias that the catalogue knows',
    { title: high, details: { service: 'checkout', cluster: 'eu' }, place: { cluster: 'prod-eu-1' } },
    { title: high, details: { service: 'checkout', cluster: 'prod-eu-1' } },
    'same',
  ],
  [
    'two words for one environment',
    { title: high, details: { service: 'checkout', environment: 'production' } },
    { title: high, details: { service: 'checkout', env: 'prod' } },
    'same',
  ],
  [
    'a service that the common title names',
    { title: 'checkout-api error rate above 5 %', details: { service: 'checkout-api' } },
    { title: 'checkout-api error rate above 5 %' },
    'same',
  ],
  [
    'a service and cluster that the common title names',
    { title: 'checkout-api errors in prod-eu', details: { service: 'checkout-api', cluster: 'prod-eu' } },
    { title: 'checkout-api errors in prod-eu' },
    'same',
  ],
  [
    'a node that both name',
    { title: 'KubeNodeNotReady', details: { node: 'ip-10-0-3-17', cluster: 'c1' } },
    { title: 'KubeNodeNotReady', details: { node: 'ip-10-0-3-17', cluster: 'c1' } },
    'same',
  ],
  [
    'one that says more of the place than the other',
    { title: high, details: checkout },
    { title: high, details: { service: 'checkout', cluster: 'prod-eu' } },
    'same',
  ],
  [
    'CloudWatch dimensions that agree',
    {
      title: 'ALARM: 5xx',
      details: {
        AlarmName: '5xx',
        'dimensions.0.name': 'ServiceName',
        'dimensions.0.value': 'pay',
        account: '111122223333',
      },
    },
    { title: 'ALARM: 5xx', details: { AlarmName: '5xx', service: 'pay', account: '111122223333' } },
    'same',
  ],

  [
    'another service',
    { title: high, details: checkout },
    { title: high, details: { ...checkout, service: 'search' } },
    'other',
  ],
  [
    'another cluster',
    { title: high, details: checkout },
    { title: high, details: { ...checkout, cluster: 'prod-us' } },
    'other',
  ],
  [
    'another namespace',
    { title: high, details: checkout },
    { title: high, details: { ...checkout, namespace: 'tools' } },
    'other',
  ],
  [
    'another environment',
    { title: high, details: checkout },
    { title: high, details: { ...checkout, environment: 'staging' } },
    'other',
  ],
  [
    'another alert of the same service',
    { title: 'checkout', details: checkout },
    { title: 'checkout', details: { ...checkout, alertname: 'HighLatency' } },
    'other',
  ],
  [
    'another account',
    { title: high, details: { service: 'a-1', account: '111122223333' } },
    { title: high, details: { service: 'a-1', account: '444455556666' } },
    'other',
  ],
  [
    'another region',
    { title: high, details: { service: 'a-1', region: 'eu-west-1' } },
    { title: high, details: { service: 'a-1', region: 'us-east-1' } },
    'other',
  ],
  [
    'another job',
    { title: 'Job failed', details: { cronjob: 'nightly-invoices' } },
    { title: 'Job failed', details: { cronjob: 'nightly-orders' } },
    'other',
  ],
  [
    'another node',
    { title: 'KubeNodeNotReady', details: { node: 'node-1', cluster: 'c1' } },
    { title: 'KubeNodeNotReady', details: { node: 'node-2', cluster: 'c1' } },
    'other',
  ],
  [
    'another queue',
    { title: 'Queue grows', details: { service: 'mail', queue: 'in' } },
    { title: 'Queue grows', details: { service: 'mail', queue: 'out' } },
    'other',
  ],
  [
    'another consumer group',
    { title: 'ConsumerLag', details: { service: 'mail', consumer_group: 'a' } },
    { title: 'ConsumerLag', details: { service: 'mail', consumergroup: 'b' } },
    'other',
  ],
  [
    'another tenant',
    { title: high, details: { ...checkout, tenant: 'blue' } },
    { title: high, details: { ...checkout, tenant: 'red' } },
    'other',
  ],
  [
    'another database',
    { title: 'ReplicationLag', details: { service: 'pg', datname: 'orders' } },
    { title: 'ReplicationLag', details: { service: 'pg', datname: 'users' } },
    'other',
  ],
  [
    'another domain',
    { title: 'Certificate expires', details: { service: 'edge', domain: 'a.example' } },
    { title: 'Certificate expires', details: { service: 'edge', domain: 'b.example' } },
    'other',
  ],
  [
    'another mount point',
    { title: 'DiskFull', details: { node: 'n-1', mountpoint: '/' } },
    { title: 'DiskFull', details: { node: 'n-1', mountpoint: '/data' } },
    'other',
  ],
  [
    'another page of PagerDuty',
    { title: high, sourceId: 'QAAAAAAAAAAAAA', details: checkout },
    { title: high, link, details: checkout },
    'other',
  ],
  [
    'another key of its source',
    { title: high, details: { ...checkout, fingerprint: 'a1' } },
    { title: high, details: { ...checkout, fingerprint: 'b2' } },
    'other',
  ],
  [
    'another title',
    { title: high, details: checkout },
    { title: 'HighLatency', details: { service: 'checkout' } },
    'other',
  ],
  ['no title', { title: '' }, { title: '' }, 'other'],
  [
    'a cluster that was worked out to be another',
    { title: high, details: { service: 'checkout' }, place: { cluster: 'prod-us' } },
    { title: high, details: { service: 'checkout', cluster: 'prod-eu' } },
    'other',
  ],
  [
    'another environment in the tag of the title',
    { title: '[PROD] checkout-api down', details: { service: 'checkout-api' } },
    { title: '[STAGING] checkout-api down', details: { service: 'checkout-api' } },
    'other',
  ],
  [
    "another environment in the channel's name",
    { title: job, sourceService: 'Billing (staging)' },
    { title: job, details: { env: 'prod' } },
    'other',
  ],

  ['a title that names nothing', { title: 'High latency' }, { title: 'High latency' }, 'in-doubt'],
  [
    'a title that names nothing, and a service on one side',
    { title: 'High latency', details: { service: 'checkout' } },
    { title: 'High latency' },
    'in-doubt',
  ],
  ['a place on one side only', { title: job, details: { cluster: 'backend-1' } }, { title: job }, 'in-doubt'],
  [
    'a service that only agrees with a team',
    { title: 'Errors', sourceService: 'checkout' },
    { title: 'Errors', details: { service: 'checkout' } },
    'in-doubt',
  ],
  [
    'places that cannot be compared',
    { title: job, details: { cluster: 'backend-1' } },
    { title: job, details: { account: '111122223333' } },
    'in-doubt',
  ],
  [
    'only an alert name in common',
    { title: high, details: { alertname: high } },
    { title: high, details: { alertname: high } },
    'in-doubt',
  ],
  [
    'only a place in common',
    { title: high, details: { cluster: 'c1' } },
    { title: high, details: { cluster: 'c1' } },
    'in-doubt',
  ],
  [
    'a page over several services, and a message about one',
    { title: high, details: { 'alerts.0.service': 'checkout', 'alerts.1.service': 'search' } },
    { title: high, details: { service: 'checkout' } },
    'same',
  ],
];

describe('an alert that came another way', () => {
  test.each(pairs)('with %s', (_, page, other, expected) => {
    const [a, b] = [told(page, 'page', 'QZZZZZZZZZZZZZ'), told(other, 'alert-message', 'slack-C1-1.2')];
    expect([sameAlert(a, b), sameAlert(b, a)]).toEqual([expected, expected]);
  });

  test('is compared in more than 40 pairs', () => {
    expect(pairs.length).toBeGreaterThan(40);
  });
});
