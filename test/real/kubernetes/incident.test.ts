import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFailed } from 'vitest';
import { stringify } from 'yaml';
import { diskEvidence } from '../../../connectors/disk/index.ts';
import {
  type ClusterAccess,
  fromKubeconfig,
  kubernetesLogs,
  kubernetesSource,
} from '../../../connectors/kubernetes/index.ts';
import type { Report } from '../../../core/model/report.ts';
import type { Ports } from '../../../core/ports/index.ts';
import { noTelemetry } from '../../../core/ports/none.ts';
import { investigateKubernetes } from '../../../core/specialists/kubernetes/investigate.ts';
import { memoryDisk } from '../../../local/runtime/files.ts';
import { aBrief, aContext, aScope } from '../../builders.ts';
import { type ControlPlane, kubeconfigOf, startControlPlane, until } from './control-plane.ts';
import { cronJob, deployment, jobSpec, missing, ownedIn, test } from './objects.ts';

// One incident in a real cluster: a run of the night that failed, a service that crashes, another that is killed for memory. From the
// snapshot to the specialist, and from a page to npm start to the answer, to the approved rerun.

const namespace = 'billing';
const batch = `apis/batch/v1/namespaces/${namespace}`;
const job = 'nightly-invoices-29381640';
const clock = { now: () => new Date() };
const window = () => ({ start: new Date(Date.now() - 3600_000).toISOString(), end: new Date().toISOString() });
let plane: ControlPlane;

afterAll(async () => {
  await plane?.[Symbol.asyncDispose]();
});

const at = (secondsAgo: number) => new Date(Date.now() - secondsAgo * 1000).toISOString().replace(/\.\d+/, '');
const statusOf = (state: object, over: object = {}) => ({
  name: 'main',
  image: 'registry.example.com/app:1',
  imageID: '',
  ready: false,
  restartCount: 0,
  state,
  ...over,
});
const ended = (reason: string, exitCode: number, message = '') => ({
  terminated: { reason, exitCode, message, startedAt: at(90), finishedAt: at(30) },
});
const podOf = async (owner: string) => {
  const pods = `api/v1/namespaces/${namespace}/pods`;
  await until(`${owner} has a pod`, async () => (await ownedIn(plane, pods, owner)).length > 0);
  return (await ownedIn(plane, pods, owner))[0]?.metadata.name ?? '';
};
/** A node whose kubelet does not answer. */
const node = {
  metadata: { name: 'node-1' },
  status: {
    conditions: [{ type: 'Ready', status: 'True', reason: 'KubeletReady', lastHeartbeatTime: at(0) }],
    addresses: [{ type: 'InternalIP', address: '127.0.0.1' }],
    daemonEndpoints: { kubeletEndpoint: { Port: 1 } },
  },
};
/** What a kubelet would say. */
const report = async (owner: string, status: object) => {
  const name = await podOf(owner);
  const pod = `api/v1/namespaces/${namespace}/pods/${name}`;
  const target = { kind: 'Node', name: node.metadata.name };
  await plane.apply('POST', `${pod}/binding`, { metadata: { name }, target });
  await plane.apply('PATCH', `${pod}/status`, { status });
};
const crashing = (reason: string, exitCode: number) => ({
  phase: 'Running',
  startTime: at(600),
  podIP: '10.1.0.7',
  containerStatuses: [
    statusOf(
      { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 5m0s restarting failed container' } },
      { restartCount: 6, lastState: ended(reason, exitCode) },
    ),
  ],
});

beforeAll(async () => {
  if (missing !== undefined) return;
  plane = await startControlPlane();
  await plane.apply('POST', 'api/v1/namespaces', { metadata: { name: namespace } });
  await plane.apply('POST', 'api/v1/nodes', node);
  const apps = `apis/apps/v1/namespaces/${namespace}/deployments`;
  await plane.apply('POST', apps, deployment('ledger-api'));
  await plane.apply('POST', apps, deployment('pricing', { resources: { limits: { memory: '64Mi' } } }));
  for (const name of ['ledger-api', 'pricing'])
    await plane.apply('POST', `api/v1/namespaces/${namespace}/services`, {
      metadata: { name },
      spec: { selector: { app: name }, ports: [{ port: 8443 }] },
    });
  const cron = await plane.apply('POST', `${batch}/cronjobs`, cronJob('nightly-invoices', 'Forbid'));
  const { uid } = (cron as { readonly metadata: { readonly uid: string } }).metadata;
  const owner = { apiVersion: 'batch/v1', kind: 'CronJob', name: 'nightly-invoices', uid, controller: true };
  await plane.apply('POST', `${batch}/jobs`, { metadata: { name: job, ownerReferences: [owner] }, spec: jobSpec });
  await report('ledger-api', crashing('Error', 1));
  await report('pricing', crashing('OOMKilled', 137));
  await report('nightly-invoices', {
    phase: 'Failed',
    startTime: at(90),
    containerStatuses: [statusOf(ended('Error', 1, 'ledger-api:8443 connection reset'))],
  });
  const name = await podOf('ledger-api');
  await plane.apply('POST', `api/v1/namespaces/${namespace}/events`, {
    metadata: { name: `${name}.1` },
    involvedObject: { kind: 'Pod', namespace, name },
    reason: 'BackOff',
    message: 'Back-off restarting failed container main',
    type: 'Warning',
    count: 12,
    firstTimestamp: at(500),
    lastTimestamp: at(10),
  });
  await until('the controller gave the Job up', async () => {
    const now = await plane.get(`${batch}/jobs/${job}`);
    return JSON.stringify(now).includes('BackoffLimitExceeded');
  });
});

const investigate = async (clusters: readonly ClusterAccess[]): Promise<Report> => {
  const ports = {
    telemetry: { ...noTelemetry, kubernetes: kubernetesSource({ clusters, clock }) },
    evidence: diskEvidence(memoryDisk()),
    incidents: { append: async () => undefined },
    clock,
  } as unknown as Pick<Ports, 'telemetry' | 'evidence' | 'clock' | 'incidents' | 'ids'>;
  return investigateKubernetes(
    aBrief({ context: aContext({ window: { baseline: window(), incident: window() } }) }),
    ports,
  );
};
const found = ({ findings }: Report, kind: string, name: string) =>
  findings.filter(({ entity }) => entity.kind === kind && entity.name === name && entity.namespace === namespace);

test('an incident is seen by the specialist as what it is: the failed run, the crash, the kill for memory', async () => {
  const seen = await investigate([await plane.access('reader')]);
  expect(found(seen, 'CronJob', 'nightly-invoices')).toContainEqual(
    expect.objectContaining({ cause: 'job-failed', claim: expect.stringContaining('exit code 1') }),
  );
  expect(found(seen, 'Deployment', 'ledger-api')).toContainEqual(
    expect.objectContaining({ cause: 'application-crash' }),
  );
  expect(found(seen, 'Deployment', 'pricing')).toContainEqual(
    expect.objectContaining({ cause: 'oom-killed', claim: expect.stringContaining('64Mi') }),
  );
  expect(seen.gaps).toEqual([]);
  expect(seen.findings.every(({ evidenceIds }) => evidenceIds.length > 0)).toBe(true);
});

test('an incident is seen although another cluster is away and a third lets nobody in, and that is said', async () => {
  const away = await fromKubeconfig({ text: kubeconfigOf('backend-2', 'https://127.0.0.1:1', { token: 't' }) });
  const exec = {
    apiVersion: 'client.authentication.k8s.io/v1',
    command: 'there-is-no-such-plugin',
    interactiveMode: 'Never',
  };
  const locked = await fromKubeconfig({ text: kubeconfigOf('backend-3', 'https://127.0.0.1:1', { exec }) });
  const seen = await investigate([...away, await plane.access('reader'), ...locked]);
  expect(found(seen, 'Deployment', 'pricing')).toHaveLength(1);
  expect(seen.gaps.map(({ reason }) => reason)).toEqual([
    expect.stringContaining('backend-2: Pod (no answer)'),
    expect.stringContaining('backend-3: Pod (login failed)'),
  ]);
});

test('an incident without any cluster to see is a gap, not an all-clear', async () => {
  const away = await fromKubeconfig({ text: kubeconfigOf('backend-2', 'https://127.0.0.1:1', { token: 't' }) });
  expect(await investigate(away)).toMatchObject({
    findings: [],
    summary: expect.stringContaining('Kubernetes could not be asked'),
    gaps: [{ source: 'kubernetes', reason: expect.stringContaining('no answer') }],
  });
});

test('pods that have no node that answers have no logs, and that is said', async () => {
  const logs = kubernetesLogs({ clusters: [await plane.access('reader')] });
  expect(await logs.observe(aScope({ namespace, reach: 'neighbourhood', window: window() }), {})).toMatchObject({
    kind: 'gap',
    gap: { source: 'logs', reason: expect.stringMatching(/^No pod log could be read: backend-1: 3 of 3 logs \(/) },
  });
});

test('what is paged is diagnosed by npm start from the live cluster, and the approved rerun is made once', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'watchkeeper-live-'));
  const running: ChildProcess[] = [];
  const run = (script: 'main' | 'page', ...args: string[]) => {
    const file = join(import.meta.dirname, '../../../local', `${script}.ts`);
    const child = spawn(process.execPath, [file, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    running.push(child);
    const said = { out: '', err: '' };
    child.stdout.on('data', (chunk) => {
      said.out += chunk;
    });
    child.stderr.on('data', (chunk) => {
      said.err += chunk;
    });
    return said;
  };
  try {
    writeFileSync(join(dir, 'kubeconfig'), plane.kubeconfig('operator'));
    const config = { kubernetes: { kubeconfig: './kubeconfig' }, environment: 'production', level: 'walk' };
    writeFileSync(join(dir, 'config.yaml'), stringify(config));
    const data = join(dir, 'data');
    const main = run('main', '--config', join(dir, 'config.yaml'), '--port', '0', '--no-demo', '--data', data);
    onTestFailed(() => void process.stdout.write(`${main.out}\n${main.err}\n`));
    /** What it prints from now on, lines put together again. */
    const listen = () => {
      const from = main.out.length;
      return () => main.out.slice(from).replaceAll(/\s+/g, ' ');
    };
    const prints = (said: () => string, what: RegExp) =>
      until(`it says ${what}`, async () => what.test(said())).then(said);
    await prints(listen(), /Waiting for pages/);
    const url = /Watchkeeper is up: (\S+)/.exec(main.out)?.[1] ?? '';
    const send = (labels: Readonly<Record<string, string>>) => {
      const said = listen();
      writeFileSync(join(dir, 'alert.json'), JSON.stringify(page(labels)));
      run('page', '--scenario', dir, '--data', data);
      return prints(said, / decision .* (learned A postmortem|Question) /);
    };

    const crash = await send({ alertname: 'KubePodCrashLooping', namespace, pod: await podOf('pricing') });
    expect(crash).toContain('It is about Deployment pricing.');
    expect(crash).toMatch(
      / 1\. Deployment billing\/pricing \(backend-1\): killed because it used more memory than its limit\..* — likely /,
    );
    expect(crash).toContain('logs: No pod log could be read: backend-1: 3 of 3 logs (status 500).');

    const failure = await send({ alertname: 'KubeJobFailed', namespace, job_name: job });
    expect(failure).toContain('It is about CronJob nightly-invoices.');
    expect(failure).toContain(' 1. CronJob billing/nightly-invoices (backend-1): a job failed.');
    expect(failure).toContain('Question Rerun CronJob billing/nightly-invoices in backend-1?');

    const said = listen();
    const ask = async (path: string, init?: RequestInit) => (await fetch(`${url}/api/${path}`, init)).json();
    const { incidents } = (await ask('incidents')) as { readonly incidents: readonly { id: string; title: string }[] };
    const { id } = incidents.find(({ title }) => title.includes('KubeJobFailed')) ?? {};
    const { approvals } = (await ask(`incidents/${id}`)) as { readonly approvals: readonly { id: string }[] };
    for (const _ of ['a click', 'and one more'])
      await ask(`approvals/${encodeURIComponent(approvals[0]?.id ?? '')}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ verdict: 'approve', by: 'ada' }),
      });
    await prints(said, /Done: Rerun CronJob billing\/nightly-invoices in backend-1/);
    const jobs = await ownedIn(plane, `${batch}/jobs`, 'nightly-invoices');
    const names = jobs.map(({ metadata }) => metadata.name);
    expect(names).toHaveLength(2);
    expect(names).toEqual(expect.arrayContaining([job, expect.stringMatching(/^nightly-invoices-\d{10}$/)]));
  } finally {
    for (const child of running) child.kill('SIGKILL');
    rmSync(dir, { recursive: true, force: true });
  }
});

const page = (labels: Readonly<Record<string, string>>) => ({
  event: {
    id: `01${labels.alertname}`,
    event_type: 'incident.triggered',
    resource_type: 'incident',
    occurred_at: at(0),
    data: {
      id: `Q${labels.alertname}`,
      type: 'incident',
      html_url: `https://example.pagerduty.com/incidents/Q${labels.alertname}`,
      status: 'triggered',
      created_at: at(0),
      title: `[FIRING:1] ${labels.alertname}`,
      service: { id: 'PSVC100', summary: 'Billing', type: 'service_reference' },
      urgency: 'high',
      body: { type: 'incident_body', details: { firing: { labels } } },
    },
  },
});
