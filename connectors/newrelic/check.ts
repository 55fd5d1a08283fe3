// Checks New Relic: which of the events that logs and signals come from the accounts have, and which clusters they name.
import type { CheckSource, Lack } from '../source-kind.ts';
import { questions } from './client.ts';
import type { NewRelicSettings } from './manifest.ts';
import { during, keysOf, quoted } from './place.ts';
import { addressOf } from './source.ts';

const events: readonly (readonly [event: string, gives: string, fix: string])[] = [
  ['Log', 'logs', 'forward logs to these accounts, or name the accounts that have them'],
  ['Transaction', 'signals of services by APM', 'install an APM agent, or name the accounts that have its data'],
  ['Span', 'traces', 'turn distributed tracing on in the agents, or send spans by OTLP'],
  ['K8sContainerSample', 'signals of workloads', 'install the Kubernetes integration in the clusters'],
];

export const check: CheckSource<NewRelicSettings> = async (settings, means) => {
  const { accounts, cluster } = settings;
  const question = questions({ url: addressOf(settings), accounts, token: means.secret('token') })();
  const now = means.clock.now();
  const window = { start: new Date(now.getTime() - 3_600_000).toISOString(), end: now.toISOString() };
  const sees: string[] = [];
  const missing: Lack[] = [];
  const clusters = new Set(cluster === undefined ? [] : [cluster]);
  for (const [event, gives, fix] of events) {
    const known = await keysOf(question, event, window);
    if (known.kind === 'failed') {
      if (event === 'Log')
        return { kind: 'silent', lack: { what: known.reason, fix: 'check the user key, region and accounts' } };
      missing.push({ what: `${gives}: ${known.reason}`, fix: 'ask again' });
    } else if (known.keys.size === 0) missing.push({ what: `${gives}: no ${event} in the last hour`, fix });
    else sees.push(`${gives}: ${event} with ${known.keys.size} attributes`);
    if (event !== 'K8sContainerSample' || known.kind === 'failed' || !known.keys.has('clusterName')) continue;
    const answer = await question.query(
      `SELECT uniques(${quoted('clusterName')}, 100) FROM ${event} ${during(window)}`,
    );
    for (const row of answer.kind === 'rows' ? answer.rows : [])
      for (const value of Object.values(row).flat()) if (typeof value === 'string') clusters.add(value);
  }
  return { kind: 'answers', sees, clusters: [...clusters].sort(), missing };
};
