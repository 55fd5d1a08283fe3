// Creates the changes source of CodeDeploy for an account and a region.
import { CodeDeployClient } from '@aws-sdk/client-codedeploy';
import { clientOptions, credentialsFor } from '../aws-calls.ts';
import type { MakeSource, SourceMeans } from '../source-kind.ts';
import { type CodeDeployParts, codeDeployChanges } from './changes.ts';
import type { CodeDeploySettings } from './manifest.ts';

export const partsOf = (settings: CodeDeploySettings, { aws }: SourceMeans): CodeDeployParts => ({
  settings,
  region: settings.region ?? aws?.region ?? process.env.AWS_REGION ?? 'us-east-1',
  client: new CodeDeployClient(clientOptions(settings.region, credentialsFor(settings.account, aws))),
  budgetMs: 12_000,
});

export const make: MakeSource<CodeDeploySettings> = (settings, means) => ({
  changes: codeDeployChanges(partsOf(settings, means)),
});
