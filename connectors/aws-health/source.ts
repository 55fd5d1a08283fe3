// Creates the status source of AWS Health for an account.
import { HealthClient } from '@aws-sdk/client-health';
import { clientOptions, credentialsFor } from '../aws-calls.ts';
import type { MakeSource, SourceMeans } from '../source-kind.ts';
import type { AwsHealthSettings } from './manifest.ts';
import { type AwsHealthParts, awsHealthStatuses } from './statuses.ts';

/** The endpoint of the API is in this region (https://docs.aws.amazon.com/health/latest/ug/health-api.html). */
const homeRegion = 'us-east-1';

export function partsOf({ account, regions }: AwsHealthSettings, { clock, aws }: SourceMeans): AwsHealthParts {
  const own = aws?.region ?? process.env.AWS_REGION;
  return {
    health: new HealthClient(clientOptions(homeRegion, credentialsFor(account, aws))),
    clock,
    regions: regions ?? (own === undefined ? [] : [own]),
    budgetMs: 8000,
  };
}

export const make: MakeSource<AwsHealthSettings> = (settings, means) => ({
  status: awsHealthStatuses(partsOf(settings, means)),
});
