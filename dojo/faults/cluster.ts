// Simulates the cluster that a batch's incidents act on, in a process that is never killed: the part of the Kubernetes API that a rerun of a CronJob
// needs, with the API server's own rule that a name exists once. It treats calls as each schedule says, and keeps a book of every Job that was
// really created. (`npm run test:kubernetes` tests the executor against a real API server.)
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as z from 'zod';
import type { Schedule } from './schedule.ts';
import { type Change, type SimulatedCluster, simulatedCluster } from './simulated-cluster.ts';

/** A created Job and its incident; `during`: the Jobs of the same CronJob that were running at that moment. */
export interface Made {
  readonly seed: number;
  readonly incidentId: string;
  readonly job: string;
  readonly during: readonly string[];
}

const Job = z.looseObject({
  metadata: z.looseObject({ name: z.string() }),
});
type Job = z.infer<typeof Job>;

export const cronJobName = (seed: number): string => `nightly-invoices-s${seed}`;
const seedIn = (path: string): number => Number(/nightly-invoices-s(\d+)/.exec(path)?.[1] ?? -1);

/** A change of a cluster in which plans act, and its incident. */
export interface Changed extends Change {
  readonly seed: number;
  readonly incidentId: string;
}

export const deploymentName = (seed: number): string => `search-api-s${seed}`;

/** The duration of a Job. */
const runMs = 400;

export interface Cluster {
  readonly url: string;
  readonly made: readonly Made[];
  readonly changed: readonly Changed[];
  /** The first error of the cluster itself, which is a defect of this harness; undefined if there is none. */
  readonly broken: unknown;
  close(): Promise<void>;
}

export async function startCluster(schedules: readonly Schedule[]): Promise<Cluster> {
  const pending = new Map(schedules.map(({ seed, calls }) => [seed, [...calls]]));
  const jobs = new Map<string, { readonly job: Job; readonly endsAt: number }>();
  const made: Made[] = [];
  const changed: Changed[] = [];
  const simulated = new Map(
    schedules.flatMap((schedule) =>
      schedule.plan === undefined
        ? []
        : [
            [
              schedule.seed,
              {
                schedule,
                cluster: simulatedCluster({
                  name: deploymentName(schedule.seed),
                  namespace: 'search',
                  autoscaler: 'disabled',
                }),
              },
            ] as const,
          ],
    ),
  );
  let broken: unknown;
  const ofSeed = (seed: number) => [...jobs.values()].filter(({ job }) => seedIn(job.metadata.name) === seed);
  const running = (seed: number) => ofSeed(seed).filter(({ endsAt }) => endsAt > Date.now());

  const cronJob = (seed: number) => ({
    kind: 'CronJob',
    metadata: { name: cronJobName(seed), namespace: 'billing', uid: `uid-${seed}`, generation: 1 },
    spec: { concurrencyPolicy: 'Allow', suspend: false, jobTemplate: { spec: { backoffLimit: 0 } } },
    status: {
      active: running(seed).map(({ job }) => ({ name: job.metadata.name })),
      lastSuccessfulTime: `2026-11-17T01:49:0${ofSeed(seed).length - running(seed).length}Z`,
    },
  });

  const create = async (request: IncomingMessage, response: ServerResponse) => {
    const text = await textOf(request);
    // The process that sent the call was killed before it had sent all of it, so the API server never had this call.
    if (text === undefined) return response.destroy();
    const job = Job.parse(JSON.parse(text));
    const { name } = job.metadata;
    const seed = seedIn(name);
    if (request.url?.includes('dryRun=All')) return answer(response, 201, job);
    const fault = pending.get(seed)?.shift();
    if (fault === 'unavailable') return answer(response, 503, { kind: 'Status' });
    if (jobs.has(name)) return answer(response, 409, { kind: 'Status', reason: 'AlreadyExists' });
    const during = running(seed).map((one) => one.job.metadata.name);
    jobs.set(name, { job, endsAt: Date.now() + runMs });
    made.push({ seed, incidentId: String(request.headers['x-incident']), job: name, during });
    if (fault === 'lost-answer') return response.destroy();
    if (fault === 'slow') return setTimeout(() => answer(response, 201, job), 150);
    return answer(response, 201, job);
  };

  const act = async (
    { schedule, cluster }: { readonly schedule: Schedule; readonly cluster: SimulatedCluster },
    request: IncomingMessage,
    response: ServerResponse,
  ) => {
    const text = await textOf(request);
    if (text === undefined) return response.destroy();
    const { seed, plan } = schedule;
    const isChange = request.method !== 'GET' && !request.url?.includes('dryRun=All');
    const fault = isChange ? pending.get(seed)?.shift() : undefined;
    if (fault === 'unavailable') return answer(response, 503, { kind: 'Status' });
    const before = cluster.book.length;
    const reply = cluster.request(
      request.url ?? '/',
      request.method ?? 'GET',
      text === '' ? undefined : JSON.parse(text),
    );
    for (const change of cluster.book.slice(before))
      changed.push({ ...change, seed, incidentId: String(request.headers['x-incident']) });
    const { meanwhile } = plan ?? {};
    if (meanwhile !== undefined && cluster.book.length >= meanwhile.after && (meanwhile.after > 0 || isChange)) {
      const key = `${seed}`;
      if (!disturbed.has(key)) disturb(cluster, meanwhile.what);
      disturbed.add(key);
    }
    if (fault === 'lost-answer') return response.destroy();
    if (fault === 'slow') return setTimeout(() => answer(response, reply.status, reply.body), 150);
    return answer(response, reply.status, reply.body);
  };
  const disturbed = new Set<string>();

  const server = createServer((request, response) => {
    const own = simulated.get(Number(request.headers['x-seed']));
    if (own !== undefined) {
      act(own, request, response).catch((error: unknown) => {
        broken ??= error;
        response.destroy();
      });
      return;
    }
    const path = new URL(request.url ?? '/', 'http://cluster').pathname;
    const seed = seedIn(path);
    if (request.method === 'POST' && path.endsWith('/jobs')) {
      create(request, response).catch((error: unknown) => {
        broken ??= error;
        response.destroy();
      });
      return;
    }
    const job = /\/jobs\/([^/]+)$/.exec(path)?.[1];
    if (job !== undefined) {
      const found = jobs.get(job);
      return answer(response, found ? 200 : 404, found?.job ?? { kind: 'Status' });
    }
    if (/\/cronjobs\/[^/]+$/.test(path)) return answer(response, 200, cronJob(seed));
    return answer(response, 200, { items: [] });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    made,
    changed,
    get broken() {
      return broken;
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** What somebody else does to the cluster. */
function disturb(
  { deployment, scaler, hold }: SimulatedCluster,
  what: NonNullable<NonNullable<Schedule['plan']>['meanwhile']>['what'],
): void {
  switch (what) {
    case 'scaled':
      deployment.spec.replicas += 1;
      deployment.metadata.generation += 1;
      return;
    case 'replaced':
      deployment.metadata.uid = 'another';
      scaler.metadata.uid = 'another';
      return;
    case 'rolled out':
      deployment.spec.template.spec.containers[0].image = 'search/search-api:9';
      deployment.metadata.generation += 1;
      return;
    case 'autoscaler enabled':
      scaler.spec.behavior = { scaleUp: { selectPolicy: 'Max' }, scaleDown: { selectPolicy: 'Max' } };
      return;
    case 'no pod becomes ready':
      hold(true);
  }
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

/** Undefined if the sender went away before the end. */
async function textOf(request: IncomingMessage): Promise<string | undefined> {
  const parts: Buffer[] = [];
  try {
    for await (const part of request) parts.push(part as Buffer);
  } catch (error) {
    if (request.complete) throw error;
    return undefined;
  }
  return Buffer.concat(parts).toString('utf8');
}
