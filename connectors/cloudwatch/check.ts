// Checks CloudWatch: whether alarms can be read, which of the configured metrics have data, and whether each log group can be read.
import { everywhere } from '../../core/model/scope.ts';
import { deadlineIn } from '../aws-calls.ts';
import type { CheckSource, Lack } from '../source-kind.ts';
import { partsOf } from './client.ts';
import { readByFilter } from './events.ts';
import type { CloudWatchSettings } from './manifest.ts';
import { make } from './source.ts';

/** Each is one request. */
const maxGroups = 10;

export const check: CheckSource<CloudWatchSettings> = async (settings, means) => {
  const { clock, aws } = means;
  const now = clock.now();
  const window = (minutes: number) => ({
    start: new Date(now.getTime() - minutes * 60_000).toISOString(),
    end: now.toISOString(),
  });
  const { alerts, metrics } = await make(settings, means);
  const alarms = await alerts?.observe(everywhere('check', window(1)), {});
  const account =
    settings.account ?? (aws?.monitoring && aws.knows(aws.monitoring.account) ? aws.monitoring.account : undefined);
  if (alarms?.kind === 'gap')
    return {
      kind: 'silent',
      lack: {
        what: alarms.gap.reason,
        fix:
          account === undefined
            ? 'check the credentials and rights of this process (docs/data-sources.md, CloudWatch)'
            : `deploy WatchkeeperMember again with credentials of the account ${account}`,
      },
    };
  const missing: Lack[] = [];
  const sees = ['alarms'];
  const services = Object.keys(settings.metrics).length;
  if (services > 0 && metrics !== undefined) {
    const series = await metrics.observe(everywhere('check', window(60)), {});
    const lacks = series.kind === 'gap' ? [series.gap.reason] : (series.missing ?? []);
    if (series.kind === 'data')
      sees.push(`metrics: ${series.data.length} series of ${services} services in the last hour`);
    missing.push(
      ...lacks.map((what) => ({
        what,
        fix: 'check namespace, name and dimensions, and the right cloudwatch:GetMetricData',
      })),
    );
  } else missing.push({ what: 'metrics: the settings name none', fix: 'name them under metrics, by service' });
  const groups = [...new Set(Object.values(settings.groups).flat())];
  if (groups.length === 0)
    missing.push({ what: 'logs: the settings name no log group', fix: 'name them under groups, by service' });
  const region = settings.region ?? (settings.account === undefined ? aws?.monitoring?.regions[0] : undefined);
  const parts = partsOf(
    { ...settings, ...(region === undefined ? {} : { region }) },
    clock,
    account === undefined ? undefined : aws?.credentials(account),
  );
  let read = 0;
  for (const group of groups.slice(0, maxGroups)) {
    const { failed } = await readByFilter(
      parts,
      { group, start: now.getTime() - 60_000, end: now.getTime() },
      deadlineIn(5000),
    );
    if (failed === undefined) read += 1;
    else
      missing.push({
        what: `logs of ${group}: ${failed}`,
        fix: 'check the name and the region, and the right logs:FilterLogEvents',
      });
  }
  if (groups.length > 0)
    sees.push(
      `logs: ${read} of ${Math.min(groups.length, maxGroups)} log groups${groups.length > maxGroups ? ` (of ${groups.length}, the first ${maxGroups} were tried)` : ''}`,
    );
  const clusters = Object.values(settings.places).flatMap(({ cluster }) => cluster ?? []);
  return { kind: 'answers', sees, clusters: [...new Set(clusters)], missing };
};
