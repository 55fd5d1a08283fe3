// Checks a Prometheus: which signals of the catalogue it has, which clusters its series name, and what would bring the rest.
import * as z from 'zod';
import { everywhere } from '../../core/model/scope.ts';
import { loginOf } from '../auth.ts';
import { authorizer } from '../authorize.ts';
import { type Template, templatesOf } from '../own-queries.ts';
import type { CheckSource, Lack } from '../source-kind.ts';
import { callMetrics } from './calls.ts';
import { catalogue } from './catalogue.ts';
import { fetchJson, type PrometheusConfig } from './client.ts';
import { type Discovery, discover } from './discovery.ts';
import type { PrometheusSettings } from './manifest.ts';
import { serverIndex } from './server.ts';
import { tried } from './templates.ts';

/** What exports a metric, by the beginning of its name. */
const exporters: readonly (readonly [string, string])[] = [
  ['kube_', 'kube-state-metrics'],
  ['container_', 'cAdvisor of the kubelets'],
  ['istio_', 'Istio'],
];
const minutes = 60;

/** Signals of programs, and what is done if nobody exposes them. */
const ofPrograms = ['requests_per_second', 'error_ratio', 'latency_p95'];

export const check: CheckSource<PrometheusSettings> = async (settings, means) => {
  const { url, auth, cluster, clusterLabel, queries } = settings;
  const authorize = authorizer(loginOf(auth), { secret: means.secret('bearerToken'), aws: means.aws });
  const server = { url, authorize };
  const now = means.clock.now();
  const window = { start: new Date(now.getTime() - minutes * 60_000).toISOString(), end: now.toISOString() };
  const index = serverIndex(server)();
  const names = await index.names(window);
  if (names.kind === 'failed') return { kind: 'silent', lack: { what: names.reason, fix: fixOf(names.reason) } };
  const clusters = await index.values(window, clusterLabel);
  const known = clusters.kind === 'ok' ? clusters.data : [];
  const has = new Set(names.data);
  const discovery = await discover(index, everywhere('check', window), names.data);
  const templates = templatesOf(queries);
  const given = new Set([
    ...templates.map(({ signal }) => signal),
    ...catalogue.filter(({ needs }) => has.has(needs)).map(({ signal }) => signal),
    ...discovery.chosen.map(({ recipe }) => (recipe.signal === 'latency_mean' ? 'latency_p95' : recipe.signal)),
  ]);
  const lacking = catalogue.filter(({ signal }) => !given.has(signal));
  return {
    kind: 'answers',
    sees: [
      `metrics: ${given.size} signals, among ${names.data.length} metrics of the last hour`,
      ...catalogue.filter(({ needs }) => has.has(needs)).map(({ signal, needs }) => `${signal} from ${needs}`),
      ...discovery.found,
      ...templates.map(({ name, signal }) => `${signal} by the query ${name}`),
      ...callMetrics.filter((metric) => has.has(metric)).map((metric) => `call graph: ${metric}`),
    ],
    clusters: known.length === 0 && cluster !== undefined ? [cluster] : [...known],
    missing: [
      ...lacking.map((entry) => lackOf(entry, discovery)),
      ...discovery.missing.map((what) => ({ what, fix: 'look at what the server says about its labels' })),
      ...(await refused(server, templates, window.end)),
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

function lackOf({ signal, needs }: (typeof catalogue)[number], { why }: Discovery): Lack {
  const reason = why.get(signal) ?? (signal === 'latency_p95' ? why.get('latency_mean') : undefined);
  if (!ofPrograms.includes(signal)) return { what: signal, fix: `scrape ${exporterOf(needs)}: it needs ${needs}` };
  const fix = `name your metric as queries: { ${shortNameOf(signal)}: '… {service="$service"} …' }, or scrape ${exporterOf(needs)} or OpenTelemetry HTTP instrumentation`;
  return { what: reason === undefined ? signal : `${signal}: ${reason}`, fix };
}

const shortNameOf = (signal: string): string =>
  ({ requests_per_second: 'requests', latency_p95: 'latency' })[signal] ?? signal;

/** Templates that the server does not understand. */
async function refused(server: PrometheusConfig, templates: readonly Template[], time: string): Promise<Lack[]> {
  const answers = await Promise.all(
    templates.map(async (template) => {
      const answer = await fetchJson(server, 'query', { query: tried(template), time }, z.unknown());
      return answer.kind === 'failed'
        ? [
            {
              what: `the query ${template.name}: ${answer.reason}`,
              fix: 'try it at the server with values in place of the variables',
            },
          ]
        : [];
    }),
  );
  return answers.flat();
}

const exporterOf = (metric: string): string =>
  exporters.find(([beginning]) => metric.startsWith(beginning))?.[1] ?? metric;

function fixOf(reason: string): string {
  if (/status 40[13]/.test(reason))
    return 'check auth: the token, the password or the right aps:QueryMetrics of the role';
  if (/status 404|status 30/.test(reason)) return 'check url: it is the address before /api/v1';
  if (/not its API/.test(reason)) return 'check url: something else answers there';
  return 'check url, and that this machine (in a stage: the functions, see network) reaches it';
}
