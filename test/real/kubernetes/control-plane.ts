// A real control plane on loopback: Debian's etcd, and kube-apiserver and kube-controller-manager as built.sh makes them. There is no
// kubelet: what one would say is written over the API.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ClusterAccess, fromKubeconfig } from '../../../connectors/kubernetes/index.ts';

export type User = 'admin' | 'reader' | 'actor';
export interface ControlPlane extends AsyncDisposable {
  kubeconfig(user: User): string;
  access(user: User): Promise<ClusterAccess>;
  /** Creates or changes as admin; throws with the server's answer where it refuses. */
  apply(method: 'POST' | 'PATCH' | 'DELETE', path: string, body?: unknown): Promise<unknown>;
  get(path: string): Promise<unknown>;
  /** Ends the API server, and leaves the rest. */
  stopApiServer(): Promise<void>;
}

export const clusterName = 'backend-1';

/** What docs/deploy.md asks for: who reads may not change, who acts may do what the catalogue's actions need. */
const rights = {
  reader: [{ apiGroups: ['*'], resources: ['*'], verbs: ['get', 'list'] }],
  actor: [
    { apiGroups: ['batch'], resources: ['cronjobs'], verbs: ['get'] },
    { apiGroups: ['batch'], resources: ['jobs'], verbs: ['get', 'list', 'create'] },
    { apiGroups: ['apps'], resources: ['deployments', 'statefulsets', 'daemonsets'], verbs: ['get', 'patch'] },
    { apiGroups: ['apps'], resources: ['replicasets'], verbs: ['list'] },
    { apiGroups: [''], resources: ['pods'], verbs: ['get', 'delete'] },
  ],
};

export async function startControlPlane(): Promise<ControlPlane> {
  const bin = execFileSync('bash', [join(import.meta.dirname, 'build.sh')], { encoding: 'utf8' }).trim();
  const dir = mkdtempSync(join(tmpdir(), 'watchkeeper-control-plane-'));
  const [client, peer, secure] = await Promise.all([freePort(), freePort(), freePort()]);
  const server = `https://127.0.0.1:${secure}`;
  const kubeconfig = (user: User) =>
    JSON.stringify({
      clusters: [{ name: clusterName, cluster: { server, 'insecure-skip-tls-verify': true } }],
      users: [{ name: user, user: { token: `${user}-token` } }],
      contexts: [{ name: clusterName, context: { cluster: clusterName, user } }],
      'current-context': clusterName,
    });
  writeFileSync(
    join(dir, 'tokens.csv'),
    'admin-token,admin,uid1,"system:masters"\nreader-token,reader,uid2\nactor-token,actor,uid3\n',
  );
  writeFileSync(join(dir, 'admin.kubeconfig'), kubeconfig('admin'));
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  writeFileSync(join(dir, 'sa.key'), privateKey.export({ type: 'pkcs1', format: 'pem' }));
  const started: ChildProcess[] = [];
  const start = (command: string, args: readonly string[]) => {
    const child = spawn(command, args, { stdio: 'ignore', cwd: dir });
    started.push(child);
    return child;
  };
  start('etcd', [
    `--data-dir=${join(dir, 'etcd')}`,
    `--listen-client-urls=http://127.0.0.1:${client}`,
    `--advertise-client-urls=http://127.0.0.1:${client}`,
    `--listen-peer-urls=http://127.0.0.1:${peer}`,
    `--initial-advertise-peer-urls=http://127.0.0.1:${peer}`,
    `--initial-cluster=default=http://127.0.0.1:${peer}`,
    '--unsafe-no-fsync',
  ]);
  const apiServer = start(join(bin, 'kube-apiserver'), [
    `--etcd-servers=http://127.0.0.1:${client}`,
    '--bind-address=127.0.0.1',
    `--secure-port=${secure}`,
    `--cert-dir=${join(dir, 'certs')}`,
    `--token-auth-file=${join(dir, 'tokens.csv')}`,
    `--service-account-key-file=${join(dir, 'sa.key')}`,
    `--service-account-signing-key-file=${join(dir, 'sa.key')}`,
    '--service-account-issuer=https://kubernetes.default.svc',
    '--authorization-mode=RBAC',
    '--service-cluster-ip-range=10.0.0.0/24',
    '--disable-admission-plugins=ServiceAccount',
  ]);
  const access = async (user: User) => {
    const [one] = await fromKubeconfig({ text: kubeconfig(user) });
    if (!one) throw new Error('The kubeconfig names no cluster.');
    return one;
  };
  const admin = await access('admin');
  const call = async (method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, body?: unknown) => {
    const contentType = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
    const reply = await admin.request(path, body === undefined ? { method } : { method, body, contentType });
    if (reply.status >= 300 || reply.status === 0)
      throw new Error(`${method} ${path}: ${reply.status} ${JSON.stringify(reply.body)}`);
    return reply.body;
  };
  const plane: ControlPlane = {
    kubeconfig,
    access,
    apply: call,
    get: (path) => call('GET', path),
    stopApiServer: () => stop(apiServer),
    async [Symbol.asyncDispose]() {
      await Promise.all(started.toReversed().map(stop));
      rmSync(dir, { recursive: true, force: true });
    },
  };
  try {
    await until('the API server is ready', async () => (await admin.request('readyz', { text: true })).status === 200);
    start(join(bin, 'kube-controller-manager'), [
      `--kubeconfig=${join(dir, 'admin.kubeconfig')}`,
      `--service-account-private-key-file=${join(dir, 'sa.key')}`,
      '--leader-elect=false',
      '--bind-address=127.0.0.1',
      `--secure-port=${await freePort()}`,
      '--controllers=*,-nodelifecycle',
    ]);
    for (const [user, rules] of Object.entries(rights)) {
      const metadata = { name: `watchkeeper-${user}` };
      const group = 'rbac.authorization.k8s.io';
      await call('POST', `apis/${group}/v1/clusterroles`, { metadata, rules });
      await call('POST', `apis/${group}/v1/clusterrolebindings`, {
        metadata,
        roleRef: { apiGroup: group, kind: 'ClusterRole', name: metadata.name },
        subjects: [{ apiGroup: group, kind: 'User', name: user }],
      });
    }
    return plane;
  } catch (error) {
    await plane[Symbol.asyncDispose]();
    throw error;
  }
}

/** Asks again until it holds; throws with what was waited for after a minute. */
export async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`Waited a minute, and still not: ${what}.`);
    await sleep(200);
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

const freePort = () =>
  new Promise<number>((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
