// A real control plane on loopback: Debian's etcd, and kube-apiserver and kube-controller-manager as build.sh makes them. There is no
// kubelet: what one would say is written over the API.
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseAllDocuments } from 'yaml';
import { type ClusterAccess, fromKubeconfig } from '../../../connectors/kubernetes/index.ts';

/** The operator may read and act, as one machine with one kubeconfig does. */
export type User = 'admin' | 'reader' | 'actor' | 'operator' | 'stranger';
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

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
}

/** The very roles that docs/deploy.md tells an operator to make. */
function documentedRoles(): readonly Manifest[] {
  const text = readFileSync(join(import.meta.dirname, '../../../docs/deploy.md'), 'utf8');
  const blocks = [...text.matchAll(/^```yaml\n(.*?)^```/gms)].map(([, block = '']) => block);
  const block = blocks.find((one) => one.includes('kind: ClusterRole'));
  if (block === undefined) throw new Error('docs/deploy.md shows no ClusterRole.');
  return parseAllDocuments(block).map((document) => document.toJS());
}

/** A kubeconfig of one cluster; the user is as kubeconfigs describe one. */
export const kubeconfigOf = (name: string, server: string, user: object): string =>
  JSON.stringify({
    clusters: [{ name, cluster: { server, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'user', user }],
    contexts: [{ name, context: { cluster: name, user: 'user' } }],
    'current-context': name,
  });

const build = join(import.meta.dirname, 'build.sh');

/** What is needed to start one and is not there, in words. */
export function missingForControlPlane(): string | undefined {
  const run = (command: string, ...args: string[]) => spawnSync(command, args, { encoding: 'utf8' });
  if (run('etcd', '--version').status !== 0) return "etcd (Debian's etcd-server) is not installed.";
  const check = run('bash', build, '--check');
  return check.status === 0 ? undefined : check.stderr.trim();
}

interface ControlPlaneOptions {
  /** The name of its cluster. */
  readonly name?: string;
  /** Whether controllers run; without them, objects stay as they are written. */
  readonly controllers?: boolean;
}

export async function startControlPlane({
  name = clusterName,
  controllers = true,
}: ControlPlaneOptions = {}): Promise<ControlPlane> {
  const bin = execFileSync('bash', [build], { encoding: 'utf8' }).trim();
  const dir = mkdtempSync(join(tmpdir(), 'watchkeeper-control-plane-'));
  const [client, peer, secure] = await Promise.all([freePort(), freePort(), freePort()]);
  const server = `https://127.0.0.1:${secure}`;
  const kubeconfig = (user: User) => kubeconfigOf(name, server, { token: `${user}-token` });
  writeFileSync(
    join(dir, 'tokens.csv'),
    [
      'admin-token,admin,uid1,"system:masters"',
      'reader-token,reader,uid2,"watchkeeper-readers"',
      'actor-token,actor,uid3,"watchkeeper-actors"',
      'stranger-token,stranger,uid5,"somebody"',
      'operator-token,operator,uid4,"watchkeeper-readers,watchkeeper-actors"',
    ].join('\n'),
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
    if (controllers)
      start(join(bin, 'kube-controller-manager'), [
        `--kubeconfig=${join(dir, 'admin.kubeconfig')}`,
        `--service-account-private-key-file=${join(dir, 'sa.key')}`,
        '--leader-elect=false',
        '--bind-address=127.0.0.1',
        `--secure-port=${await freePort()}`,
        '--controllers=*,-nodelifecycle',
      ]);
    for (const role of documentedRoles())
      await call('POST', `apis/${role.apiVersion}/${role.kind.toLowerCase()}s`, role);
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
