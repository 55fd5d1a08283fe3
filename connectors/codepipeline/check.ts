// Checks CodePipeline: whether pipelines can be listed, and whether those of the settings exist.
import { deadlineIn } from '../aws-calls.ts';
import { checkOfNames } from '../named-for.ts';
import type { CheckSource } from '../source-kind.ts';
import { namesOf } from './changes.ts';
import type { CodePipelineSettings } from './manifest.ts';
import { partsOf } from './source.ts';

export const check: CheckSource<CodePipelineSettings> = async (settings, means) => {
  const { client, region } = partsOf(settings, means);
  const { names, missing } = await namesOf(client, deadlineIn(6000));
  return checkOfNames({
    title: 'CodePipeline',
    kind: 'pipeline',
    sees: `executions of ${names.length} pipelines`,
    region,
    account: settings.account,
    names,
    missing,
    configured: settings.pipelines,
  });
};
