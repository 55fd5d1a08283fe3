// Calls Slack's Web API: few attempts, short waits, and waits that Slack requests up to a limit.
import { LogLevel, WebAPIRateLimitedError, WebClient } from '@slack/web-api';
import { DelegateBackoff, handleType, retry } from 'cockatiel';

export interface SlackAccess {
  /** The bot token, read for each call, so that a rotated one takes effect. */
  readonly token: () => Promise<string>;
  readonly apiUrl?: string | undefined;
}

/** Calls Slack, and again after the time that Slack requests, as long as all waits together are at most `patienceSeconds` (5 if absent). */
export type CallSlack = <T>(call: (client: WebClient) => Promise<T>, patienceSeconds?: number) => Promise<T>;

export function slackCalls({ token, apiUrl }: SlackAccess): CallSlack {
  let client: WebClient | undefined;
  const current = async (): Promise<WebClient> => {
    const value = await token();
    if (client?.token !== value)
      client = new WebClient(value, {
        ...(apiUrl === undefined ? {} : { slackApiUrl: apiUrl }),
        retryConfig: { retries: 2, minTimeout: 300, maxTimeout: 2000 },
        timeout: 4000,
        rejectRateLimitedCalls: true,
        logLevel: LogLevel.ERROR,
      });
    return client;
  };
  return (call, patienceSeconds = 5) => withinPatience(patienceSeconds).execute(async () => call(await current()));
}

/** Slack's error code; '' if there is none. */
export const errorCode = (error: unknown): string =>
  (error as { data?: { error?: string } } | undefined)?.data?.error ?? '';

function withinPatience(patienceSeconds: number) {
  let left = patienceSeconds;
  let wait = 0;
  const isShort = ({ retryAfter }: WebAPIRateLimitedError): boolean => {
    wait = retryAfter;
    const fits = wait <= left;
    left -= Math.max(1, wait);
    return fits;
  };
  return retry(handleType(WebAPIRateLimitedError, isShort), {
    // Each attempt uses up at least a second.
    maxAttempts: patienceSeconds + 1,
    backoff: new DelegateBackoff(() => wait * 1000),
  });
}
