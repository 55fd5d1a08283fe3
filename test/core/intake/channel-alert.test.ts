import { describe, expect, test } from 'vitest';
import { plainTitle, readAlert, ruleFor } from '../../../core/intake/channel-alert.ts';
import { chatMessage, SlackMessage } from '../../../core/intake/slack-message.ts';
import { Catalog } from '../../../core/ports/catalog.ts';

// What other apps post, as their own templates and documentation have it, through the reading of a Slack message.

const read = (raw: object, anyway = false) =>
  readAlert(chatMessage(SlackMessage.parse({ ts: '1700000000.000100', bot_id: 'B1', ...raw }), {}), anyway);

/** `slack.default.*` of https://github.com/prometheus/alertmanager/blob/main/template/default.tmpl: a title, a link, and no text. */
const alertmanager = {
  username: 'Alertmanager',
  attachments: [
    {
      color: 'danger',
      title: '[FIRING:2] InstanceDown api (us-east-1 page)',
      title_link: 'https://alertmanager.example.com/#/alerts?receiver=team-x',
      fallback:
        '[FIRING:2] InstanceDown api (us-east-1 page) | https://alertmanager.example.com/#/alerts?receiver=team-x',
    },
  ],
};
/** `__text_alert_list` of https://github.com/grafana/alerting (templates/default_template.go), which its Slack contact point posts as text. */
const grafana = {
  username: 'Ops',
  attachments: [
    {
      title: '[FIRING:1, RESOLVED:1] HighErrorRatio checkout (production)',
      title_link: 'https://grafana.example.com/alerting/grafana/abc/view',
      text: [
        '**Firing**',
        '',
        'Value: A=0.31',
        'Labels:',
        ' - alertname = HighErrorRatio',
        ' - namespace = shop',
        'Annotations:',
        ' - summary = error ratio above 30 %',
        'Source: https://grafana.example.com/alerting/grafana/abc/view',
        'Silence: https://grafana.example.com/alerting/silence/new',
      ].join('\n'),
      footer: 'Grafana v11.2.0',
    },
  ],
};
/** https://docs.aws.amazon.com/chatbot/latest/adminguide/test-notifications-cw.html */
const cloudwatch = {
  bot_profile: { name: 'AWS Chatbot' },
  attachments: [
    {
      pretext:
        ':rotating_light: *<https://console.aws.amazon.com/cloudwatch/home?region=us-east-1#s=Alarms&alarm=checkout-5xx|CloudWatch Alarm> | us-east-1 | Account: 111122223333*',
      title: 'checkout-5xx',
      text: 'Threshold Crossed: 1 datapoint [31.0] was greater than the threshold (5.0).',
    },
  ],
};
/** https://support.pagerduty.com/main/docs/slack-integration-guide: incident messages link to the incident. */
const pagerDuty = {
  bot_profile: { name: 'PagerDuty' },
  text: '',
  attachments: [
    {
      title: '#4711: Checkout answers 503',
      title_link: 'https://example.pagerduty.com/incidents/Q1ABCDEF2GHIJK',
      fields: [{ title: 'Service', value: '<https://example.pagerduty.com/services/P1|Checkout>' }],
    },
  ],
};

describe('an alert of', () => {
  test('Alertmanager is known by its title alone', () => {
    expect(read(alertmanager)).toMatchObject({
      from: 'alertmanager',
      title: '[FIRING:2] InstanceDown api (us-east-1 page)',
      state: 'firing',
      link: 'https://alertmanager.example.com/#/alerts?receiver=team-x',
    });
    expect(read({ ...alertmanager, username: 'renamed' })?.from).toBe('alertmanager');
  });
  test('Grafana brings its labels, also where some are resolved and some are not', () => {
    expect(read(grafana)).toMatchObject({
      from: 'grafana',
      state: 'firing',
      details: { alertname: 'HighErrorRatio', namespace: 'shop', summary: 'error ratio above 30 %' },
    });
    expect(plainTitle('[FIRING:1, RESOLVED:1] HighErrorRatio checkout')).toBe('higherrorratio checkout');
  });
  test('CloudWatch is known by its link, whatever AWS calls its app', () => {
    expect(read(cloudwatch)).toMatchObject({ from: 'cloudwatch', title: 'checkout-5xx', state: 'firing' });
    expect(read({ ...cloudwatch, bot_profile: { name: 'Amazon Q Developer' } })?.from).toBe('cloudwatch');
    expect(read({ ...cloudwatch, bot_profile: { name: 'ops' } })?.from).toBe('cloudwatch');
  });
  test('PagerDuty names its incident, which the webhook names, too', () => {
    expect(read(pagerDuty)).toMatchObject({ from: 'pagerduty', pageId: 'Q1ABCDEF2GHIJK', state: 'firing' });
  });
  test('New Relic is known by its link', () => {
    const issue = { text: 'High CPU <https://radar-api.service.newrelic.com/accounts/1/issues/abc|Issue>' };
    expect(read({ username: 'ops', ...issue })?.from).toBe('new-relic');
  });
});

test.each([
  ['Alertmanager', { attachments: [{ ...alertmanager.attachments[0], title: '[RESOLVED] InstanceDown api' }] }],
  ['PagerDuty', { attachments: [{ ...pagerDuty.attachments[0], title: 'Resolved #4711: Checkout answers 503' }] }],
  ['PagerDuty, in words', { ...pagerDuty, text: 'Resolved by Ana' }],
])('what %s says is over is over', (_, raw) => {
  expect(read({ username: 'Alertmanager', ...raw })?.state).toBe('resolved');
});

test('what nobody of these posted is no alert, unless a person points at it', () => {
  const lunch = { username: 'LunchBot', text: 'Lunch: pasta' };
  expect(read(lunch)).toBeUndefined();
  expect(read(lunch, true)).toMatchObject({ from: 'other', title: 'Lunch: pasta' });
});

test('secrets in an alert do not come along, and whatever it holds is bounded', () => {
  const hostile = {
    username: 'Alertmanager',
    attachments: [
      {
        title: `[FIRING:1] ${'x'.repeat(20_000)}`,
        text: `password = hunter2-hunter2\n${'a = b\n'.repeat(5000)}<!channel> AKIAIOSFODNN7EXAMPLE`,
      },
    ],
  };
  const alert = read(hostile);
  expect(alert?.title.length).toBeLessThanOrEqual(1000);
  expect(JSON.stringify(alert).length).toBeLessThan(60_000);
  expect(JSON.stringify(alert)).not.toContain('AKIAIOSFODNN7EXAMPLE');
});

test('the first rule that fits the source, the app, the channel and the title counts', () => {
  const alert = read(alertmanager);
  if (!alert) throw new Error('It is one.');
  const rules = (...alerts: object[]) => Catalog.parse({ environments: {}, conversation: { alerts } });
  const of = (...alerts: object[]) => ruleFor(alert, { by: 'Alertmanager' }, 'C1', rules(...alerts));
  expect(of({ from: 'grafana' }, { from: 'alertmanager', automatic: true })?.automatic).toBe(true);
  expect(of({ from: 'alertmanager', channels: ['C2'] })).toBeUndefined();
  expect(of({ from: 'alertmanager', title: 'instancedown' })).toBeDefined();
  expect(of({ from: 'alertmanager', title: 'disk' })).toBeUndefined();
  expect(of({ from: 'alertmanager', app: 'Other' })).toBeUndefined();
});
