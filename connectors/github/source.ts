// Creates the changes source of a configured GitHub.
import type { MakeSource } from '../source-kind.ts';
import { gitHubChanges } from './changes.ts';
import type { GitHubSettings } from './manifest.ts';

export const make: MakeSource<GitHubSettings> = (settings, { secret }) => ({
  changes: gitHubChanges({
    ...settings,
    token: settings.auth === 'token' ? secret('token') : undefined,
    privateKey: settings.auth === 'app' ? secret('privateKey') : undefined,
  }),
});
