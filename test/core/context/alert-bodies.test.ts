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

/** As the template of Alertmanager's PagerDuty receiver writes them. */
const labels = (of: Record<string, string>): string =>
  `Labels:\n${Object.entries(of)
    .map(([name, value]) => ` - ${name} = ${value}\n`)
    .join('')}Source: http://prometheus.example/graph`;

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
    [
      "kube-state-metrics: the exporter's own labels are not the subject's",
      '[FIRING:1] KubeDeploymentReplicasMismatch (kube-state-metrics ledger-api http 10.2.3.4:8080)',
      'k8s prod alerts',
      {
        firing: labels({
          alertname: 'KubeDeploymentReplicasMismatch',
          container: 'kube-state-metrics',
          deployment: 'ledger-api',
          job: 'kube-state-metrics',
          namespace: 'banking',
          pod: 'mon-kube-state-metrics-7d9f8b6c5-x2k4h',
          service: 'mon-kube-state-metrics',
        }),
      },
      { service: 'ledger-api', namespace: 'banking', environment: 'production' },
    ],
    [
      "kube-state-metrics: a node has no namespace, so it is the exporter's",
      '[FIRING:1] KubeNodeNotReady',
      'k8s-alerts',
      {
        firing: labels({
          alertname: 'KubeNodeNotReady',
          cluster: 'live-7',
          job: 'kube-state-metrics',
          namespace: 'monitoring',
          node: 'worker-17',
          pod: 'kube-state-metrics-7d9f8b6c5-x2k4h',
        }),
      },
      { cluster: 'live-7' },
    ],
    [
      'an exporter that is down is the subject',
      '[FIRING:1] TargetDown',
      'k8s-alerts',
      { firing: labels({ alertname: 'TargetDown', job: 'kube-state-metrics', namespace: 'monitoring' }) },
      { service: 'kube-state-metrics', namespace: 'monitoring' },
    ],
    [
      "the kubelet's metrics of a volume carry the namespace of its claim",
      '[FIRING:1] KubePersistentVolumeFillingUp',
      null,
      {
        firing: labels({
          namespace: 'banking',
          node: 'worker-17',
          persistentvolumeclaim: 'data-ledger-pg-0',
          service: 'mon-kubelet',
        }),
      },
      { namespace: 'banking' },
    ],
    [
      'exported_ labels take precedence in a text too',
      '[FIRING:1] ContainerOOMKilled',
      'Team Phoenix',
      {
        firing: labels({
          exported_namespace: 'quotes',
          exported_pod: 'pricing-5c7d8f9b6d-k2j4h',
          namespace: 'observability',
          pod: 'scraper-6f5d4c7b2f-zzzzz',
        }),
      },
      { service: 'pricing', namespace: 'quotes' },
    ],
    [
      'an autoscaler has the name of its workload',
      '[FIRING:1] KubeHpaMaxedOut',
      null,
      { firing: labels({ horizontalpodautoscaler: 'keda-hpa-mailer', job: 'kube-state-metrics', namespace: 'comms' }) },
      { service: 'mailer', namespace: 'comms' },
    ],
    [
      'the job of a prober is no service',
      '[FIRING:1] ProbeFailed',
      'Website',
      { firing: labels({ alertname: 'ProbeFailed', instance: 'https://shop.example/healthz', job: 'blackbox-http' }) },
      {},
    ],
    [
      'EventBridge: dimensions nine levels deep',
      'CloudWatch Alarm State Change',
      'aws-events',
      {
        'detail-type': 'CloudWatch Alarm State Change',
        account: '222233334444',
        region: 'eu-north-1',
        detail: {
          configuration: {
            metrics: [{ metricStat: { metric: { dimensions: { ClusterName: 'web-4', ServiceName: 'basket-api' } } } }],
          },
        },
      },
      { service: 'basket-api', cluster: 'web-4', account: '222233334444', region: 'eu-north-1' },
    ],
    [
      'EventBridge: a product of AWS is no service',
      'AWS_RDS_OPERATIONAL_ISSUE',
      'AWS',
      {
        'detail-type': 'AWS Health Event',
        account: '222233334444',
        region: 'us-east-1',
        detail: { service: 'RDS', eventTypeCode: 'AWS_RDS_OPERATIONAL_ISSUE' },
      },
      { account: '222233334444', region: 'us-east-1' },
    ],
    [
      'a cluster of brokers is a store, not a cluster of containers',
      'ALARM: "offline-partitions"',
      'Kafka',
      {
        Trigger: {
          Namespace: 'AWS/Kafka',
          Dimensions: [{ name: 'Cluster Name', value: 'events-bus' }],
        },
      },
      { service: 'events-bus' },
    ],
    [
      'a target group that people named',
      'ALARM: "unhealthy-hosts"',
      'AWS',
      { Trigger: { Dimensions: [{ name: 'TargetGroup', value: 'targetgroup/basket-api-tg/73e2d6bc24d8a067' }] } },
      { service: 'basket-api' },
    ],
    [
      'Google Cloud: the labels of a resource',
      '[ALERT] Request latency',
      'GCP',
      {
        incident: {
          resource: {
            type: 'k8s_container',
            labels: {
              location: 'europe-west4-b',
              cluster_name: 'core-2',
              namespace_name: 'maps',
              pod_name: 'tile-server-7b9c8d6f5-qw7rt',
              container_name: 'tile-server',
            },
          },
        },
      },
      { service: 'tile-server', cluster: 'core-2', namespace: 'maps', region: 'europe-west4' },
    ],
    [
      'Datadog: a synthetic test runs elsewhere',
      '[Triggered] Login flow failing from Frankfurt (AWS)',
      'Datadog',
      { tags: 'check_type:browser, env:production, probe_dc:aws:eu-central-1, service:login-frontend' },
      { service: 'login-frontend', environment: 'production' },
    ],
    [
      'a tag names the service better than an entity does',
      'Disk usage above 95%',
      null,
      { alert: { tags: ['env:staging', 'service:media-store'], entity: 'media-store-2' } },
      { service: 'media-store', environment: 'staging' },
    ],
    [
      "New Relic: the application's environment, and no account of a cloud",
      'New Relic Alert',
      'NR - Payments',
      JSON.stringify({
        condition_name: 'Apdex (Low)',
        targets: [{ name: 'card-vault (prod)', type: 'Application' }],
        tags: { account: 'Acme' },
      }),
      { service: 'card-vault', environment: 'production' },
    ],
    [
      'New Relic: a machine is no service',
      'New Relic Alert',
      'NR',
      { targets: [{ name: 'ip-10-1-1-1.ec2.internal', type: 'Host', labels: { clusterName: 'core-2' } }] },
      { cluster: 'core-2' },
    ],
    [
      "Splunk: the app is Splunk's",
      'Splunk Alert: declines',
      'Splunk',
      { search_name: 'declines', app: 'search', result: { service: 'decline-handler', env: 'PROD' } },
      { service: 'decline-handler', environment: 'production' },
    ],
    [
      'Zabbix: a component of a machine is no service',
      'High CPU utilization on db-pg-03.lab.example.internal',
      'Zabbix',
      { tags: 'component:cpu, scope:performance' },
      {},
    ],
    [
      'a job that scrapes many services is none',
      '[FIRING:1] HeapHigh',
      'Platform',
      { firing: labels({ alertname: 'HeapHigh', job: 'kubernetes-pods', kubernetes_namespace: 'energy' }) },
      { namespace: 'energy' },
    ],
    [
      'Sloth names the service of an objective',
      '[FIRING:1] BudgetBurn',
      'SLO',
      { firing: labels({ alertname: 'BudgetBurn', sloth_service: 'orders', sloth_slo: 'availability' }) },
      { service: 'orders' },
    ],
    [
      'placeholders say nothing',
      'Something is slow',
      '',
      {
        service: '<no value>',
        cluster: 'unknown',
        env: 'n/a',
        labels: { namespace: 'none', pod: '{{ $labels.pod }}' },
      },
      {},
    ],
    ['a label in a sentence is no label', 'Slow', 'API', 'Service: see the runbook. Namespace: see dashboards.', {}],
    ['tags before a name', '[eu-2] [orders] order-intake: p99 > 3s', 'Team Phoenix', null, { service: 'order-intake' }],
    ["an alarm's name is no service", 'checkout-high-latency: p99 > 3s', 'Team Phoenix', null, {}],
    ['the name of a kind of system says nothing', 'Host is down', 'API', null, {}],
    ["a team's name says nothing", 'Something is slow', 'Payments Squad (Datadog)', null, {}],
    [
      'a general word with another names a service',
      'Something is slow',
      'email-sender',
      null,
      { service: 'email-sender' },
    ],
    ['a product alone is a kind of system', 'Something is slow', 'Kafka', null, {}],
    ['a service by its name', 'Something is slow', 'basket-api', null, { service: 'basket-api' }],
    [
      'a team that owns a page is no service',
      'Disk is full',
      null,
      'see the wiki of team-atlas, run by atlas-squad',
      {},
    ],
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
  test("of Alertmanager, with the exporter's namespace beside the exported one", () => {
    expect(
      posted({
        bot_id: 'B1',
        username: 'Alertmanager',
        attachments: [
          {
            title: '[FIRING:1] CertExpirySoon',
            text: '*Details:*\n • *exported_namespace:* `edge`\n • *namespace:* `cert-manager`\n • *env:* `prd`',
          },
        ],
      }),
    ).toEqual({ namespace: 'edge', environment: 'production' });
  });
  test('of Argo CD', () => {
    expect(
      posted({
        bot_id: 'B1',
        username: 'argo-cd',
        attachments: [
          {
            title: 'guestbook',
            text: ':exclamation: Application guestbook has degraded.',
            fields: [{ title: 'Cluster', value: 'in-cluster' }],
          },
        ],
      }),
    ).toEqual({ service: 'guestbook' });
  });
  test('of a build server: its job is no service', () => {
    expect(
      posted({
        bot_id: 'B1',
        username: 'jenkins',
        attachments: [{ text: 'deploy-web » main - #412 Failure after 3 min' }],
      }),
    ).toEqual({});
  });
  test("with Azure's names of regions", () => {
    expect(
      posted({ bot_id: 'B1', username: 'bot', attachments: [{ fields: [{ title: 'Region', value: 'westeurope' }] }] }),
    ).toEqual({
      region: 'westeurope',
    });
  });
  test('of Sentry, with its tags as code', () => {
    expect(
      posted({
        bot_id: 'B1',
        username: 'Sentry',
        blocks: [
          { type: 'section', text: { type: 'mrkdwn', text: 'environment: `production`  release: `1.2.3`' } },
          { type: 'context', elements: [{ type: 'mrkdwn', text: 'Project: <https://sentry.example/x|price-api>' }] },
        ],
      }),
    ).toEqual({ service: 'price-api', environment: 'production' });
  });
});
