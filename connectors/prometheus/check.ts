// Checks a Prometheus: which signals of the catalogue it has, which clusters its series name, and what would bring the rest.
import { loginOf } from '../auth.ts';
import { authorizer } from '../authorize.ts';
import type { CheckSource, Lack } from '../source-kind.ts';
import { catalogue } from './catalogue.ts';
import { fetchJson, Names } from './client.ts';
import type { PrometheusSettings } from './manifest.ts';

/** What exports a metric, by the beginning of its name. */
const exporters: readonly (readonly [string, string])[] = [
  ['kube_', 'kube-state-metrics'],
  ['container_', 'cAdvisor of the kubelets'],
  ['istio_', 'Istio'],
  ['http_server_', 'OpenTelemetry HTTP instrumentation'],
];
const minutes = 60;

export const check: CheckSource<PrometheusSettings> = async ({ url, auth, cluster, clusterLabel }, means) => {
  const authorize = authorizer(loginOf(auth), { secret: means.secret('bearerToken'), aws: means.aws });
  const now = means.clock.now();
  const bounds = { start: new Date(now.getTime() - minutes * 60_000).toISOString(), end: now.toISOString() };
  const names = await fetchJson({ url, authorize }, 'label/__name__/values', bounds, Names);
  if (names.kind === 'failed') return { kind: 'silent', lack: { what: names.reason, fix: fixOf(names.reason) } };
  const clusters = await fetchJson({ url, authorize }, `label/${clusterLabel}/values`, bounds, Names);
  const known = clusters.kind === 'ok' ? clusters.data : [];
  const has = new Set(names.data);
  const lacking = catalogue.filter(({ sources }) => !sources.some(({ needs }) => has.has(needs)));
  return {
    kind: 'answers',
    sees: [
      `metrics: ${catalogue.length - lacking.length} of ${catalogue.length} signals, among ${names.data.length} metrics of the last hour`,
    ],
    clusters: known.length === 0 && cluster !== undefined ? [cluster] : known,
    missing: [
      ...lacking.map(({ signal, sources }): Lack => {
        const needs = sources.map((one) => one.needs);
        return { what: signal, fix: `scrape ${needs.map(exporterOf).join(' or ')}: it needs ${needs.join(' or ')}` };
      }),
      ...(known.length === 0 && cluster === undefined
        ? [
            {
              what: `the cluster of its series: they have no label ${clusterLabel}`,
              fix: 'set clusterLabel to the label that names it, or cluster if all series are of one',
            },
          ]
        : []),
    ],
  };
};

const exporterOf = (metric: string): string =>
  exporters.find(([beginning]) => metric.startsWith(beginning))?.[1] ?? metric;

function fixOf(reason: string): string {
  if (/status 40[13]/.test(reason))
    return 'check auth: the token, the password or the right aps:QueryMetrics of the role';
  if (/status 404|status 30/.test(reason)) return 'check url: it is the address before /api/v1';
  if (/not its API/.test(reason)) return 'check url: something else answers there';
  return 'check url, and that this machine (in a stage: the functions, see network) reaches it';
}
