import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { discover } from '../../../connectors/kubernetes/discover.ts';
import { serve } from '../../server.ts';
import { type FleetObjects, kubeconfigOf, serveFleet, workload } from '../../service-fleet.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'discover-'));
});
afterEach(() => rm(dir, { recursive: true }));

const means = { clock: { now: () => new Date() }, secret: () => undefined, name: 'fleet' };
async function ask(url: string, contexts: string[]) {
  const kubeconfig = join(dir, 'kubeconfig');
  await writeFile(kubeconfig, kubeconfigOf(url, contexts));
  return discover({ kubeconfig, contexts }, means);
}

const arn = 'arn:aws:eks:eu-west-1:111122223333:cluster/prod-1';
const objects: FleetObjects = {
  one: [
    workload(
      'deployments',
      'shop',
      'web',
      { app: 'web' },
      { annotations: { note: 'x'.repeat(1000), 'a8r.io/owner': 'shop' } },
    ),
    workload('cronjobs', 'shop', 'sweep', { app: 'sweep' }),
    { plural: 'services', metadata: { name: 'web', namespace: 'shop' }, spec: { selector: { app: 'web' } } },
    { plural: 'namespaces', metadata: { name: 'shop', labels: { team: 'shop' } } },
  ],
};

test('workloads of every kind, their labels and images, Services and namespaces', async () => {
  await using server = await serveFleet(objects);
  const found = await ask(server.url, ['one']);
  expect(found.workloads).toEqual([
    {
      cluster: 'one',
      namespace: 'shop',
      kind: 'Deployment',
      name: 'web',
      labels: { app: 'web', 'a8r.io/owner': 'shop' },
      podLabels: { app: 'web' },
      images: ['registry.example.com/web:1.0'],
    },
    expect.objectContaining({ kind: 'CronJob', name: 'sweep', podLabels: { app: 'sweep' } }),
  ]);
  expect(found.endpoints).toEqual([{ cluster: 'one', namespace: 'shop', name: 'web', selector: { app: 'web' } }]);
  expect(found.namespaces).toEqual([{ cluster: 'one', name: 'shop', labels: { team: 'shop' } }]);
  expect(found.clusters).toEqual([{ name: 'one', complete: true, at: 'cluster one' }]);
  expect(found.missing).toEqual([]);
});

test('a kind that may not be listed is missing with its right, and the cluster is not read whole', async () => {
  await using server = await serveFleet(objects, ['deployments']);
  const found = await ask(server.url, ['one']);
  expect(found.clusters?.[0]?.complete).toBe(false);
  expect(found.missing).toEqual([
    { what: 'one: Deployment (not allowed)', fix: 'add list on Deployment to the ClusterRole watchkeeper-reader' },
  ]);
});

test('the ARN that the AWS command line gives a context holds account and region', async () => {
  await using server = await serve(() => ({ body: '{"items":[]}' }));
  const found = await ask(server.url, [arn]);
  expect(found.clusters).toEqual([
    expect.objectContaining({ name: arn, account: '111122223333', region: 'eu-west-1', aliases: ['prod-1'] }),
  ]);
});

test('hostile objects are left out or cut to what fits, and a silent cluster shows nothing but its lack', async () => {
  await using server = await serve(({ path }) =>
    path.startsWith('/dead')
      ? { status: 500 }
      : {
          body: JSON.stringify({
            items: [
              { metadata: { name: 7 } },
              { metadata: null },
              { metadata: { name: 'web', namespace: 'shop', labels: { a: 1, app: 'web' } }, spec: 'none' },
              { metadata: { name: 'deep', namespace: 'shop' }, spec: { template: { spec: { containers: 'x' } } } },
            ],
          }),
        },
  );
  const found = await ask(server.url, ['one', 'dead']);
  expect(found.workloads?.filter(({ kind }) => kind === 'Deployment')).toEqual([
    expect.objectContaining({ name: 'web', labels: { app: 'web' }, images: [] }),
    expect.objectContaining({ name: 'deep', images: [] }),
  ]);
  expect(found.clusters?.map(({ name }) => name)).toEqual(['one']);
  expect(found.missing?.some(({ what }) => what.startsWith('dead: Deployment (status 500)'))).toBe(true);
});
