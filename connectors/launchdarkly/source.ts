// Creates the changes source of LaunchDarkly.
import { Misconfigured } from '../../core/errors.ts';
import type { MakeSource, SourceMeans } from '../source-kind.ts';
import { launchDarklyChanges } from './changes.ts';
import type { LaunchDarklySettings } from './manifest.ts';

export function tokenOf({ secret }: Pick<SourceMeans, 'secret'>): () => Promise<string> {
  const token = secret('token');
  return async () => {
    if (token === undefined) throw new Misconfigured('The token of LaunchDarkly cannot be read here.');
    return token();
  };
}

export const make: MakeSource<LaunchDarklySettings> = (settings, means) => ({
  changes: launchDarklyChanges({ ...settings, token: tokenOf(means) }),
});
