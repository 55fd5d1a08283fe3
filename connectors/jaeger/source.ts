// Creates the sources of traces and calls of a configured Jaeger.
import type { Sources } from '../../core/ports/telemetry.ts';
import { loginOf } from '../auth.ts';
import { authorizer } from '../authorize.ts';
import type { MakeSource } from '../source-kind.ts';
import { askTraces } from '../trace-question.ts';
import { Dependencies, type JaegerAccess, jaegerStore, sessionOf } from './client.ts';
import type { JaegerSettings } from './manifest.ts';

export const make: MakeSource<JaegerSettings> = ({ auth, ...settings }, { secret, aws }) =>
  jaegerSources({ ...settings, authorize: authorizer(loginOf(auth), { secret: secret('token'), aws }) });

/** Jaeger computes its calls for a period; longer ones cost it more. */
const maxLookbackMs = 24 * 3_600_000;
const maxCalls = 5000;

export function jaegerSources(access: JaegerAccess): Pick<Sources, 'traces' | 'calls'> {
  const { host } = new URL(access.url);
  return {
    traces: {
      observe(scope, { baselineEnd }) {
        const session = sessionOf(access);
        return askTraces(jaegerStore(session, access.cluster), {
          source: 'jaeger',
          scope,
          baselineEnd,
          query: `${host} traces of ${scope.service ?? 'all services'}`,
          link: linkTo(access.url, scope),
          bytes: () => session.bytes,
        });
      },
    },
    calls: {
      async observe({ window }) {
        const session = sessionOf(access);
        const end = Date.parse(window.end);
        const lookback = Math.min(maxLookbackMs, Math.max(3_600_000, end - Date.parse(window.start)));
        const answer = await session.get(
          'api/dependencies',
          { endTs: String(end), lookback: String(lookback) },
          Dependencies,
        );
        if (answer.kind === 'failed') return { kind: 'gap', gap: { source: 'jaeger', reason: answer.reason } };
        const all = (answer.data.data ?? []).filter(({ parent, child }) => parent && child && parent !== child);
        const place = access.cluster === undefined ? {} : { fromCluster: access.cluster, toCluster: access.cluster };
        return {
          kind: 'data',
          data: all.slice(0, maxCalls).map(({ parent, child, callCount }) => ({
            from: parent.slice(0, 200),
            to: child.slice(0, 200),
            ...place,
            ...(callCount == null ? {} : { requestsPerSecond: callCount / (lookback / 1000) }),
            seenAt: window.end,
          })),
          query: `${host} dependencies of ${Math.round(lookback / 60_000)} min`,
          ...(all.length > maxCalls ? { missing: [`${all.length - maxCalls} of ${all.length} calls`] } : {}),
          bytes: session.bytes,
        };
      },
    },
  };
}

/** The search for the service's traces in Jaeger's own pages. */
function linkTo(
  url: string,
  { service, window }: { service?: string | undefined; window: { start: string; end: string } },
) {
  if (service === undefined || url.includes('/api/datasources/proxy/')) return undefined;
  const us = (instant: string) => String(Date.parse(instant) * 1000);
  return `${url.replace(/\/+$/, '')}/search?${new URLSearchParams({ service, start: us(window.start), end: us(window.end), limit: '20' })}`;
}
