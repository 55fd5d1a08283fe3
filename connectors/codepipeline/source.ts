// Creates the changes source of CodePipeline for an account and a region.
import { CodePipelineClient } from '@aws-sdk/client-codepipeline';
import { clientOptions, credentialsFor } from '../aws-calls.ts';
import type { MakeSource, SourceMeans } from '../source-kind.ts';
import { type CodePipelineParts, codePipelineChanges } from './changes.ts';
import type { CodePipelineSettings } from './manifest.ts';

export const partsOf = (settings: CodePipelineSettings, { aws }: SourceMeans): CodePipelineParts => ({
  settings,
  region: settings.region ?? aws?.region ?? process.env.AWS_REGION ?? 'us-east-1',
  client: new CodePipelineClient(clientOptions(settings.region, credentialsFor(settings.account, aws))),
  budgetMs: 12_000,
});

export const make: MakeSource<CodePipelineSettings> = (settings, means) => ({
  changes: codePipelineChanges(partsOf(settings, means)),
});
