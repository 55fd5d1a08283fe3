// Creates the logs source of a configured Loki.
import { loginOf } from '../auth.ts';
import { authorizer } from '../authorize.ts';
import type { MakeSource } from '../source-kind.ts';
import { lokiLogs } from './logs.ts';
import type { LokiSettings } from './manifest.ts';

export const make: MakeSource<LokiSettings> = ({ auth, user, ...settings }, { secret, aws }) => ({
  logs: lokiLogs({ ...settings, authorize: authorizer(loginOf(auth, user), { secret: secret('token'), aws }) }),
});
