// Creates the logs source of a configured VictoriaLogs.
import { loginOf } from '../auth.ts';
import { authorizer } from '../authorize.ts';
import type { MakeSource } from '../source-kind.ts';
import { victoriaLogs } from './logs.ts';
import type { VictoriaLogsSettings } from './manifest.ts';

export const make: MakeSource<VictoriaLogsSettings> = ({ auth, ...settings }, { secret, aws }) => ({
  logs: victoriaLogs({ ...settings, authorize: authorizer(loginOf(auth), { secret: secret('token'), aws }) }),
});
