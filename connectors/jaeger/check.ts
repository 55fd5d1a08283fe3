// Checks a Jaeger: which services it has, and whether it computes their calls.
import { loginOf } from '../auth.ts';
import { authorizer } from '../authorize.ts';
import { fixOf } from '../http-session.ts';
import type { CheckSource } from '../source-kind.ts';
import { Dependencies, jaegerStore, sessionOf } from './client.ts';
import type { JaegerSettings } from './manifest.ts';

export const check: CheckSource<JaegerSettings> = async ({ auth, ...settings }, means) => {
  const authorize = authorizer(loginOf(auth), { secret: means.secret('token'), aws: means.aws });
  const session = sessionOf({ ...settings, authorize });
  const services = await jaegerStore(session, settings.cluster).services();
  if (services.kind === 'failed')
    return { kind: 'silent', lack: { what: services.reason, fix: fixOf(services.status) } };
  const end = means.clock.now().getTime();
  const calls = await session.get('api/dependencies', { endTs: String(end), lookback: '3600000' }, Dependencies);
  const count = calls.kind === 'ok' ? (calls.data.data ?? []).length : 0;
  return {
    kind: 'answers',
    sees: [`traces: ${services.data.length} services`, `calls: ${count} in the last hour`],
    clusters: settings.cluster === undefined ? [] : [settings.cluster],
    missing: [
      ...(services.data.length === 0
        ? [{ what: 'traces: it has no service', fix: 'send spans to this Jaeger, or name the one that has them' }]
        : []),
      ...(services.data.length > 0 && count === 0
        ? [
            {
              what: calls.kind === 'failed' ? `calls: ${calls.reason}` : 'calls: none in the last hour',
              fix: 'with Cassandra or Elasticsearch behind it, run jaeger-spark-dependencies',
            },
          ]
        : []),
    ],
  };
};
