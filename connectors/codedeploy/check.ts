// Checks CodeDeploy: whether applications can be listed, and whether those of the settings exist.
import { deadlineIn } from '../aws-calls.ts';
import { checkOfNames } from '../named-for.ts';
import type { CheckSource } from '../source-kind.ts';
import { applicationsOf } from './changes.ts';
import type { CodeDeploySettings } from './manifest.ts';
import { partsOf } from './source.ts';

export const check: CheckSource<CodeDeploySettings> = async (settings, means) => {
  const { client, region } = partsOf(settings, means);
  const { names, missing } = await applicationsOf(client, deadlineIn(6000));
  return checkOfNames({
    title: 'CodeDeploy',
    kind: 'application',
    sees: `deployments of ${names.length} applications`,
    region,
    account: settings.account,
    names,
    missing,
    configured: settings.applications,
  });
};
