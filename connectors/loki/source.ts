// Creates the logs source of a configured Loki.
import type { MakeSource } from '../source-kind.ts';
import { lokiLogs } from './logs.ts';
import type { LokiSettings } from './manifest.ts';

export const make: MakeSource<LokiSettings> = (settings, { secret }) => ({
  logs: lokiLogs({ ...settings, token: settings.auth === 'token' ? secret('token') : undefined }),
});
