// Bodies as alerting systems send them, through the webhook and without a catalogue: what each says by itself, and nothing that it does not say.
import { describe, expect, test } from 'vitest';
import { resolveContext } from '../../../core/context/resolve.ts';
import { readAlert } from '../../../core/intake/channel-alert.ts';
import { meaningOf, PagerDutyWebhook } from '../../../core/intake/pagerduty.ts';
import { chatMessage, SlackMessage } from '../../../core/intake/slack-message.ts';
import type { Trigger } from '../../../core/model/incident.ts';
import { Catalog } from '../../../core/ports/catalog.ts';
import { aTrigger } from '../../builders.ts';

type Place = Partial<Record<'service' | 'cluster' | 'environment' | 'namespace' | 'account' | 'region', string>>;
const fields = ['service', 'cluster', 'environment', 'namespace', 'account', 'region'] as const;

const placeIn = (trigger: Pick<Trigger, 'title' | 'details' | 'sourceService'>): Place => {
  const context = resolveContext(aTrigger(trigger), Catalog.parse({ environments: {} }), []);
  return Object.fromEntries(
    fields.flatMap((field) => (context[field] === undefined ? [] : [[field, context[field].value]])),
  );
};

function paged(title: string, summary: string | null, details: unknown): Place {
  const meaning = meaningOf(
    PagerDutyWebhook.parse({
      event: {
        id: '01TEST',
        event_type: 'incident.triggered',
        occurred_at: '2026-11-18T14:30:00Z',
        data: { id: 'Q1', title, service: { summary }, body: { details } },
      },
    }),
  );
  if (meaning.kind !== 'publish' || !('trigger' in meaning.event.detail)) throw new Error('no trigger');
  return placeIn(meaning.event.detail.trigger);
}

const posted = (message: object): Place => {
  const alert = readAlert(chatMessage(SlackMessage.parse({ ts: '1795012200.000100', ...message }), {}), true);
  if (alert === undefined) throw new Error('no alert');
  return placeIn(alert);
};

describe('a page', () => {
  test.each<[string, string, string | null, unknown, Place]>([
    [
      'CloudWatch through SNS, the alarm as JSON in a text',
      'ALARM: "billing-dlq-depth" in Europe (Frankfurt)',
      'CloudWatch',
      {
        Type: 'Notification',
        TopicArn: 'arn:aws:sns:eu-central-1:222233334444:pagerduty',
        Message: JSON.stringify({
          AlarmName: 'billing-dlq-depth',
          AWSAccountId: '222233334444',
          Region: 'EU (Frankfurt)',
          Trigger: {
            MetricName: 'ApproximateNumberOfMessagesVisible',
            Namespace: 'AWS/SQS',
            Dimensions: [{ name: 'QueueName', value: 'billing-dlq' }],
          },
        }),
      },
      { service: 'billing-dlq', account: '222233334444', region: 'eu-central-1' },
    ],
    [
      'a function, by its ARN alone',
      'Lambda errors',
      'AWS',
      { detail: { configuration: { functionArn: 'arn:aws:lambda:us-east-2:222233334444:function:thumbnailer:live' } } },
      { service: 'thumbnailer', account: '222233334444', region: 'us-east-2' },
    ],
    [
      'EventBridge: a task of ECS stopped',
      'ECS Task State Change',
      'AWS',
      {
        account: '222233334444',
        region: 'us-west-2',
        source: 'aws.ecs',
        detail: {
          clusterArn: 'arn:aws:ecs:us-west-2:222233334444:cluster/media-prod',
          group: 'service:encoder',
          stoppedReason: 'Essential container in task exited',
        },
      },
      {
        service: 'encoder',
        cluster: 'media-prod',
        environment: 'production',
        account: '222233334444',
        region: 'us-west-2',
      },
    ],
    [
      'New Relic: a workflow',
      'web-player-prod query result is > 5.0 for 5 minutes on "Error rate"',
      'NR',
      {
        accountId: 1234567,
        issueUrl: 'https://radar-api.service.newrelic.com/accounts/1234567/issues/0ea2',
        impactedEntities: ['web-player-prod'],
        alertPolicyNames: ['Golden signals'],
        'labels.accountIds': '1234567',
        state: 'ACTIVATED',
      },
      { service: 'web-player-prod', environment: 'production' },
    ],
    [
      'Sentry: tags as pairs',
      'TypeError: undefined is not a function',
      'Sentry',
      {
        project_slug: 'storefront',
        tags: [
          ['environment', 'production'],
          ['server_name', 'ip-10-0-1-2'],
          ['level', 'error'],
        ],
      },
      { service: 'storefront', environment: 'production' },
    ],
    [
      'OpenTelemetry attributes, nested',
      'Error budget burn',
      'Platform Team',
      {
        resource: {
          attributes: {
            'service.name': 'quote-api',
            'k8s.cluster.name': 'eu-2',
            'k8s.namespace.name': 'insurance',
            'deployment.environment.name': 'staging',
            'cloud.region': 'eu-west-3',
            'cloud.account.id': '222233334444',
          },
        },
      },
      {
        service: 'quote-api',
        cluster: 'eu-2',
        namespace: 'insurance',
        environment: 'staging',
        region: 'eu-west-3',
        account: '222233334444',
      },
    ],
    [
      'Container Insights: dimensions of a pod',
      'ALARM: "pod-restarts" in US East (Ohio)',
      'AWS',
      {
        AWSAccountId: '222233334444',
        Trigger: {
          Namespace: 'ContainerInsights',
          Dimensions: [
            { name: 'PodName', value: 'ledger' },
            { name: 'ClusterName', value: 'backend-7' },
            { name: 'Namespace', value: 'finance' },
          ],
        },
      },
      { service: 'ledger', cluster: 'backend-7', namespace: 'finance', account: '222233334444', region: 'us-east-2' },
    ],
    [
      'a target group with shortened names that nobody can split is no place',
      'ALARM: "unhealthy-hosts"',
      'AWS',
      {
        Trigger: {
          Dimensions: [{ name: 'TargetGroup', value: 'targetgroup/k8s-a-b-c-d-0123456789/0123456789abcdef' }],
        },
      },
      {},
    ],
    [
      'plain words',
      'Latency of basket-api is high',
      null,
      'p99 of basket-api in the retail namespace is 4.2 s',
      { service: 'basket-api', namespace: 'retail' },
    ],
    ['the name of a kind of system says nothing', 'Host is down', 'API', null, {}],
    ["a team's name says nothing", 'Something is slow', 'Payments Squad (Datadog)', null, {}],
    ['a service by its name', 'Something is slow', 'basket-api', null, { service: 'basket-api' }],
    ['words with a dash are no names', 'Alert for out-of-memory on real-time processing', null, null, {}],
    ['an address is no service', 'Probe failed on ip-10-0-3-17', null, 'connection to db-1.internal:5432 refused', {}],
    [
      'a text that only looks like JSON stays a text',
      'Broken',
      null,
      { message: '{"cluster": "eu-2"', note: '[1, 2' },
      { cluster: 'eu-2' },
    ],
  ])('%s', (_, title, summary, details, expected) => {
    expect(paged(title, summary, details)).toEqual(expected);
  });
});

describe('a message in Slack', () => {
  test('of New Relic, in blocks', () => {
    expect(
      posted({
        bot_id: 'B1',
        username: 'New Relic',
        text: 'New Relic alert',
        blocks: [
          { type: 'header', text: { type: 'plain_text', text: 'Critical: search-api error rate' } },
          {
            type: 'section',
            fields: [
              { type: 'mrkdwn', text: '*Entity name*\nsearch-api' },
              { type: 'mrkdwn', text: '*clusterName:* `front-3`' },
              { type: 'mrkdwn', text: '*namespaceName:* `search`' },
            ],
          },
        ],
      }),
    ).toMatchObject({ cluster: 'front-3', namespace: 'search' });
  });
  test('of AWS, with the account and the region in its title', () => {
    expect(
      posted({
        bot_id: 'B1',
        username: 'Amazon Q',
        text: 'Threshold crossed\n*Dimensions:* FunctionName: resize-image',
        attachments: [{ title: 'CloudWatch Alarm | resize-errors | ap-southeast-2 | Account: 222233334444' }],
      }),
    ).toEqual({ service: 'resize-image', account: '222233334444', region: 'ap-southeast-2' });
  });
});
