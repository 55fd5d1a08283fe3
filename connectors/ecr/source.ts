// Creates the changes source of Elastic Container Registry for an account and a region.
import { ECRClient } from '@aws-sdk/client-ecr';
import { clientOptions, credentialsFor } from '../aws-calls.ts';
import type { MakeSource, SourceMeans } from '../source-kind.ts';
import { type EcrParts, ecrChanges } from './changes.ts';
import type { EcrSettings } from './manifest.ts';

export const partsOf = (settings: EcrSettings, { aws, images }: SourceMeans): EcrParts => {
  const region = settings.region ?? aws?.region ?? process.env.AWS_REGION ?? 'us-east-1';
  const clients = new Map<string, ECRClient>();
  const clientAt: EcrParts['clientAt'] = (account, at) => {
    const key = `${account}\n${at}`;
    const known = clients.get(key) ?? new ECRClient(clientOptions(at, credentialsFor(account, aws)));
    clients.set(key, known);
    return known;
  };
  return {
    settings,
    region,
    clientAt,
    images,
    knows: (account) => aws?.knows(account) ?? false,
    budgetMs: 12_000,
  };
};

export const make: MakeSource<EcrSettings> = (settings, means) => ({ changes: ecrChanges(partsOf(settings, means)) });
