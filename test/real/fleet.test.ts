// The two pages of the fleet (test/deploy/fleet.test.ts) on a deployed stage: its functions read two Prometheus servers, New Relic's double, CloudWatch and the
// resources of two accounts through the reader's roles, and two API servers with the documented ClusterRole through the stage's kubeconfig. Real API servers
// where they can be built, else their doubles.
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import * as z from 'zod';
import { dynamoStores } from '../../connectors/dynamodb/index.ts';
import { systemClock } from '../../connectors/system/index.ts';
import type { Diagnosis } from '../../core/model/diagnosis.ts';
import { clientOptions, deployStage, type Outputs, outsideOf, secrets } from '../deploy/deployment.ts';
import { type Emulator, startEmulator } from '../deploy/emulator.ts';
import { apiServers, type Item, kubeconfigOf as kubeconfigOfDoubles } from '../deploy/fleet/clusters.ts';
import {
  awsOfFleet,
  clustersAt,
  fillAccounts,
  newRelicOf,
  prometheusOfCore,
  prometheusOfEdge,
  sourcesOf,
  theCatalog,
} from '../deploy/fleet/index.ts';
import { clipsPage, storefrontPage } from '../deploy/fleet/pages.ts';
import { type Outside, playOutside } from '../deploy/outside.ts';
import { sendPage } from '../deploy/people.ts';
import { serve } from '../server.ts';
import {
  type ControlPlane,
  kubeconfigOf,
  missingForControlPlane,
  startControlPlane,
} from './kubernetes/control-plane.ts';

const folder = join(import.meta.dirname, '..', '..', 'test-results', 'real', 'fleet');
const clusterNames = ['edge-1', 'core-2'] as const;
const opened = new AsyncDisposableStack();
let emulator: Emulator;
let outside: Outside;
let outputs: Outputs;
let now: Date;

/**
 * A server at an address that is known before what stands behind it is there. It speaks plain HTTP, because the emulator's functions send every request to
 * this machine without TLS.
 */
async function doorTo(url?: string) {
  const behind = { url };
  const door = await serve(async ({ method, path, headers, body }) => {
    const target = new URL(`${behind.url}${path}`);
    const make = target.protocol === 'https:' ? httpsRequest : httpRequest;
    const { host: _, connection: __, 'accept-encoding': ___, ...kept } = headers;
    const call = make(target, { method, headers: kept, rejectUnauthorized: false });
    call.end(body);
    const [reply] = (await once(call, 'response')) as [IncomingMessage];
    return {
      status: reply.statusCode ?? 502,
      headers: { 'content-type': reply.headers['content-type'] ?? 'application/json' },
      body: await text(reply),
    };
  });
  opened.use(door);
  return { url: door.url, lead: (to: string) => Object.assign(behind, { url: to }) };
}

beforeAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  emulator = opened.use(await startEmulator(join(folder, 'emulator.log')));
  outside = opened.use(await playOutside());
  const [edge, core, newRelic] = await Promise.all([doorTo(), doorTo(), doorTo()]);
  const real = missingForControlPlane() === undefined;
  const planes = real
    ? await Promise.all(clusterNames.map((name) => startControlPlane({ name, controllers: false })))
    : [];
  for (const plane of planes) opened.use(plane);
  const doubles = await doorTo();
  outputs = await deployStage(emulator, {
    stage: {
      stage: 'emulator',
      architecture: 'x86_64',
      logRetentionDays: 7,
      deletionProtection: false,
      eventArchiveDays: 0,
      memory: { kind: 'none' },
      approvers: ['U0ALICE'],
      reservedConcurrency: { pagerdutyWebhook: 0, slack: 0 },
      ...outsideOf(outside),
      aws: awsOfFleet,
      sources: {
        eks: { kind: 'kubernetes', clusters: clusterNames.map((name) => ({ name, access: 'kubeconfig' })) },
        ...sourcesOf({ edge: edge.url, core: core.url, newRelic: newRelic.url }),
      },
    },
    catalog: stringify({ ...theCatalog, approvers: ['U0ALICE'] }),
    secrets: {
      'pagerduty-webhook': secrets['pagerduty-webhook'],
      'pagerduty-token': secrets['pagerduty-token'],
      'slack-signing': secrets['slack-signing'],
      'slack-token': secrets['slack-token'],
      'aws-external-id': 'an external id of 16',
      newrelic: 'NRAK-1',
      'eks-reader': real ? await together(planes) : kubeconfigOfDoubles(doubles, clusterNames),
    },
  });
  // The deployment takes minutes; what is observed is of now.
  now = new Date();
  const [edgeServer, coreServer, relic] = await Promise.all([
    prometheusOfEdge(now),
    prometheusOfCore(now),
    newRelicOf(now),
  ]);
  for (const one of [edgeServer, coreServer, relic]) opened.use(one);
  edge.lead(edgeServer.url);
  core.lead(coreServer.url);
  newRelic.lead(relic.url);
  await fillAccounts(emulator, now);
  const clusters = clustersAt(now);
  if (real)
    await Promise.all(planes.map((plane, index) => write(plane, clusters[clusterNames[index] ?? 'edge-1'].items)));
  else doubles.lead(opened.use(await apiServers(clusters)).url);
}, 900_000);
afterAll(() => opened.disposeAsync());

/** One kubeconfig of several clusters, each behind a door. */
async function together(planes: readonly ControlPlane[]): Promise<string> {
  const all = await Promise.all(
    planes.map(async (plane, index) => {
      const { clusters, users } = OneCluster.parse(JSON.parse(plane.kubeconfig('reader')));
      const name = clusterNames[index] ?? 'edge-1';
      const { url } = await doorTo(clusters[0].cluster.server);
      return kubeconfigOf(name, url, users[0].user);
    }),
  );
  const parts = all.map((one) => JSON.parse(one) as Readonly<Record<string, readonly object[]>>);
  const user = (index: number) => `reader-${index}`;
  return JSON.stringify({
    clusters: parts.flatMap(({ clusters }) => clusters),
    users: parts.flatMap(({ users = [] }, index) => users.map((one) => ({ ...one, name: user(index) }))),
    contexts: clusterNames.map((name, index) => ({ name, context: { cluster: name, user: user(index) } })),
    'current-context': clusterNames[0],
  });
}
const OneCluster = z.looseObject({
  clusters: z.tuple([z.looseObject({ cluster: z.looseObject({ server: z.string() }) })]),
  users: z.tuple([z.looseObject({ user: z.looseObject({}) })]),
});

const plurals: Readonly<Record<string, string>> = { Endpoints: 'endpoints' };

/** Writes the objects with their states, owners before what they own. The API server gives uids and times of creation of its own. */
async function write(plane: ControlPlane, items: readonly Item[]): Promise<void> {
  const uids = new Map<string, string>();
  const namespaces = new Set(items.flatMap(({ metadata }) => metadata.namespace ?? []));
  for (const name of namespaces) await plane.apply('POST', 'api/v1/namespaces', { metadata: { name } });
  for (const item of items) {
    const { apiVersion, kind, metadata, status } = item;
    const {
      uid,
      creationTimestamp: _,
      ownerReferences,
      ...meta
    } = metadata as Item['metadata'] & {
      readonly uid?: string;
      readonly creationTimestamp?: string;
      readonly ownerReferences?: readonly { readonly uid: string }[];
    };
    const owners = ownerReferences?.map((one) => ({ ...one, uid: uids.get(one.uid) ?? one.uid }));
    const root = apiVersion === 'v1' ? 'api/v1' : `apis/${apiVersion}`;
    const place = meta.namespace === undefined ? '' : `/namespaces/${meta.namespace}`;
    const path = `${root}${place}/${plurals[kind] ?? `${kind.toLowerCase()}s`}`;
    const made = (await plane.apply('POST', path, {
      ...item,
      metadata: { ...meta, ...(owners === undefined ? {} : { ownerReferences: owners }) },
    })) as { readonly metadata: { readonly uid: string } };
    if (uid !== undefined) uids.set(uid, made.metadata.uid);
    if (status !== undefined) await plane.apply('PATCH', `${path}/${meta.name}/status`, { status });
  }
}

/** Sends the page as PagerDuty does, and waits for the diagnosis in the stage's own table. */
async function investigated([body, id]: readonly [body: string, id: string]) {
  const stores = dynamoStores({
    client: new DynamoDBClient(clientOptions(emulator)),
    incidentsTable: outputs.IncidentsTable,
    preferencesTable: outputs.PreferencesTable,
    auditTable: outputs.AuditTable,
    clock: systemClock(),
  });
  const reply = await sendPage(emulator, outputs.PagerDutyWebhookUrl, body);
  expect(reply.status).toBe(202);
  const deadline = Date.now() + 180_000;
  while (Date.now() < deadline) {
    const incident = await stores.incidents.findBySource(id);
    const diagnosis: Diagnosis | undefined = incident && (await stores.incidents.diagnosis(incident.id));
    if (incident !== undefined && diagnosis !== undefined) {
      const timeline = await stores.incidents.timeline(incident.id);
      const answered = new Set<string>();
      const asked = new Set<string>();
      for (const { event } of timeline) {
        if (event.type !== 'SpecialistReported' && event.type !== 'ContextAssembled') continue;
        for (const one of event.consulted ?? []) {
          if (one.signal === 'calls') continue;
          for (const { source, answer } of one.asked) {
            asked.add(source);
            if (answer !== 'none') answered.add(source);
          }
        }
      }
      return { incident, diagnosis, asked: [...asked].sort(), answered: [...answered].sort() };
    }
    await sleep(500);
  }
  throw new Error(`No diagnosis of ${id} within three minutes.`);
}

test("team A's page names the cause in the other cluster, read by the deployed functions", async () => {
  const { incident, diagnosis, answered } = await investigated(storefrontPage(now));

  expect(incident.place).toMatchObject({ service: 'storefront-api', cluster: 'edge-1', account: '444455556666' });
  expect(diagnosis.hypotheses[0]).toMatchObject({
    entity: { kind: 'Deployment', name: 'pricing', namespace: 'pricing', cluster: 'core-2' },
    cause: 'oom-killed',
  });
  expect(answered).toEqual(['eks', 'nr-shop', 'prom-core', 'prom-edge']);
  expect(diagnosis.gaps.filter(({ source }) => source === 'kubernetes' || source.startsWith('prom'))).toEqual([]);
});

test("team B's serverless page is read from its account through the reader's role", async () => {
  const { incident, diagnosis, asked, answered } = await investigated(clipsPage(now));
  expect(incident.place).toMatchObject({ service: 'clip-ingest', account: '111122223333', serverless: true });
  expect(diagnosis.hypotheses[0]).toMatchObject({
    entity: { kind: 'Service', name: 'clip-ingest', cluster: '111122223333:us-east-1' },
    cause: 'concurrency-exhausted',
  });
  expect(answered).toEqual(['cw-media', 'resources']);
  expect(asked).not.toContain('cw-shop');
  expect(JSON.stringify(diagnosis)).not.toContain('too many clients');
});
