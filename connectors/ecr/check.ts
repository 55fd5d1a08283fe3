// Checks Elastic Container Registry: whether repositories can be listed, and whether those of the settings exist.
import { deadlineIn } from '../aws-calls.ts';
import { checkOfNames } from '../named-for.ts';
import type { CheckSource } from '../source-kind.ts';
import { repositoriesOf } from './changes.ts';
import type { EcrSettings } from './manifest.ts';
import { partsOf } from './source.ts';

export const check: CheckSource<EcrSettings> = async (settings, means) => {
  const { clientAt, region } = partsOf(settings, means);
  const { found, missing } = await repositoriesOf(clientAt(settings.account, region), deadlineIn(6000));
  const names = found.map(({ repositoryName }) => repositoryName);
  return checkOfNames({
    title: 'Elastic Container Registry',
    kind: 'repository',
    sees: `pushes to ${names.length} repositories`,
    region,
    account: settings.account,
    names,
    missing,
    configured: settings.repositories,
  });
};
