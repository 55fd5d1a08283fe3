// A cluster on this machine, on loopback: Debian's etcd, the real kube-apiserver, kube-controller-manager and kube-scheduler, and kwok, which plays
// the nodes. What a node says about its pods comes from node-agent.ts.
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseAllDocuments } from 'yaml';
import { Misconfigured, Unavailable } from '../../core/errors.ts';
import { type ClusterApi, clusterApi } from './api.ts';
import { Node } from './objects.ts';

export const localContext = 'dojo-local';

export interface LocalCluster extends AsyncDisposable {
  readonly admin: ClusterApi;
  /** The kubeconfig with the rights that docs/deploy.md gives Watchkeeper. */
  readonly operator: string;
  /** The folder of this cluster, which goes with it. */
  readonly dir: string;
  /** The node's kubelet falls silent, or speaks again. */
  silence(node: string, isSilent: boolean): Promise<void>;
}

const root = join(import.meta.dirname, '../..');
const planeScript = join(root, 'test/real/kubernetes/build.sh');
const kwokScript = join(import.meta.dirname, 'kwok/build.sh');
const kwokStages = join(import.meta.dirname, 'kwok/nodes.yaml');
const planeBinaries = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler'];

/** A sentence about what a local cluster needs and this machine lacks; undefined where nothing is missing. */
export function missingForCluster(): string | undefined {
  const run = (command: string, ...args: string[]) => spawnSync(command, args, { encoding: 'utf8' });
  if (run('etcd', '--version').status !== 0) return "etcd is not installed (Debian's package etcd-server).";
  if (run('openssl', 'version').status !== 0) return 'openssl is not installed.';
  for (const [script, ...names] of [[planeScript, ...planeBinaries], [kwokScript]]) {
    const check = run('bash', script ?? '', '--check', ...names);
    if (check.status !== 0) return check.stderr.trim();
  }
  return undefined;
}

/**
 * Starts one, builds the binaries first where the cache has none (about eight minutes, once), and waits until its nodes are ready.
 * `kubeletPort`: where somebody answers on 127.0.0.1 what a node's kubelet would.
 */
export async function startCluster(nodes: number, kubeletPort: number): Promise<LocalCluster> {
  const missing = missingForCluster();
  if (missing !== undefined) throw new Misconfigured(`A local cluster cannot start here: ${missing}`);
  const bin = execFileSync('bash', [planeScript, ...planeBinaries], { encoding: 'utf8' }).trim();
  const kwok = join(execFileSync('bash', [kwokScript], { encoding: 'utf8' }).trim(), 'kwok');
  const dir = mkdtempSync(join(tmpdir(), 'watchkeeper-dojo-'));
  const started: ChildProcess[] = [];
  const start = (command: string, args: readonly string[]) => {
    const log = openSync(join(dir, `${command.split('/').at(-1)}.log`), 'w');
    started.push(spawn(command, args, { stdio: ['ignore', log, log], cwd: dir }));
  };
  const silent = new Set<string>();
  let beats: NodeJS.Timeout | undefined;
  const close = async () => {
    clearInterval(beats);
    await Promise.all(started.toReversed().map(stop));
    rmSync(dir, { recursive: true, force: true });
  };
  try {
    const [client, peer, secure, controllers, scheduler, kwokPort] = await Promise.all(
      [1, 2, 3, 4, 5, 6].map(freePort),
    );
    const kubeconfigOf = (user: string) => kubeconfig(`https://127.0.0.1:${secure}`, `${user}-token`);
    writeFileSync(join(dir, 'tokens.csv'), tokens);
    writeFileSync(join(dir, 'admin.kubeconfig'), kubeconfigOf('admin'));
    writeFileSync(join(dir, 'kwok.yaml'), `${readFileSync(kwokStages, 'utf8')}${kwokConfig(kubeletPort)}`);
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    writeFileSync(join(dir, 'sa.key'), privateKey.export({ type: 'pkcs1', format: 'pem' }));
    start('etcd', [
      `--data-dir=${join(dir, 'etcd')}`,
      `--listen-client-urls=http://127.0.0.1:${client}`,
      `--advertise-client-urls=http://127.0.0.1:${client}`,
      `--listen-peer-urls=http://127.0.0.1:${peer}`,
      `--initial-advertise-peer-urls=http://127.0.0.1:${peer}`,
      `--initial-cluster=default=http://127.0.0.1:${peer}`,
      '--unsafe-no-fsync',
    ]);
    start(join(bin, 'kube-apiserver'), [
      `--etcd-servers=http://127.0.0.1:${client}`,
      '--bind-address=127.0.0.1',
      `--secure-port=${secure}`,
      `--cert-dir=${join(dir, 'certs')}`,
      `--token-auth-file=${join(dir, 'tokens.csv')}`,
      `--service-account-key-file=${join(dir, 'sa.key')}`,
      `--service-account-signing-key-file=${join(dir, 'sa.key')}`,
      '--service-account-issuer=https://kubernetes.default.svc',
      '--authorization-mode=RBAC',
      '--service-cluster-ip-range=10.0.0.0/20',
      '--kubelet-preferred-address-types=InternalIP',
    ]);
    const admin = clusterApi(localContext, kubeconfigOf('admin'));
    await until('the API server is ready', async () => (await admin.call('GET', 'readyz')) === 'ok');
    start(join(bin, 'kube-controller-manager'), [
      `--kubeconfig=${join(dir, 'admin.kubeconfig')}`,
      `--service-account-private-key-file=${join(dir, 'sa.key')}`,
      `--root-ca-file=${join(dir, 'certs/apiserver.crt')}`,
      '--leader-elect=false',
      '--bind-address=127.0.0.1',
      `--secure-port=${controllers}`,
      '--node-monitor-period=2s',
      '--node-monitor-grace-period=40s',
      '--concurrent-namespace-syncs=4',
    ]);
    start(join(bin, 'kube-scheduler'), [
      `--kubeconfig=${join(dir, 'admin.kubeconfig')}`,
      '--leader-elect=false',
      '--bind-address=127.0.0.1',
      `--secure-port=${scheduler}`,
    ]);
    start(kwok, [
      `--kubeconfig=${join(dir, 'admin.kubeconfig')}`,
      `--config=${join(dir, 'kwok.yaml')}`,
      '--node-ip=127.0.0.1',
      // Else it listens at the port of the kubelets, which node-agent.ts has.
      `--server-address=127.0.0.1:${kwokPort}`,
    ]);
    for (const role of documentedRoles())
      await admin.call('POST', `apis/${role.apiVersion}/${role.kind.toLowerCase()}s`, role);
    const names = Array.from({ length: nodes }, (_, nth) => `worker-${nth + 1}`);
    for (const name of names) await admin.call('POST', 'api/v1/nodes', nodeNamed(name));
    await until(
      'the namespace of leases',
      async () => (await admin.find('api/v1/namespaces/kube-node-lease')) !== undefined,
    );
    for (const name of names) await admin.call('POST', leases, { metadata: { name }, spec: leaseOf(name) });
    beats = setInterval(() => {
      for (const name of names)
        if (!silent.has(name)) admin.call('PATCH', `${leases}/${name}`, { spec: leaseOf(name) }).catch(() => undefined);
    }, 6000);
    await until(`${nodes} nodes are ready`, async () => {
      const all = (await admin.list('api/v1/nodes')).map((each) => Node.parse(each));
      return all.filter(isReady).length === nodes;
    });
    return {
      admin,
      operator: kubeconfigOf('operator'),
      dir,
      async silence(node, isSilent) {
        if (isSilent) silent.add(node);
        else silent.delete(node);
        const annotations = { [playedBy]: isSilent ? 'nobody' : 'kwok' };
        await admin.call('PATCH', `api/v1/nodes/${node}`, { metadata: { annotations } });
      },
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

export const isReady = ({ status }: Node): boolean =>
  status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True') ?? false;

const playedBy = 'kwok.x-k8s.io/node';
const room = { cpu: '4', memory: '8Gi', pods: '110' };
const nodeNamed = (name: string) => ({
  metadata: {
    name,
    annotations: { [playedBy]: 'kwok', 'node.alpha.kubernetes.io/ttl': '0' },
    labels: { 'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux', 'kubernetes.io/arch': 'amd64' },
  },
  status: { allocatable: room, capacity: room },
});

const leases = 'apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases';
/** kwok was seen to renew leases and conditions too late on a busy machine, so that healthy nodes were called lost. */
const leaseOf = (node: string) => ({
  holderIdentity: node,
  leaseDurationSeconds: 40,
  renewTime: new Date().toISOString().replace('Z', '000Z'),
});

/** The operator may read and act, as one machine with one kubeconfig does. */
const tokens = [
  'admin-token,admin,uid1,"system:masters"',
  'operator-token,operator,uid2,"watchkeeper-readers,watchkeeper-actors"',
].join('\n');

const kubeconfig = (server: string, token: string): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: localContext, cluster: { server, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'user', user: { token } }],
    contexts: [{ name: localContext, context: { cluster: localContext, user: 'user' } }],
    'current-context': localContext,
  });

/** kwok plays nodes only: their conditions. Without these figures of parallelism it ends at once. */
const kwokConfig = (kubeletPort: number): string =>
  JSON.stringify({
    apiVersion: 'config.kwok.x-k8s.io/v1alpha1',
    kind: 'KwokConfiguration',
    options: {
      manageAllNodes: false,
      manageNodesWithAnnotationSelector: `${playedBy}=kwok`,
      nodePort: kubeletPort,
      cidr: '10.244.0.0/16',
      nodeLeaseDurationSeconds: 0,
      podPlayStageParallelism: 1,
      nodePlayStageParallelism: 4,
      nodeLeaseParallelism: 4,
    },
  });

const Role = ['apiVersion', 'kind'] as const;
/** The very roles that docs/deploy.md tells an operator to make. */
function documentedRoles(): readonly Readonly<Record<(typeof Role)[number], string>>[] {
  const text = readFileSync(join(root, 'docs/deploy.md'), 'utf8');
  const blocks = [...text.matchAll(/^```yaml\n(.*?)^```/gms)].map(([, block = '']) => block);
  const block = blocks.find((one) => one.includes('kind: ClusterRole'));
  if (block === undefined) throw new Misconfigured('docs/deploy.md shows no ClusterRole.');
  return parseAllDocuments(block).map((document) => document.toJS());
}

/** Asks again until it holds; throws `Unavailable` with what was waited for. A failed question counts as no. */
export async function until(what: string, holds: () => Promise<boolean>, limitMs = 180_000): Promise<void> {
  const deadline = Date.now() + limitMs;
  while (!(await holds().catch(() => false))) {
    if (Date.now() > deadline) throw new Unavailable(`Waited ${limitMs / 1000} s, and still not: ${what}.`);
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
