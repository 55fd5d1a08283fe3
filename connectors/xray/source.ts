// Creates the sources of traces and calls of X-Ray, in the account and region of the settings.
import type { XRayClient } from '@aws-sdk/client-xray';
import type { Sources } from '../../core/ports/telemetry.ts';
import { clientOptions, credentialsFor, deadlineIn } from '../aws-calls.ts';
import type { MakeSource } from '../source-kind.ts';
import { askTraces } from '../trace-question.ts';
import { serviceGraph, xRayStore } from './client.ts';
import type { XRaySettings } from './manifest.ts';

export const make: MakeSource<XRaySettings> = async (settings, { aws }) => {
  const { XRayClient } = await import('@aws-sdk/client-xray');
  return xRaySources(new XRayClient(clientOptions(settings.region, credentialsFor(settings.account, aws))), settings);
};

const budgetMs = 12_000;

export function xRaySources(
  client: Pick<XRayClient, 'send'>,
  { region, account, cluster }: XRaySettings,
): Pick<Sources, 'traces' | 'calls'> {
  const place = [account, region].filter(Boolean).join(' ') || 'own account';
  return {
    traces: {
      observe(scope, { baselineEnd }) {
        let bytes = 0;
        const onBytes = (more: number) => {
          bytes += more;
        };
        const parts = { client, cluster, deadline: deadlineIn(budgetMs), onBytes };
        const period = { start: Date.parse(scope.window.start), end: Date.parse(scope.window.end) };
        return askTraces(xRayStore(parts, period), {
          source: 'xray',
          scope,
          baselineEnd,
          query: `X-Ray of ${place}: traces of ${scope.service ?? 'all services'}`,
          // A name is all that its filters select a service by.
          nameAttributes: ['service.name', 'service', 'name'],
          bytes: () => bytes,
        });
      },
    },
    calls: {
      async observe({ window }) {
        const parts = { client, cluster, deadline: deadlineIn(budgetMs), onBytes: () => undefined };
        const period = { start: Date.parse(window.start), end: Date.parse(window.end) };
        const graph = await serviceGraph(parts, period);
        if (graph.kind === 'failed')
          return { kind: 'gap', gap: { source: 'xray', reason: graph.reason.slice(0, 300) } };
        const { calls, missing } = graph.data;
        return {
          kind: 'data',
          data: calls,
          query: `X-Ray of ${place}: GetServiceGraph`,
          ...(missing.length === 0 ? {} : { missing }),
          bytes: 0,
        };
      },
    },
  };
}
