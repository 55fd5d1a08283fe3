// One way to speak to Slack's Web API: few tries, short waits, and a wait of Slack's own choosing as long as there is patience.
import { LogLevel, WebAPIRateLimitedError, WebClient } from '@slack/web-api';

export interface SlackAccess {
  readonly token: string;
  readonly apiUrl?: string | undefined;
}

export const clientOf = ({ token, apiUrl }: SlackAccess): WebClient =>
  new WebClient(token, {
    ...(apiUrl === undefined ? {} : { slackApiUrl: apiUrl }),
    retryConfig: { retries: 2, minTimeout: 300, maxTimeout: 2000 },
    timeout: 4000,
    rejectRateLimitedCalls: true,
    logLevel: LogLevel.ERROR,
  });

/** Slack's own word for what went wrong; '' where it said nothing. */
export const errorCode = (error: unknown): string =>
  (error as { data?: { error?: string } } | undefined)?.data?.error ?? '';

/** Again after the time that Slack says, as long as all the waiting together is not longer than `patienceSeconds`. */
export async function withRetries<T>(call: () => Promise<T>, patienceSeconds = 5): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof WebAPIRateLimitedError) || error.retryAfter > patienceSeconds) throw error;
    await new Promise((resolve) => setTimeout(resolve, error.retryAfter * 1000));
    // At least a second is spent each time, so it ends.
    return withRetries(call, patienceSeconds - Math.max(1, error.retryAfter));
  }
}
