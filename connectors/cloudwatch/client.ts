// The clients of CloudWatch, and the window that it can answer. aws-calls.ts has what is the same for every API of AWS.
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import type { Clock } from '../../core/ports/world.ts';
import { clientOptions } from '../aws-calls.ts';
import type { AwsCredentials } from '../source-kind.ts';
import type { CloudWatchSettings } from './manifest.ts';

export interface CloudWatchParts {
  readonly settings: CloudWatchSettings;
  readonly clock: Clock;
  readonly logs: Pick<CloudWatchLogsClient, 'send'>;
  readonly metrics: Pick<CloudWatchClient, 'send'>;
  /** The time for one question in milliseconds, retries included. A specialist has 20 seconds. */
  readonly budgetMs: number;
}

/** `credentials`: of the account to read; absent, those of the process. */
export function partsOf(
  settings: CloudWatchSettings,
  clock: Clock,
  credentials?: AwsCredentials | undefined,
): CloudWatchParts {
  const options = clientOptions(settings.region, credentials);
  return {
    settings,
    clock,
    logs: new CloudWatchLogsClient(options),
    metrics: new CloudWatchClient(options),
    budgetMs: 14_000,
  };
}

export const gap = (reason: string) =>
  ({ kind: 'gap', gap: { source: 'cloudwatch', reason: reason.slice(0, 300) } }) as const;

/** The window in epoch milliseconds. It ends now at the latest, and begins within what CloudWatch can keep (`keptDays`). */
export function boundsOf(
  window: { readonly start: string; readonly end: string },
  now: Date,
  keptDays: number,
): { readonly start: number; readonly end: number } {
  const end = Math.min(Date.parse(window.end), now.getTime());
  return { start: Math.min(end, Math.max(Date.parse(window.start), now.getTime() - keptDays * 86_400_000)), end };
}
