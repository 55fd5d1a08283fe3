// Objects of delivery tools as clusters hold them, and an API server that lists them. Their forms follow the tools' own types: Argo CD's
// pkg/apis/application/v1alpha1/types.go (Application, RevisionHistory, OperationState), the labels that Helm's pkg/storage/driver/secrets.go
// writes, and Flux' api/v1 (Kustomization with its History), api/v2 (HelmRelease) and api/v1 (GitRepository). Paging, refusals and metadata-only
// answers follow Kubernetes' "API Concepts".
import { fromKubeconfig } from '../../../connectors/kubernetes/index.ts';
import { type Answer, serve, type TestServer } from '../../server.ts';

type Json = Readonly<Record<string, unknown>>;

export const commit = '4f2c9d1ab8e35f60d7c2b19e8a4f5d6c7b8a9e01';
export const repoURL = 'git@github.com:acme/deploy.git';
export const at = (time: string): string => `2026-11-20T${time}Z`;

export const sync = (id: number, deployedAt: string, change: Json = {}) => ({
  id,
  revision: commit,
  deployStartedAt: new Date(Date.parse(deployedAt) - 20_000).toISOString(),
  deployedAt,
  source: { repoURL, path: 'apps/checkout', targetRevision: 'main' },
  initiatedBy: { automated: true },
  ...change,
});
export const resource = (kind: string, name: string, namespace = 'shop') => ({
  group: 'apps',
  version: 'v1',
  kind,
  namespace,
  name,
  status: 'Synced',
  health: { status: 'Healthy' },
});
export const application = (name: string, status: Json, destination: Json = {}) => ({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'Application',
  metadata: { name, namespace: 'argocd', creationTimestamp: at('00:00:00') },
  spec: {
    project: 'default',
    source: { repoURL, path: `apps/${name}`, targetRevision: 'main' },
    destination: { server: 'https://kubernetes.default.svc', namespace: 'shop', ...destination },
  },
  status: {
    sync: { status: 'Synced' },
    resources: [resource('Deployment', name), resource('ConfigMap', name)],
    ...status,
  },
});

const epoch = (time: string): string => String(Date.parse(time) / 1000);
/** As the API server gives it if only metadata is asked for; a Secret's data would be beside the metadata. */
export const release = (name: string, version: number, created: string, labels: Json = {}, namespace = 'shop') => ({
  apiVersion: 'meta.k8s.io/v1',
  kind: 'PartialObjectMetadata',
  metadata: {
    name: `sh.helm.release.v1.${name}.v${version}`,
    namespace,
    creationTimestamp: created,
    labels: {
      name,
      owner: 'helm',
      status: 'deployed',
      version: String(version),
      modifiedAt: epoch(new Date(Date.parse(created) + 15_000).toISOString()),
      ...labels,
    },
    managedFields: [{ manager: 'Helm', operation: 'Update', apiVersion: 'v1' }],
  },
});
export const ofRelease = (name: string, namespace = 'shop') => ({
  labels: { 'app.kubernetes.io/managed-by': 'Helm' },
  annotations: { 'meta.helm.sh/release-name': name, 'meta.helm.sh/release-namespace': namespace },
});

export const deployment = (name: string, namespace = 'shop', metadata: Json = {}) => ({
  metadata: { name, namespace, uid: `uid-${name}`, ...metadata },
  spec: { replicas: 1, template: { spec: { containers: [{ name: 'main', image: 'registry/app:1' }] } } },
  status: { conditions: [] },
});
export const replicaSet = (name: string, revision: number, created: string, image: string, namespace = 'shop') => ({
  metadata: {
    name: `${name}-${revision}`,
    namespace,
    creationTimestamp: created,
    annotations: { 'deployment.kubernetes.io/revision': String(revision) },
    ownerReferences: [{ apiVersion: 'apps/v1', kind: 'Deployment', name, uid: `uid-${name}`, controller: true }],
  },
  spec: { replicas: 1, template: { spec: { containers: [{ name: 'main', image }] } } },
});

/** A ConfigMap or Secret as the API server gives it if only metadata is asked for (Server-Side Apply, "Field management"). */
export const written = (name: string, fields: readonly Json[], metadata: Json = {}) => ({
  apiVersion: 'meta.k8s.io/v1',
  kind: 'PartialObjectMetadata',
  metadata: { name, namespace: 'shop', creationTimestamp: '2026-08-01T00:00:00Z', managedFields: fields, ...metadata },
});
export const wrote = (manager: string, time: string, fieldsV1: Json) => ({
  manager,
  operation: 'Update',
  apiVersion: 'v1',
  time,
  fieldsType: 'FieldsV1',
  fieldsV1,
});

export const kustomization = (name: string, status: Json) => ({
  metadata: { name, namespace: 'flux-system' },
  spec: { path: './apps', sourceRef: { kind: 'GitRepository', name: 'apps' } },
  status: {
    lastAppliedRevision: `main@sha1:${commit}`,
    inventory: {
      entries: [
        { id: `shop_${name}_apps_Deployment`, v: 'v1' },
        { id: `shop_${name}__Service`, v: 'v1' },
      ],
    },
    ...status,
  },
});
export const reconciled = (time: string, change: Json = {}) => ({
  digest: 'sha256:3f1e',
  firstReconciled: time,
  lastReconciled: at('02:45:00'),
  lastReconciledDuration: '1.2s',
  lastReconciledStatus: 'ReconciliationSucceeded',
  totalReconciliations: 4,
  metadata: { revision: `main@sha1:${commit}` },
  ...change,
});

const paths = {
  deployments: '/apis/apps/v1/deployments',
  replicaSets: '/apis/apps/v1/replicasets',
  statefulSets: '/apis/apps/v1/statefulsets',
  daemonSets: '/apis/apps/v1/daemonsets',
  releases: '/api/v1/secrets',
  configMapsOfShop: '/api/v1/namespaces/shop/configmaps',
  secretsOfShop: '/api/v1/namespaces/shop/secrets',
  applications: '/apis/argoproj.io/v1alpha1/applications',
  kustomizations: '/apis/kustomize.toolkit.fluxcd.io/v1/kustomizations',
  helmReleases: '/apis/helm.toolkit.fluxcd.io/v2/helmreleases',
  gitRepositories: '/apis/source.toolkit.fluxcd.io/v1/gitrepositories',
} as const;
type Lists = { readonly [Name in keyof typeof paths]?: readonly unknown[] | Answer };
const extensions = new Set<string>(['applications', 'kustomizations', 'helmReleases', 'gitRepositories']);

const isAnswer = (list: readonly unknown[] | Answer): list is Answer => !Array.isArray(list);

/** Lists in pages of `limit`; an extension that is not given does not exist, other kinds are empty. An answer stands for the whole list. */
export const apiServer = (lists: Lists): Promise<TestServer> =>
  serve(({ path }) => {
    const { pathname, searchParams } = new URL(path, 'http://api');
    const entry = Object.entries(paths).find(([, known]) => known === pathname);
    const name = entry?.[0];
    const list = Object.entries(lists).find(([key]) => key === name)?.[1];
    if (name === undefined || (list === undefined && extensions.has(name))) {
      const there = Object.entries(paths).filter(
        ([key, known]) => known.startsWith(`${pathname}/`) && Object.hasOwn(lists, key) && isThere(lists, key),
      );
      if (there.length === 0) return { status: 404, body: '{"kind":"Status","code":404}' };
      return { body: JSON.stringify({ resources: there.map(([, known]) => ({ name: known.split('/').at(-1) })) }) };
    }
    if (list !== undefined && isAnswer(list)) return list;
    const from = Number(searchParams.get('continue') ?? 0);
    const until = from + Number(searchParams.get('limit'));
    const items = (list ?? []).slice(from, until);
    const next = until < (list ?? []).length ? String(until) : '';
    return { body: JSON.stringify({ metadata: { continue: next }, items }) };
  });

/** A refused list stands for an absent kind if its answer has the header `absent`. */
const isThere = (lists: Lists, key: string): boolean => {
  const list = Object.entries(lists).find(([name]) => name === key)?.[1];
  return list === undefined || !isAnswer(list) || list.headers?.absent === undefined;
};

export const kubeconfigFor = (servers: Readonly<Record<string, TestServer>>): string =>
  JSON.stringify({
    clusters: Object.entries(servers).map(([name, { url }]) => ({
      name,
      cluster: { server: url, 'insecure-skip-tls-verify': true },
    })),
    users: [{ name: 'reader', user: { token: 't' } }],
    contexts: Object.keys(servers).map((name) => ({ name, context: { cluster: name, user: 'reader' } })),
    'current-context': Object.keys(servers)[0],
  });
export const clustersFor = (servers: Readonly<Record<string, TestServer>>) =>
  fromKubeconfig({ text: kubeconfigFor(servers) }, Object.keys(servers));
