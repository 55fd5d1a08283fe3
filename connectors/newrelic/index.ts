// The sources of logs, metrics, alerts and changes over New Relic's NerdGraph.
import type { Sources } from '../../core/ports/telemetry.ts';
import { type NewRelicConfig, questions } from './client.ts';
import { alerts, changes } from './events.ts';
import { logs } from './logs.ts';
import { metrics } from './metrics.ts';
import { queries } from './own-query.ts';
import { traces } from './traces.ts';

export type { NewRelicConfig } from './client.ts';

export function newRelicSources(
  config: NewRelicConfig,
): Pick<Sources, 'logs' | 'metrics' | 'queries' | 'alerts' | 'changes' | 'traces'> {
  const ask = questions(config);
  return {
    logs: logs(config, ask),
    metrics: metrics(config, ask),
    queries: queries(config, ask),
    alerts: alerts(config, ask),
    changes: changes(config, ask),
    traces: traces(config, ask),
  };
}
