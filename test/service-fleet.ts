// A fleet of clusters with services as teams deploy them: charts of their own, a shared chart, plain labels, Backstage and Datadog labels, CronJobs
// beside services, a Redis from a public chart in each team's namespace. Served as the Kubernetes API lists objects.
import { serve, type TestServer } from './server.ts';

type Labels = Readonly<Record<string, string>>;

export interface FleetObject {
  readonly plural: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Labels;
    readonly annotations?: Labels;
  };
  readonly spec?: unknown;
}

export type FleetObjects = Readonly<Record<string, readonly FleetObject[]>>;

export const workload = (
  plural: 'deployments' | 'statefulsets' | 'daemonsets' | 'cronjobs',
  namespace: string,
  name: string,
  labels: Labels = {},
  more: { readonly image?: string; readonly annotations?: Labels; readonly podLabels?: Labels } = {},
): FleetObject => {
  const template = {
    metadata: { labels: more.podLabels ?? labels },
    spec: { containers: [{ name: 'app', image: more.image ?? `registry.example.com/${name}:1.0` }] },
  };
  return {
    plural,
    metadata: { name, namespace, labels, ...(more.annotations && { annotations: more.annotations }) },
    spec: plural === 'cronjobs' ? { jobTemplate: { spec: { template } } } : { template },
  };
};

const teams = ['billing', 'shop', 'search', 'listen', 'identity', 'media', 'ads', 'payments', 'data', 'growth'];

/** `services` services of ten teams, each in two production clusters and in the staging cluster. */
export function serviceFleet(clusters: number, services: number): FleetObjects {
  const names = Array.from({ length: clusters }, (_, n) => (n === clusters - 1 ? 'staging-1' : `backend-${n + 1}`));
  const objects: Record<string, FleetObject[]> = Object.fromEntries(names.map((name) => [name, []]));
  for (const name of names)
    for (const team of teams)
      objects[name]?.push({ plural: 'namespaces', metadata: { name: team, labels: { team: `team-${team}` } } });
  for (let n = 0; n < services; n += 1) {
    const team = teams[n % teams.length] ?? 'shop';
    const name = `${team}-${['api', 'worker', 'gateway', 'store', 'feed', 'index', 'sync', 'edge', 'jobs', 'web'][Math.floor(n / teams.length) % 10]}${n >= 100 ? n : ''}`;
    const labels: Labels =
      [
        { 'app.kubernetes.io/name': name, 'app.kubernetes.io/instance': name, 'app.kubernetes.io/managed-by': 'Helm' },
        { 'app.kubernetes.io/name': 'service-chart', 'app.kubernetes.io/instance': name },
        { app: name },
        { 'backstage.io/kubernetes-id': name, app: team },
      ][n % 4] ?? {};
    const own = [names[n % (clusters - 1)], names[(n + 1) % (clusters - 1)], 'staging-1'];
    for (const cluster of new Set(own)) {
      if (cluster === undefined) continue;
      objects[cluster]?.push(
        workload('deployments', team, name, labels, {
          podLabels: { ...labels, pod: name },
          ...(n % 5 === 0 && { annotations: { 'a8r.io/repository': `https://github.com/acme/${name}` } }),
        }),
        { plural: 'services', metadata: { name, namespace: team }, spec: { selector: { pod: name } } },
      );
    }
  }
  for (const cluster of names)
    for (const team of teams.slice(0, 3))
      objects[cluster]?.push(
        workload('statefulsets', team, `${team}-redis-master`, {
          'app.kubernetes.io/name': 'redis',
          'app.kubernetes.io/instance': `${team}-redis`,
        }),
      );
  return objects;
}

/** Answers `/CLUSTER/…/PLURAL` with pages, as the Kubernetes API does. `refuse`: plurals that the login may not list. */
export const serveFleet = (objects: FleetObjects, refuse: readonly string[] = []): Promise<TestServer> =>
  serve(({ path }) => {
    const url = new URL(path, 'http://fleet');
    const [, cluster = '', ...rest] = url.pathname.split('/');
    const plural = rest.at(-1) ?? '';
    if (refuse.includes(plural)) return { status: 403, body: '{"kind":"Status","message":"forbidden"}' };
    const all = (objects[cluster] ?? []).filter((one) => one.plural === plural);
    const from = Number(url.searchParams.get('continue') ?? 0);
    const until = from + Number(url.searchParams.get('limit') ?? all.length);
    const items = all.slice(from, until).map(({ plural: _, ...item }) => item);
    return {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ metadata: until < all.length ? { continue: String(until) } : {}, items }),
    };
  });

/** A kubeconfig with a context for each cluster. */
export const kubeconfigOf = (url: string, clusters: readonly string[]): string =>
  JSON.stringify({
    clusters: clusters.map((name) => ({
      name,
      cluster: { server: `${url}/${name}/`, 'insecure-skip-tls-verify': true },
    })),
    users: [{ name: 'reader', user: { token: 'reader' } }],
    contexts: clusters.map((name) => ({ name, context: { cluster: name, user: 'reader' } })),
    'current-context': clusters[0],
  });
