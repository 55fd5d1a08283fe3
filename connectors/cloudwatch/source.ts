// Creates the sources of logs, metrics and alerts of CloudWatch.
import type { MakeSource } from '../source-kind.ts';
import { cloudWatchAlerts } from './alarms.ts';
import { partsOf } from './client.ts';
import { cloudWatchLogs } from './logs.ts';
import type { CloudWatchSettings } from './manifest.ts';
import { renamedAlerts, renamedLogs, renamedMetrics } from './match.ts';
import { cloudWatchMetrics } from './metrics.ts';

export const make: MakeSource<CloudWatchSettings> = (settings, { clock }) => {
  const parts = partsOf(settings, clock);
  return {
    logs: renamedLogs(cloudWatchLogs(parts)),
    metrics: renamedMetrics(cloudWatchMetrics(parts)),
    alerts: renamedAlerts(cloudWatchAlerts(parts)),
  };
};
