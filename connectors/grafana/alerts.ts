// Firing alerts of Grafana's own rules, read in Prometheus' form (/api/prometheus/grafana/api/v1/alerts).
import * as z from 'zod';
import { isWithin, matchedService } from '../../core/model/scope.ts';
import type { FiringAlert } from '../../core/model/telemetry.ts';
import type { Source } from '../../core/ports/telemetry.ts';
import { ask, type GrafanaAccess } from './client.ts';

const Labels = z.record(
  z.string(),
  z.string().transform((value) => value.slice(0, 500)),
);
const Alerts = z.object({
  status: z.literal('success'),
  data: z.object({
    alerts: z.array(
      z.looseObject({
        labels: Labels,
        annotations: Labels.default({}),
        state: z.string(),
        activeAt: z.string().nullish(),
      }),
    ),
  }),
});

/** Labels that name an entity, the most specific first, and its kind. */
const kinds = [
  ['service', 'Service'],
  ['service_name', 'Service'],
  ['deployment', 'Deployment'],
  ['statefulset', 'StatefulSet'],
  ['pod', 'Pod'],
  ['node', 'Node'],
  ['app', 'Service'],
] as const;

export function grafanaAlerts(access: GrafanaAccess): Source<'alerts'> {
  return {
    async observe(scope) {
      const answer = await ask(access, '/api/prometheus/grafana/api/v1/alerts', [], Alerts);
      if (answer.kind === 'failed') return { kind: 'gap', gap: { source: 'grafana', reason: answer.reason } };
      const alerts = answer.data.data.alerts.flatMap((alert): FiringAlert[] => {
        const at = Date.parse(alert.activeAt ?? '');
        // Grafana appends the reason to a state: "Alerting (NoData)".
        if (!/^(?:alerting|firing)\b/i.test(alert.state) || Number.isNaN(at)) return [];
        const { labels, annotations } = alert;
        const name = labels.alertname ?? 'alert';
        const matched = matchedService(scope, labels);
        const [label, kind] = kinds.find(([one]) => labels[one]) ?? [];
        const named = label === undefined || kind === undefined ? undefined : { kind, name: labels[label] ?? '' };
        const entity = matched === undefined ? named : { kind: 'Service', name: matched };
        return [
          {
            name,
            at: new Date(at).toISOString(),
            summary: (annotations.summary ?? annotations.description ?? name).slice(0, 300),
            status: 'firing',
            ...(labels.severity === undefined ? {} : { severity: labels.severity }),
            ...(entity === undefined ? {} : { entity: { ...entity, ...placeOf(labels, access) } }),
          },
        ];
      });
      return {
        kind: 'data',
        data: alerts.filter(({ entity }) => isWithin(scope, { ...entity, service: entity?.name })),
        query: `${new URL(access.url).host} alert rules`,
        bytes: answer.bytes,
      };
    },
  };
}

function placeOf(labels: Readonly<Record<string, string>>, { cluster: only }: GrafanaAccess) {
  const cluster = labels.cluster ?? only;
  const { namespace } = labels;
  return { ...(cluster === undefined ? {} : { cluster }), ...(namespace === undefined ? {} : { namespace }) };
}
