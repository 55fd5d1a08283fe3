// Checks X-Ray: which services its graph of the last hour has.
import { clientOptions, credentialsFor, deadlineIn } from '../aws-calls.ts';
import type { CheckSource } from '../source-kind.ts';
import { serviceGraph } from './client.ts';
import type { XRaySettings } from './manifest.ts';

export const check: CheckSource<XRaySettings> = async ({ region, account, cluster }, { aws, clock }) => {
  const { XRayClient } = await import('@aws-sdk/client-xray');
  const client = new XRayClient(clientOptions(region, credentialsFor(account, aws)));
  const end = clock.now().getTime();
  const parts = { client, cluster, deadline: deadlineIn(8000), onBytes: () => undefined };
  const graph = await serviceGraph(parts, { start: end - 3_600_000, end });
  if (graph.kind === 'failed')
    return {
      kind: 'silent',
      lack: {
        what: graph.reason,
        fix: 'check region, account and the rights xray:GetServiceGraph, GetTraceSummaries, BatchGetTraces',
      },
    };
  const { services, calls } = graph.data;
  return {
    kind: 'answers',
    sees: [`traces: ${services.length} services in the last hour`, `calls: ${calls.length} in the last hour`],
    clusters: cluster === undefined ? [] : [cluster],
    missing:
      services.length === 0
        ? [{ what: 'traces: no service in the last hour', fix: 'turn active tracing on, or send traces by OTLP' }]
        : [],
  };
};
