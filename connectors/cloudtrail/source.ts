// Creates the changes source of CloudTrail for an account and its regions.
import { CloudTrailClient } from '@aws-sdk/client-cloudtrail';
import { clientOptions, credentialsFor } from '../aws-calls.ts';
import type { MakeSource, SourceMeans } from '../source-kind.ts';
import { type CloudTrailParts, cloudTrailChanges, globalRegion } from './changes.ts';
import type { CloudTrailSettings } from './manifest.ts';

export function partsOf(settings: CloudTrailSettings, { clock, aws }: SourceMeans): CloudTrailParts {
  const credentials = credentialsFor(settings.account, aws);
  const own = settings.regions ?? [aws?.region ?? process.env.AWS_REGION ?? globalRegion];
  return {
    settings,
    clock,
    // A client that may repeat requests by itself could pass the limit of two a second; one more attempt is left to it.
    trails: [...new Set([...own, globalRegion])].map((region) => ({
      region,
      isOwn: own.includes(region),
      trail: new CloudTrailClient({ ...clientOptions(region, credentials), maxAttempts: 2 }),
    })),
    budgetMs: 13_000,
  };
}

export const make: MakeSource<CloudTrailSettings> = (settings, means) => ({
  changes: cloudTrailChanges(partsOf(settings, means)),
});
