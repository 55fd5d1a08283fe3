// How Slack calls an app: signed over the raw body, three seconds to answer, again at once, after one and after five minutes
// (https://docs.slack.dev/apis/events-api#retries). Waits are a parameter, so that a test need not take six minutes.
import { createHmac } from 'node:crypto';

export interface Delivery {
  readonly status: number | undefined;
  readonly body: string;
  /** Tries it took. */
  readonly tries: number;
}

export interface DeliveryOptions {
  readonly signingSecret: string;
  readonly answerWithinMs?: number | undefined;
  readonly retryAfterMs?: readonly number[] | undefined;
}

export const signed = (body: string, secret: string, now = new Date()): Record<string, string> => {
  const timestamp = String(Math.floor(now.getTime() / 1000));
  const proof = createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex');
  return { 'x-slack-request-timestamp': timestamp, 'x-slack-signature': `v0=${proof}` };
};

/** Events: JSON, retried. Interactions and commands: a form, once. */
export async function deliver(
  to: string,
  body: string,
  how: 'event' | 'form',
  { signingSecret, answerWithinMs = 3000, retryAfterMs = [0, 60_000, 300_000] }: DeliveryOptions,
): Promise<Delivery> {
  const waits = how === 'event' ? [0, ...retryAfterMs] : [0];
  let last: Delivery = { status: undefined, body: '', tries: 0 };
  let reason = '';
  for (const [tried, waitMs] of waits.entries()) {
    await new Promise((resolve) => setTimeout(resolve, waitMs));
    const response = await fetch(to, {
      method: 'POST',
      headers: {
        'content-type': how === 'event' ? 'application/json' : 'application/x-www-form-urlencoded',
        ...signed(body, signingSecret),
        ...(tried === 0 ? {} : { 'x-slack-retry-num': String(tried), 'x-slack-retry-reason': reason }),
      },
      body,
      signal: AbortSignal.timeout(answerWithinMs),
    }).catch((error: Error) => {
      reason = error.name === 'TimeoutError' ? 'http_timeout' : 'connection_failed';
      return undefined;
    });
    last = { status: response?.status, body: (await response?.text()) ?? '', tries: tried + 1 };
    if (response?.ok || response?.headers.get('x-slack-no-retry') === '1') return last;
    if (response) reason = 'http_error';
  }
  return last;
}
