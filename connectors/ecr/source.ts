// Creates the changes source of Elastic Container Registry for an account and a region.
import { ECRClient } from '@aws-sdk/client-ecr';
import { clientOptions, credentialsFor } from '../aws-calls.ts';
import type { MakeSource, SourceMeans } from '../source-kind.ts';
import { type EcrParts, ecrChanges } from './changes.ts';
import type { EcrSettings } from './manifest.ts';

export const partsOf = (settings: EcrSettings, { aws }: SourceMeans): EcrParts => ({
  settings,
  region: settings.region ?? aws?.region ?? process.env.AWS_REGION ?? 'us-east-1',
  client: new ECRClient(clientOptions(settings.region, credentialsFor(settings.account, aws))),
  budgetMs: 12_000,
});

export const make: MakeSource<EcrSettings> = (settings, means) => ({ changes: ecrChanges(partsOf(settings, means)) });
