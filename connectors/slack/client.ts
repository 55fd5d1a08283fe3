// Creates the client for Slack's Web API: few attempts, short waits, and waits that Slack requests up to a limit.
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

/** Slack's error code; '' if there is none. */
export const errorCode = (error: unknown): string =>
  (error as { data?: { error?: string } } | undefined)?.data?.error ?? '';

/** Retries after the time that Slack requests, as long as all waits together are at most `patienceSeconds`. */
export async function withRetries<T>(call: () => Promise<T>, patienceSeconds = 5): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof WebAPIRateLimitedError) || error.retryAfter > patienceSeconds) throw error;
    await new Promise((resolve) => setTimeout(resolve, error.retryAfter * 1000));
    // Each attempt uses up at least a second, so the loop ends.
    return withRetries(call, patienceSeconds - Math.max(1, error.retryAfter));
  }
}
