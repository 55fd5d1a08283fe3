// The two pages, as PagerDuty's V3 webhooks bring them: an alert of Alertmanager, and an alarm of CloudWatch.
import { media } from './accounts.ts';

/** The body, and PagerDuty's id of the incident. */
type Page = readonly [body: string, id: string];

const pageOf = (
  now: Date,
  id: string,
  title: string,
  service: { readonly id: string; readonly summary: string },
  details: object,
): Page => [
  JSON.stringify({
    event: {
      id: `01${id}`,
      event_type: 'incident.triggered',
      resource_type: 'incident',
      occurred_at: now.toISOString(),
      agent: null,
      client: null,
      data: {
        id,
        type: 'incident',
        self: `https://api.pagerduty.com/incidents/${id}`,
        html_url: `https://example.pagerduty.com/incidents/${id}`,
        number: 811,
        status: 'triggered',
        incident_key: `key-${id}`,
        created_at: now.toISOString(),
        title,
        service: { ...service, html_url: null, self: null, type: 'service_reference' },
        assignees: [],
        teams: [],
        priority: null,
        urgency: 'high',
        body: { type: 'incident_body', details },
      },
    },
  }),
  id,
];

export const storefrontPage = (now: Date): Page =>
  pageOf(
    now,
    'QSTOREFRONT1',
    'storefront-api: more than 1 error a second for 5 minutes',
    { id: 'PSHOP01', summary: 'Shop' },
    {
      firing: {
        labels: {
          alertname: 'StorefrontErrors',
          severity: 'critical',
          cluster: 'edge-1',
          namespace: 'shop',
          service: 'storefront-api',
        },
      },
    },
  );

export const clipsPage = (now: Date): Page =>
  pageOf(
    now,
    'QCLIPS1',
    'ALARM: "clips-age" in US East (N. Virginia)',
    { id: 'PCLIP01', summary: 'AWS' },
    {
      AlarmName: 'clips-age',
      AWSAccountId: media,
      NewStateValue: 'ALARM',
      NewStateReason: 'Threshold Crossed: 5 datapoints were greater than the threshold (300.0).',
      Region: 'US East (N. Virginia)',
      AlarmArn: `arn:aws:cloudwatch:us-east-1:${media}:alarm:clips-age`,
      Trigger: {
        MetricName: 'ApproximateAgeOfOldestMessage',
        Namespace: 'AWS/SQS',
        Dimensions: [{ name: 'QueueName', value: 'clips' }],
        Statistic: 'MAXIMUM',
        Threshold: 300,
      },
    },
  );

export const basketPage = (now: Date): Page =>
  pageOf(
    now,
    'QBASKET1',
    'basket: error ratio above 5 % for 5 minutes',
    { id: 'PSHOP09', summary: 'Shop' },
    { firing: { labels: { alertname: 'HighErrorRatio', cluster: 'edge-1', namespace: 'shop', service: 'basket' } } },
  );
