// Creates the sources of logs, metrics and alerts of CloudWatch, in the account and the regions that the settings give.
import { Misconfigured } from '../../core/errors.ts';
import { mergedSources } from '../../core/ports/merged.ts';
import { noSources } from '../../core/ports/none.ts';
import type { Sources } from '../../core/ports/telemetry.ts';
import type { AwsAccess, MakeSource } from '../source-kind.ts';
import { cloudWatchAlerts } from './alarms.ts';
import { partsOf } from './client.ts';
import { cloudWatchLogs } from './logs.ts';
import type { CloudWatchSettings } from './manifest.ts';
import { renamedAlerts, renamedLogs, renamedMetrics, renamedQueries } from './match.ts';
import { cloudWatchMetrics } from './metrics.ts';
import { cloudWatchQueries } from './own-query.ts';

export const make: MakeSource<CloudWatchSettings> = (settings, { clock, aws }) => {
  const { monitoring } = aws ?? {};
  const account = settings.account ?? ownUnlessListed(monitoring?.account, aws);
  if (account !== undefined && aws === undefined)
    throw new Misconfigured(`CloudWatch of the account ${account} needs credentials of AWS.`);
  const credentials = account === undefined ? undefined : aws?.credentials(account);
  const isMonitoring = settings.account === undefined && settings.region === undefined;
  const regions = isMonitoring ? (monitoring?.regions ?? []) : [];
  const inRegion = (region: string | undefined): Pick<Sources, 'logs' | 'metrics' | 'queries' | 'alerts'> => {
    const parts = partsOf(region === undefined ? settings : { ...settings, region }, clock, credentials);
    return {
      logs: renamedLogs(cloudWatchLogs(parts)),
      metrics: renamedMetrics(cloudWatchMetrics(parts)),
      queries: renamedQueries(cloudWatchQueries(parts)),
      alerts: renamedAlerts(cloudWatchAlerts(parts)),
    };
  };
  if (regions.length < 2) return inRegion(regions[0]);
  const { logs, metrics, queries, alerts } = mergedSources(
    regions.map((region) => ({
      name: region,
      signals: ['logs', 'metrics', 'queries', 'alerts'],
      sources: { ...noSources, ...inRegion(region) },
    })),
  );
  return { logs, metrics, queries, alerts };
};

/** The monitoring account is entered by its role, unless it is the account of the process and so not listed. */
const ownUnlessListed = (account: string | undefined, aws: AwsAccess | undefined): string | undefined =>
  account !== undefined && aws?.knows(account) ? account : undefined;
