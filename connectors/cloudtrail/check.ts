// Checks CloudTrail: whether events can be looked up in each region, by one request each.
import { deadlineIn } from '../aws-calls.ts';
import type { CheckSource } from '../source-kind.ts';
import { lookUp, pace } from './lookup.ts';
import type { CloudTrailSettings } from './manifest.ts';
import { partsOf } from './source.ts';

export const check: CheckSource<CloudTrailSettings> = async (settings, means) => {
  const { trails } = partsOf(settings, means);
  const end = means.clock.now();
  const start = new Date(end.getTime() - 15 * 60_000);
  const tried = await Promise.all(
    trails.map(async ({ region, trail }) => {
      const lookups = [{ by: 'EventSource', value: `${settings.eventSources[0]}.amazonaws.com` }] as const;
      const bounds = { start, end, region, turns: pace(), deadline: deadlineIn(6000) };
      const { events, missing } = await lookUp(trail, lookups, bounds);
      return { region, failed: events.length === 0 ? missing[0] : undefined };
    }),
  );
  const missing = tried.flatMap(({ failed }) =>
    failed === undefined
      ? []
      : [
          {
            what: failed,
            fix:
              settings.account === undefined
                ? 'give this process cloudtrail:LookupEvents (docs/data-sources.md, CloudTrail)'
                : `deploy WatchkeeperMember again with credentials of the account ${settings.account}`,
          },
        ],
  );
  const [first] = missing;
  if (first !== undefined && missing.length === tried.length) return { kind: 'silent', lack: first };
  const read = tried.filter(({ failed }) => failed === undefined).map(({ region }) => region);
  const named = Object.keys(settings.resources).length;
  return {
    kind: 'answers',
    sees: [`write events of ${settings.eventSources.length} services of AWS in ${read.join(', ')}`],
    clusters: [],
    missing: [
      ...missing,
      ...(named === 0
        ? [
            {
              what: 'resources of services: the settings name none, so only resources with a name of a service belong to it',
              fix: 'name them under resources, by service: [orders-db, sg-0abc]',
            },
          ]
        : []),
    ],
  };
};
