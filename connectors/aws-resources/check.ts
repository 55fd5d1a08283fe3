// Checks AWS resources: whether the account's functions and metrics can be read, in the account of the process and in each account of the settings.
import * as z from 'zod';
import { credentialsFor, deadlineIn } from '../aws-calls.ts';
import type { CheckSource, Lack } from '../source-kind.ts';
import type { AwsResourcesSettings } from './manifest.ts';
import { type Place, placeAt } from './place.ts';

/** Accounts that one check asks. */
const maxAccounts = 20;
const Anything = z.looseObject({});

export const check: CheckSource<AwsResourcesSettings> = async (settings, { aws, clock }) => {
  const to = clock.now().getTime();
  const region = settings.region ?? aws?.region;
  const accounts = [...(settings.accounts.length === 0 ? [undefined] : []), ...settings.accounts];
  const missing: Lack[] = [];
  const sees: string[] = [];
  for (const account of accounts.slice(0, maxAccounts)) {
    const where = account ?? 'the account of this process';
    const place = placeAt({
      account,
      region,
      credentials: credentialsFor(account, aws),
      deadline: deadlineIn(6000),
      from: to - 600_000,
      to,
    });
    const failed = (await Promise.all(questions(place, settings))).flatMap((one) =>
      one.kind === 'failed' ? [one.reason] : [],
    );
    if (failed.length === 0) sees.push(`resources of ${where}${region === undefined ? '' : ` in ${region}`}`);
    missing.push(
      ...failed.map((what) => ({
        what: `${where}: ${what}`,
        fix:
          account === undefined
            ? 'check the credentials, the region and the rights of this process (docs/data-sources.md, AWS resources)'
            : `deploy WatchkeeperMember again with credentials of the account ${account}`,
      })),
    );
  }
  if (accounts.length > maxAccounts)
    missing.push({
      what: `${accounts.length - maxAccounts} further accounts were not tried`,
      fix: 'ask them one by one',
    });
  const [first] = missing;
  if (sees.length === 0 && first !== undefined) return { kind: 'silent', lack: first };
  return { kind: 'answers', sees, clusters: [], missing };
};

function questions(place: Place, { types }: AwsResourcesSettings) {
  const abort = { abortSignal: place.deadline.signal };
  return [
    ...(types.includes('lambda')
      ? [
          place.ask('lambda:GetAccountSettings', Anything, async () => {
            const sdk = await import('@aws-sdk/client-lambda');
            return place.client(sdk.LambdaClient).send(new sdk.GetAccountSettingsCommand({}), abort);
          }),
        ]
      : []),
    place.ask('cloudwatch:GetMetricData', Anything, async () => {
      const sdk = await import('@aws-sdk/client-cloudwatch');
      return place.client(sdk.CloudWatchClient).send(
        new sdk.GetMetricDataCommand({
          StartTime: new Date(place.from),
          EndTime: new Date(place.to),
          MetricDataQueries: [
            {
              Id: 'm0',
              MetricStat: { Metric: { Namespace: 'AWS/Lambda', MetricName: 'Invocations' }, Period: 60, Stat: 'Sum' },
            },
          ],
        }),
        abort,
      );
    }),
  ];
}
