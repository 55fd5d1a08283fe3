// Creates the alerts and changes sources of a configured Grafana.
import { loginOf } from '../auth.ts';
import { authorizer } from '../authorize.ts';
import type { MakeSource } from '../source-kind.ts';
import { grafanaAlerts } from './alerts.ts';
import { grafanaChanges } from './annotations.ts';
import type { GrafanaSettings } from './manifest.ts';

export const make: MakeSource<GrafanaSettings> = ({ auth, ...settings }, { secret, aws }) => {
  const config = { ...settings, authorize: authorizer(loginOf(auth), { secret: secret('token'), aws }) };
  return { alerts: grafanaAlerts(config), changes: grafanaChanges(config) };
};
