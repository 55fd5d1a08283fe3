// Creates the source of security findings of an account and a region.
import { ECRClient } from '@aws-sdk/client-ecr';
import { GuardDutyClient } from '@aws-sdk/client-guardduty';
import { Inspector2Client } from '@aws-sdk/client-inspector2';
import { SecurityHubClient } from '@aws-sdk/client-securityhub';
import { clientOptions, credentialsFor } from '../aws-calls.ts';
import type { MakeSource } from '../source-kind.ts';
import { awsSecurityFindings } from './findings.ts';
import type { AwsSecuritySettings } from './manifest.ts';

export const make: MakeSource<AwsSecuritySettings> = (settings, { clock, aws }) => {
  const options = clientOptions(settings.region, credentialsFor(settings.account, aws));
  return {
    security: awsSecurityFindings({
      settings,
      clock,
      guardDuty: new GuardDutyClient(options),
      inspector: new Inspector2Client(options),
      images: new ECRClient(options),
      hub: new SecurityHubClient(options),
      budgetMs: 10_000,
    }),
  };
};
