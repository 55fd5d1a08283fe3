// Creates the source of traces of a configured Tempo.
import type { Source } from '../../core/ports/telemetry.ts';
import { loginOf } from '../auth.ts';
import { authorizer } from '../authorize.ts';
import type { MakeSource } from '../source-kind.ts';
import { askTraces } from '../trace-question.ts';
import { sessionOf, type TempoAccess, tempoStore, traceQl, valuesOf } from './client.ts';
import type { TempoSettings } from './manifest.ts';

export const make: MakeSource<TempoSettings> = ({ auth, ...settings }, { secret, aws }) => ({
  traces: tempoTraces({ ...settings, authorize: authorizer(loginOf(auth), { secret: secret('token'), aws }) }),
});

export const tempoTraces = (access: TempoAccess): Source<'traces'> => ({
  async observe(scope, { baselineEnd }) {
    const session = sessionOf(access);
    const period = { start: Date.parse(scope.window.start), end: Date.parse(scope.window.end) };
    const { cluster, reach, service } = scope;
    const clusters =
      cluster === undefined || reach === 'everywhere'
        ? undefined
        : await valuesOf(session, access.clusterAttribute, period);
    const labelled = clusters?.kind === 'ok' && (clusters.data.tagValues ?? []).some(({ value }) => value === cluster);
    // A neighbour is within the scope wherever it runs.
    const onlyCluster = labelled && reach !== 'neighbours' && scope.neighbours.length === 0 ? cluster : undefined;
    return askTraces(tempoStore(session, access, { period, onlyCluster }), {
      source: 'tempo',
      scope,
      baselineEnd,
      query: `${new URL(access.url).host} traces of ${service ?? 'all services'}`,
      link: exploreLink(access.url, service, scope.window),
      bytes: () => session.bytes,
    });
  },
});

/** Grafana's Explore with this query and window, if Tempo is reached through Grafana. */
function exploreLink(url: string, service: string | undefined, window: { start: string; end: string }) {
  const [, grafana, uid] = /^(https?:\/\/.+?)\/api\/datasources\/proxy\/uid\/([^/]+)\/*$/.exec(url) ?? [];
  if (grafana === undefined || uid === undefined || service === undefined) return undefined;
  const range = { from: String(Date.parse(window.start)), to: String(Date.parse(window.end)) };
  const query = traceQl({ service, attributes: {}, which: { kind: 'any' } }, {});
  const queries = [{ refId: 'A', query, queryType: 'traceql', datasource: { type: 'tempo', uid } }];
  const panes = JSON.stringify({ traces: { datasource: uid, queries, range } });
  return `${grafana}/explore?${new URLSearchParams({ schemaVersion: '1', panes })}`;
}
