// Checks a Tempo: which services and clusters its spans of the last hour name.
import { loginOf } from '../auth.ts';
import { authorizer } from '../authorize.ts';
import { fixOf } from '../http-session.ts';
import type { CheckSource } from '../source-kind.ts';
import { sessionOf, valuesOf } from './client.ts';
import type { TempoSettings } from './manifest.ts';

export const check: CheckSource<TempoSettings> = async ({ auth, ...settings }, means) => {
  const { clusterAttribute, cluster } = settings;
  const authorize = authorizer(loginOf(auth), { secret: means.secret('token'), aws: means.aws });
  const session = sessionOf({ ...settings, authorize });
  const end = means.clock.now().getTime();
  const period = { start: end - 3_600_000, end };
  const services = await valuesOf(session, 'service.name', period);
  if (services.kind === 'failed')
    return { kind: 'silent', lack: { what: services.reason, fix: fixOf(services.status) } };
  const clusters = await valuesOf(session, clusterAttribute, period);
  const named = clusters.kind === 'ok' ? (clusters.data.tagValues ?? []).map(({ value }) => value) : [];
  const count = (services.data.tagValues ?? []).length;
  return {
    kind: 'answers',
    sees: [`traces: ${count} services in the last hour`],
    clusters: named.length === 0 && cluster !== undefined ? [cluster] : named,
    missing: [
      ...(count === 0
        ? [{ what: 'traces: no service in the last hour', fix: 'send spans to this Tempo, or set tenant' }]
        : []),
      ...(named.length === 0 && cluster === undefined
        ? [
            {
              what: `the cluster of its spans: no resource has ${clusterAttribute}`,
              fix: 'set clusterAttribute to the attribute that holds it, or cluster if there is one',
            },
          ]
        : []),
    ],
  };
};
