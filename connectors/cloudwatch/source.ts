// Creates the sources of logs, metrics and alerts of CloudWatch.
import type { MakeSource } from '../source-kind.ts';
import { cloudWatchAlerts } from './alarms.ts';
import { partsOf } from './client.ts';
import { cloudWatchLogs } from './logs.ts';
import type { CloudWatchSettings } from './manifest.ts';
import { cloudWatchMetrics } from './metrics.ts';

export const make: MakeSource<CloudWatchSettings> = (settings, { clock }) => {
  const parts = partsOf(settings, clock);
  return { logs: cloudWatchLogs(parts), metrics: cloudWatchMetrics(parts), alerts: cloudWatchAlerts(parts) };
};
