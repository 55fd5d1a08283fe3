// Those who call from outside: PagerDuty sending a signed webhook, and a person pressing a button in Slack.
import { createHmac, randomUUID } from 'node:crypto';
import { request } from 'node:http';
import type { ActionsBlock, Button } from '@slack/types';
import { secrets } from './deployment.ts';
import type { Emulator } from './emulator.ts';
import type { SlackMessage } from './outside.ts';

export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** POSTs to a deployed address over the network: the emulator answers for every host of its account on its one port. */
export function post(
  emulator: Emulator,
  url: string,
  body: string,
  headers: Readonly<Record<string, string>>,
): Promise<Answer> {
  const { hostname, pathname } = new URL(url);
  const { port } = new URL(emulator.url);
  return new Promise((resolve, reject) => {
    const sending = request(
      { host: '127.0.0.1', port, path: pathname, method: 'POST', headers: { ...headers, host: hostname } },
      async (response) => {
        const chunks: Buffer[] = [];
        for await (const chunk of response) chunks.push(chunk as Buffer);
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') });
      },
    );
    sending.on('error', reject).end(body);
  });
}

const hmac = (secret: string, text: string): string => createHmac('sha256', secret).update(text).digest('hex');

/** As PagerDuty sends it while its secret is rotated: one signature a secret. */
export const sendPage = (emulator: Emulator, url: string, body: string, secret = 'the-secret-of-pagerduty') =>
  post(emulator, url, body, {
    'content-type': 'application/json',
    'x-pagerduty-signature': `v1=${hmac('a-secret-nobody-has', body)},v1=${hmac(secret, body)}`,
  });

export function pressButton(
  emulator: Emulator,
  slackUrl: string,
  message: SlackMessage,
  label: string,
): Promise<Answer> {
  const button = buttonsOf(message).find(({ text }) => text.text === label);
  if (button === undefined) throw new Error(`The message has no button "${label}".`);
  const payload = {
    type: 'block_actions',
    user: { id: 'U0ALICE', username: 'alice', team_id: 'T0EMULATOR' },
    api_app_id: 'A0WATCH',
    team: { id: 'T0EMULATOR', domain: 'example' },
    channel: { id: message.channel, name: 'incidents' },
    message: { ts: message.ts },
    actions: [{ ...button, block_id: 'b1', action_ts: '1.0' }],
    response_url: 'https://hooks.slack.com/actions/T0/1/x',
    trigger_id: `1.2.${randomUUID()}`,
  };
  const body = new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
  const timestamp = String(Math.floor(Date.now() / 1000));
  return post(emulator, `${slackUrl}/interactivity`, body, {
    'content-type': 'application/x-www-form-urlencoded',
    'x-slack-request-timestamp': timestamp,
    'x-slack-signature': `v0=${hmac(secrets['slack-signing'], `v0:${timestamp}:${body}`)}`,
  });
}

/** A mention in the thread that a message is in. */
export function sayInThread(emulator: Emulator, slackUrl: string, message: SlackMessage, text: string, by = 'U0ALICE') {
  const ts = `${Math.floor(Date.now() / 1000)}.${String(Math.floor(Math.random() * 1e6)).padStart(6, '0')}`;
  const body = JSON.stringify({
    type: 'event_callback',
    event_id: `Ev${ts}`,
    team_id: 'T0EMULATOR',
    api_app_id: 'A0WATCH',
    authorizations: [{ user_id: 'U0WATCH' }],
    event: {
      type: 'app_mention',
      channel: message.channel,
      user: by,
      team: 'T0EMULATOR',
      text: `<@U0WATCH> ${text}`,
      ts,
      thread_ts: message.thread_ts ?? message.ts,
    },
  });
  const timestamp = String(Math.floor(Date.now() / 1000));
  return post(emulator, `${slackUrl}/events`, body, {
    'content-type': 'application/json',
    'x-slack-request-timestamp': timestamp,
    'x-slack-signature': `v0=${hmac(secrets['slack-signing'], `v0:${timestamp}:${body}`)}`,
  });
}

export const buttonsOf = ({ blocks }: SlackMessage): Button[] =>
  blocks
    .filter((block): block is ActionsBlock => block.type === 'actions')
    .flatMap(({ elements }) => elements.filter((element): element is Button => element.type === 'button'));
